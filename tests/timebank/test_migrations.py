"""Migrations of the time bank run forward on a bank of before: without agreements, without requests in the matching."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shanzhi.assignments.models import Run
from shanzhi.timebank import checking, operations
from shanzhi.timebank.models import Bank, BankMonth, Earning, Post
from tests.activities.test_guards import refused
from tests.assignments.support import a_run
from tests.people.conftest import make_areas
from tests.people.test_migrations import move
from tests.support.people import AT
from tests.timebank.between import agreed, owes, passing, two_banks
from tests.timebank.support import OLD, SYSTEM, a_bank, a_member, a_request, an_offer, serve


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_months_kept_before_stay_and_credits_pass_from_then_on() -> None:
    make_areas()
    here, there = two_banks()
    october = datetime(2026, 10, 20, 4, tzinfo=UTC)
    sender, receiver = a_member(here, at=october - timedelta(days=20)), a_member(there, born_on=OLD)
    serve(sender, 60, at=october, day=date(2026, 10, 1))
    operations.keep_months(bank=here, at=october.replace(month=11, day=3))
    try:
        move(("timebank", "0003_months_kept"))
    finally:
        move()
    assert list(BankMonth.objects.values_list("kind", "minutes", "owed", "between")) == [("timebank.earn", 60, 60, 0)]
    link = agreed(here, there)
    passing(sender, receiver, 20)
    assert (owes(link, here), list(checking.broken())) == (20, [])


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_offers_of_before_say_no_place_and_no_hours_and_may_from_then_on() -> None:
    make_areas()
    author = a_member(a_bank(), 100)
    asked, offered = a_request(author, address="解放路一号"), an_offer(author)
    try:
        move(("timebank", "0006_matching"))
    finally:
        move()
    rows = {row.pk: (row.place, row.hours.count()) for row in Post.objects.all()}
    assert rows == {asked.pk: ("", 0), offered.pk: ("", 0)}
    assert str(Post.objects.get(pk=asked.pk).address.reveal()) == "解放路一号"
    later = an_offer(author, place="在我家", address="解放路一号", hours=[(6, 540, 720)])
    assert [one.span for one in Post.objects.get(pk=later.pk).hours.all()] == [(6, 540, 720)]
    refused(lambda: Post.objects.filter(pk=asked.pk).update(place="在我家"), "timebank_post_place")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_what_was_earned_before_stays_and_no_more_comes_without_a_record() -> None:
    make_areas()
    member = a_member(a_bank())
    given: dict[str, Any] = {"member": member, "on": date(2026, 10, 1), "minutes": 60, "value": 60, "kept": 0,
                             "donated": 0, "refused": 60, "reason": "not_in_force", "at": AT}  # fmt: skip
    try:
        move(("timebank", "0008_offers"))
        old = Earning.objects.create(record=uuid4(), **given)
    finally:
        move()
    assert list(Earning.objects.values_list("pk", "record")) == [(old.pk, old.record)]
    refused(lambda: Earning.objects.create(record=uuid4(), **given), "timebank_earned_unverified")
    Earning.objects.filter(pk=old.pk).update(reversed_at=AT, returned=0, uncovered=0)
    assert serve(member, 60).kept == 60


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_what_a_bank_gave_before_is_summed_and_compared_from_then_on() -> None:
    make_areas()
    bank = a_bank()
    member, other = a_member(bank, 90), a_member(bank, 40)
    gone = serve(other, 20)
    operations.take_back(actor=SYSTEM, record=gone.record, at=AT)
    try:
        move(("timebank", "0009_earned"))
    finally:
        move()
    assert (Bank.objects.get().given, list(checking.broken())) == (130, [])
    assert serve(member, 30).kept == 30
    assert Bank.objects.get().given == 160
    refused(lambda: Bank.objects.update(given=0), "sum of its earnings")


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_posts_and_runs_of_before_ask_for_no_skill_and_hold_no_request() -> None:
    make_areas()
    author = a_member(a_bank(), 100)
    asked, offered, run = a_request(author), an_offer(author), a_run(places=2, filled=1)
    try:
        move(("timebank", "0003_months_kept"), ("assignments", "0002_guards"))
    finally:
        move()
    rows = {row.pk: (row.skills, row.language) for row in Post.objects.all()}
    assert rows == {asked.pk: ([], ""), offered.pk: ([], "")}
    kept = Run.objects.get(pk=run.pk)
    assert (kept.wants, kept.wants_filled, kept.plain_wants, kept.filled) == (0, 0, 0, 1)
    refused(lambda: Run.objects.filter(pk=run.pk).update(plain_wants=0, wants=5), "stays as it was")
