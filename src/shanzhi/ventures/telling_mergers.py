"""What the merging of proposals tells both teams; a text names the round alone, like all that is told of proposals."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import EVERYWHERE, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, MOMENT, TITLE, To
from shanzhi.ventures.models import Merger, Proposal
from shanzhi.ventures.telling import OWN, teams

INVITED: Final = Kind(
    "mergers.invited",
    OWN,
    _("Another team asks to merge: %(title)s"),
    _(
        "A team with a like project in the round “%(title)s” asks yours to make one proposal of the two. Your contact "
        "person may agree or refuse until %(until)s."
    ),
    {"title": TITLE, "until": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
SUGGESTED: Final = Kind(
    "mergers.suggested",
    OWN,
    _("A merger is suggested to you: %(title)s"),
    _(
        "Staff of the round “%(title)s” found a project like yours and suggest to make one proposal of the two. Your "
        "contact person may agree or refuse until %(until)s."
    ),
    {"title": TITLE, "until": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
OPENED: Final = Kind(
    "mergers.open",
    OWN,
    _("Agree on the merger: %(title)s"),
    _(
        "Both teams show each other their proposals for the round “%(title)s”. Read what the one proposal will be, "
        "change it, and consent until %(until)s."
    ),
    {"title": TITLE, "until": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
CONSENTED: Final = Kind(
    "mergers.consented",
    OWN,
    _("One consent is there: %(title)s"),
    _(
        "One of the two teams consented to the merger in the round “%(title)s”. It takes place once the other "
        "consents, until %(until)s."
    ),
    {"title": TITLE, "until": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
REFUSED: Final = Kind(
    "mergers.refused",
    OWN,
    _("No merger: %(title)s"),
    _("One of the two teams does not want to merge in the round “%(title)s”. Both proposals stay as they are."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
LAPSED: Final = Kind(
    "mergers.lapsed",
    OWN,
    _("The merger lapsed: %(title)s"),
    _("The merger in the round “%(title)s” was not agreed on in time. Both proposals stay as they are."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
MERGED: Final = Kind(
    "mergers.merged",
    OWN,
    _("Merged: %(title)s"),
    _("Your proposal and another one in the round “%(title)s” are one now. Its page says what happens next."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
UNDONE: Final = Kind(
    "mergers.undone",
    OWN,
    _("The merging was undone: %(title)s"),
    _("Staff of the round “%(title)s” made two proposals of one again. The page says why."),
    {"title": TITLE, "link": LINK},
    channels=EVERYWHERE,
)
register(INVITED, SUGGESTED, OPENED, CONSENTED, REFUSED, LAPSED, MERGED, UNDONE)


def _tell(actor: Actor, kind: Kind, merger: Merger, at: datetime, *, only: Proposal | None = None) -> None:
    keys = [only.pk] if only else [merger.first_id, merger.second_id]
    until = {"until": merger.lapses_at} if "until" in kind.values else {}
    notify(
        actor=actor, kind=kind,
        values={"title": merger.call, "link": To("ventures:merger", (merger.pk,)), **until},
        to=teams(Proposal.objects.filter(pk__in=keys)),
        key=f"{merger.pk}:{merger.version}", subject=merger, area=merger.call.area,
        over_at=merger.lapses_at if until else None, at=at,
    )  # fmt: skip


def tell_invited(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell the team that is asked."""
    _tell(actor, INVITED, merger, at, only=merger.second)


def tell_suggested(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell both teams what staff suggest."""
    _tell(actor, SUGGESTED, merger, at)


def tell_open(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell both teams that they can agree now."""
    _tell(actor, OPENED, merger, at)


def tell_consented(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell both teams that one consented."""
    _tell(actor, CONSENTED, merger, at)


def tell_refused(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell both teams that one refused."""
    _tell(actor, REFUSED, merger, at)


def tell_lapsed(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell both teams that the time is over."""
    _tell(actor, LAPSED, merger, at)


def tell_merged(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell the one team that it is one."""
    _tell(actor, MERGED, merger, at)


def tell_undone(*, actor: Actor, merger: Merger, at: datetime) -> None:
    """Tell both teams that staff undid it."""
    _tell(actor, UNDONE, merger, at)
