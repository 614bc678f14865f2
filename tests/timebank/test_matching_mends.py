"""What binds members is looked at again when they are asked, locks are taken in one order, counts add up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shanzhi.assignments import operations as assignments
from shanzhi.assignments.models import Proposal, Run
from shanzhi.assignments.wants import id_of
from shanzhi.people import operations as people
from shanzhi.people.operations.erasure import hold_rooms
from shanzhi.timebank import lifecycle, operations
from shanzhi.timebank.models import Deal, HelpProposal, Member, Post
from shanzhi.timebank.operations import suiting
from shanzhi.volunteering.models import Volunteer
from tests.activities.support import an_activity
from tests.assignments.support import a_pair, a_run
from tests.support.people import AT, actor
from tests.timebank.support import SYSTEM, a_bank, a_deal, a_member, a_request
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


def test_who_is_erased_has_posts_locked_before_people_and_accounts_before_pairs() -> None:
    run, asker, helpers = matched(2)
    ask(run, member=helpers[0])
    gone = helpers[0]
    answered = a_deal(asker, gone, 30, state="asked").post
    strange = a_request(asker, 20)
    upon = {run.help_proposals.get(member=gone).post_id, answered.pk}
    wanted = sorted(str(key) for key in upon)
    assert locks(lambda: hold_rooms(gone.person_id)) == [("post", wanted)]
    held = locks(lambda: people.erase_own(actor=actor(gone.person), confirmed=True, at=AT))
    assert held[0] == ("post", wanted)
    assert str(strange.pk) not in {key for _table, keys in held for key in keys}
    tables = [table for table, _keys in held]
    assert tables.index("post") < tables.index("person") < tables.index("member") < tables.index("helpproposal")
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
        when = {"starts_at": shift.starts_at + HOUR / 2}
        a_deal(asker, who[0], 30, **when), a_deal(asker, who[1], 30, state="asked", **when)
        run = a_run()
        HelpProposal.objects.filter(pk=proposed(run, asker, who[2], **when)[0].pk).update(state="asked", decided_at=AT)
        a_pair(a_run(), shift, declined, "declined")
        rows = [a_pair(run, shift, one) for one in (promised, offered, asked, declined, free)]
        keys = [one.pk for one in rows]
        assert assignments.ask_pairs(actor=SYSTEM, run_id=run.pk, pairs=keys, at=AT) == assignments.Asked(1, 4)
        assert [Proposal.objects.get(pk=key).reason for key in keys] == ["overlap"] * 3 + ["said_no", ""]


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
