"""What volunteers are told when they are asked. No name stands in it; the own page shows the shift, and answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.activities.models import Shift
from shanzhi.assignments.models import Run
from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, MOMENT, TITLE, To

ASKS: Final = Category(
    "asks",
    _("Asked whether I can help"),
    _("A team or your community asks whether you come to a shift that suits you."),
    order=27,
)
CALLS: Final = Category(
    "call_ups",
    _("Called up in an emergency"),
    _("You agreed to be called up, and you are needed now."),
    needed=_("You agreed to be called up. End that agreement under Asked of me if you do not want these any more."),
    order=28,
)
SAID: Final = {"title": TITLE, "begins": MOMENT, "link": LINK}
ASKED: Final = Kind(
    "asks.asked",
    ASKS,
    _("Can you help? %(title)s"),
    _("You are asked for “%(title)s”, which begins at %(begins)s. Say yes or no with one press; nobody minds a no."),
    SAID,
    channels=frozenset({APP, EMAIL, WECHAT}),
)
CALLED: Final = Kind(
    "asks.called",
    CALLS,
    _("You are needed now: %(title)s"),
    _("An emergency: you are called up for “%(title)s”, which begins at %(begins)s. Say at once whether you come."),
    SAID,
    channels=EVERYWHERE,
    urgent=True,
)
register(ASKED, CALLED)


def tell_asked(*, actor: Actor, run: Run, shift: Shift, people: Iterable[UUID], at: datetime) -> None:
    """Ask people whether they come to a shift; at once and everywhere in an emergency."""
    values = {"title": shift.activity, "begins": shift.starts_at, "link": To("assignments:asked")}
    notify(
        actor=actor, kind=CALLED if run.emergency else ASKED, values=values, to=list(people),
        key=f"{run.pk}:{shift.pk}:{at.isoformat()}", subject=run, area=run.area, over_at=shift.starts_at, at=at,
    )  # fmt: skip
