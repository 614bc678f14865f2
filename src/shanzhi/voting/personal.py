"""What this room holds about people: who stands on a roll and who worked at a polling place, never how one voted."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.merging import MergeRoom, register
from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Kind,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.voting.models import BoothOfficer, RollEntry
from shanzhi.voting.operations import merged
from shanzhi.voting.queries.standing import running_votes

K, E = Kind, Erase
VOTE: Final = register_activity(
    Activity(
        "vote",
        _("Rolls of voters and polling places"),
        _("Everybody entitled votes once, online or on paper, and the result can be checked."),
        Ground.DUTY,
        _("Personal Information Protection Law, article 13 (3); the published terms of the round"),
        _("As long as the result of the vote, so that it can be counted again; after erasure without the name."),
        _("Officers of the polling place see masked names while it is open; auditors the numbers on the roll."),
        _("Somebody learns whether, or how, a person voted."),
        _("Ballots are sealed and tied to nobody after the close; no page tells who voted."),
        order=30,
    )
)
describe("voting.RollEntry", _("Rolls of voters you stand on"), "person_id", VOTE,
         person=(K.LINK, E.KEEP), poll=(K.LINK, E.KEEP), area=(K.RECORD, E.KEEP))  # fmt: skip
describe("voting.Envelope", _("Sealed envelopes"), "", VOTE, hidden=("voter_mac",), voter_mac=(K.LINK, E.KEEP))
describe("voting.BoothOfficer", _("Work at polling places"), "person_id", VOTE,
         person=(K.LINK, E.KEEP), booth=(K.LINK, E.KEEP), given_at=(K.RECORD, E.KEEP),
         ended_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("voting.BoothOfficer", _("Work at polling places"), "given_by_id", VOTE, given_by=(K.LINK, E.KEEP))
describe("voting.PaperMark", _("Ballot sheets you were given"), "person_id", VOTE,
         person=(K.LINK, E.KEEP), booth=(K.LINK, E.KEEP), cast_at=(K.RECORD, E.KEEP), kind=(K.RECORD, E.KEEP),
         state=(K.RECORD, E.KEEP), reason=(K.TEXT, E.BLANK))  # fmt: skip
for _field in ("officer", "second_officer"):
    describe("voting.PaperMark", _("Ballot sheets you were given"), f"{_field}_id", VOTE, **{_field: (K.LINK, E.KEEP)})
describe("voting.PaperEntry", _("Ballot sheets you read in"), "entered_by_id", VOTE, entered_by=(K.LINK, E.KEEP))
describe("voting.Upload", _("Elections you brought in"), "owner_id", VOTE,
         owner=(K.LINK, E.KEEP), name=(K.RECORD, E.KEEP), created_at=(K.RECORD, E.KEEP))  # fmt: skip
name_fields(
    poll=_("Vote"), voter_mac=_("Keyed mark of the voter"), booth=_("Polling place"), ended_at=_("Ended"),
    given_by=_("Given by"), cast_at=_("Given on"), officer=_("Officer"), second_officer=_("Second officer"),
    entered_by=_("Read in by"),
)  # fmt: skip

name_field("voting.Upload", "name", _("Name of the file"))

REGISTRY.hindrances["voting"] = running_votes


def _counts(person_id: UUID) -> list[tuple[Any, int]]:
    """Count rolls and work at polling places, and nothing that would tell whether somebody voted."""
    return [
        (_("Rolls of voters"), RollEntry.objects.filter(person=person_id).count()),
        (_("Polling places worked at"), BoothOfficer.objects.filter(person=person_id).count()),
    ]


register("voting", MergeRoom(_counts, merged.hindrances, merged.join, merged.part))
