"""Migrations of voting run forward on what the version before wrote."""

import pytest

from shanzhi.voting import operations
from shanzhi.voting.models import Count, Poll
from tests.people.test_migrations import move
from tests.voting.support import STAFF, now
from tests.voting.test_needs import CLOCK, counted


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_count_of_before_is_searched_on_and_its_file_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    made = counted(monkeypatch)
    try:
        move(("voting", "0022_copies_go"))
    finally:
        move()
    assert Poll.objects.get(pk=made.poll_id).stated == {}
    assert operations.waiting_searches(at=now()) == [made.pk]
    assert operations.search_needs(actor=CLOCK, at=now())
    assert Count.objects.get(pk=made.pk).file == made.file
    operations.leave_out(actor=STAFF, poll_id=made.poll_id, code="1", reason="退出", at=now())
    assert "\ncountry;中国\n" in operations.recount_poll(actor=STAFF, poll_id=made.poll_id, at=now()).file
