"""What binds members is looked at again when they are asked, locks are taken in one order, counts add up."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection

from shanzhi.people import operations as people
from shanzhi.people.operations.erasure import hold_rooms
from shanzhi.timebank import lifecycle, operations
from tests.support.people import AT, actor
from tests.timebank.support import a_deal, a_request
from tests.timebank.test_matching import ask, matched

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
