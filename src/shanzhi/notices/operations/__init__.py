"""Every write of notices: telling, sending, reading, choosing, addresses, trying again."""

from shanzhi.notices.operations.addresses import (
    BadEmail,
    CodeNotMailed,
    EmailOff,
    TooSoon,
    WrongCode,
    link_wechat,
    remove_email,
    set_email,
    unlink_wechat,
    verify_email,
)
from shanzhi.notices.operations.choosing import (
    BadManner,
    NotToChoose,
    choose,
    set_manner,
    unsubscribe,
)
from shanzhi.notices.operations.keeping import NothingToRetry, drop_old, retry
from shanzhi.notices.operations.notifying import end, notify, set_waker
from shanzhi.notices.operations.reading import mark_all_read, mark_read
from shanzhi.notices.operations.sending import anything_due, send_due, settle_left

__all__ = [
    "BadEmail",
    "BadManner",
    "CodeNotMailed",
    "EmailOff",
    "NotToChoose",
    "NothingToRetry",
    "TooSoon",
    "WrongCode",
    "anything_due",
    "choose",
    "drop_old",
    "end",
    "link_wechat",
    "mark_all_read",
    "mark_read",
    "notify",
    "remove_email",
    "retry",
    "send_due",
    "set_email",
    "set_manner",
    "set_waker",
    "settle_left",
    "unlink_wechat",
    "unsubscribe",
    "verify_email",
]
