"""What the filing rules of an area ask, and whether an application has it: each item with its answer in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from shanzhi.kernel.areas import ancestors_of
from shanzhi.organizations.lifecycle import WAITING
from shanzhi.organizations.models import Ask, Document, FilingApplication, FilingRules, Membership, Paper

FIGURES: Final = (
    "area", "version", "least_members", "charter", "premises", "in_charge", "opinion", "opinion_days", "decision_days",
    "validity_years", "prefix", "source", "example",
)  # fmt: skip
# What counts where nobody set rules yet. No official figures are known, so these are examples, and say so.
EXAMPLE: Final[Mapping[str, Any]] = {
    "area": "", "version": 0, "least_members": 5, "charter": True, "premises": False, "in_charge": True,
    "opinion": True, "opinion_days": 7, "decision_days": 15, "validity_years": 3, "prefix": "示例备",
    "source": "示例，非官方",
    "example": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is asked: what, whether it is there, and what there is or what helps."""

    key: str
    words: str
    good: bool


def rules_for(area: str) -> dict[str, Any]:
    """Give the filing rules that count for a seat: the newest version of the nearest area up the tree that has some."""
    codes = ["", *ancestors_of(area), area]
    found = list(FilingRules.objects.filter(area__in=codes))
    if not found:
        return dict(EXAMPLE)
    nearest = max(found, key=lambda one: (len(one.area), one.version))
    return {name: getattr(nearest, name) for name in FIGURES}


def counted(organization: Any, on: date) -> int:
    """Count the different people whose membership runs on a day; who is known by name alone counts by each row."""
    rows = Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), organization=organization)
    rows = rows.filter(starts_on__lte=on)
    known = rows.exclude(person=None).values("person").distinct().count()
    return known + rows.filter(person=None).count()


def checks(found: FilingApplication, rules: Mapping[str, Any], at: datetime) -> list[Check]:
    """Work out what the rules of the area ask of an application, in at most two queries."""
    if found.ask == Ask.CANCELLATION:
        return [Check("words", gettext("The reason is written"), bool(found.about.strip()))]
    papers = set(Document.objects.filter(organization=found.organization_id).values_list("paper", flat=True))
    listed = counted(found.organization_id, timezone.localdate(at))
    number, least = max(found.members or 0, listed), rules["least_members"]
    least_words = ngettext("At least %(least)s member", "At least %(least)s members", least) % {"least": least}
    had = gettext("%(least)s: %(number)s stated or listed") % {"least": least_words, "number": number}
    done = [
        Check("name", gettext("Name and purpose are given"), bool(found.name.strip() and found.purpose)),
        Check("members", had, number >= least),
    ]
    if rules["charter"]:
        done.append(Check("charter", gettext("A charter is added as a document"), Paper.CHARTER in papers))
    if rules["premises"]:
        premises = bool(found.premises.strip()) or Paper.PREMISES in papers
        done.append(Check("premises", gettext("Premises are named, or their proof is added"), premises))
    if rules["in_charge"]:
        named = found.in_charge is not None and bool(found.in_charge.reveal().strip())
        done.append(Check("in_charge", gettext("A person in charge is named"), named))
    return done


def overdue(found: FilingApplication, on: date) -> bool:
    """Tell whether the step that an application waits for is late."""
    return found.state in WAITING and found.due_on is not None and found.due_on < on
