"""What forbids erasing a person while rounds still need it."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import Hindrance
from shanzhi.people.actors import homes_of, records_of
from shanzhi.ventures.lifecycle import ENDED, OPEN_DISPUTES
from shanzhi.ventures.models import Dispute, Juror, Proposal, TeamMember, TeamSeat

UNDER_WAY: Final = ("submitted", "returned", "passed", "on_ballot")


def unfinished(person_id: UUID, at: datetime) -> list[Hindrance]:
    """Refuse while a proposal is in a running round or chosen and not finished, and while one judges or disputes."""
    own = Q(contact_id=person_id) | Q(pk__in=TeamMember.objects.filter(person_id=person_id).values("proposal"))
    rows = Proposal.objects.filter(own, state__in=UNDER_WAY).exclude(call__state__in=ENDED)
    found = [
        Hindrance(_("The proposal “%(title)s” is under way. Take it back first.") % {"title": one.title})
        for one in rows.exclude(_by_others(person_id)).order_by("pk")[:5]
    ]
    found += _awards(own, at)
    if Juror.objects.filter(person_id=person_id, ends_at=None).exclude(call__state__in=ENDED).exists():
        found.append(Hindrance(_("You sit in a jury whose round runs. Ask who runs it to release you first.")))
    filed = Dispute.objects.filter(filed_by_id=person_id, state__in=OPEN_DISPUTES)
    by_others = Proposal.objects.filter(_by_others(person_id)).values("pk")
    if filed.exclude(kind="appeal", proposal__in=by_others).exists():
        found.append(Hindrance(_("You filed an objection or an appeal that waits for its ruling. Withdraw it first.")))
    return found


def _by_others(person_id: UUID) -> Q:
    """Give the condition of proposals that name a person who left their team or only reads: others speak for them."""
    seats = TeamSeat.objects.filter(person__in=records_of(homes_of([person_id])[person_id]))
    shut = seats.exclude(proposal__in=seats.filter(ended_at=None, role="editor").values("proposal"))
    return ~Q(contact_id=person_id) & Q(pk__in=shut.values("proposal"))


def _awards(own: Q, at: datetime) -> list[Hindrance]:
    """The team of a chosen project answers for it to its last day; without a day until the round closes."""
    today, found = timezone.localdate(at), []
    for one in Proposal.objects.filter(own, state="won", call__imported=False).select_related("call").order_by("pk"):
        if one.ends_on is not None and one.ends_on >= today:
            after = datetime.combine(one.ends_on + timedelta(days=1), time(), timezone.get_current_timezone())
            words = _("The project “%(title)s” was chosen and is not finished.") % {"title": one.title}
            found.append(Hindrance(words, after))
        elif one.call.state not in ENDED:
            words = _("The project “%(title)s” was chosen, and its round is not closed.") % {"title": one.title}
            found.append(Hindrance(words))
    return found[:5]
