"""The API of records: one's own, those of a team and of an area, recording, verifying, complaints, thanks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.kernel.errors import NotFound
from shanzhi.people.middleware import moment
from shanzhi.places import queries as places
from shanzhi.service import operations, queries
from shanzhi.service.api.frames import AreaCode, ServiceMadeOut, ServiceReadOn, ServiceWhyIn, write_once
from shanzhi.service.lifecycle import RECORD
from shanzhi.service.models import ServiceRecord
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["service"])


class ServiceRecordOut(Schema):
    """A record; of the volunteer there is the number alone."""

    id: UUID
    number: str
    team_id: UUID | None
    organization_id: UUID | None
    area: str
    task_code: str
    served_on: date
    starts: int | None
    minutes: int
    content: str
    people_served: int | None
    state: str
    reversed: bool
    recorded_at: datetime
    notice_over_at: datetime | None
    verified_at: datetime | None


class ServiceLifeOut(Schema):
    """A step in the life of a record; `by` is a masked name, and empty where a program did it."""

    what: Literal["recorded", "noticed", "verified", "refused", "reversed"]
    at: datetime
    by: str
    synthetic: bool
    reason: str


class ServiceRecordWholeOut(ServiceRecordOut):
    """A record with its life; `corrects` is the reversed record in the place of which it stands."""

    evidence: str
    life: list[ServiceLifeOut]
    corrects: UUID | None
    corrected_by: UUID | None


class ServiceRecordsPage(Schema):
    """A page of records; `next` reads on."""

    items: list[ServiceRecordOut]
    next: UUID | None


class ServiceMonthOut(Schema):
    """Verified minutes of a month, by its first day."""

    month: date
    minutes: int


class MyServiceOut(Schema):
    """One's own service: sums in minutes, the star that is held, what is missing to the next.

    `earlier_minutes` are of before, as the list of an office states them; stars and certificates do not count them.
    """

    number: str
    earlier_minutes: int
    minutes: int
    times: int
    people_served: int
    star: int
    next_star: int | None
    missing_minutes: int | None
    months: list[ServiceMonthOut]
    thanks: list[str]


class ServiceRowIn(Given):
    """The service of one volunteer; `starts` is the minute of the day at which it began, where it is known."""

    volunteer_id: UUID
    minutes: int = Field(ge=1, le=1440)
    starts: int | None = Field(None, ge=0, le=1439)
    people_served: int | None = Field(None, ge=0, le=100_000)
    evidence: str = Field("", max_length=200)


class ServiceTableIn(Given):
    """What many did on a day; the organiser is a team, an organisation, or the office of an area."""

    team_id: UUID | None = None
    organization_id: UUID | None = None
    area: AreaCode = ""
    served_on: date
    task_code: str = Field(min_length=1, max_length=40)
    content: str = Field(min_length=1, max_length=500)
    rows: list[ServiceRowIn] = Field(min_length=1, max_length=200)
    notice: bool = Field(True, description="Whether it goes under notice at once; if not, by /records/notice later.")


class ServiceIdsIn(Given):
    """Records that something is done to, all or none."""

    record_ids: list[UUID] = Field(min_length=1, max_length=200)


class ServiceRefusalIn(ServiceIdsIn):
    """Records that are refused, and why."""

    reason: str = Field(min_length=1, max_length=500)


class ServiceCorrectionIn(ServiceWhyIn):
    """What is right in place of a reversed record."""

    minutes: int = Field(ge=1, le=1440)
    served_on: date
    starts: int | None = Field(None, ge=0, le=1439)


class ServiceComplaintIn(Given):
    """What is wrong with a record."""

    words: str = Field(min_length=1, max_length=500)


class ServiceAnswerIn(Given):
    """The answer to a complaint."""

    upheld: bool
    answer: str = Field(min_length=1, max_length=500)


class ThanksGiven(Given):
    """A note of thanks, to a volunteer by the number."""

    number: str = Field(min_length=1, max_length=20)
    words: str = Field(min_length=1, max_length=200)


class ThanksReadIn(Given):
    """Whether a note is shown; a no needs its reason."""

    shown: bool
    reason: str = Field("", max_length=500)


class ServiceIdsOut(Schema):
    """What was made or changed, by ids."""

    ids: list[UUID]


class ServiceRecordsQuery(ServiceReadOn):
    """How the records of one's areas are narrowed."""

    area: AreaCode = ""
    state: str = Field("", max_length=12)


def written(one: ServiceRecord) -> dict[str, Any]:
    """Give a record as the API shows it."""
    same = (
        "team_id", "organization_id", "area", "served_on", "starts", "minutes", "content", "people_served", "state",
        "recorded_at", "notice_over_at", "verified_at",
    )  # fmt: skip
    return {
        "id": one.pk, "number": one.volunteer.number, "task_code": one.task_kind.code,
        "reversed": bool(getattr(one, "gone", False)), **{name: getattr(one, name) for name in same},
    }  # fmt: skip


def whole(one: ServiceRecord) -> dict[str, Any]:
    """Give one record with what its page tells: its evidence in words, and who recorded and who verified it."""
    after = getattr(one, "corrected_by", None)
    life = [
        {"what": step.what, "at": step.at, "by": str(step.by.name) if step.by else "",
         "synthetic": bool(step.by and step.by.synthetic), "reason": step.reason}
        for step in queries.life_of(one)
    ]  # fmt: skip
    return {
        **written(one), "evidence": one.evidence, "life": life, "corrects": one.corrects_id,
        "corrected_by": after.pk if after else None,
    }  # fmt: skip


def _ids(rows: list[ServiceRecord]) -> dict[str, Any]:
    return {"ids": [str(one.pk) for one in rows]}


@router.get("/me", response=MyServiceOut, summary="One's own service in sums")
def my_service(request: HttpRequest) -> dict[str, Any]:
    """Give hours by month, stars and thanks. Answers 404 to who is no volunteer."""
    found = queries.overview(viewer=signed_in(request), at=moment(request))
    if found is None:
        raise NotFound
    level, missing = found.next_star or (None, None)
    return {
        "number": found.volunteer.number, "earlier_minutes": found.earlier, "minutes": found.minutes,
        "times": found.times,
        "people_served": found.people_served, "star": found.star, "next_star": level, "missing_minutes": missing,
        "months": [{"month": one.first, "minutes": one.minutes} for one in found.months],
        "thanks": [one.note for one in found.thanks],
    }  # fmt: skip


@router.get("/me/records", response=ServiceRecordsPage, summary="One's own records")
def my_records(request: HttpRequest, asked: Query[ServiceReadOn]) -> dict[str, Any]:
    """List one's own records, newest first."""
    rows = queries.own_records(viewer=signed_in(request)).order_by("-recorded_at", "id")
    return page_after(rows, asked.after, asked.limit, written, by="recorded_at")


@router.get("/records", response=ServiceRecordsPage, summary="Records of one's areas and organisations")
def list_records(request: HttpRequest, asked: Query[ServiceRecordsQuery]) -> dict[str, Any]:
    """List the records that one looks after, newest first."""
    rows = queries.desk_records(viewer=signed_in(request)).order_by("-recorded_at", "id")
    if asked.area:
        rows = rows.filter(places.within("area", asked.area))
    if asked.state:
        rows = rows.filter(state=asked.state) if asked.state in RECORD.states else rows.none()
    return page_after(rows, asked.after, asked.limit, written, by="recorded_at")


@router.get("/to-verify", response=ServiceRecordsPage, summary="What waits for one as the second person")
def to_verify(request: HttpRequest, asked: Query[ServiceReadOn]) -> dict[str, Any]:
    """List the records of which the notice is over and that others recorded."""
    rows = queries.to_verify(viewer=signed_in(request), at=moment(request)).order_by("-recorded_at", "id")
    return page_after(rows, asked.after, asked.limit, written, by="recorded_at")


@router.get("/teams/{uuid:team_id}/records", response=ServiceRecordsPage, summary="Records of a team")
def team_records(request: HttpRequest, team_id: UUID, asked: Query[ServiceReadOn]) -> dict[str, Any]:
    """List the records of a team, for who leads it and staff of its area."""
    _team, rows = queries.team_records(viewer=signed_in(request), team_id=team_id)
    return page_after(rows.order_by("-recorded_at", "id"), asked.after, asked.limit, written, by="recorded_at")


@router.post("/records", response=ServiceIdsOut, summary="Record what many did on a day")
def add_records(request: HttpRequest, body: ServiceTableIn, idempotency_key: Key) -> dict[str, Any]:
    """Record service, whole or not at all, and put it under notice unless that is left for later."""
    given = body.model_dump()
    organiser = operations.Organiser(given.pop("team_id"), given.pop("organization_id"), given.pop("area"))
    rows = [operations.Row(**one) for one in given.pop("rows")]
    return write_once(request, "record", idempotency_key, body, lambda: _ids(operations.record_service(
        organiser=organiser, rows=rows, **given, **signed_acting(request)
    )))  # fmt: skip


@router.post("/shifts/{uuid:shift_id}/records", response=ServiceIdsOut, summary="Record whoever was at a shift")
def record_shift(request: HttpRequest, shift_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Record everybody whose presence is over and not doubted, each once; one's own is left to somebody else."""
    return write_once(request, "record_shift", idempotency_key, None, lambda: _ids(operations.record_shift(
        shift_id=shift_id, **signed_acting(request)
    )))  # fmt: skip


@router.post("/records/notice", response=ServiceIdsOut, summary="Put records under notice")
def notice(request: HttpRequest, body: ServiceIdsIn, idempotency_key: Key) -> dict[str, Any]:
    """Put records under notice inside the team."""
    return write_once(request, "notice", idempotency_key, body, lambda: _ids(operations.put_under_notice(
        record_ids=body.record_ids, **signed_acting(request)
    )))  # fmt: skip


@router.post("/records/verify", response=ServiceIdsOut, summary="Verify records as the second person")
def verify(request: HttpRequest, body: ServiceIdsIn, idempotency_key: Key) -> dict[str, Any]:
    """Verify records, all or none."""
    return write_once(request, "verify", idempotency_key, body, lambda: _ids(operations.verify_records(
        record_ids=body.record_ids, **signed_acting(request)
    )))  # fmt: skip


@router.post("/records/refuse", response=ServiceIdsOut, summary="Refuse records that are not verified")
def refuse(request: HttpRequest, body: ServiceRefusalIn, idempotency_key: Key) -> dict[str, Any]:
    """Refuse records for a reason."""
    return write_once(request, "refuse", idempotency_key, body, lambda: _ids(operations.refuse_records(
        **body.model_dump(), **signed_acting(request)
    )))  # fmt: skip


@router.get("/records/{uuid:record_id}", response=ServiceRecordWholeOut, summary="One record")
def get_record(request: HttpRequest, record_id: UUID) -> dict[str, Any]:
    """Give a record to its volunteer, its team while it is under notice and after, and who looks after it."""
    return whole(queries.record(viewer=signed_in(request), record_id=record_id, at=moment(request)))


@router.post("/records/{uuid:record_id}/reverse", response=ServiceMadeOut, summary="Reverse a verified record")
def reverse_one(request: HttpRequest, record_id: UUID, body: ServiceWhyIn, idempotency_key: Key) -> dict[str, Any]:
    """Take a verified record out of all sums, for a reason."""
    return write_once(request, "reverse", idempotency_key, body, lambda: operations.reverse_record(
        record_id=record_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/records/{uuid:record_id}/correct", response=ServiceMadeOut, summary="Reverse a record and write it anew")
def correct(request: HttpRequest, record_id: UUID, body: ServiceCorrectionIn, idempotency_key: Key) -> dict[str, Any]:
    """Give the id of the record that stands in its place."""
    return write_once(request, "correct", idempotency_key, body, lambda: operations.correct_record(
        record_id=record_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/records/{uuid:record_id}/complaints", response=ServiceMadeOut, summary="Complain about a record")
def complain(request: HttpRequest, record_id: UUID, body: ServiceComplaintIn, idempotency_key: Key) -> dict[str, Any]:
    """Say that a record is wrong, as its volunteer or somebody of the team."""
    return write_once(request, "complain", idempotency_key, body, lambda: operations.complain(
        record_id=record_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/complaints/{uuid:complaint_id}/answer", response=ServiceMadeOut, summary="Answer a complaint")
def answer(request: HttpRequest, complaint_id: UUID, body: ServiceAnswerIn, idempotency_key: Key) -> dict[str, Any]:
    """Answer with reasons, as somebody who had no part in the record."""
    return write_once(request, "answer", idempotency_key, body, lambda: operations.answer_complaint(
        complaint_id=complaint_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/complaints/{uuid:complaint_id}/withdraw", response=ServiceMadeOut, summary="Take a complaint back")
def withdraw(request: HttpRequest, complaint_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Take the own complaint back."""
    return write_once(request, "withdraw_complaint", idempotency_key, None, lambda: operations.withdraw_complaint(
        complaint_id=complaint_id, **signed_acting(request)
    ))  # fmt: skip


@router.post("/thanks", response=ServiceMadeOut, summary="Thank a volunteer")
def thank(request: HttpRequest, body: ThanksGiven, idempotency_key: Key) -> dict[str, Any]:
    """Send a short note; it is shown once staff of the area have read it."""
    return write_once(request, "thank", idempotency_key, body, lambda: operations.write_thanks(
        **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/thanks/{uuid:thanks_id}/read", response=ServiceMadeOut, summary="Show a note of thanks, or not")
def read(request: HttpRequest, thanks_id: UUID, body: ThanksReadIn, idempotency_key: Key) -> dict[str, Any]:
    """Decide whether the volunteer sees it."""
    return write_once(request, "read_thanks", idempotency_key, body, lambda: operations.read_thanks(
        thanks_id=thanks_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
