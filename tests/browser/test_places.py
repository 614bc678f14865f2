"""The areas' pages as people see them."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shanzhi.kernel.roles import Role
from shanzhi.places import operations
from tests.browser.support import Look, later, violations
from tests.support.people import a_person, an_account
from tests.support.places import AT, SYSTEM, load_districts

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SHOTS = os.environ.get("SHANZHI_SHOTS", "")
PAGES = {
    "tree": "/places/",
    "search": "/places/search/?q=龙泽园",
    "district": "/places/370102/",
    "subdistrict": "/places/110114012/",
    "ended": "/places/110114012035/",
    "below": "/places/110114012/below/",
    "split": "/places/110114012036/split/",
    "figure": "/places/370102/figures/add/",
    "stations": "/places/stations/",
}
LOOKS = (
    Look("phone"), later(Look("desktop")),
    later(Look("small", "dark", "en")),
    later(Look("desktop", "dark", "en", elder=True)),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _places() -> None:
    load_districts()
    two = [operations.Part("南一社区", "110114012098"), operations.Part("南二社区", "110114012099")]
    operations.split(
        actor=SYSTEM,
        code="110114012035",
        parts=two,
        on=date(2025, 1, 1),
        reason="示例决定",
        source="示例〔2025〕1号",
        at=AT,
    )
    for measure, value in (("population", 819_139), ("households", 301_022), ("size_m2", 101_000_000)):
        operations.record_figure(
            actor=SYSTEM,
            code="370102",
            measure=measure,
            value=value,
            valid_from=date(2020, 11, 1),
            source="示例",
            at=AT,
        )
    operations.create_station(
        actor=SYSTEM,
        area="370102",
        name="历下区社工站（示例）",
        opened_on=date(2021, 5, 1),
        phone="0531-00000000",
        at=AT,
    )


class TestThePages:
    @pytest.mark.parametrize("look", LOOKS, ids=str)
    def test_read_well_without_faults(self, open_page: Any, look: Look) -> None:
        account = an_account(a_person("", Role.ADMINISTRATOR, role_area=""))
        for name, path in PAGES.items():
            page = open_page(path, look, account)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{look}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (name, wide) == (name, 0)
            assert (name, violations(page), page.faults) == (name, [], [])
