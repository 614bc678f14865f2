"""The API of attendance: the same operations and queries as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.attendance import operations, policies, queries
from shanzhi.attendance.lifecycle import REVIEW
from shanzhi.attendance.models import Act, Attendance
from shanzhi.kernel.errors import Forbidden
from shanzhi.kernel.gate import Place
from shanzhi.people.middleware import moment
from shanzhi.ui.http import Given, Key, Moment, actor_of, signed_acting, signed_in
from shanzhi.ui.keyset import page_after
from shanzhi.work.sends import writes_of

router = Router(tags=["attendance"])
write_once = writes_of("attendance")
Degrees = Annotated[int, Field(ge=-180_000, le=180_000)]
Code = Annotated[str, Field(min_length=1, max_length=100)]
Why = Annotated[str, Field(min_length=1, max_length=500)]


class PresenceDoneOut(Schema):
    """What was written down, by its id."""

    id: UUID


class RoughPlaceGiven(Given):
    """A rough position in thousandths of a degree, north and east above zero; it is compared and forgotten."""

    north: Annotated[int, Field(ge=-90_000, le=90_000)]
    east: Degrees

    def place(self) -> Place:
        """Give it as the operations take it."""
        return Place(self.north * 1000, self.east * 1000)


class AtGateIn(Given):
    """The code that the screen of the shift shows now: the last part of the address in the QR code."""

    gate_code: Code
    position: RoughPlaceGiven | None = None


class ByPlaceIn(Given):
    """Where the phone is."""

    position: RoughPlaceGiven


class PresenceOut(Schema):
    """A record of presence; `minutes` is empty while it goes on."""

    id: UUID
    shift_id: UUID
    title: str
    state: str
    review: str
    arrived_at: datetime
    left_at: datetime | None
    minutes: int | None
    way_in: str
    way_out: str


class PresencePage(Schema):
    """A page of records; `next` reads on."""

    items: list[PresenceOut]
    next: UUID | None


class DoubtedOut(PresenceOut):
    """A record that something speaks against, for who leads and staff; the name is masked."""

    number: str
    name: str
    doubts: list[str]


class DoubtedPage(Schema):
    """A page of doubted records; `next` reads on."""

    items: list[DoubtedOut]
    next: UUID | None


class PresencesQuery(Schema):
    """How the list is read on."""

    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class DoubtedQuery(PresencesQuery):
    """How the list of doubted records is narrowed."""

    review: Annotated[str, Field(pattern="^(waiting|kept|settled)?$")] = ""


class PresenceLineOut(Schema):
    """Somebody on the list of a shift: the name masked, `state` expected, here or left."""

    volunteer_id: UUID
    number: str
    name: str
    state: str
    walk_in: bool
    presence_id: UUID | None


class PresenceListOut(Schema):
    """The list of a shift with its numbers."""

    expected: int
    here: int
    left: int
    walk_ins: bool
    metres: int
    items: list[PresenceLineOut]


class GateCodeOut(Schema):
    """The code of now, and until when the screen shows it."""

    gate_code: str
    until: datetime


class PresenceMarkIn(Given):
    """Whom the leader taps, and what."""

    volunteer_id: UUID
    act: Act


class WalkInGiven(Given):
    """Who came without having signed up."""

    number: str = Field(min_length=1, max_length=20)


class GateMannerIn(Given):
    """How a shift lets people in."""

    walk_ins: bool
    metres: int = Field(ge=1000, le=100_000)


class TapGiven(Given):
    """A tap as a phone kept it, with a number of its own, the time of its clock, and whether it had a network."""

    id: UUID
    volunteer_id: UUID
    act: Act
    tapped_at: Moment
    online: bool = False


class TapsIn(Given):
    """Taps that were kept without a network; `sent_at` is the phone's clock now."""

    sent_at: Moment
    taps: list[TapGiven] = Field(max_length=500)


class TapTakenOut(Schema):
    """What became of a tap: accepted, already, refused with `why` in a code and in words."""

    id: UUID
    answer: str
    why: str
    words: str


class TapsTakenOut(Schema):
    """What became of each tap."""

    taken: list[TapTakenOut]


class EndedOut(Schema):
    """How many were signed out."""

    ended: int


class TimesIn(Given):
    """Other times for a record, for a reason."""

    arrived_at: Moment
    left_at: Moment | None = None
    reason: Why


class EnterGiven(Given):
    """Somebody who signed up and was there, entered afterwards for a reason."""

    number: str = Field(min_length=1, max_length=20)
    arrived_at: Moment
    left_at: Moment
    reason: Why


class VerdictIn(Given):
    """Keep a doubted record, or strike one out, for a reason."""

    kept: bool
    reason: Why


def _out(row: Attendance) -> dict[str, Any]:
    plain = ("state", "review", "arrived_at", "left_at", "minutes", "way_in", "way_out", "shift_id")
    return {"id": row.pk, "title": row.shift.activity.title, **{name: getattr(row, name) for name in plain}}


def _doubted(row: Attendance) -> dict[str, Any]:
    told = [one.doubt for one in row.flags.all()]
    return {**_out(row), "number": row.volunteer.number, "name": str(row.volunteer.human.name), "doubts": told}


def _place(body: AtGateIn) -> Place | None:
    return body.position.place() if body.position else None


@router.post("/shifts/{uuid:shift_id}/check-in", response=PresenceDoneOut, summary="Sign in by the code at the gate")
def check_in(request: HttpRequest, shift_id: UUID, body: AtGateIn) -> dict[str, Any]:
    """Sign oneself in; sent again, it gives the same record, so no key is needed."""
    given: dict[str, Any] = {"shift_id": shift_id, "code": body.gate_code, "position": _place(body)}
    return {"id": operations.arrive_by_code(**given, **signed_acting(request)).id}


@router.post("/shifts/{uuid:shift_id}/check-out", response=PresenceDoneOut, summary="Sign out by the code at the gate")
def check_out(request: HttpRequest, shift_id: UUID, body: AtGateIn) -> dict[str, Any]:
    """Sign oneself out; sent again, the first time stays."""
    given: dict[str, Any] = {"shift_id": shift_id, "code": body.gate_code, "position": _place(body)}
    return {"id": operations.leave_by_code(**given, **signed_acting(request)).id}


@router.post("/shifts/{uuid:shift_id}/here", response=PresenceDoneOut, summary="Sign in by where the phone is")
def here(request: HttpRequest, shift_id: UUID, body: ByPlaceIn) -> dict[str, Any]:
    """Sign oneself in; too far away is let in and doubted. Sent again, it gives the same record."""
    place = body.position.place()
    return {"id": operations.arrive_by_place(shift_id=shift_id, position=place, **signed_acting(request)).id}


@router.post("/shifts/{uuid:shift_id}/gone", response=PresenceDoneOut, summary="Sign out by where the phone is")
def gone(request: HttpRequest, shift_id: UUID, body: ByPlaceIn) -> dict[str, Any]:
    """Sign oneself out; sent again, the first time stays."""
    place = body.position.place()
    return {"id": operations.leave_by_place(shift_id=shift_id, position=place, **signed_acting(request)).id}


@router.get("/me", response=PresencePage, summary="One's own records of presence")
def list_mine(request: HttpRequest, asked: Query[PresencesQuery]) -> dict[str, Any]:
    """List where one was, newest first."""
    rows = queries.mine(viewer=signed_in(request)).order_by("-arrived_at", "id")
    return page_after(rows, asked.after, asked.limit, _out, by="arrived_at")


@router.get("/doubts", response=DoubtedPage, summary="Doubted records, for who leads and staff")
def list_doubts(request: HttpRequest, asked: Query[DoubtedQuery]) -> dict[str, Any]:
    """List the records that something speaks against, newest first."""
    viewer = signed_in(request)
    if not policies.reads_any(viewer):
        raise Forbidden
    rows = queries.doubted(viewer=viewer)
    rows = rows.filter(review=asked.review) if asked.review else rows.filter(review__in=list(REVIEW.states)[1:])
    return page_after(rows.order_by("-arrived_at", "id"), asked.after, asked.limit, _doubted, by="arrived_at")


@router.get("/records/{uuid:presence_id}", response=PresenceOut, summary="One record of presence")
def get_record(request: HttpRequest, presence_id: UUID) -> dict[str, Any]:
    """Give a record to whose it is, to who leads the shift and to staff of the area."""
    return _out(queries.record(viewer=actor_of(request), presence_id=presence_id))


@router.post("/records/{uuid:presence_id}/decide", response=PresenceDoneOut, summary="Keep a record, or strike it out")
def decide(request: HttpRequest, presence_id: UUID, body: VerdictIn, idempotency_key: Key) -> dict[str, Any]:
    """Decide about a record, never about one's own."""
    return write_once(request, "decide", idempotency_key, body, lambda: operations.decide(
        presence_id=presence_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/records/{uuid:presence_id}/correct", response=PresenceDoneOut, summary="Correct the times of a record")
def correct(request: HttpRequest, presence_id: UUID, body: TimesIn, idempotency_key: Key) -> dict[str, Any]:
    """Put a record with other times in the place of a wrong one, which stays readable."""
    return write_once(request, "correct", idempotency_key, body, lambda: operations.correct(
        presence_id=presence_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/shifts/{uuid:shift_id}/code", response=GateCodeOut, summary="The code of now, for the screen at the gate")
def get_code(request: HttpRequest, shift_id: UUID) -> dict[str, Any]:
    """Give the code of now to who keeps the list."""
    viewer, at = signed_in(request), moment(request)
    policies.require(policies.may_lead(actor=viewer, shift=queries.led_shift(viewer=viewer, shift_id=shift_id)))
    return {"gate_code": queries.code_of(shift_id, at), "until": queries.next_step(at)}


@router.get("/shifts/{uuid:shift_id}/list", response=PresenceListOut, summary="The list of a shift, for who keeps it")
def get_list(request: HttpRequest, shift_id: UUID) -> dict[str, Any]:
    """Give everybody on the list, names masked."""
    viewer = signed_in(request)
    shift = queries.led_shift(viewer=viewer, shift_id=shift_id)
    policies.require(policies.may_lead(actor=viewer, shift=shift))
    told, gate = queries.numbers(shift), queries.gate_of(shift_id)
    items = [
        {
            "volunteer_id": one.volunteer.pk, "number": one.volunteer.number, "name": str(one.volunteer.human.name),
            "state": one.state, "walk_in": one.walk_in, "presence_id": one.record.pk if one.record else None,
        }
        for one in queries.lines(shift)
    ]  # fmt: skip
    return {
        "expected": told.expected, "here": told.here, "left": told.left, "walk_ins": gate.walk_ins,
        "metres": gate.metres, "items": items,
    }  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/mark", response=PresenceDoneOut, summary="Write that somebody is here, or left")
def mark(request: HttpRequest, shift_id: UUID, body: PresenceMarkIn, idempotency_key: Key) -> dict[str, Any]:
    """Tap somebody on the list."""
    return write_once(request, "mark", idempotency_key, body, lambda: operations.mark(
        shift_id=shift_id, volunteer_id=body.volunteer_id, act=body.act.value, **signed_acting(request)
    ))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/walk-in", response=PresenceDoneOut, summary="Let in who did not sign up")
def walk_in(request: HttpRequest, shift_id: UUID, body: WalkInGiven, idempotency_key: Key) -> dict[str, Any]:
    """Let a volunteer in by the number, where the gate allows it and a place is free."""
    return write_once(request, "walk_in", idempotency_key, body, lambda: operations.walk_in(
        shift_id=shift_id, number=body.number, **signed_acting(request)
    ))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/enter", response=PresenceDoneOut, summary="Enter somebody afterwards")
def enter(request: HttpRequest, shift_id: UUID, body: EnterGiven, idempotency_key: Key) -> dict[str, Any]:
    """Put on record somebody who was there and of whom nothing was written down."""
    return write_once(request, "enter", idempotency_key, body, lambda: operations.enter(
        shift_id=shift_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/manner", response=PresenceDoneOut, summary="How a shift lets people in")
def set_gate(request: HttpRequest, shift_id: UUID, body: GateMannerIn, idempotency_key: Key) -> dict[str, Any]:
    """Say whether people who did not sign up may come, and how far is too far."""
    return write_once(request, "manner", idempotency_key, body, lambda: operations.set_gate(
        shift_id=shift_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/end", response=EndedOut, summary="Sign out all who are still here")
def end_shift(request: HttpRequest, shift_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Sign out all who are still here, by the end of the shift at the latest."""
    return write_once(request, "end", idempotency_key, None, lambda: {
        "ended": operations.end_shift(shift_id=shift_id, **signed_acting(request))
    })  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/taps", response=TapsTakenOut, summary="Taps kept without a network")
def take_taps(request: HttpRequest, shift_id: UUID, body: TapsIn) -> dict[str, Any]:
    """Take over taps; the number of each makes it count once, however often it is sent."""
    taps = [operations.Given(one.id, one.volunteer_id, one.act.value, one.tapped_at, one.online) for one in body.taps]
    return {"taken": operations.sync(shift_id=shift_id, taps=taps, sent_at=body.sent_at, **signed_acting(request))}
