"""The filing desk, the applicant's side: begun with what is known, completed, handed in, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound, SignInNeeded
from shanzhi.organizations import policies
from shanzhi.organizations.lifecycle import APPLICATION, DROPPED, EDITABLE, RESTING
from shanzhi.organizations.models import Ask, Filing, FilingApplication, Kind, Organization
from shanzhi.organizations.operations.life import NotFiled
from shanzhi.organizations.operations.organizations import (
    MOST_MEMBERS,
    BadNumber,
    Stale,
    checked,
    once_on_record,
    plain_phone,
)
from shanzhi.organizations.queries.checks import checks, rules_for
from shanzhi.people.policies import require_taking_part

Origin = tuple[str, UUID]
LONGEST: Final = {"premises": 200, "words": 2000, "in_charge": 60}


class BadAsk(Invalid):
    """There is no such thing to apply for."""

    code = "bad_ask"
    message = _("Choose what is applied for.")


class TooLong(Invalid):
    """A text is longer than its field."""

    code = "too_long"
    message = _("Shorten this text: it may have at most %(most)s characters.")


class OpenAlready(Conflict):
    """The organisation has an application that is not over."""

    code = "application_open"
    message = _("This organisation has an application that is not over yet. Go on with that one, or withdraw it.")


class FiledAlready(Conflict):
    """The organisation is filed, or registered, already."""

    code = "filed_already"
    message = _("This organisation is filed or registered already. Apply for a renewal, a change or a cancellation.")


class Rests(Conflict):
    """A dormant or suspended organisation is not filed."""

    code = "organization_rests"
    message = _("This organisation is dormant or suspended. Ask the subdistrict office to let it resume first.")


class NotEditable(Conflict):
    """The application is handed in or over."""

    code = "application_not_editable"
    message = _("This application is handed in or over, so it is not changed any more.")


class ChecksOpen(Invalid):
    """What the area asks for is not all there."""

    code = "filing_incomplete"
    message = _("Before it can be handed in, this is missing: %(missing)s.")


def apply_for_filing(
    *, actor: Actor, name: str, purpose: str, area: str, members: int | None = None, person_in_charge: str = "",
    origin: Origin | None = None, at: datetime, phone: str = "", premises: str = "", words: str = "",
    ask: str = Ask.FIRST.value, organization_id: UUID | None = None, synthetic: bool = False,
) -> FilingApplication:  # fmt: skip
    """Begin an application as a draft, filled in with all that is known; the README tells of the arguments.

    After a refusal or withdrawal, another one from the same origin goes on with the body on record.

    Raises SignInNeeded, GuardianConsentNeeded, NotTheApplicantsPlace, NotYourApplication, BadAsk, BadName, BadPurpose,
    BadSeat, BadNumber, NotAPhone, TooLong, NameTaken, OpenAlready, FiledAlready, NotFiled, Rests.
    """
    policies.require(policies.may_apply(actor=actor, seat=area, organization=organization_id))
    require_taking_part(actor)
    if ask not in Ask.values or (ask != Ask.FIRST and organization_id is None):
        raise BadAsk(field="ask")
    given = _given(name=name, purpose=purpose, area=area, members=members, at=at, in_charge=person_in_charge,
                   phone=phone, premises=premises, words=words)  # fmt: skip
    with once_on_record():
        again = _dropped_of(origin) if organization_id is None else None
        known = again or organization_id
        body = _ready(known, ask) if known else _put_on_record(given, synthetic, grown=origin is not None, at=at)
        made = FilingApplication.objects.create(
            organization=body, ask=ask, **given, origin_kind=origin[0] if origin else "",
            origin_id=origin[1] if origin else None, applicant_id=actor.person_id, created_at=at,
        )  # fmt: skip
        if again is not None:
            _carry_over(made)
        note(actor, "begin", made, {"ask": ask, "name": made.name}, at)
    return made


def _dropped_of(origin: Origin | None) -> UUID | None:
    """Give the body, still open, whose application from an origin was refused or withdrawn last."""
    if origin is None:
        return None
    rows = FilingApplication.objects.filter(origin_kind=origin[0], origin_id=origin[1], state__in=DROPPED)
    return (
        rows.filter(organization__closed_at=None).order_by("-created_at").values_list("organization", flat=True).first()
    )


def _put_on_record(given: Mapping[str, Any], synthetic: bool, *, grown: bool, at: datetime) -> Organization:
    return Organization.objects.create(
        name=given["name"], purpose=given["purpose"], area=given["area"], size_stated=given["members"],
        kind=Kind.COMMUNITY, state="project_team" if grown else "group", synthetic=synthetic, created_at=at,
    )  # fmt: skip


def _ready(organization_id: UUID, ask: str) -> Organization:
    """Lock an organisation of which this may be asked now."""
    body = Organization.objects.select_for_update(no_key=True).filter(pk=organization_id, closed_at=None).first()
    if body is None:
        raise NotFound
    if body.state in RESTING:
        raise Rests
    filed = Filing.objects.filter(organization=body, cancelled_on=None).exists()
    if ask == Ask.FIRST and (filed or body.state not in ("group", "project_team")):
        raise FiledAlready(field="ask")
    if ask != Ask.FIRST and not filed:
        raise NotFiled(field="ask")
    if FilingApplication.objects.filter(
        organization=body, state__in=(*EDITABLE, "handed_in", "opinion_given")
    ).exists():
        raise OpenAlready
    return body


def _given(
    *, name: str, purpose: str, area: str, members: int | None, at: datetime, in_charge: str, phone: str,
    premises: str, words: str, kept: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Check what is written in an application, field by field."""
    plain = checked(name, Kind.COMMUNITY.value, area, "", at, kept=kept, purpose=purpose)
    if members is not None and not 1 <= members <= MOST_MEMBERS:
        raise BadNumber(field="members")
    texts = {"premises": premises.strip(), "words": words.strip(), "in_charge": in_charge.strip()}
    for field, text in texts.items():
        if len(text) > LONGEST[field]:
            raise TooLong(field=field, most=LONGEST[field])
    return {
        "name": plain["name"], "purpose": purpose, "area": area, "members": members,
        "premises": texts["premises"], "about": texts["words"],
        "in_charge": texts["in_charge"] or None, "phone": plain_phone(phone),
    }  # fmt: skip


def change_application(
    *,
    actor: Actor,
    application_id: UUID,
    version: int,
    name: str,
    purpose: str,
    area: str,
    members: int | None = None,
    person_in_charge: str = "",
    phone: str = "",
    premises: str = "",
    words: str = "",
    at: datetime,
) -> FilingApplication:
    """Write a draft, or one that was returned; what is given replaces all of it.

    A first filing renames the group with it. Raises NotFound, NotYourApplication, Stale, NotEditable, and as
    `apply_for_filing` does.
    """
    with once_on_record():
        found = own_application(actor, application_id, version)
        given = _given(name=name, purpose=purpose, area=area, members=members, at=at, in_charge=person_in_charge,
                       phone=phone, premises=premises, words=words, kept=found.area)  # fmt: skip
        if area != found.area:
            policies.require(policies.may_apply(actor=actor, seat=area, organization=_led(actor, found)))
        for field, value in given.items():
            setattr(found, field, value)
        found.version += 1
        found.save()
        if found.ask == Ask.FIRST:
            _carry_over(found)
        note(actor, "change", found, {}, at)
    return found


def _led(actor: Actor, found: FilingApplication) -> UUID | None:
    return found.organization_id if policies.speaks_for(actor, found.organization_id) else None


def _carry_over(found: FilingApplication) -> None:
    """Let the group, which nobody filed yet, bear what its application says."""
    body = Organization.objects.select_for_update(no_key=True).get(pk=found.organization_id)
    body.name, body.purpose, body.area, body.size_stated = found.name, found.purpose, found.area, found.members
    body.version += 1
    body.save()


def hand_in(*, actor: Actor, application_id: UUID, version: int, at: datetime) -> FilingApplication:
    """Hand an application in once all is there that the area asks for; its rules are frozen with it.

    Where the area asks no opinion it waits for the decision at once. Days run by the calendar of the place.
    Raises NotFound, NotYourApplication, Stale, NotEditable, ChecksOpen.
    """
    with transaction.atomic():
        found = own_application(actor, application_id, version)
        rules = rules_for(found.area)
        missing = [one.words for one in checks(found, rules, at) if not one.good]
        if missing:
            raise ChecksOpen(missing="；".join(missing))
        before = found.state
        found.state = APPLICATION.move(before, "hand_in" if rules["opinion"] else "hand_in_direct")
        days = rules["opinion_days"] if rules["opinion"] else rules["decision_days"]
        found.due_on = timezone.localdate(at) + timedelta(days=days)
        found.rules, found.handed_in_at, found.version = rules, at, found.version + 1
        found.opinion, found.opinion_words, found.opinion_by, found.opinion_at = "", "", None, None
        found.reason, found.decided_by, found.decided_at = "", None, None
        found.save()
        note(actor, "hand_in", found, {"from": before, "to": found.state, "due_on": found.due_on.isoformat()}, at)
    return found


def withdraw_application(*, actor: Actor, application_id: UUID, version: int, at: datetime) -> FilingApplication:
    """Withdraw an application that is not decided; the group stays on record. Raises as `hand_in` does."""
    with transaction.atomic():
        found = own_application(actor, application_id, version, editable=False)
        before = found.state
        found.state, found.version = APPLICATION.move(before, "withdraw"), found.version + 1
        found.save()
        note(actor, "withdraw", found, {"from": before, "to": found.state}, at)
    return found


def locked_application(actor: Actor, application_id: UUID, version: int) -> FilingApplication:
    """Fetch an application for a change; outside the actor's reach there is none. The organisation is locked first."""
    if not actor.signed_in and not actor.is_system:
        raise SignInNeeded
    rows = FilingApplication.objects.filter(policies.applications_readable(actor), pk=application_id)
    body = rows.values_list("organization", flat=True).first()
    if body is None:
        raise NotFound
    Organization.objects.select_for_update(no_key=True).get(pk=body)
    found = (
        FilingApplication.objects.select_for_update(of=("self",)).select_related("organization").get(pk=application_id)
    )
    if found.version != version:
        raise Stale
    return found


def own_application(actor: Actor, application_id: UUID, version: int, *, editable: bool = True) -> FilingApplication:
    """Fetch an application for its applicant, or for who leads the organisation."""
    found = locked_application(actor, application_id, version)
    own = actor.is_system or actor.is_person(found.applicant_id) or policies.speaks_for(actor, found.organization_id)
    if not own:
        raise policies.NotYourApplication
    require_taking_part(actor)
    if editable and found.state not in EDITABLE:
        raise NotEditable
    return found


def note(
    actor: Actor, verb: str, found: FilingApplication, change: Mapping[str, Any], at: datetime, reason: str = ""
) -> None:
    """Put on record what was done to an application."""
    record(
        actor=actor, verb=f"organizations.filing.{verb}", subject=found, area=found.area, change=change, at=at,
        reason=reason,
    )  # fmt: skip
