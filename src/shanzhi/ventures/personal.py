"""What this room holds about people: teams, contacts, reviewers, and the files they hand in."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import DUTIES, SPECIALS, Category, Duty, Erase, Ground, Retention, Special, describe
from shanzhi.ventures.models import Attachment, Proposal, TeamMember
from shanzhi.ventures.operations.attachments import drop_file

C, E = Category, Erase
# Once decided and unfinished, the call holds the team to what it promised.
BOUND: Final = ("submitted", "returned", "passed", "on_ballot", "won")
describe("ventures.TeamMember", "person_id", ("person", C.LINK, E.EMPTY), ("name", C.IDENTITY, E.BLANK),
         ("part", C.TEXT, E.BLANK), purpose="who stands behind a proposal", retention=Retention.ROUND)  # fmt: skip
# What was handed in is a public record without the person; drafts go whole.
for _field in ("title", "summary", "team_name", "need", "aims", "people_note", "risks"):
    describe("ventures.Proposal", "contact_id", (_field, C.TEXT, E.KEEP), purpose="a proposal that was handed in",
             ground=Ground.CONTRACT, retention=Retention.RECORD)  # fmt: skip
describe("ventures.Proposal", "contact_id", ("contact", C.LINK, E.KEEP), purpose="who answers for a proposal",
         ground=Ground.CONTRACT, retention=Retention.RECORD)  # fmt: skip
describe("ventures.Attachment", "added_by_id", ("added_by", C.LINK, E.SPECIAL), ("name", C.FILE, E.SPECIAL),
         ("digest", C.FILE, E.SPECIAL), purpose="files beside a proposal", retention=Retention.ROUND)  # fmt: skip
for _field, _words in (("reviewer", "who reviewed"), ("assigned_by", "who named the reviewer")):
    describe("ventures.Review", f"{_field}_id", (_field, C.LINK, E.KEEP), purpose=_words, ground=Ground.DUTY,
             retention=Retention.RECORD)  # fmt: skip
describe("ventures.Call", "created_by_id", ("created_by", C.LINK, E.KEEP), purpose="who runs a call",
         ground=Ground.DUTY, retention=Retention.RECORD)  # fmt: skip


def erase_files(person_id: UUID, _at: datetime) -> int:
    """Delete the files that the person put beside proposals; bytes go when no other proposal holds the same file."""
    own = Attachment.objects.filter(Q(added_by_id=person_id) | Q(proposal__in=_drafts(person_id)))
    digests = set(own.values_list("digest", flat=True))
    taken = own.delete()[0]
    for digest in digests - set(Attachment.objects.filter(digest__in=digests).values_list("digest", flat=True)):
        drop_file(digest)
    return taken


def erase_drafts(person_id: UUID, _at: datetime) -> int:
    """Delete drafts that were never handed in; nobody but the team ever saw them."""
    return _drafts(person_id).delete()[0]


def _drafts(person_id: UUID) -> Any:
    return Proposal.objects.filter(contact_id=person_id, state="draft", number=None)


def bound(person_id: UUID, _at: datetime) -> Any:
    """Refuse while a proposal of the person is in a round that is not over, or won and not finished."""
    own = Q(contact_id=person_id) | Q(pk__in=TeamMember.objects.filter(person_id=person_id).values("proposal"))
    for proposal in Proposal.objects.filter(own, state__in=BOUND).exclude(call__state__in=("closed", "cancelled"))[:1]:
        return _("The proposal “%(title)s” is under way. Withdraw it or hand it over first.") % {
            "title": proposal.title
        }
    return None


SPECIALS += [Special("ventures", erase_files), Special("ventures", erase_drafts)]
DUTIES.append(Duty("ventures", bound))
