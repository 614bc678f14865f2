"""Reading what belongs to people's rights and safety; like all queries these take the viewer."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from shanzhi.kernel import identifiers
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.personal import Hindrance
from shanzhi.kernel.roles import GRANTERS
from shanzhi.people import holders, policies, queries
from shanzhi.people.actors import second_factor_due
from shanzhi.people.fields import PHONE_OF_INVITATION, marks
from shanzhi.people.lifecycle import RECOVERERS
from shanzhi.people.models import Account, Invitation, Recovery, RoleGrant, SignIn
from shanzhi.people.operations.erasure import hindrances_of
from shanzhi.people.operations.invitations import digest_of
from shanzhi.people.operations.reviews import YEAR, unconfirmed
from shanzhi.people.sign_in import SECOND_FACTOR_ROLES
from shanzhi.places import queries as places
from shanzhi.places.models import Area

MOST_SHOWN = 50


@dataclass(frozen=True)
class Factors:
    """What second factors an account has."""

    generator: bool
    passkeys: int
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.generator or self.passkeys > 0


def factors(*, account_id: UUID) -> Factors:
    """Tell the second factors of an account; recovery codes alone are none."""
    rows = list(Authenticator.objects.filter(user_id=account_id))
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return Factors(
        generator=any(row.type == Authenticator.Type.TOTP for row in rows),
        passkeys=sum(row.type == Authenticator.Type.WEBAUTHN for row in rows),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
    )


def sign_ins(*, viewer: Actor, at: datetime) -> list[SignIn]:
    """List the own sessions that are not over, newest first."""
    if viewer.account_id is None:
        raise SignInNeeded
    living = Session.objects.filter(expire_date__gt=at).values("session_key")
    rows = SignIn.objects.filter(account_id=viewer.account_id, ended_at=None, session_key__in=living)
    return list(rows.order_by("-seen_at", "id")[:MOST_SHOWN])


def own_recovery(*, viewer: Actor) -> Recovery | None:
    """Give the recovery of the own account that is under way, so that it can be stopped."""
    if viewer.account_id is None:
        return None
    return Recovery.objects.filter(account_id=viewer.account_id, state__in=("asked", "waiting")).first()


def _place(path: str) -> Subquery:
    return Subquery(Area.objects.filter(code=OuterRef(path)).values("name")[:1])


def require_recoverers(viewer: Actor) -> None:
    """Refuse who decides on no recovery."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(RECOVERERS):
        raise Forbidden


def recoveries(*, viewer: Actor) -> QuerySet[Recovery]:
    """Give the recoveries of people in the viewer's areas, newest first."""
    require_recoverers(viewer)
    scope = places.within_any("person__area", viewer.areas(RECOVERERS))
    rows = Recovery.objects.filter(scope).select_related("person", "asked_by", "approved_by")
    return rows.annotate(area_name=_place("person__area")).order_by("-asked_at", "id")


def recovery(*, viewer: Actor, recovery_id: UUID, at: datetime) -> Recovery:
    """Give one recovery whose person exists for the viewer."""
    require_recoverers(viewer)
    found = Recovery.objects.select_related("person", "asked_by", "approved_by").filter(pk=recovery_id).first()
    if found is None or not policies.sees(viewer=viewer, person=found.person, at=at):
        raise NotFound
    return found


def require_granters(viewer: Actor) -> None:
    """Refuse who gives no roles."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(GRANTERS):
        raise Forbidden


def invitations(*, viewer: Actor) -> QuerySet[Invitation]:
    """Give the invitations into the viewer's areas, newest first."""
    require_granters(viewer)
    rows = Invitation.objects.filter(queries.held_within(viewer.areas(GRANTERS))).select_related("invited_by")
    rows = rows.annotate(area_name=_place("area"), organization_name=holders.bodies().named("organization"))
    return rows.order_by("-created_at", "id")


def search_invitations(rows: QuerySet[Invitation], words: str) -> QuerySet[Invitation]:
    """Find open invitations by the whole phone, and all by a part of the reason."""
    found = Q(reason__icontains=words.strip())
    with suppress(identifiers.NotAPhone):
        found |= Q(phone_mark__in=marks(identifiers.phone(words), purpose=PHONE_OF_INVITATION))
    return rows.filter(found)


def invitation(*, viewer: Actor, invitation_id: UUID) -> Invitation:
    """Give one invitation of the viewer's areas."""
    found = invitations(viewer=viewer).filter(pk=invitation_id).first()
    if found is None:
        raise NotFound
    return found


def invitation_behind(*, secret: str, at: datetime) -> Invitation | None:
    """Give the open invitation of a link; role and place are no secret to who holds it."""
    return Invitation.objects.filter(secret=digest_of(secret), state="open", expires_at__gt=at).first()


def due_for_review(*, viewer: Actor, at: datetime) -> QuerySet[RoleGrant]:
    """Give the roles in the viewer's areas that nobody confirmed for a year, those that lapse first at the top."""
    require_granters(viewer)
    scope = queries.held_within(viewer.areas(GRANTERS))
    rows = unconfirmed(since=at - YEAR, at=at).filter(scope).exclude(person_id__in=(viewer.person(), *viewer.also))
    rows = rows.annotate(organization_name=holders.bodies().named("organization"))
    by_age: Any = rows.select_related("person").annotate(area_name=_place("area"))  # `confirmed` stands in no table
    found: QuerySet[RoleGrant] = by_age.order_by("confirmed", "id")
    return found


def staff_without_factor(*, at: datetime) -> int:
    """Count for the operator how many sign-ins of staff have no second factor; it names nobody."""
    running = Q(ends_at__isnull=True) | Q(ends_at__gt=at)
    staff = RoleGrant.objects.filter(running, role__in=SECOND_FACTOR_ROLES, starts_at__lte=at).values("person")
    proven = Authenticator.objects.filter(type__in=(Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN))
    return Account.objects.filter(is_active=True, person__in=staff).exclude(pk__in=proven.values("user")).count()


@dataclass(frozen=True)
class Due:
    """What is due for a viewer in this room: roles to review, recoveries to confirm, a factor to set up, consents."""

    reviews: int = 0
    recoveries: int = 0
    factor: bool = False
    own_recovery: bool = False
    consent: bool = False
    wards: int = 0


def due(*, viewer: Actor, at: datetime) -> Due:
    """Count what is due for the viewer's first screen."""
    if viewer.account_id is None:
        return Due()
    account = Account.objects.select_related("person").get(pk=viewer.account_id)
    found: dict[str, Any] = {"factor": second_factor_due(account=account, at=at)}
    if viewer.holds_anywhere(GRANTERS):
        found["reviews"] = due_for_review(viewer=viewer, at=at).aggregate(n=Count("id"))["n"]
    if viewer.holds_anywhere(RECOVERERS):
        waiting = recoveries(viewer=viewer).filter(state="asked").exclude(asked_by_id__in=viewer.persons)
        found["recoveries"] = waiting.count()
    found["consent"] = queries.consent_due(viewer=viewer, at=at)
    if viewer.person_id is not None:
        found["wards"] = queries.wards_due(viewer=viewer, at=at)
    if found["factor"] or viewer.holds_anywhere(policies.READERS):
        found["own_recovery"] = own_recovery(viewer=viewer) is not None
    return Due(**found)


def person_for_recovery(*, viewer: Actor, person_id: UUID, at: datetime) -> Any:
    """Give a person whose second factor the viewer may help to replace."""
    found = queries.person(viewer=viewer, person_id=person_id, at=at)
    policies.require(policies.may_close_account(actor=viewer, person=found, at=at))
    return found


def erasable(*, viewer: Actor, person_id: UUID, at: datetime) -> Any:
    """Give a person whom the viewer may erase on request."""
    found = queries.person(viewer=viewer, person_id=person_id, at=at)
    policies.require(policies.may_close_account(actor=viewer, person=found, at=at))
    return found


def hindering(*, viewer: Actor, person_id: UUID, at: datetime) -> list[Hindrance]:
    """Give what forbids for now to erase a person whom the viewer may erase on request."""
    return hindrances_of(erasable(viewer=viewer, person_id=person_id, at=at).pk, at)


def hindering_me(*, viewer: Actor, at: datetime) -> list[Hindrance]:
    """Give what forbids for now to erase the viewer."""
    return hindrances_of(queries.own(viewer=viewer).pk, at)
