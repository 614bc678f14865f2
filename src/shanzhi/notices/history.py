"""How the history of notices reads; who was told stays out of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shanzhi.audit.subjects import Subject, register, register_verbs

# Neither has a page of its own in a history: what is told concerns the thing itself, an address one person alone.
for kind, label in (
    ("notices.notice", _("Notice")),
    ("notices.emailaddress", _("E-mail address")),
    ("notices.wechatlink", _("Link to WeChat")),
):
    register(Subject(type=kind, label=label))
register_verbs(
    {
        "notices.email.remove": _("E-mail address removed"),
        "notices.email.set": _("E-mail address given"),
        "notices.email.verify": _("E-mail address confirmed"),
        "notices.manner.set": _("Language, digest or quiet hours chosen"),
        "notices.notice.give": _("Notice given"),
        "notices.notice.retry": _("Notice tried again"),
        "notices.preference.choose": _("Notices chosen"),
        "notices.preference.unsubscribe": _("Notices ended by their link"),
        "notices.wechat.link": _("WeChat linked"),
        "notices.wechat.unlink": _("Link to WeChat ended"),
    }
)
