"""The filing desk, the offices' side: the residents' committee's opinion, the decision, the number."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import LENGTHS, SUBDISTRICT
from shanzhi.kernel.errors import Conflict, Invalid
from shanzhi.kernel.roles import Role
from shanzhi.organizations import policies, telling
from shanzhi.organizations.lifecycle import APPLICATION, ORGANIZATION, RESTING
from shanzhi.organizations.models import Ask, Filing, FilingApplication, Opinion, Organization
from shanzhi.organizations.operations.filing import Rests, locked_application, note
from shanzhi.organizations.operations.life import NotFiled
from shanzhi.organizations.operations.organizations import cancel_filing, keep_name, once_on_record
from shanzhi.people.models import RoleGrant
from shanzhi.people.operations.roles import put_grant

DECISIONS: Final = ("grant", "refuse", "return")


class BadOpinion(Invalid):
    """The opinion is neither for nor against."""

    code = "bad_opinion"
    message = _("Choose whether the committee supports the filing.")


class BadDecision(Invalid):
    """The decision is none of the three."""

    code = "bad_decision"
    message = _("Choose: grant, refuse, or return to be completed.")


class DecisionReasonMissing(Invalid):
    """A decision and an opinion have words."""

    code = "reason_missing"
    message = _("Write the reason; the applicant reads it.")


class NotWaiting(Conflict):
    """The application waits for another step."""

    code = "application_not_waiting"
    message = _("This application does not wait for this step now. Reload the page to see where it stands.")


def give_opinion(
    *, actor: Actor, application_id: UUID, version: int, opinion: str, words: str, at: datetime
) -> FilingApplication:
    """Write the residents' committee's opinion; the decision is due some days later, as the frozen rules say.

    Raises NotFound, Stale, Forbidden, OwnApplication, NotWaiting, BadOpinion, DecisionReasonMissing.
    """
    with transaction.atomic():
        found = locked_application(actor, application_id, version)
        policies.require(policies.may_advise(actor=actor, seat=found.area, applicant=found.applicant_id))
        if found.state != "handed_in":
            raise NotWaiting
        if opinion not in Opinion.values:
            raise BadOpinion(field="opinion")
        if not words.strip():
            raise DecisionReasonMissing(field="words")
        found.opinion, found.opinion_words, found.opinion_at = opinion, words.strip(), at
        found.opinion_by_id = actor.person_id
        found.due_on = timezone.localdate(at) + timedelta(days=found.rules["decision_days"])
        found.state, found.version = APPLICATION.move(found.state, "give_opinion"), found.version + 1
        found.save()
        change = {"from": "handed_in", "to": found.state, "opinion": opinion, "due_on": found.due_on.isoformat()}
        note(actor, "opinion", found, change, at)
        telling.tell_opinion(actor=actor, found=found, at=at)
    return found


def decide(
    *, actor: Actor, application_id: UUID, version: int, decision: str, reason: str, at: datetime
) -> FilingApplication:
    """Grant, refuse or return an application, for a reason; granting does what was applied for.

    A first filing gets the next number of its area and year, and the applicant leads the organisation from now on.
    Raises NotFound, Stale, Forbidden, NotInCharge, OwnApplication, NotWaiting, BadDecision, DecisionReasonMissing,
    Rests, NotFiled, NameTaken.
    """
    with once_on_record():
        found = locked_application(actor, application_id, version)
        others = (found.applicant_id, found.opinion_by_id)
        policies.require(policies.may_decide(actor=actor, seat=found.area, others=others))
        if decision not in DECISIONS:
            raise BadDecision(field="decision")
        if decision not in APPLICATION.open_moves(found.state):
            raise NotWaiting
        if not reason.strip():
            raise DecisionReasonMissing(field="reason")
        before = found.state
        found.state, found.version = APPLICATION.move(before, decision), found.version + 1
        found.reason, found.decided_by_id, found.decided_at, found.due_on = reason.strip(), actor.person_id, at, None
        found.save()
        change: dict[str, Any] = {"from": before, "to": found.state, "ask": found.ask}
        if decision == "grant":
            change |= _granted(actor, found, at)
        note(actor, "decide", found, change, at, found.reason)
        telling.tell_decided(actor=actor, found=found, at=at)
    return found


def _granted(actor: Actor, found: FilingApplication, at: datetime) -> dict[str, Any]:
    """Do what was applied for; give what the log tells of it."""
    body, today = Organization.objects.get(pk=found.organization_id), timezone.localdate(at)
    if body.state in RESTING:
        raise Rests
    if found.ask == Ask.FIRST:
        return _first(actor, found, body, at)
    filing = Filing.objects.select_for_update().filter(organization=body, cancelled_on=None).first()
    if filing is None:
        raise NotFiled
    if found.ask == Ask.CANCELLATION:
        cancel_filing(body, found.reason, at)
        if body.state in ("filed", "hub") and not body.credit_code:
            body.state = ORGANIZATION.move(body.state, "unfile")
    elif found.ask == Ask.RENEWAL:
        begins = max(filing.valid_to, today - timedelta(days=1))
        filing.valid_to = years_on(begins, found.rules["validity_years"])
        filing.save(update_fields=["valid_to"])
    else:
        keep_name(body, found.name, at)
        body.name, body.purpose, body.size_stated = found.name, found.purpose, found.members
    body.version += 1
    body.save()
    return {"number": filing.number, "valid_to": filing.valid_to.isoformat()}


def _first(actor: Actor, found: FilingApplication, body: Organization, at: datetime) -> dict[str, Any]:
    made = _numbered(found, at)
    body.state = ORGANIZATION.move(body.state, "file")
    body.name, body.purpose, body.size_stated = found.name, found.purpose, found.members
    body.version += 1
    body.save()
    _let_lead(actor, found, at)
    return {"number": made.number, "valid_to": made.valid_to.isoformat()}


def _numbered(found: FilingApplication, at: datetime) -> Filing:
    """Give the next number of the subdistrict and year; the lock holds until the commit, so there is no gap."""
    day = timezone.localdate(at)
    area = found.area[: LENGTHS[SUBDISTRICT]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('organizations_filing'), hashtext(%s))", [f"{area}/{day.year}"]
        )
    last = Filing.objects.filter(area=area, year=day.year).aggregate(last=Max("serial"))["last"] or 0
    return Filing.objects.create(
        organization_id=found.organization_id, application=found, area=area, year=day.year, serial=last + 1,
        number=f"{found.rules['prefix']}{area}〔{day.year}〕{last + 1:04d}号", code=secrets.token_urlsafe(16),
        filed_on=day, valid_to=years_on(day, found.rules["validity_years"]) - timedelta(days=1), created_at=at,
    )  # fmt: skip


def years_on(day: date, years: int) -> date:
    """Give the same day some years later; the 29th of February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _let_lead(actor: Actor, found: FilingApplication, at: datetime) -> None:
    """Make the applicant team leader of the organisation, unless somebody of theirs leads it already."""
    leads = RoleGrant.objects.filter(organization=found.organization_id, role__in=policies.LEADERS, ends_at=None)
    if found.applicant_id is None or actor.is_system or leads.exists():
        return
    put_grant(
        actor=actor, person_id=found.applicant_id, role=Role.TEAM_LEADER, organization=found.organization_id,
        starts_at=at, reason=found.reason, at=at,
    )  # fmt: skip
