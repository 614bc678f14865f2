"""Requests in the matching: a run fills shifts and requests as one, a keeper asks, the member answers as everybody."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shanzhi.assignments import case
from shanzhi.assignments import operations as assignments
from shanzhi.assignments.models import Run
from shanzhi.assignments.operations.refusals import NotAsked, NotProposed, RunNotReady, TooManyPairs
from shanzhi.assignments.wants import id_of, is_shift
from shanzhi.audit.models import Event
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import Keeper
from shanzhi.people import minors
from shanzhi.people.actors import actor_of_person
from shanzhi.timebank import lifecycle, operations, queries, refusals, wants
from shanzhi.timebank.models import HelpProposal, Member, OpenRequest, Post
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import a_sign_up, an_activity
from tests.activities.test_guards import refused
from tests.assignments.support import a_run, free, worked_out
from tests.assignments.test_case import fitting_pairs, skilled
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor, an_actor, merge_away
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
    the_volunteer,
)
from tests.timebank.test_telling import told
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
BEGINS = AT + timedelta(days=2)
HOUR = timedelta(hours=1)


def serves(member: Member, **fields: Any) -> Volunteer:
    """Have a member serve as a volunteer who is always free."""
    return free(the_volunteer(member, **fields))


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
                    if not any(minors.is_minor(person, AT) for person in (made.helper.human, post.author.human)):
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
    serves(merged)
    merge_away(merged.person, a_person(AREA), staff=a_person(AREA))
    guardian = a_member(bank)
    serves(guardian), free(a_volunteer(a_student(bank, guardian.person).person))
    a_request(asker), a_request(helper), a_request(old)
    a_deal(asker, helper, 30, state="asked", starts_at=BEGINS + 5 * HOUR)
    a_deal(asker, helper, 30, starts_at=BEGINS + 3 * HOUR)
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
        assert (run.shifts, run.places, run.wants, run.wants_filled + run.filled) == (1, 1, 1, 1)
        serves(a_member(bank))
        run = worked_out()
        assert (run.filled, run.wants_filled, run.plain_filled, run.plain_wants) == (1, 1, 1, 1)
        pair, helps = run.proposals.get(), run.help_proposals.get()
        assert pair.volunteer.person_id != helps.member.person_id
        assert run.total == pair.score + helps.score
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


def matched(many: int = 1, **fields: Any) -> tuple[Run, Member, list[Member]]:
    """Work a run out over so many requests of one member, with as many who can help; gives asker and helpers."""
    bank = a_bank()
    asker = a_member(bank, 900)
    helpers = [a_member(bank) for _ in range(many)]
    for one in helpers:
        serves(one)
    for _ in range(many):
        a_request(asker, 30, **fields)
    return worked_out(), asker, helpers


def ask(run: Run, who: Any = SYSTEM, at: Any = AT, **chosen: Any) -> operations.HelpAsked:
    rows = run.help_proposals.filter(**chosen)
    return operations.ask_help(actor=who, run_id=run.pk, pairs=[row.pk for row in rows], at=at)


class TestAKeeper:
    def test_asks_and_the_member_answers_as_everybody_or_says_no(self) -> None:
        run, asker, _helpers = matched(3)
        keeper = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        first, second, third = run.help_proposals.select_related("member__person", "post").order_by("pk")
        assert first.score == sum(part[1] for part in first.parts)
        assert ask(run, keeper, pk__in=[first.pk, second.pk]) == operations.HelpAsked(2, 0)
        assert ask(run, keeper, pk=first.pk) == operations.HelpAsked(0, 0)
        assert told(first.member.person) == ["time_bank_help.suits"]
        (shown,) = queries.asked_to_help(viewer=actor(first.member.person), at=AT)
        assert shown == first
        assert not [one for one in wants.requests_of(a_run(), AT) if one.pk in (first.post_id, second.post_id)]
        operations.answer_post(actor=actor(first.member.person), post_id=first.post_id, message="我来", at=AT)
        mine: dict[str, Any] = {"actor": actor(second.member.person), "match_id": second.pk, "at": AT}
        with pytest.raises(NotFound):
            operations.decline_match(actor=actor(asker.person), match_id=second.pk, reason="", at=AT)
        operations.decline_match(reason="那天不在", **mine)
        with pytest.raises(NotAsked):
            operations.decline_match(reason="", **mine)
        operations.drop_match(actor=keeper, match_id=third.pk, reason="刚帮过", at=AT)
        with pytest.raises(NotProposed):
            operations.drop_match(actor=keeper, match_id=third.pk, reason="刚帮过", at=AT)
        assert list(run.help_proposals.order_by("pk").values_list("state", "reason")) == [
            ("answered", ""), ("declined", "那天不在"), ("dropped", "刚帮过")
        ]  # fmt: skip
        declined = next(one for one in case.read(a_run(), AT).volunteers if one.id == _served(second))
        assert id_of("help", second.post_id) in declined.barred
        verbs = Event.objects.filter(subject_id=str(run.pk), verb__startswith="timebank.").values_list(
            "verb", flat=True
        )
        assert sorted(verbs) == [f"timebank.match.{one}" for one in ("answer", "ask", "decline", "drop")]
        with pytest.raises(TooManyPairs):
            ask(run, keeper, pk=run.pk)
        assert ask(run, pk=third.pk) == operations.HelpAsked(0, 0)

    def test_drops_who_does_not_suit_any_more_and_never_decides_in_an_own_matter(self) -> None:
        run, asker, _helpers = matched(4)
        rows = list(run.help_proposals.select_related("member__person", "post").order_by("pk"))
        planner = an_actor(Role.SOCIAL_WORKER, AREA)
        with pytest.raises(refusals.NotTheKeeper):
            ask(run, planner, pk=rows[0].pk)
        for person in (asker.person, rows[0].member.person):
            Keeper.objects.create(book=asker.bank.book, person_id=person.pk, since=LONG_AGO)
            with pytest.raises(refusals.OwnMatter):
                ask(run, actor(person), pk=rows[0].pk)
        assert {one.pk for one in queries.helpers_to_ask(viewer=actor(asker.person), run=run, most=9)} == set()
        a_sign_up(an_activity(shifts=2).shifts.latest("starts_at"), Volunteer.objects.get(person=rows[0].member.person))
        operations.close_account(actor=actor(rows[1].member.person), member_id=rows[1].member_id, at=AT)
        operations.close_post(actor=actor(asker.person), post_id=rows[2].post_id, at=AT)
        operations.answer_post(actor=actor(rows[3].member.person), post_id=rows[3].post_id, message="", at=AT)
        assert ask(run) == operations.HelpAsked(0, 4)
        assert [row.reason for row in run.help_proposals.order_by("pk")] == [
            lifecycle.OVERLAP, lifecycle.NO_ACCOUNT, lifecycle.CLOSED, lifecycle.ANSWERED
        ]  # fmt: skip

    def test_ends_what_is_over_by_the_clock_and_what_is_left_with_the_run(self) -> None:
        run, asker, _helpers = matched(4)
        rows = list(run.help_proposals.select_related("member__person", "post").order_by("pk"))
        ask(run, pk__in=[row.pk for row in rows[:2]])
        operations.close_post(actor=actor(asker.person), post_id=rows[0].post_id, at=AT)
        deal = operations.answer_post(actor=actor(rows[3].member.person), post_id=rows[2].post_id, message="", at=AT)
        operations.promise(actor=actor(asker.person), deal_id=deal.pk, at=AT)
        assert operations.run_clock(at=AT)["matches"] == 2
        assert operations.run_clock(at=AT)["matches"] == 0
        assignments.close_run(actor=SYSTEM, run_id=run.pk, at=AT)
        with pytest.raises(RunNotReady):
            ask(run)
        assert operations.run_clock(at=BEGINS + HOUR)["matches"] == 1
        assert list(run.help_proposals.order_by("pk").values_list("state", "reason")) == [
            ("lapsed", "closed"), ("lapsed", "begun"), ("dropped", "promised"), ("dropped", "run_closed")
        ]  # fmt: skip
        assert told(rows[1].member.person) == ["time_bank_help.suits"]

    def test_is_told_why_nobody_suits_a_request(self) -> None:
        bank = a_bank()
        asker = a_member(bank, 900)
        a_request(asker)
        serves(asker), free(a_volunteer()), a_volunteer(a_member(bank).person)
        run = worked_out()
        left = OpenRequest.objects.get(run=run)
        assert (run.wants, run.wants_filled) == (1, 0)
        assert {rule: many for rule, many, _only in left.hurdles} == {"barred": 1, "skills": 1, "time": 1}
        assert list(queries.nobody_for(viewer=an_actor(Role.DISTRICT_OFFICER, DISTRICT), run=run)) == [left]


def _served(row: HelpProposal) -> str:
    return str(Volunteer.objects.get(person=row.member.person).pk)


class TestARequest:
    def test_names_skills_and_a_language_that_raise_the_points(self) -> None:
        bank = a_bank()
        asker, able, plain = a_member(bank, 900), a_member(bank), a_member(bank)
        skilled(serves(able, languages=["sign"], tasks=["visit_elders"])), serves(plain)
        post = a_request(asker, skills=["haircut", "haircut"], language="sign")
        assert (post.skills, post.language) == (["haircut"], "sign")
        row = worked_out().help_proposals.get()
        assert row.member == able
        points = {name: (got, of) for name, got, of, _value, _whole in row.parts}
        assert (points["skills"], points["language"]) == ((20, 20), (10, 10))
        assert points["wish"] == (10, 20)  # a request is of no kind: half for all
        for fields, refusal in (
            ({"skills": ["flying"]}, refusals.UnknownSkill),
            ({"language": "latin"}, refusals.UnknownLanguage),
        ):
            with pytest.raises(refusal):
                a_request(asker, **fields)
        with pytest.raises(refusals.NotOfThisSort):
            an_offer(asker, language="sign")

    def test_is_guarded_by_the_database(self) -> None:
        run, asker, _helpers = matched(2)
        one, two = run.help_proposals.order_by("pk")
        rows = HelpProposal.objects.filter(pk=one.pk)
        refused(rows.delete, "stays on record")
        refused(lambda: rows.update(score=1), "stays on record")
        refused(lambda: rows.update(state="answered", decided_at=AT, answered_at=AT), "timebank_match_move")
        refused(lambda: rows.update(state="dropped", decided_at=AT), "timebank_match_dates")
        rows.update(state="asked", decided_at=AT)
        again = {"post": one.post, "member": two.member, "score": 1, "state": "asked", "decided_at": AT}
        refused(lambda: HelpProposal.objects.create(run=a_run(), **again), "timebank_match_asked_once")
        other = {**again, "post": two.post}
        refused(lambda: HelpProposal.objects.create(run=a_run(), **{**other, "member": asker}), "timebank_match_member")
        strange = a_member(a_bank(AREA, name="示例社区银行"))
        refused(lambda: HelpProposal.objects.create(run=a_run(), **{**other, "member": strange}), "match_member")
        Post.objects.filter(pk=two.post_id).update(state="closed", closed_at=AT)
        refused(lambda: HelpProposal.objects.create(run=a_run(), **other), "timebank_match_not_open")
        rows.update(state="declined", answered_at=AT)
        refused(lambda: rows.update(answered_at=AT + DAY), "stays as it was")
        left = OpenRequest.objects.create(run=run, post=one.post)
        refused(lambda: OpenRequest.objects.filter(pk=left.pk).update(hurdles=[1]), "append-only")
        offer = an_offer(asker)
        refused(lambda: Post.objects.filter(pk=offer.pk).update(skills=["x"]), "timebank_post_fit")
        refused(lambda: Post.objects.filter(pk=one.post_id).update(language="x"), "timebank_post_language")
        runs = Run.objects.filter(pk=run.pk)
        refused(lambda: runs.update(wants_filled=9), "stays as it was")
        refused(lambda: a_run(wants=1, plain_wants=2), "assignments_run_wants")
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'timebank_guard_match'")
            held = re.findall(r"'(\w+)>(\w+)'", cursor.fetchone()[0])
        assert tuple(sorted(held)) == lifecycle.moves(lifecycle.MATCH)
