"""Requests in the matching: a run fills shifts and requests as one, a keeper asks, the member answers as everybody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.activities.models import SignUp
from shanzhi.assignments import case
from shanzhi.assignments import operations as assignments
from shanzhi.assignments.models import Run
from shanzhi.assignments.operations.refusals import NotAsked, NotProposed, RunNotReady, TooManyPairs
from shanzhi.assignments.wants import id_of, is_shift
from shanzhi.audit.models import Event
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import Keeper
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.timebank import lifecycle, operations, queries, refusals, wants
from shanzhi.timebank.models import Deal, HelpProposal, Member, OpenRequest, Post
from shanzhi.volunteering.models import Skill, Volunteer
from tests.activities.support import a_sign_up, an_activity
from tests.activities.test_guards import refused
from tests.assignments.support import a_run, free, worked_out
from tests.assignments.test_case import fitting_pairs, skilled
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor, an_actor
from tests.timebank.support import (
    DAY,
    DISTRICT,
    SYSTEM,
    a_bank,
    a_deal,
    a_member,
    a_request,
    a_student,
    an_offer,
)
from tests.timebank.test_telling import told
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
BEGINS = AT + timedelta(days=2)
HOUR = timedelta(hours=1)


def serves(member: Member, **fields: Any) -> Volunteer:
    """Have a member serve as a volunteer who is always free."""
    return free(a_volunteer(member.person, **fields))


def by_hand(run: Run) -> set[tuple[str, str]]:
    """The pairs of a volunteer and a request whose answer the bank would take now, but for minors."""
    found = set()
    for one in Volunteer.objects.exclude(state__in=("paused", "left")):
        for post in Post.objects.filter(sort="request", starts_at__lt=run.last_at):
            try:
                with transaction.atomic():
                    made = operations.answer_post(
                        actor=actor_of_person(person_id=one.person_id, at=AT), post_id=post.pk, message="", at=AT
                    )
                    young = [person.born_on and person.born_on.year > 2008 for person in (made.helper.human, post.author.human)]
                    if not any(young):
                        found.add((str(one.pk), id_of("help", post.pk)))
                    raise Undo
            except (Refusal, Undo):
                continue
    return found


class Undo(Exception):
    """What was tried is undone."""


def of_requests(run: Run) -> set[tuple[str, str]]:
    return {(who, what) for who, what in fitting_pairs(run) if not is_shift(what)}


def a_site() -> None:
    """Members and others, requests that stand and that do not, around every rule of an answer."""
    bank, late = a_bank(), a_bank(AREA, name="示例社区银行", members={"least_age": 60})
    asker, helper, busy = a_member(bank, 900), a_member(bank, 900), a_member(bank)
    for one in (asker, helper, busy):
        serves(one)
    old = a_member(late, 600, born_on=date(1950, 1, 1))
    serves(old), free(a_volunteer())
    closed = a_member(bank)
    serves(closed)
    operations.close_account(actor=actor(closed.person), member_id=closed.pk, at=AT)
    serves(a_member(bank), state="paused")
    merged = a_member(bank)
    kept = a_person(AREA)
    serves(merged)
    Person.objects.filter(pk=merged.person_id).update(merged_into=kept)
    guardian = a_member(bank)
    serves(guardian), free(a_volunteer(a_student(bank, guardian.person).person))
    for post in (a_request(asker), a_request(helper), a_request(old)):
        assert post.sort == "request"
    a_deal(asker, helper, 30, state="asked"), a_deal(asker, helper, 30, starts_at=BEGINS + 3 * HOUR)
    an_offer(helper), a_request(asker, starts_at=AT + timedelta(days=30))
    ended = a_request(asker)
    operations.close_post(actor=actor(asker.person), post_id=ended.pk, at=AT)


class TestTheCase:
    def test_fits_a_pair_whenever_the_bank_would_take_the_answer(self) -> None:
        a_site()
        run = a_run()
        found, read_so = by_hand(run), of_requests(run)
        assert read_so == found
        assert len(found) > 8

    def test_is_read_in_as_many_queries_for_many_as_for_few(self) -> None:
        bank = a_bank()
        asker = a_member(bank, 900)
        a_request(asker), serves(a_member(bank))
        run = a_run()

        def needed() -> int:
            with CaptureQueriesContext(connection) as asked:
                case.read(run, AT)
            return len(asked)

        few = needed()
        for _one in range(5):
            a_request(asker, 30), serves(a_member(bank))
        a_deal(asker, a_member(bank), 20)
        assert needed() == few < 20

    def test_lays_one_load_and_one_time_over_shifts_and_requests(self) -> None:
        bank = a_bank()
        asker, helper = a_member(bank, 900), a_member(bank)
        one = serves(helper)
        shift = an_activity(places=1).shifts.get()
        a_request(asker, 60, starts_at=shift.starts_at + HOUR)
        run = a_run(most=3)
        both = fitting_pairs(run)
        assert len([key for key, _what in both if key == str(one.pk)]) == 2
        run = worked_out()
        assert (run.shifts, run.places, run.wants, run.wants_filled + run.filled) == (1, 1, 1, 2)
        held = {str(row.volunteer_id) for row in run.proposals.all()}
        helps = {str(Volunteer.objects.get(person=row.member.person).pk) for row in run.help_proposals.all()}
        assert not held & helps
        a_deal(asker, helper, 90, starts_at=shift.starts_at)
        found = next(row for row in case.read(a_run(), AT).volunteers if row.id == str(one.pk))
        assert (found.load, len(found.free)) == (90, 2)
        assert str(one.pk) not in {key for key, _what in fitting_pairs(a_run())}

    def test_of_a_team_and_of_a_call_up_has_no_request_but_what_binds(self) -> None:
        bank = a_bank()
        asker, helper = a_member(bank, 900), a_member(bank)
        serves(helper), a_request(asker)
        team = a_team()
        assert not wants.there(a_run(team=team), AT)
        shift = an_activity(team).shifts.get()
        assert not wants.there(a_run(emergency=True, shift=shift, wanted=1), AT)
        assert wants.there(a_run(), AT)
        with pytest.raises(NotFound):
            queries.matched_run(viewer=an_actor(Role.RESIDENT, AREA), run_id=a_run().pk)
