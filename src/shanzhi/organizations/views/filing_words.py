"""What the page of an application says, and who may take which step on it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.organizations import policies
from shanzhi.organizations.lifecycle import WAITING
from shanzhi.organizations.models import FilingApplication
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.pieces import Answer


def facts(found: FilingApplication) -> list[Answer]:
    """Give what was written, and what each side said; people are masked."""
    none = formatting.NONE
    pairs = [
        Answer(_("Applied for"), found.get_ask_display()),
        Answer(_("Name of the organisation"), found.name),
        Answer(_("Purpose"), found.get_purpose_display() or none),
        Answer(_("Seat"), places.full_names({found.area}).get(found.area, found.area)),
        Answer(_("Number of members"), formatting.count(found.members) if found.members else none),
        Answer(_("Person in charge"), str(found.in_charge) if found.in_charge else none),
        Answer(_("Phone of the person in charge"), str(found.phone) if found.phone else none),
        Answer(_("Premises"), found.premises or none),
        Answer(_("What the body does, and why it asks"), found.about or none),
    ]
    if found.handed_in_at:
        pairs.append(Answer(_("Handed in on"), _day(found.handed_in_at)))
    if found.opinion_at:
        words = f"{found.get_opinion_display()} · {_day(found.opinion_at)} · {found.opinion_words}"
        pairs.append(Answer(_("Opinion of the residents' committee"), words))
    if found.decided_at:
        pairs += [Answer(_("Decided on"), _day(found.decided_at)), Answer(_("Reason of the decision"), found.reason)]
    return pairs


def _day(moment: Any) -> str:
    return formatting.day(timezone.localdate(moment))


def steps_of(viewer: Any, found: FilingApplication) -> list[tuple[str, str]]:
    """List the steps of the offices that this viewer can take now: address and words."""
    steps = []
    advises = policies.may_advise(actor=viewer, seat=found.area, applicant=found.applicant_id) is None
    if found.state == "handed_in" and advises:
        steps.append((reverse("organizations:opinion", args=[found.pk]), _("Give the committee's opinion")))
    others = (found.applicant_id, found.opinion_by_id)
    decides = policies.may_decide(actor=viewer, seat=found.area, others=others) is None
    if found.state in WAITING and decides:
        words = _("Decide") if found.state == "opinion_given" else _("Return, to be completed")
        steps.append((reverse("organizations:decide", args=[found.pk]), words))
    return steps
