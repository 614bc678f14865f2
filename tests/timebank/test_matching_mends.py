"""What binds members is looked at again when they are asked, locks are taken in one order, counts add up."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi import matching
from shanzhi.assignments import case
from shanzhi.assignments import operations as assignments
from shanzhi.assignments.models import Proposal, Run
from shanzhi.assignments.wants import id_of
from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.ledger.models import Keeper
from shanzhi.people import operations as people
from shanzhi.people.operations.erasure import hold_rooms
from shanzhi.timebank import lifecycle, operations, queries, refusals, wants
from shanzhi.timebank.models import Deal, HelpProposal, Member, Post
from shanzhi.timebank.operations import suiting
from shanzhi.timebank.operations.matches import keep_matches
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import an_activity
from tests.assignments.support import a_pair, a_run
from tests.assignments.test_pages import texts
from tests.support.people import AREA, AT, LONG_AGO, a_person, actor, an_actor, client_for, sign_in
from tests.timebank.support import DISTRICT, FOUNDED, SYSTEM, a_bank, a_deal, a_member, a_request
from tests.timebank.test_matching import BEGINS, HOUR, ask, matched, of_requests, serves

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LOCKED = re.compile(r'FROM "(timebank_(?:post|member|helpproposal)|people_person)".* FOR (?:NO KEY )?UPDATE')


def locks(run: Any) -> list[tuple[str, list[str]]]:
    """Run a write; give the tables of which it locks rows, in order, and the rows each time."""
    found: list[tuple[str, list[str]]] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        table = LOCKED.search(sql)
        if table is not None:
            with connection.connection.cursor() as cursor:
                cursor.execute(sql[: sql.rindex(" FOR ")], params)
                found.append((table[1].partition("_")[2], [str(row[0]) for row in cursor.fetchall()]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        run()
    return found


def test_who_is_erased_has_posts_and_accounts_locked_before_people_and_pairs_last() -> None:
    run, asker, helpers = matched(2)
    ask(run, member=helpers[0])
    gone = helpers[0]
    answered = a_deal(asker, gone, 30, state="asked").post
    strange = a_request(asker, 20)
    upon = {run.help_proposals.get(member=gone).post_id, answered.pk}
    wanted = sorted(str(key) for key in upon)
    rooms = [("post", wanted), ("member", [str(gone.pk)])]  # who credits or reverses holds accounts before people
    assert locks(lambda: hold_rooms(gone.person_id)) == rooms
    held = locks(lambda: people.erase_own(actor=actor(gone.person), confirmed=True, at=AT))
    assert held[0] == ("post", wanted)
    assert str(strange.pk) not in {key for _table, keys in held for key in keys}
    tables = [table for table, _keys in held]
    assert tables.index("post") < tables.index("member") < tables.index("person") < tables.index("helpproposal")
    assert run.help_proposals.get(member=gone).state == "lapsed"


def test_a_press_locks_requests_then_all_accounts_at_once_then_pairs_and_drops_who_closed_the_account() -> None:
    run, _asker, helpers = matched(3)
    operations.close_account(actor=actor(helpers[1].person), member_id=helpers[1].pk, at=AT)
    held = locks(lambda: ask(run))
    assert [table for table, _keys in held][:3] == ["post", "member", "helpproposal"]
    assert [sorted(str(one.pk) for one in helpers)] == [keys for table, keys in held if table == "member"]
    assert {row.member_id: (row.state, row.reason) for row in run.help_proposals.all()} == {
        helpers[0].pk: ("asked", ""), helpers[1].pk: ("dropped", lifecycle.NO_ACCOUNT), helpers[2].pk: ("asked", ""),
    }  # fmt: skip


def proposed(run: Run, asker: Member, *helpers: Member, **fields: Any) -> list[HelpProposal]:
    """Have a run propose each of some members for a request of its own."""
    return [
        HelpProposal.objects.create(run=run, post=a_request(asker, 30, **fields), member=one, score=1, parts=[])
        for one in helpers
    ]


class TestAPress:
    def test_looks_at_what_the_case_looks_at(self) -> None:
        bank = a_bank()
        asker, other = a_member(bank, 900), a_member(bank, 900)
        names = ("said_no", "asked", "called", "answered", "refused", "twice", "paused", "left", "fits")
        who = {name: a_member(bank) for name in names}
        served = {name: serves(one) for name, one in who.items()}
        run = a_run()
        rows = dict(zip(who, proposed(run, asker, *who.values()), strict=True))
        [second] = proposed(run, asker, who["twice"], starts_at=BEGINS + HOUR / 4)
        again = proposed(a_run(), other, who["asked"], starts_at=BEGINS - HOUR / 4)
        HelpProposal.objects.filter(pk__in=[one.pk for one in again]).update(state="asked", decided_at=AT)
        HelpProposal.objects.create(
            run=a_run(), post=rows["said_no"].post, member=who["said_no"], score=1, state="declined", decided_at=AT,
            answered_at=AT,
        )  # fmt: skip
        shift = an_activity().shifts.get()
        a_pair(a_run(), shift, served["called"], "asked")
        Post.objects.filter(pk=rows["called"].post_id).update(starts_at=shift.starts_at)
        a_deal(other, who["answered"], 30, state="asked", starts_at=BEGINS - HOUR / 4)
        mine: dict[str, Any] = {"actor": actor(who["refused"].person), "at": AT}
        deal = operations.answer_post(post_id=rows["refused"].post_id, message="", **mine)
        operations.withdraw_answer(deal_id=deal.pk, **mine)
        for name in ("paused", "left"):
            Volunteer.objects.filter(pk=served[name].pk).update(state=name)
        assert ask(run) == operations.HelpAsked(2, 8)
        told = {name: HelpProposal.objects.get(pk=row.pk) for name, row in rows.items()}
        second.refresh_from_db()
        twice = {told["twice"].state, second.state}
        assert twice == {"asked", "dropped"}
        assert {told["twice"].reason, second.reason} == {"", lifecycle.OVERLAP}
        assert {name: row.reason for name, row in told.items() if name != "twice"} == {
            "said_no": "said_no", "asked": "overlap", "called": "overlap", "answered": "overlap", "refused": "said_no",
            "paused": "serves_no_more", "left": "serves_no_more", "fits": "",
        }  # fmt: skip

    def test_reads_what_stands_against_pairs_once_for_all(self) -> None:
        run, asker, helpers = matched(3)
        a_deal(asker, helpers[0], 30, state="asked"), a_deal(asker, helpers[1], 30, starts_at=BEGINS + 9 * HOUR)
        rows = list(run.help_proposals.select_related("post__author__person", "member__person"))

        def needed(many: int) -> int:
            with CaptureQueriesContext(connection) as asked:
                told = suiting.known([one.post for one in rows[:many]], [one.member for one in rows[:many]], AT)
                [suiting.against(one.post, one.member, told, AT) for one in rows[:many]]
            return len(asked)

        assert needed(1) == needed(3) == 11

    def test_for_shifts_drops_who_promised_offered_or_was_asked_for_help_and_who_said_no(self) -> None:
        bank = a_bank()
        asker = a_member(bank, 900)
        who = [a_member(bank) for _ in range(5)]
        promised, offered, asked, declined, free = [serves(one) for one in who]
        shift = an_activity(places=9).shifts.get()
        when: dict[str, Any] = {"starts_at": shift.starts_at + HOUR / 2}
        a_deal(asker, who[0], 30, **when), a_deal(asker, who[1], 30, state="asked", **when)
        run = a_run()
        HelpProposal.objects.filter(pk=proposed(run, asker, who[2], **when)[0].pk).update(state="asked", decided_at=AT)
        a_pair(a_run(), shift, declined, "declined")
        rows = [a_pair(run, shift, one) for one in (promised, offered, asked, declined, free)]
        keys = [one.pk for one in rows]
        assert assignments.ask_pairs(actor=SYSTEM, run_id=run.pk, pairs=keys, at=AT) == assignments.Asked(1, 4)
        assert [Proposal.objects.get(pk=key).reason for key in keys] == ["overlap"] * 3 + ["said_no", ""]

    def test_counts_only_pairs_that_one_sees_and_writes_nothing_when_sent_again(self) -> None:
        run, asker, _helpers = matched(2)
        elsewhere = a_bank(AREA, name="示例社区银行")
        strange = proposed(run, a_member(elsewhere, 900), a_member(elsewhere))[0]
        keeper, planner = a_person(AREA), an_actor(Role.SOCIAL_WORKER, AREA)
        Keeper.objects.create(book=asker.bank.book, person_id=keeper.pk, since=LONG_AGO)
        assert ask(run, actor(keeper)) == operations.HelpAsked(2, 0)
        assert ask(run, actor(keeper)) == operations.HelpAsked(0, 0)
        assert Event.objects.filter(verb="timebank.match.ask").count() == 1
        strange.refresh_from_db()
        assert strange.state == "proposed"
        with pytest.raises(refusals.NotTheKeeper):
            ask(run, planner, pk=strange.pk)
        assignments.close_run(actor=SYSTEM, run_id=run.pk, at=AT)
        with pytest.raises(refusals.NotTheKeeper):
            ask(run, planner, pk=strange.pk)


def test_what_was_written_of_why_not_is_read_by_who_keeps_the_bank_and_the_member_alone(client: Client) -> None:
    run, _asker, _helpers = matched(2)
    first, second = run.help_proposals.select_related("member__person").order_by("pk")
    ask(run, pk=first.pk)
    said, why = "陪护母亲化疗", "有人反映他爱喝酒"
    operations.decline_match(actor=actor(first.member.person), match_id=first.pk, reason=said, at=AT)
    operations.drop_match(actor=SYSTEM, match_id=second.pk, reason=why, at=AT)
    planner, keeper = client_for(Role.SOCIAL_WORKER), client_for(Role.DISTRICT_OFFICER, area=DISTRICT)
    here = f"/assignments/{run.pk}/help/"
    paths = [here, f"{here}?export=csv", f"/timebank/matched/{first.pk}/", f"/timebank/matched/{second.pk}/",
             f"/api/v1/timebank/runs/{run.pk}/matches", f"/api/v1/timebank/matches/{first.pk}"]  # fmt: skip
    for who, reads in ((planner, [False, False]), (keeper, [True, True])):
        told = "".join(texts(who.get(path)) for path in paths)
        assert [words in told for words in (said, why)] == reads
    assert not Event.objects.filter(reason__in=(said, why)).exists()
    read = {
        viewer: [row.why for row in queries.matched(viewer=viewer, run=run).order_by("pk")]
        for viewer in (planning(first.member), an_actor(Role.SOCIAL_WORKER, AREA))
    }
    assert list(read.values()) == [[said, ""], ["", ""]]
    HelpProposal.objects.filter(pk=second.pk).update(reason=lifecycle.OVERLAP)
    assert queries.match(viewer=an_actor(Role.SOCIAL_WORKER, AREA), match_id=second.pk).why == lifecycle.OVERLAP


def planning(member: Member) -> Actor:
    """Give the actor of a member who plans shifts in the area, too."""
    return replace(actor(member.person), grants=an_actor(Role.SOCIAL_WORKER, AREA).grants)


def test_titles_are_read_by_members_while_requests_are_open() -> None:
    run, asker, helpers = matched(2)
    member = planning(helpers[0])
    keeper = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
    rows = run.help_proposals.order_by("pk")
    operations.close_post(actor=actor(asker.person), post_id=rows[0].post_id, at=AT)
    for viewer, reads in ((member, [False, True]), (keeper, [True, True])):
        told = queries.matched(viewer=viewer, run=run).order_by("pk")
        assert [bool(one.title) for one in told] == [one.reads for one in told] == reads


def test_counts_of_a_run_add_up() -> None:
    bank = a_bank()
    asker, helper = a_member(bank, 900), a_member(bank)
    serves(helper), a_request(asker)
    run = a_run(state="working", finished_at=None)
    with CaptureQueriesContext(connection) as asked:
        assert wants.there(run, AT)
    assert len(asked) == 1
    assert '"timebank_post"."title"' not in asked[0]["sql"]
    assert [one.bank_id for one in wants.requests_of(run, AT)] == [bank.pk]
    # before the rules are in force
    assert not wants.there(run, FOUNDED)
    assert not case.read(run, FOUNDED).shifts
    found = matching.best(case.read(run, AT))
    operations.close_account(actor=actor(helper.person), member_id=helper.pk, at=AT)
    keep_matches(run, found.pairs, found.unfilled)
    [row] = run.help_proposals.all()
    Run.objects.filter(pk=run.pk).update(state="proposed", finished_at=AT)
    assert (row.member_id, len(found.pairs)) == (helper.pk, 1)
    assert ask(run) == operations.HelpAsked(0, 1)
    Post.objects.filter(bank=bank).update(starts_at=AT)
    assert not wants.there(run, AT)


def test_closing_a_run_says_how_many_pairs_are_dropped_and_the_form_of_dropping_refuses_an_own_matter(
    client: Client,
) -> None:
    run, asker, helpers = matched(2)
    a_pair(run, an_activity().shifts.get(), Volunteer.objects.get(person=helpers[0].person))
    assert "3人" in texts(client_for(Role.SOCIAL_WORKER).get(f"/assignments/{run.pk}/close/"))
    Keeper.objects.create(book=asker.bank.book, person_id=asker.person_id, since=LONG_AGO)
    sign_in(client, asker.person)
    row = run.help_proposals.earliest("pk")
    assert client.get(f"/timebank/matched/{row.pk}/drop/").status_code == refusals.OwnMatter.status


def test_an_answer_binds_in_the_case_and_one_refused_or_taken_back_bars_the_pair() -> None:
    bank = a_bank()
    asker, helper, back = a_member(bank, 900), a_member(bank), a_member(bank)
    serves(helper), serves(back)
    a_deal(asker, helper, 30, state="asked")
    deal = a_deal(asker, back, 30, state="asked")
    assert len(of_requests(a_run())) == 0
    operations.withdraw_answer(actor=actor(back.person), deal_id=deal.pk, at=AT)
    mine = str(Volunteer.objects.get(person=back.person).pk)
    waits = Deal.objects.get(helper=helper).post_id
    assert of_requests(a_run()) == {(mine, id_of("help", waits))}
