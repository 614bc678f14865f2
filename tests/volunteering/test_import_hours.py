"""How many hours of before a list may state of somebody: 8 a day on average since the seventh birthday, or 1980."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import translation

from shanzhi.kernel.actor import Actor
from shanzhi.places.exchange.lists.choosing import guess
from shanzhi.places.exchange.lists.reading import read_list
from shanzhi.volunteering import queries
from shanzhi.volunteering.exchange.headings import KNOWN
from shanzhi.volunteering.exchange.rows import FIRST_DAY, MOST_A_DAY, beyond_life, check
from shanzhi.volunteering.exchange.words import fault
from shanzhi.volunteering.operations.imports.kind import COMMAND
from tests.organizations.register_support import workbook
from tests.people.conftest import COMMUNITY
from tests.support.people import a_person, an_id_number
from tests.volunteering.import_support import a_list, a_row, checked, row_of
from tests.volunteering.test_import_reading import PLACES, TODAY

HEADINGS = ("姓名", "身份证号", "手机号", "社区", "时长", "出生日期", "截至日期", "登记日期")


def outcome(hours: Any, *, born: Any = "", number: str = "", until: str = "", registered: str = "") -> list[str]:
    """Give the codes of what is wrong in a row with these hours."""
    row = ["甲示例", number, "13800138001", "历山路社区", hours, born, until, registered]
    sheets = read_list(workbook(("名册", [HEADINGS, row])), "x.xlsx", KNOWN)
    done = check(sheets, guess(sheets[0]), PLACES, TODAY)
    return [one.code for wrong in done.refused.values() for one in wrong]


def most(since: date, until: date = TODAY) -> int:
    return ((until - since).days + 1) * 8


@pytest.mark.parametrize(
    ("given", "since"),
    [
        ({"born": "1980-05-06"}, date(1987, 5, 6)), ({"born": "2000-02-29"}, date(2007, 3, 1)),
        ({"number": an_id_number(born_on=date(2012, 11, 20))}, date(2019, 11, 20)),
        ({"born": "1950-01-02"}, FIRST_DAY), ({}, FIRST_DAY), ({"born": "1973-01-01"}, FIRST_DAY),
        ({"born": "2019-11-27"}, TODAY),
        ({"born": "1980-05-06", "registered": "1990-01-01"}, date(1987, 5, 6)),
    ],
)  # fmt: skip
def test_hours_are_taken_up_to_the_most_that_a_life_gives(given: dict[str, str], since: date) -> None:
    assert outcome(most(since), **given) == []
    assert outcome(f"{most(since)}:01", **given) == ["hours_beyond_life"]


@pytest.mark.parametrize(
    ("hours", "given"),
    [
        (300_000, {"born": "1980-05-06"}), (300_000, {}), (1, {"born": "2019-11-28"}),
        (200_000, {"born": "1930-01-01"}), (12.5, {"born": "2026-11-01"}),
        (9, {"born": "1980-05-06", "until": "1987-05-06"}),
        (300_000, {"born": "1980-05-06", "registered": "1981-01-01"}),
    ],
)  # fmt: skip
def test_more_than_that_is_refused(hours: float, given: dict[str, str]) -> None:
    assert outcome(hours, **given) == ["hours_beyond_life"]


def test_since_registration_no_day_has_more_than_24_hours() -> None:
    day = (TODAY - timedelta(days=1)).isoformat()
    assert outcome(48, born="1980-05-06", registered=day) == []
    assert outcome("48:01", born="1980-05-06", registered=day) == ["hours_too_many"]


@pytest.mark.parametrize(
    ("language", "column", "words"),
    [
        ("en", "Hours of service before", "300,000 hours are more than 115,608, which would be 8 a day on average"),
        ("zh-hans", "以往服务时长", "300,000 小时超过了上限 115,608 小时：按年满 7 周岁起平均每天 8 小时计算"),
    ],
)
def test_the_refusal_says_the_most_and_what_to_do(language: str, column: str, words: str) -> None:
    (wrong,) = beyond_life(300_000 * 60, date(1980, 5, 6), TODAY)
    with translation.override(language):
        said = fault(*wrong)
    assert (said[0], said[1].startswith(words), bool(said[2])) == (column, True, True)
    assert MOST_A_DAY == 8 * 60


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
def test_the_birth_on_record_counts_where_the_row_says_none() -> None:
    a_person(COMMUNITY, name="司马示例", phone="+8613800138002", verified=False, born_on=date(2005, 3, 4))
    rows = (
        a_row(1, "司马示例", 手机号="13800138002", 时长=80_000),
        a_row(2, "另一示例", 手机号="13800138003", 时长=80_000),
    )
    found = checked(Actor.system(COMMAND), a_list(*rows))
    assert queries.told(row_of(found, 1))["wrong"][0][:2] == ["minutes", "hours_beyond_life"]
    assert row_of(found, 2).outcome == "new"
