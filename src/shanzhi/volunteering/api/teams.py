"""The API of teams: what anybody reads, joining, and leading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.people.middleware import moment
from shanzhi.places import queries as places
from shanzhi.ui.http import Given, Key, actor_of, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.volunteering import operations, policies, queries
from shanzhi.volunteering.api.frames import AnswerGiven, ServiceDoneOut, SignedIn, WhyIn, write_once
from shanzhi.volunteering.api.mine import Area
from shanzhi.volunteering.models import JoinWay, Team, TeamKind, TeamRole

router = Router(tags=["volunteering"])


class TeamOut(Schema):
    """A team, as anybody may know it; `size` is how many are in it."""

    id: UUID
    name: str
    kind: str
    area: str
    unit: str
    about: str
    state: str
    join_way: str
    size: int
    synthetic: bool
    created_at: datetime
    version: int


class TeamPage(Schema):
    """A page of teams; `next` reads on."""

    items: list[TeamOut]
    next: UUID | None


class TeamsQuery(Schema):
    """How the list is narrowed; `search` is a part of the name."""

    search: str = Field("", max_length=60)
    area: Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")] = ""
    kind: TeamKind | None = None
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class AgreementOut(Schema):
    """What one signs before joining."""

    version: int
    text: str
    digest: str
    created_at: datetime


class TeamAndAgreementOut(TeamOut):
    """A team with its newest agreement."""

    agreement: AgreementOut


class NewTeamIn(Given):
    """A team to be founded; `leader_id` is a volunteer whom staff of the area name, else the founder leads."""

    name: str = Field(min_length=1, max_length=60)
    kind: TeamKind
    area: Area
    about: str = Field(min_length=1, max_length=1000)
    unit: str = Field("", max_length=100)
    organization_id: UUID | None = None
    join_way: JoinWay = JoinWay.REQUEST
    agreement: str = Field("", max_length=5000)
    leader_id: UUID | None = None


class TeamChangeIn(Given):
    """What a leader changes; `version` is the one that was read."""

    name: str = Field(min_length=1, max_length=60)
    about: str = Field(min_length=1, max_length=1000)
    join_way: JoinWay
    version: int = Field(ge=1, le=2_000_000_000)


class AskGiven(SignedIn):
    """A request to join; `leaves_id` is a team that one changes over from."""

    message: str = Field("", max_length=200)
    leaves_id: UUID | None = None


class CodeIn(SignedIn):
    """Joining by a code: the last part of the address in the QR code."""

    joining_code: str = Field(min_length=1, max_length=200)
    leaves_id: UUID | None = None


class TextGiven(Given):
    """A new version of the agreement."""

    text: str = Field(min_length=1, max_length=5000)


class TeamMemberPlaceOut(Schema):
    """A place in a team, for who leads it; the name is masked, `signed` None where the agreement was not signed yet."""

    id: UUID
    number: str
    name: str
    role: str
    state: str
    message: str
    signed: int | None
    asked_at: datetime
    joined_at: datetime | None
    ended_at: datetime | None
    synthetic: bool


class TeamMembersPage(Schema):
    """A page of places; `next` reads on."""

    items: list[TeamMemberPlaceOut]
    next: UUID | None


class MembersQuery(Schema):
    """How the list is read on."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class JoiningCodeOut(Schema):
    """The joining code of a team; `code` is '' where none holds."""

    code: str
    until: datetime | None


class PartIn(Given):
    """What somebody is in the team; a new leader takes it over."""

    role: TeamRole


@router.get("/teams", response=TeamPage, summary="Teams that work, for anyone")
def list_teams(request: HttpRequest, asked: Query[TeamsQuery]) -> dict[str, Any]:
    """List the teams that work, newest first; nobody in them is named."""
    rows = queries.teams(at=moment(request)).order_by("-created_at", "id")
    if asked.search:
        rows = queries.search_teams(rows, asked.search)
    if asked.area:
        rows = rows.filter(places.within("area", asked.area))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    return page_after(rows, asked.after, asked.limit, lambda row: row)


@router.post("/teams", response=ServiceDoneOut, summary="Found a team")
def found(request: HttpRequest, body: NewTeamIn, idempotency_key: Key) -> dict[str, Any]:
    """Found a team that one leads; it waits for the committee's yes."""
    return write_once(request, "found", idempotency_key, body, lambda: operations.found_team(
        **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/by-code", response=ServiceDoneOut, summary="Join a team by its code")
def by_code(request: HttpRequest, body: CodeIn, idempotency_key: Key) -> dict[str, Any]:
    """Join at once, with the agreement signed."""
    values: dict[str, Any] = {"token": body.joining_code, "signed": body.signed, "leaves_id": body.leaves_id}
    return write_once(request, "by_code", idempotency_key, body, lambda: operations.join_by_code(
        **values, **signed_acting(request)
    ))  # fmt: skip


@router.get("/teams/{uuid:team_id}", response=TeamAndAgreementOut, summary="One team with its agreement")
def get_team(request: HttpRequest, team_id: UUID) -> dict[str, Any]:
    """Give a team that works to anyone, others to who is in them and to staff of the area."""
    row = queries.team(viewer=actor_of(request), team_id=team_id)
    return {**{name: getattr(row, name) for name in TeamOut.model_fields}, "agreement": queries.agreement(row)}


@router.post("/teams/{uuid:team_id}/change", response=ServiceDoneOut, summary="Change a team")
def change(request: HttpRequest, team_id: UUID, body: TeamChangeIn, idempotency_key: Key) -> dict[str, Any]:
    """Change name, purpose and way of joining, as its leader or the office of its area."""
    return write_once(request, "team_change", idempotency_key, body, lambda: operations.change_team(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/{uuid:team_id}/decide", response=ServiceDoneOut, summary="Agree to a team, or decline")
def decide(request: HttpRequest, team_id: UUID, body: AnswerGiven, idempotency_key: Key) -> dict[str, Any]:
    """Agree to a team that waits, as the residents' committee or who leads its organisation."""
    return write_once(request, "team_decide", idempotency_key, body, lambda: operations.decide_team(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/{uuid:team_id}/dissolve", response=ServiceDoneOut, summary="Dissolve a team")
def dissolve(request: HttpRequest, team_id: UUID, body: WhyIn, idempotency_key: Key) -> dict[str, Any]:
    """End a team with all places in it; they stay on record."""
    return write_once(request, "dissolve", idempotency_key, body, lambda: operations.dissolve_team(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/{uuid:team_id}/agreement", response=ServiceDoneOut, summary="A new version of the agreement")
def set_agreement(request: HttpRequest, team_id: UUID, body: TextGiven, idempotency_key: Key) -> dict[str, Any]:
    """Write a new version; who is in the team is asked to sign it."""
    return write_once(request, "agreement", idempotency_key, body, lambda: operations.set_agreement(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/{uuid:team_id}/join", response=ServiceDoneOut, summary="Ask to join a team")
def join(request: HttpRequest, team_id: UUID, body: AskGiven, idempotency_key: Key) -> dict[str, Any]:
    """Ask to join, with the agreement signed."""
    return write_once(request, "join", idempotency_key, body, lambda: operations.ask_to_join(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/{uuid:team_id}/sign", response=ServiceDoneOut, summary="Sign the newest agreement")
def sign(request: HttpRequest, team_id: UUID, body: SignedIn, idempotency_key: Key) -> dict[str, Any]:
    """Sign the newest version, as somebody in the team."""
    return write_once(request, "sign", idempotency_key, body, lambda: operations.sign_agreement(
        team_id=team_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/teams/{uuid:team_id}/leave", response=ServiceDoneOut, summary="Leave a team")
def leave(request: HttpRequest, team_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Leave a team, or take the request back."""
    return write_once(request, "leave", idempotency_key, None, lambda: operations.leave_team(
        team_id=team_id, **signed_acting(request)
    ))  # fmt: skip


def _code(row: Team, at: datetime) -> dict[str, Any]:
    holds = row.state == "active" and row.code_until is not None and row.code_until > at
    return {"code": queries.code_of(row) if holds else "", "until": row.code_until}


@router.get("/teams/{uuid:team_id}/code", response=JoiningCodeOut, summary="The joining code, for who leads the team")
def get_code(request: HttpRequest, team_id: UUID) -> dict[str, Any]:
    """Give the code that holds now."""
    row = queries.led_team(viewer=signed_in(request), team_id=team_id)
    policies.require(policies.may_lead(actor=signed_in(request), team=row))
    return _code(row, moment(request))


@router.post("/teams/{uuid:team_id}/code", response=JoiningCodeOut, summary="Make a new joining code")
def renew_code(request: HttpRequest, team_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Make a new code that holds for 30 days; older ones are void."""

    def run() -> dict[str, Any]:
        made = _code(operations.renew_code(team_id=team_id, **signed_acting(request)), moment(request))
        return {**made, "until": made["until"].isoformat()}

    return write_once(request, "code", idempotency_key, None, run)


@router.get("/teams/{uuid:team_id}/members", response=TeamMembersPage, summary="Members, for who leads the team")
def list_members(request: HttpRequest, team_id: UUID, asked: Query[MembersQuery]) -> dict[str, Any]:
    """List who is in a team, asked to be and was, names masked."""
    row = queries.led_team(viewer=signed_in(request), team_id=team_id)
    rows = queries.members(row).order_by("-asked_at", "id")
    return page_after(rows, asked.after, asked.limit, lambda one: {
        "id": one.pk, "number": one.volunteer.number, "name": str(one.volunteer.human.name), "role": one.role,
        "state": one.state, "message": one.message, "signed": one.agreement.version if one.signed_at else None,
        "asked_at": one.asked_at,
        "joined_at": one.joined_at, "ended_at": one.ended_at, "synthetic": one.volunteer.human.synthetic,
    }, by="asked_at")  # fmt: skip


@router.post("/places/{uuid:place_id}/decide", response=ServiceDoneOut, summary="Let somebody into the team, or not")
def decide_request(request: HttpRequest, place_id: UUID, body: AnswerGiven, idempotency_key: Key) -> dict[str, Any]:
    """Answer a request to join."""
    values: dict[str, Any] = {"member_id": place_id, "accepted": body.agreed, "reason": body.reason}
    return write_once(request, "request", idempotency_key, body, lambda: operations.decide_request(
        **values, **signed_acting(request)
    ))  # fmt: skip


@router.post("/places/{uuid:place_id}/part", response=ServiceDoneOut, summary="Change what somebody is in the team")
def set_part(request: HttpRequest, place_id: UUID, body: PartIn, idempotency_key: Key) -> dict[str, Any]:
    """Make somebody deputy or member, or hand the team over."""
    return write_once(request, "part", idempotency_key, body, lambda: operations.set_part(
        member_id=place_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/places/{uuid:place_id}/end", response=ServiceDoneOut, summary="End somebody's place in the team")
def end_place(request: HttpRequest, place_id: UUID, body: WhyIn, idempotency_key: Key) -> dict[str, Any]:
    """End a place for a reason; it stays on record."""
    return write_once(request, "end_place", idempotency_key, body, lambda: operations.end_place(
        member_id=place_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
