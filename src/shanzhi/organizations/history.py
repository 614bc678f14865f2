"""How the history of organisations reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.organizations import policies
from shanzhi.organizations.lifecycle import APPLICATION, ORGANIZATION
from shanzhi.organizations.models import (
    Ask,
    Decision,
    FilingApplication,
    Kind,
    Matter,
    Opinion,
    Organization,
    Paper,
    Part,
    Purpose,
    RegisterImport,
    SignKind,
    Tie,
)
from shanzhi.places import queries as places


def _organization(viewer: Actor, organization_id: str, at: datetime) -> Shown | None:
    found = Organization.objects.filter(pk=uuid_of(organization_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.area):
        raise NotFound
    # What was done under an earlier seat belongs to the whole of its history.
    return Shown(found.name, reverse("organizations:organization", args=[found.pk]), whole=True)


def _titles(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Organization.objects.filter(policies.readable(viewer)), "name"


def _application(viewer: Actor, application_id: str, at: datetime) -> Shown | None:
    found = FilingApplication.objects.filter(pk=uuid_of(application_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.area):
        raise NotFound
    return Shown(found.name, reverse("organizations:application", args=[found.pk]), whole=True)


def _applications(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return FilingApplication.objects.filter(policies.applications_readable(viewer)), "name"


def _register(viewer: Actor, register_id: str, at: datetime) -> Shown | None:
    found = RegisterImport.objects.filter(pk=uuid_of(register_id)).defer("file", "sample").first()
    if found is None:
        return None
    if not viewer.holds(policies.MANAGERS, found.area):
        raise NotFound
    return Shown(found.name, reverse("organizations:register", args=[found.pk]), whole=True)


def _registers(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return RegisterImport.objects.filter(policies.registers_readable(viewer)), "name"


def _in_words(choices: Any) -> Callable[[Any], Any]:
    """Give what turns a stored value into the words of its choice."""
    return lambda value: dict(choices.choices).get(value, value)


register(
    Subject(
        type="organizations.organization",
        label=_("Organisation"),
        find=_organization,
        titles=_titles,
        readers=policies.READERS,
        fields={
            "name": _("Name of the organisation"),
            "kind": _("Sort"),
            "area": _("Seat"),
            "credit_code": _("Unified social credit code"),
            "purpose": _("Purpose"),
            "size_stated": _("Members, as stated"),
            "state": _("State"),
            "part": _("Part"),
            "tie": _("Kind of link"),
            "paper": _("Kind of document"),
            "matter": _("Matter"),
            "result": _("Result"),
            "on": _("On"),
            "ends_on": _("Day of the end"),
            "year": _("Year"),
            "members": _("Members"),
            "roles_ended": _("Roles ended with it"),
            "register": _("From the register"),
            "register_id": _("Number of the register"),
            "row": _("Row"),
            "sign_kind": _("Kind of sign"),
            "present": _("Number present"),
        },
        values={
            "kind": _in_words(Kind),
            "purpose": _in_words(Purpose),
            "state": lambda value: ORGANIZATION.states.get(value, value),
            "part": _in_words(Part),
            "tie": _in_words(Tie),
            "paper": _in_words(Paper),
            "matter": _in_words(Matter),
            "sign_kind": _in_words(SignKind),
            "year": lambda value: str(value or ""),
        },
        codes={"area": places.named},
    )
)
register(
    Subject(
        type="organizations.filingapplication",
        label=_("Application for filing"),
        find=_application,
        titles=_applications,
        readers=policies.READERS,
        fields={
            "ask": _("Applied for"),
            "name": _("Name of the organisation"),
            "state": _("State"),
            "opinion": _("Opinion"),
            "due_on": _("Due on"),
            "number": _("Filing number"),
            "valid_to": _("Valid until"),
        },
        values={
            "ask": _in_words(Ask),
            "opinion": _in_words(Opinion),
            "state": lambda value: APPLICATION.states.get(value, value),
        },
    )
)
register(
    Subject(
        type="organizations.filingrules",
        label=_("Rules of filing"),
        readers=policies.READERS,
        fields={
            "version": _("Version"),
            "least_members": _("Least members"),
            "charter": _("A charter is asked for"),
            "premises": _("Premises are asked for"),
            "in_charge": _("A person in charge is asked for"),
            "opinion": _("The residents' committee gives an opinion first"),
            "opinion_days": _("Days for the opinion"),
            "decision_days": _("Days for the decision"),
            "validity_years": _("Years of validity"),
            "prefix": _("Words before the number"),
            "source": _("Source"),
            "example": _("Example values, not official"),
        },
    )
)
register(
    Subject(
        type="organizations.communitytarget",
        label=_("Target of communities"),
        readers=policies.READERS,
        fields={
            "version": _("Version"),
            "urban": _("For each urban community"),
            "rural": _("For each rural community"),
            "source": _("Source"),
        },
    )
)
register(
    Subject(
        type="organizations.registerimport",
        label=_("Register of an office"),
        find=_register,
        titles=_registers,
        readers=policies.MANAGERS,
        fields={
            "rows": pgettext_lazy("register", "Rows"),
            "new": pgettext_lazy("register", "New"),
            "merge": _("Goes into one on record"),
            "doubtful": _("Doubtful, decide"),
            "refused": pgettext_lazy("register", "Refused"),
            "made": _("Put on record"),
            "merged": _("Filled in"),
            "left_out": pgettext_lazy("register", "Left out"),
            "undone": pgettext_lazy("register", "Taken back"),
            "stays": _("Stays"),
            "row": _("Row"),
            "decision": pgettext_lazy("register", "Decision"),
            "organizations": _("Organisations"),
        },
        values={"decision": _in_words(Decision)},
    )
)
register(Subject(type="organizations.registermapping", label=_("Columns of a register"), readers=policies.MANAGERS))
register_verbs(
    {
        "organizations.organization.import": _("Put on record from a register"),
        "organizations.organization.import_merge": _("Filled in from a register"),
        "organizations.organization.import_removed": _("Removed: its register was taken back"),
        "organizations.organization.import_restored": _("Register taken back, filled-in values emptied"),
        "organizations.register.read": _("Register read"),
        "organizations.register.remember": _("Columns remembered"),
        "organizations.register.check": _("Register checked"),
        "organizations.register.decide": _("Doubtful row decided"),
        "organizations.register.take": _("Register confirmed"),
        "organizations.register.written": _("Register taken"),
        "organizations.register.undo": _("Taking back begun"),
        "organizations.register.undone": _("Register taken back"),
        "organizations.organization.create": _("Organisation put on record"),
        "organizations.organization.change": _("Organisation changed"),
        "organizations.organization.close": _("Organisation closed"),
        "organizations.organization.move": _("Step in the life of the organisation"),
        "organizations.member.add": _("Member listed"),
        "organizations.member.end": _("Membership ended"),
        "organizations.member.unmask": _("Members shown in full"),
        "organizations.link.add": _("Link added"),
        "organizations.link.end": _("Link ended"),
        "organizations.document.add": _("Document added"),
        "organizations.document.remove": _("Document removed"),
        "organizations.finding.add": _("Finding entered"),
        "organizations.finding.end": _("Finding ended"),
        "organizations.finding.take_back": _("Finding taken back"),
        "organizations.sign.add": _("Sign of life entered"),
        "organizations.sign.take_back": _("Sign of life taken back"),
        "organizations.filing.begin": _("Application begun"),
        "organizations.filing.change": _("Application changed"),
        "organizations.filing.hand_in": _("Application handed in"),
        "organizations.filing.withdraw": _("Application withdrawn"),
        "organizations.filing.opinion": _("Committee's opinion given"),
        "organizations.filing.decide": _("Application decided"),
        "organizations.rules.set": _("Rules of filing set"),
        "organizations.target.set": _("Target of communities set"),
    },
    tones={"organizations.organization.close": "warn", "organizations.filing.decide": "accent"},
)
