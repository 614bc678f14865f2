"""How the history of polls reads; never a choice, never a running figure."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.kernel.roles import STAFF_READERS
from shanzhi.places import queries as places
from shanzhi.voting.models import KINDS, Booth, PaperMark, Poll
from shanzhi.voting.models.booths import BOOTH_KINDS
from shanzhi.voting.operations.polls import event_area
from shanzhi.voting.policies import manages
from shanzhi.voting.queries import polls

# No figure of sheets cast, spoilt or returned: it would stand here while the vote still runs.
BOOTH_FIELDS: Final = {
    "name": pgettext_lazy("place", "Name"),
    "place": _("Place"),
    "area": _("Area"),
    "kind": _("Kind"),
    "planned_from": _("Opens"),
    "planned_to": _("Closes"),
    "run": _("Print run"),
    "sheets": _("Sheets printed"),
}


BOOTH_VALUES: Final = {"kind": lambda value: str(dict(BOOTH_KINDS).get(value, value))}


def _poll(viewer: Actor, poll_id: str, at: datetime) -> Shown | None:
    found = Poll.objects.filter(pk=uuid_of(poll_id)).first()
    if found is None:
        return None
    runs = manages(viewer, found.areas)
    if not runs and not viewer.holds(STAFF_READERS, event_area(found)):
        raise NotFound
    return Shown(found.title, reverse("voting:electorate", args=[found.pk]), whole=runs, names=runs)


def _booth(viewer: Actor, booth_id: str, at: datetime) -> Shown | None:
    found = Booth.objects.select_related("poll").filter(pk=uuid_of(booth_id)).first()
    return None if found is None else _at_booth(viewer, found, found.name, reverse("voting:booth", args=[found.pk]))


def _mark(viewer: Actor, mark_id: str, at: datetime) -> Shown | None:
    found = PaperMark.objects.select_related("booth__poll").filter(pk=uuid_of(mark_id)).first()
    if found is None:
        return None
    return _at_booth(viewer, found.booth, found.booth.name, reverse("voting:booth_marks", args=[found.booth_id]))


def _at_booth(viewer: Actor, booth: Booth, title: str, url: str) -> Shown:
    """Give what belongs to a polling place to whoever runs its vote, and to staff and auditors of its area."""
    runs = manages(viewer, booth.poll.areas)
    if not runs and not viewer.holds(STAFF_READERS, booth.area):
        raise NotFound
    return Shown(title, url, whole=runs, names=runs)


def _booths(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Booth.objects.filter(poll__in=polls(viewer=viewer)), "name"


def _marks(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return PaperMark.objects.filter(poll__in=polls(viewer=viewer)), "booth__name"


def _titles(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return polls(viewer=viewer), "title"


register(
    Subject(
        type="voting.poll",
        label=_("Vote"),
        find=_poll,
        titles=_titles,
        fields={
            "kind": _("Kind of ballot"),
            "min_choices": _("Least choices"),
            "max_choices": _("Most choices"),
            "minimum_age": _("Least age"),
            "roll_date": _("Roll date"),
            "budget_fen": _("Purse"),
            "opens_at": _("Opens"),
            "closes_at": _("Closes"),
            "options": _("Projects"),
            "roll": _("On the roll"),
            "ballots": _("Ballots"),
            "blank": _("Blank ballots"),
            "digest": _("Digest"),
            "seal": _("Seal of the ballots"),
            "file": _("Digest of the file"),
            "seal_holds": _("Seal agrees"),
            "digest_holds": _("Digest agrees"),
            "winners_hold": _("Winners agree"),
            "smallest_electorate": _("Smallest electorate"),
            "smallest_group": _("Smallest group"),
        },
        values={"kind": lambda value: dict(KINDS).get(value, value)},
    )
)
register_verbs(
    {
        "voting.poll.create": _("Vote prepared"),
        "voting.poll.set_options": _("Projects put on the ballot"),
        "voting.poll.draw_roll": _("Roll of voters drawn"),
        "voting.poll.open": _("Vote opened"),
        "voting.poll.close": _("Vote closed"),
        "voting.poll.count": _("Votes counted"),
        "voting.poll.audit_count": _("All ballots counted again by an auditor"),
        "voting.poll.leave_out": _("Project left the vote"),
        "voting.poll.take_back": _("Project back in the vote"),
        "voting.poll.search": _("Searched for what losers would have needed"),
        "voting.poll.recount": _("Counted again without what has left"),
        "voting.poll.import": _("Vote brought in from a file"),
        "voting.booth.cancel": _("Polling place cancelled"),
        "voting.booth.carry_off": _("Sheet carried off noted"),
        "voting.booth.change": _("Polling place changed"),
        "voting.booth.close": _("Polling place closed"),
        "voting.booth.confirm": _("Home visits confirmed"),
        "voting.booth.create": _("Polling place set up"),
        "voting.booth.end_officer": _("Polling officer ended"),
        "voting.booth.export_list": _("Signed list taken away"),
        "voting.booth.fetch_sheets": _("Sheets fetched for printing"),
        "voting.booth.give_officer": _("Polling officer named"),
        "voting.booth.hand_back": _("Sheet handed back"),
        "voting.booth.look": _("Looked whether somebody has voted"),
        "voting.booth.mark": _("Voter marked"),
        "voting.booth.open": _("Polling place opened"),
        "voting.booth.open_outers": _("Outer envelopes opened"),
        "voting.booth.print": _("Sheets printed"),
        "voting.booth.receive": _("Sheets received"),
        "voting.booth.reconcile": _("Polling place reconciled"),
        "voting.booth.recount": _("Sheets counted anew"),
        "voting.booth.refuse": _("Home visit refused"),
        "voting.booth.register": _("Voter registered on the spot"),
        "voting.booth.spoil": _("Sheet spoiled"),
        "voting.booth.upload": _("Marks without network brought in"),
        "voting.paper.enter": _("Sheet read in"),
        "voting.paper.take_back": _("Reading taken back"),
        "voting.poll.set_paper_terms": _("Terms of polling places set"),
    },
    tones={"voting.poll.count": "good"},
)

register(
    Subject(
        type="voting.booth",
        label=_("Polling place"),
        find=_booth,
        titles=_booths,
        fields=BOOTH_FIELDS,
        values=BOOTH_VALUES,
        codes={"area": places.named},
    )
)
register(Subject(type="voting.papermark", label=_("Mark on the roll"), find=_mark, titles=_marks))

# Things without a page of their own in a history; their events stand under their area.
for kind, label in (
    ("voting.boothofficer", _("Polling officer")),
    ("voting.boothlist", _("Signed list")),
    ("voting.paperentry", _("Reading of a sheet")),
    ("voting.sheet", _("Ballot sheet")),
    ("voting.rollentry", _("Entry of the roll")),
):
    register(Subject(type=kind, label=label))
