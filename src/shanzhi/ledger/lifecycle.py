"""The course of a bill file."""

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.lifecycle import Lifecycle, Move
from shanzhi.kernel.roles import Role

ENTERERS = frozenset({Role.SUBDISTRICT_OFFICER, Role.DISTRICT_OFFICER, Role.ADMINISTRATOR})

BILL = Lifecycle(
    name="ledger.bill",
    states={
        "read": _("Read, not yet confirmed"),
        "writing": _("Being written"),
        "taken": _("Taken"),
    },
    moves={
        "confirm": Move(("read",), "writing", ENTERERS),
        "finish": Move(("writing",), "taken"),
        "fail": Move(("writing",), "read"),
    },
)
