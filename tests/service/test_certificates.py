"""Certificates are issued, many at once too, printed for their holder, checked by anybody and withdrawn."""

import io
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdfium2 import PdfDocument

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.service import operations, queries
from shanzhi.service.exchange.certificate import service_pdf
from shanzhi.service.models import BatchItem, Certificate, ServiceRecord
from shanzhi.service.operations import batches, refusals
from shanzhi.service.operations.printing import issuer_copy, issuer_sheets, masked_copy, own_copy
from shanzhi.work.models import Job
from tests.people.conftest import COMMUNITY
from tests.service.support import a_certificate, a_record, verify
from tests.support.organizations import an_organization
from tests.support.people import AT, a_person, actor, an_actor
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
FIRST, LAST = date(2026, 1, 1), date(2026, 11, 24)


def paper(**more: Any) -> operations.Paper:
    values: dict[str, Any] = {"responsible": "示例甲", "handler": "示例乙", "contact": "0531（示例）", **more}
    return operations.Paper(values.pop("starts_on", FIRST), values.pop("ends_on", LAST), **values)


def text_of(content: bytes) -> list[str]:
    document = PdfDocument(io.BytesIO(content))
    return ["".join(document[place].get_textpage().get_text_range().split()) for place in range(len(document))]


def refuses(code: str, run: Any) -> None:
    with pytest.raises(Refusal) as said:
        run()
    assert said.value.code == code, said.value


class TestOneCertificate:
    def test_counts_what_the_issuer_organised_and_nothing_else(self) -> None:
        body = an_organization(COMMUNITY)
        one, other = a_volunteer(), a_volunteer()
        own = a_team(kind="organization", organization=body, name="示例机构队")
        a_record(one, own, minutes=90, state="verified")
        a_record(one, a_team(), minutes=60, state="verified")
        a_record(one, own, minutes=30, state="noticed")
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        leader = actor(a_person(COMMUNITY, Role.TEAM_LEADER, organization=body.pk))

        def issue(by: Actor, who: Any = one, **more: Any) -> Certificate:
            return operations.issue_certificate(actor=by, volunteer_id=who.pk, paper=paper(**more), at=AT)

        of_body = issue(leader, organization_id=body.pk)
        assert (of_body.minutes, of_body.issuer_name, of_body.serial) == (90, body.name, 1)
        of_committee = issue(secretary, area=COMMUNITY)
        assert (of_committee.minutes, of_committee.times, of_committee.serial) == (60, 1, 2)
        assert of_committee.number == f"志服{COMMUNITY[:9]}〔2026〕000002号"
        assert (of_committee.paper, of_committee.content[0]["minutes"]) == ("record", 60)
        refuses("forbidden", lambda: issue(leader, area=COMMUNITY))
        refuses("not_found", lambda: issue(actor(other.person), organization_id=body.pk))
        refuses("nothing_to_certify", lambda: issue(secretary, other, area=COMMUNITY))
        refuses("bad_certificate_span", lambda: issue(secretary, area=COMMUNITY, ends_on=date(2026, 11, 25)))
        refuses("bad_certificate_issuer", lambda: issue(secretary, area=COMMUNITY, contact=" "))
        refuses("bad_organiser", lambda: issue(secretary))

    def test_is_printed_in_full_for_its_holder_alone_and_checked_without_personal_data(self) -> None:
        one = a_volunteer(a_person(name="示例人氏"))
        a_record(one, minutes=150, state="verified")
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        made = operations.issue_certificate(actor=secretary, volunteer_id=one.pk, paper=paper(area=COMMUNITY), at=AT)
        copy = own_copy(actor=actor(one.person), certificate_id=made.pk, at=AT)
        (words,) = text_of(service_pdf([copy], address=lambda found: f"https://example.org/{found.code}", at=AT))
        number = one.person.id_number.reveal()
        for part in ("示例人氏", number, one.number, made.number, "示例甲", "示例乙", "0531", made.code):
            assert part in words
        assert Event.objects.filter(verb="service.certificate.print").count() == 1
        with pytest.raises(NotFound):
            own_copy(actor=secretary, certificate_id=made.pk, at=AT)
        (masked,) = text_of(service_pdf([masked_copy(made)], address=lambda found: "https://example.org/", at=AT))
        assert "示例人氏" not in masked
        assert number not in masked
        assert queries.check(number=made.number, code=made.code).state == "valid"
        assert queries.check(number=made.number, code="x" * 22).state == "unknown"
        assert queries.check(number="", code=made.code).state == "unknown"
        withdraw: dict[str, Any] = {"certificate_id": made.pk, "reason": "信息有误（示例）", "at": AT}
        refuses("forbidden", lambda: operations.withdraw_certificate(actor=actor(one.person), **withdraw))
        operations.withdraw_certificate(actor=secretary, **withdraw)
        assert queries.by_code(code=made.code).state == "withdrawn"
        refuses("certificate_withdrawn_already", lambda: operations.withdraw_certificate(actor=secretary, **withdraw))
        refuses(
            "certificate_withdrawn_already",
            lambda: own_copy(actor=actor(one.person), certificate_id=made.pk, at=AT),
        )
        refuses("certificate_withdrawn_already", lambda: issuer_copy(actor=secretary, certificate_id=made.pk))

    def test_names_nobody_of_elsewhere_and_nobody_who_was_erased(self) -> None:
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        outside, erased = a_volunteer(area="370103001001"), a_volunteer()
        a_record(erased, minutes=60, state="verified")
        people.erase_own(actor=actor(erased.person), confirmed=True, at=AT)

        def issue(**named: Any) -> Certificate:
            return operations.issue_certificate(actor=secretary, paper=paper(area=COMMUNITY), at=AT, **named)

        for number in ("370102999999999", outside.number, erased.number):
            with pytest.raises(refusals.NotServedHere) as said:
                issue(number=number)
            assert said.value.field == "number"
        for unknown in (uuid4(), outside.pk, erased.pk):
            refuses("not_found", lambda unknown=unknown: issue(volunteer_id=unknown))
        refuses("nothing_to_certify", lambda: operations.order_batch(
            actor=secretary, paper=paper(area=COMMUNITY), at=AT
        ))  # fmt: skip
        a_record(outside, minutes=60, state="verified", area=COMMUNITY)  # served here, lives elsewhere
        assert issue(number=outside.number).minutes == 60

    def test_locks_the_certificate_alone_when_it_is_withdrawn(self) -> None:
        made = a_certificate(a_volunteer(), serial=1)
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        with CaptureQueriesContext(connection) as asked:
            operations.withdraw_certificate(actor=secretary, certificate_id=made.pk, reason="有误（示例）", at=AT)
        locks = [one["sql"] for one in asked if "FOR UPDATE" in (one["sql"] or "")]
        assert any('OF "service_certificate"' in sql for sql in locks)
        assert not any("volunteering_volunteer" in sql.partition("FOR UPDATE")[2] for sql in locks)
        assert all('FOR UPDATE OF "' in sql for sql in locks if '"volunteering_volunteer"' in sql)


class TestABatch:
    def test_goes_on_where_it_stopped_and_makes_nothing_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        people = [a_volunteer() for _ in range(5)]
        records = [a_record(one, minutes=60, state="verified") for one in people]
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        made = operations.order_batch(actor=secretary, paper=paper(area=COMMUNITY), at=AT)
        assert (made.wanted, BatchItem.objects.filter(batch=made).count()) == (5, 5)
        monkeypatch.setattr(batches, "STEP", 2)
        assert batches._write_some(made.pk, secretary, AT) == 2  # and there it was stopped
        last = max(records, key=lambda row: BatchItem.objects.get(batch=made, volunteer=row.volunteer_id).pk)
        operations.reverse_record(actor=secretary, record_id=last.pk, reason="重复（示例）", at=AT)
        reader = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        far = an_actor(Role.COMMUNITY_SECRETARY, "370103001001")
        assert operations.go_on(actor=secretary, batch_id=made.pk) == made
        for who, kind in ((reader, Forbidden), (far, NotFound)):
            with pytest.raises(kind):
                operations.go_on(actor=who, batch_id=made.pk)
        operations.write_batch(batch_id=made.pk, at=AT)
        operations.write_batch(batch_id=made.pk, at=AT)
        refuses("certificate_batch_made", lambda: operations.go_on(actor=secretary, batch_id=made.pk))
        made.refresh_from_db()
        assert (made.state, made.made, queries.passed_over(made)) == ("written", 4, 1)
        assert list(queries.of_batch(made).values_list("serial", flat=True)) == [1, 2, 3, 4]
        job = Job.objects.get(pk=made.job or made.pk)
        assert (job.state, job.done, job.total, job.result["made"]) == ("done", 5, 5, 4)
        assert queries.batch(viewer=secretary, batch_id=made.pk) == made
        with pytest.raises(NotFound):
            queries.batch(viewer=far, batch_id=made.pk)
        refuses("nothing_to_certify", lambda: operations.order_batch(
            actor=secretary, paper=paper(area=COMMUNITY, ends_on=FIRST + timedelta(days=1)), at=AT
        ))  # fmt: skip

    def test_counts_what_was_verified_when_it_began_so_that_a_reversal_withdraws_what_counts_it(self) -> None:
        one, other = a_volunteer(), a_volunteer()
        kept = a_record(one, minutes=60, state="verified")
        late = a_record(one, minutes=30, state="noticed")
        counts = a_record(other, minutes=45, state="verified")
        secretary = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        made = operations.order_batch(actor=secretary, paper=paper(area=COMMUNITY), at=AT)
        verify(late, a_person(), AT + timedelta(minutes=1))  # while the job runs, which began before
        operations.write_batch(batch_id=made.pk, at=AT)
        assert Certificate.objects.get(volunteer=one).minutes == 60

        def reverse(record: ServiceRecord, at: datetime) -> None:
            operations.reverse_record(actor=secretary, record_id=record.pk, reason="有误（示例）", at=at)

        reverse(late, AT + timedelta(minutes=2))
        assert Certificate.objects.get(volunteer=one).withdrawn_at is None
        reverse(kept, AT + timedelta(minutes=3))
        assert Certificate.objects.get(volunteer=one).withdrawn_at == AT + timedelta(minutes=3)
        reverse(counts, AT - timedelta(seconds=1))  # asked before the issue, and waited for a lock
        assert Certificate.objects.get(volunteer=other).withdrawn_at == AT
        refuses(
            "certificate_withdrawn_already", lambda: issuer_sheets(actor=secretary, batch_id=made.pk, first=1)
        )  # fmt: skip
        a_record(one, minutes=15, state="verified")
        again = operations.order_batch(actor=secretary, paper=paper(area=COMMUNITY), at=AT + timedelta(minutes=4))
        operations.write_batch(batch_id=again.pk, at=AT + timedelta(minutes=4))
        assert [one.certificate.minutes for one in issuer_sheets(actor=secretary, batch_id=again.pk, first=1)] == [15]
