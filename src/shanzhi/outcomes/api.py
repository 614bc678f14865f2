"""What came of rounds over the API: rounds and curves for everybody, signs of life for the desks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.params.functions import Path, Query

from shanzhi.organizations import policies
from shanzhi.outcomes import queries
from shanzhi.outcomes.queries import Body, Curve, Had, Round
from shanzhi.outcomes.views.words import day_of_reading, shown_name
from shanzhi.people.middleware import moment
from shanzhi.places import queries as places
from shanzhi.ui.http import BadCursor, signed_in

router = Router(tags=["outcomes"])
CODE = Path(..., pattern="^[0-9]{2,21}$")
ON = Query(None, description="As of which day, from 2000-01-01 until today; today unless told.")
LIMIT = Query(100, ge=1, le=500)
AFTER = Query(None, description="The `next` of the page before.")
Day = Annotated[date | None, ON]


class RoundOutcomeOut(Schema):
    """A round as of a day. Money in fen: paid to its teams, given back, the one less the other, for each that lives."""

    id: UUID
    title: str
    synthetic: bool
    communities: list[str]
    projects: int
    paid_fen: int
    returned_fen: int
    cost_fen: int
    grown: int
    alive: int
    each_fen: int | None


class GrownOut(Schema):
    """An organisation that grew out of a round, and what its team had; that proves no cause.

    One that is filed no longer has no name here.
    """

    id: UUID
    name: str
    synthetic: bool
    community: str
    purpose: str
    filed_on: date
    last_sign: date
    alive: bool
    training: int
    visits: int
    money_fen: int


class RoundWholeOut(RoundOutcomeOut):
    """A round with its organisations."""

    organizations: list[GrownOut]


class PointOut(Schema):
    """A day on which some were lost or left sight; share and bounds (95 per cent) in millionths."""

    days: int
    at_risk: int
    lost: int
    censored: int
    share: int
    low: int | None
    high: int | None


class CurveOut(Schema):
    """The product-limit curve of a group; `few` where it rests on too few to say anything."""

    name: str
    number: int
    lost: int
    few: bool
    points: list[PointOut]


class SignsOut(Schema):
    """A filed organisation with the last day of each sign of life; `silent` is 12, 6 or 0 months."""

    id: UUID
    name: str
    synthetic: bool
    area: str
    purpose: str
    round: UUID | None
    filed_on: date
    dissolved_on: date | None
    alive: bool
    silent: int
    last_sign: date
    signs: dict[str, date]


class SignsPage(Schema):
    """A page of them, the longest silent first."""

    items: list[SignsOut]
    next: UUID | None


def _day(request: HttpRequest, on: date | None) -> date:
    return day_of_reading(request, on.isoformat() if on else "")


def _round(found: Round) -> dict[str, Any]:
    return {
        "id": found.id, "title": found.title, "synthetic": found.synthetic, "communities": list(found.communities),
        "projects": found.projects, "paid_fen": found.paid, "returned_fen": found.returned, "cost_fen": found.cost,
        "grown": found.grown, "alive": found.alive, "each_fen": found.each,
    }  # fmt: skip


def _grown(body: Body, had: Had) -> dict[str, Any]:
    return {
        "id": body.id, "name": shown_name(body), "synthetic": body.synthetic, "community": body.community,
        "purpose": body.purpose, "filed_on": body.filed_on, "last_sign": body.last, "alive": body.alive,
        "training": had.training, "visits": had.visits, "money_fen": had.fen,
    }  # fmt: skip


def _millionths(share: Any) -> int | None:
    return None if share is None else round(share * 1_000_000)


def _curve(made: Curve) -> dict[str, Any]:
    points = [
        {"days": one.days, "at_risk": one.at_risk, "lost": one.lost, "censored": one.censored,
         **{name: _millionths(getattr(one, name)) for name in ("share", "low", "high")}}
        for one in made.points
    ]  # fmt: skip
    return {"name": made.name, "number": made.number, "lost": made.lost, "few": made.few, "points": points}


def _signs(body: Body) -> dict[str, Any]:
    return {
        "id": body.id, "name": body.name, "synthetic": body.synthetic, "area": body.area, "purpose": body.purpose,
        "round": body.call, "filed_on": body.filed_on, "dissolved_on": body.dissolved_on, "alive": body.alive,
        "silent": int(body.silent or 0), "last_sign": body.last, "signs": body.signs,
    }  # fmt: skip


@router.get("/rounds", response=list[RoundOutcomeOut], summary="What came of each round")
def get_rounds(request: HttpRequest, on: Day = None) -> Any:
    """Give the rounds with projects begun by the day, the newest first."""
    return [_round(one) for one in queries.rounds(on=_day(request, on))]


@router.get("/rounds/{uuid:call_id}", response=RoundWholeOut, summary="What came of a round")
def get_round(request: HttpRequest, call_id: UUID, on: Day = None) -> Any:
    """Give a round with its organisations and what each had."""
    day = _day(request, on)
    found = queries.round_of(call_id=call_id, on=day)
    had = queries.had(found, on=day)
    grown = [_grown(body, had.get(body.id, Had(0, 0, 0))) for body in found.bodies]
    return {**_round(found), "organizations": grown}


@router.get("/survival/{code}", response=list[CurveOut], summary="Survival curves of the organisations of an area")
def get_survival(
    request: HttpRequest,
    code: str = CODE,
    by: Literal["all", "class", "area", "round"] = "all",
    on: Day = None,
) -> Any:
    """Give a curve for each group, the largest first; numbers alone, never a name of an organisation."""
    places.area(code=code, at=moment(request))
    rows = queries.area_bodies(code=code, on=_day(request, on))
    return [_curve(one) for one in queries.curves(rows, queries.group_of(by=by, code=code, rows=rows))]


@router.get("/signs", response=SignsPage, summary="Signs of life of the organisations of one's own areas")
def get_signs(request: HttpRequest, on: Day = None, limit: int = LIMIT, after: UUID | None = AFTER) -> Any:
    """Give filed organisations with their signs of life, the longest silent first; for staff."""
    actor = signed_in(request)
    policies.require_desk(actor)
    rows = sorted(queries.desk_bodies(viewer=actor, on=_day(request, on)), key=lambda one: (one.last, one.id))
    start = 0
    if after is not None:
        start = next((place for place, one in enumerate(rows, start=1) if one.id == after), 0)
        if not start:
            raise BadCursor(field="after")
    shown = rows[start : start + limit]
    return {"items": [_signs(one) for one in shown], "next": shown[-1].id if start + limit < len(rows) else None}
