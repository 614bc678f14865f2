"""The API of certificates, rules, and of how many stand where on the way to leading."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from shanzhi.kernel.errors import NotFound
from shanzhi.people.middleware import moment
from shanzhi.places import queries as places
from shanzhi.service import operations, queries, tasks
from shanzhi.service.api.frames import AreaCode, ServiceMadeOut, ServiceReadOn, ServiceWhyIn, write_once
from shanzhi.service.models import Certificate, CertificateBatch, PaperTitle
from shanzhi.ui.http import Given, Key, signed_acting, signed_in
from shanzhi.ui.keyset import page_after

router = Router(tags=["service"])
Days = Field(ge=0, le=90)


class ServiceCertificateOut(Schema):
    """A certificate; of the volunteer there is the number alone."""

    id: UUID
    number: str
    volunteer: str
    paper: str
    issuer: str
    starts_on: date
    ends_on: date
    minutes: int
    times: int
    issued_on: date
    withdrawn: bool


class ServiceCertificatesPage(Schema):
    """A page of certificates; `next` reads on."""

    items: list[ServiceCertificateOut]
    next: UUID | None


class ServicePaperIn(Given):
    """The issuer, an organisation or the office of an area, the days, and who answers for it."""

    organization_id: UUID | None = None
    area: AreaCode = ""
    starts_on: date
    ends_on: date
    responsible: str = Field(min_length=1, max_length=40)
    handler: str = Field(min_length=1, max_length=40)
    contact: str = Field(min_length=1, max_length=100)


class ServiceCertificateIn(ServicePaperIn):
    """A certificate for one volunteer."""

    volunteer_id: UUID


class ServiceBatchOut(Schema):
    """How far a batch is."""

    id: UUID
    state: str
    wanted: int
    made: int
    passed: int


class ServiceCheckQuery(Schema):
    """What stands on the paper."""

    number: str = Field(max_length=60)
    code: str = Field(max_length=24)


class ServiceCheckOut(Schema):
    """What anybody learns of a paper: `state` is valid, withdrawn or unknown; no name, the volunteer number masked."""

    state: str
    issuer: str = ""
    issued_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    minutes: int | None = None
    times: int | None = None
    volunteer: str = ""


class ServiceRulesOut(Schema):
    """The rules that hold for an area today, in days and minutes."""

    area: str
    notice_days: int
    answer_days: int
    star_minutes: list[int]
    paper: str
    prefix: str
    core_minutes: int
    core_times: int
    core_months: int
    source: str
    example: bool


class ServiceRulesIn(Given):
    """New rules of an area, from a day on."""

    area: AreaCode
    valid_from: date
    notice_days: int = Days
    answer_days: int = Field(ge=1, le=90)
    star_minutes: list[int] = Field(min_length=1, max_length=10)
    paper: PaperTitle
    prefix: str = Field(min_length=1, max_length=20)
    core_minutes: int = Field(ge=1, le=600_000)
    core_times: int = Field(ge=1, le=1000)
    core_months: int = Field(ge=1, le=60)
    source: str = Field(min_length=1, max_length=200)
    example: bool


class ServiceGrowthOut(Schema):
    """How many of an area are helpers, core members, leaders, founders; none for a small number."""

    area: str
    name: str
    helper: int | None
    core: int | None
    leader: int | None
    founder: int | None


def _written(one: Certificate) -> dict[str, Any]:
    same = ("number", "paper", "starts_on", "ends_on", "minutes", "times", "issued_on")
    return {
        "id": one.pk, "volunteer": one.volunteer.number, "issuer": one.issuer_name,
        "withdrawn": one.withdrawn_at is not None, **{name: getattr(one, name) for name in same},
    }  # fmt: skip


@router.get("/certificates", response=ServiceCertificatesPage, summary="Certificates: the own, and those one issued")
def list_certificates(request: HttpRequest, asked: Query[ServiceReadOn]) -> dict[str, Any]:
    """List certificates, newest first."""
    rows = queries.certificates(viewer=signed_in(request)).order_by("-issued_at", "id")
    return page_after(rows, asked.after, asked.limit, _written, by="issued_at")


@router.get("/certificates/{uuid:certificate_id}", response=ServiceCertificateOut, summary="One certificate")
def get_certificate(request: HttpRequest, certificate_id: UUID) -> dict[str, Any]:
    """Give a certificate to its holder and its issuer."""
    return _written(queries.certificate(viewer=signed_in(request), certificate_id=certificate_id))


@router.post("/certificates", response=ServiceMadeOut, summary="Issue a certificate")
def issue(request: HttpRequest, body: ServiceCertificateIn, idempotency_key: Key) -> dict[str, Any]:
    """Certify what a volunteer did for the issuer."""
    given = body.model_dump()
    volunteer = given.pop("volunteer_id")
    return write_once(request, "issue", idempotency_key, body, lambda: operations.issue_certificate(
        volunteer_id=volunteer, paper=operations.Paper(**given), **signed_acting(request)
    ))  # fmt: skip


@router.post("/batches", response=ServiceMadeOut, summary="Issue certificates for many")
def order(request: HttpRequest, body: ServicePaperIn, idempotency_key: Key) -> dict[str, Any]:
    """Order certificates for everybody of whom something of the issuer's is verified; a job makes them."""

    def run() -> CertificateBatch:
        made = operations.order_batch(paper=operations.Paper(**body.model_dump()), **signed_acting(request))
        tasks.write_batch.enqueue(str(made.pk))
        return made

    return write_once(request, "order", idempotency_key, body, run)


@router.get("/batches/{uuid:batch_id}", response=ServiceBatchOut, summary="How far a batch is")
def get_batch(request: HttpRequest, batch_id: UUID) -> dict[str, Any]:
    """Give a batch to its issuer."""
    found = queries.batch(viewer=signed_in(request), batch_id=batch_id)
    passed = queries.passed_over(found)
    return {"id": found.pk, "state": found.state, "wanted": found.wanted, "made": found.made, "passed": passed}


@router.post("/batches/{uuid:batch_id}/go-on", response=ServiceMadeOut, summary="Have a batch go on")
def go_on(request: HttpRequest, batch_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Have a batch go on that stands still; what is made stays, and nothing is made twice."""

    def run() -> CertificateBatch:
        found = operations.go_on(actor=signed_in(request), batch_id=batch_id)
        tasks.write_batch.enqueue(str(found.pk))
        return found

    return write_once(request, "go_on", idempotency_key, None, run)


@router.post(
    "/certificates/{uuid:certificate_id}/withdraw", response=ServiceMadeOut, summary="Withdraw a certificate"
)  # fmt: skip
def withdraw(
    request: HttpRequest, certificate_id: UUID, body: ServiceWhyIn, idempotency_key: Key
) -> dict[str, Any]:  # fmt: skip
    """Withdraw a certificate for a reason; the public check says so."""
    return write_once(request, "withdraw", idempotency_key, body, lambda: operations.withdraw_certificate(
        certificate_id=certificate_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/check", response=ServiceCheckOut, summary="Check a paper, for anyone")
def check(request: HttpRequest, asked: Query[ServiceCheckQuery]) -> dict[str, Any]:
    """Say whether a paper holds; nothing personal is told."""
    found = queries.check(number=asked.number, code=asked.code)
    one = found.certificate
    if one is None:
        return {"state": found.state}
    same = ("issued_on", "starts_on", "ends_on", "minutes", "times")
    return {
        "state": found.state, "issuer": one.issuer_name, "volunteer": found.number,
        **{name: getattr(one, name) for name in same},
    }  # fmt: skip


@router.get("/rules/{area}", response=ServiceRulesOut, summary="The rules of an area, for anyone")
def get_rules(request: HttpRequest, area: str) -> Any:
    """Give the rules that hold today: of the nearest area up the tree that has some, else the example."""
    if not area.isdigit():
        raise NotFound
    places.area(code=area, at=moment(request))
    return queries.ruling(area, timezone.localdate(moment(request)))


@router.post("/rules", response=ServiceMadeOut, summary="Set the rules of an area anew")
def set_rules(request: HttpRequest, body: ServiceRulesIn, idempotency_key: Key) -> dict[str, Any]:
    """Set rules that hold from a day on which is not past."""
    given = body.model_dump()
    area, valid_from = given.pop("area"), given.pop("valid_from")
    return write_once(request, "rules", idempotency_key, body, lambda: operations.set_rules(
        area=area, valid_from=valid_from, values=given, **signed_acting(request)
    ))  # fmt: skip


@router.get("/growth/{area}", response=list[ServiceGrowthOut], summary="From helping to leading, for anyone")
def growth(request: HttpRequest, area: str) -> list[dict[str, Any]]:
    """Give an area, then the areas right below it; small numbers are left out."""
    found = queries.growth(code=area, at=moment(request), public=True)
    return [{"area": one.code, "name": one.name, **one.counts} for one in (found.whole, *found.below)]
