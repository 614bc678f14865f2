"""The demo's bank: on whatever day it is loaded, its page tells of the two months before, as the ledger has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from shanzhi.kernel.periods import months_after
from shanzhi.ledger import checking as books
from shanzhi.service.models import ServiceRecord
from shanzhi.timebank import checking, demo
from shanzhi.timebank.demo import crowd, year
from shanzhi.timebank.demo.made_up import SYSTEM, made_up
from shanzhi.timebank.models import Bank, Earning
from shanzhi.timebank.queries import published
from shanzhi.timebank.queries.months import FIGURES
from shanzhi.timebank.sums import moved
from shanzhi.volunteering import operations as volunteering
from shanzhi.volunteering.operations.words import TASKS
from tests.assignments.support import free
from tests.people.conftest import COMMUNITY
from tests.support.people import a_person
from tests.timebank.support import on
from tests.volunteering.support import a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
TOLD = ("earned", "spent", "given", "donated", "expired")
KINDS = {kind for kind, name in FIGURES.items() if name in TOLD}


@pytest.mark.parametrize(
    "day",
    ["2026-11-01T00:01", "2026-11-06T12:00", "2026-12-31T23:59", "2028-02-29T12:00"],
)
def test_on_whatever_day_the_page_tells_of_the_two_months_before(day: str) -> None:
    at = timezone.make_aware(datetime.fromisoformat(day))
    volunteering.load_examples(actor=SYSTEM, area="", at=at - timedelta(days=90))
    for _place in range(7):
        free(a_volunteer(a_person(COMMUNITY), area=COMMUNITY))
    demo.load(at=at, progress=lambda *_told: None)
    bank, today = Bank.objects.get(area="370102"), timezone.localdate(at)
    running = today.replace(day=1)
    last, before = published(bank, today)[:2]
    assert (before.first, last.first) == (months_after(running, -2), months_after(running, -1))
    assert (last.months, before.months) == (1, 1)
    for one in (last, before):
        assert all((one.figures[name] or 0) > 0 for name in TOLD), one
        assert one.owed is not None
        people = [row.people for row in moved(bank, until=running) if row.month == one.first and row.kind in KINDS]
        assert len(people) == len(TOLD)
        assert min(len(who) for who in people) >= 6
    assert list(checking.broken()) == []
    assert list(books.broken()) == []


def test_all_credits_of_the_year_come_of_verified_records_and_none_lies_ahead() -> None:
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    volunteering.load_examples(actor=SYSTEM, area="", at=at - timedelta(days=90))
    for _place in range(7):
        free(a_volunteer(a_person(COMMUNITY), area=COMMUNITY))
    demo.load(at=at, progress=lambda *_told: None)
    bank = Bank.objects.get(area="370102")
    served = {row.pk: row for row in ServiceRecord.objects.filter(state="verified").select_related("volunteer")}
    earned = list(Earning.objects.filter(member__bank=bank).select_related("member__person"))
    assert len(earned) == year.COUNT * year.SERVED + 7
    for one in earned:
        record = served[one.record]
        assert (record.volunteer.person_id, record.served_on) == (one.member.person_id, one.on)
        assert (record.minutes, one.kept) == (one.minutes, one.minutes)
        assert record.verified_at is not None
        assert record.verified_at < one.at <= at
        assert one.member.person.synthetic
    assert -on(bank.issued) == sum(one.kept for one in earned)


def test_some_of_the_crowd_wish_tasks_and_speak_the_dialect_or_sign_language() -> None:
    at = datetime(2026, 11, 24, 3, tzinfo=UTC)
    said = [crowd._details(made_up(crowd.GROUP, place, COMMUNITY, at)) for place in range(200)]
    spoken = [set(one.languages) for one in said]
    assert all("mandarin" in one for one in spoken)
    assert 20 < sum("dialect" in one for one in spoken) < 100
    assert 0 < sum("sign" in one for one in spoken) < 40
    wished = {code for one in said for code in one.tasks}
    assert wished == {code for code, *_rest, dangerous in TASKS if not dangerous}
    assert 0 < sum(not one.tasks for one in said) < 150
    assert [one.tasks for one in said] == [
        crowd._details(made_up(crowd.GROUP, place, COMMUNITY, at)).tasks for place in range(200)
    ]
