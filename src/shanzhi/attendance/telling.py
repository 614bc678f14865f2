"""What attendance tells, and whom: a volunteer whose record was struck out or corrected, or whom a leader let in."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Activity
from shanzhi.attendance.models import Attendance
from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, MOMENT, TITLE, To, public_title

PRESENCE: Final = Category(
    "attendance",
    _("Your presence at activities"),
    _("A leader let you in by your number, or a record of your presence was corrected or struck out."),
    needed=_("Your hours of service hang on it."),
    order=49,
)
SAID: Final = {"title": TITLE, "on": MOMENT, "link": LINK}
STRUCK: Final = Kind(
    "attendance.struck",
    PRESENCE,
    _("Your presence was struck out: %(title)s"),
    _("The record of your presence at “%(title)s” on %(on)s does not count any more. Its page says why, and "
      "whom to ask if that is wrong."),
    SAID,
    channels=frozenset({APP, EMAIL, WECHAT}),
)  # fmt: skip
CORRECTED: Final = Kind(
    "attendance.corrected",
    PRESENCE,
    _("Your presence was corrected: %(title)s"),
    _("The times of your presence at “%(title)s” on %(on)s were corrected. Its page says how and why."),
    SAID,
    channels=frozenset({APP, WECHAT}),
)
LET_IN: Final = Kind(
    "attendance.let_in",
    PRESENCE,
    _("You were let in: %(title)s"),
    _("A leader wrote down by your volunteer number that you came to “%(title)s” on %(on)s without having signed up. "
      "If that was not you, its page says whom to ask."),
    SAID,
    channels=frozenset({APP, WECHAT}),
)  # fmt: skip
public_title(Activity, "title")
register(STRUCK, CORRECTED, LET_IN)


def tell_let_in(*, actor: Actor, row: Attendance, at: datetime) -> None:
    """Tell the volunteer that somebody wrote down that they came."""
    _tell(actor, LET_IN, row, at)


def tell_struck(*, actor: Actor, row: Attendance, at: datetime) -> None:
    """Tell the volunteer that the record does not count any more."""
    _tell(actor, STRUCK, row, at)


def tell_corrected(*, actor: Actor, row: Attendance, at: datetime) -> None:
    """Tell the volunteer that the times were corrected."""
    _tell(actor, CORRECTED, row, at)


def _tell(actor: Actor, kind: Kind, row: Attendance, at: datetime) -> None:
    activity = row.shift.activity
    notify(
        actor=actor, kind=kind, key=str(row.pk), to=[row.volunteer.human.pk], subject=row, area=activity.area, at=at,
        values={"title": activity, "on": row.arrived_at, "link": To("attendance:record", (row.pk,))},
    )  # fmt: skip
