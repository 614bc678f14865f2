"""The desk's pages of rounds in a real browser: axe, no sideways scrolling, large targets; both modes and languages."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from shanzhi.kernel.roles import Role
from tests.browser.support import Look, later, sideways, small_targets, violations
from tests.support import people
from tests.support.places import load_districts
from tests.ventures import desk_support as desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
LOOKS = (
    Look("phone", "light", "zh-hans"), later(Look("desktop", "dark", "zh-hans")),
    later(Look("phone", "dark", "en")),
    later(Look("desktop", "light", "en")),
)  # fmt: skip


def pages() -> dict[str, str]:
    """Make rounds in several states and give each page of the desk by a short name."""
    draft = desk.a_draft("楼院微更新（示例）")
    call, made = desk.under_review(3)
    noticed, _made = desk.under_notice()
    jury = desk.at_the_award()
    picked = "&".join(f"proposal={one.pk}" for one in made)
    return {
        "calls": "/desk/calls/",
        "new": "/desk/calls/new/",
        "builder": f"/desk/calls/{draft.pk}/",
        "frozen": f"/desk/calls/{call.pk}/",
        **{f"part-{name}": f"/desk/calls/{draft.pk}/parts/{name}/" for name in ("areas", "dates", "rule", "review")},
        "preview": f"/desk/calls/{draft.pk}/preview/",
        "change": f"/desk/calls/{call.pk}/change/",
        "change-money": f"/desk/calls/{call.pk}/change/money/",
        "cancel": f"/desk/calls/{draft.pk}/cancel/",
        "history": f"/desk/calls/{call.pk}/history/",
        "proposals": f"/desk/calls/{call.pk}/proposals/",
        "phase": f"/desk/calls/{call.pk}/phase/",
        "phase-roll": f"/desk/calls/{noticed.pk}/phase/",
        "phase-jury": f"/desk/calls/{jury.pk}/phase/",
        "reviews": "/desk/reviews/",
        "review": f"/desk/reviews/{made[0].pk}/",
        "batch": f"/desk/reviews/batch/?{picked}",
        "assign": f"/desk/reviews/assign/?{picked}",
        "import": "/desk/calls/import/",
    }


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_of_the_desk_is_clean(open_page: Any, look: Look) -> None:
    load_districts()
    account = people.an_account(people.a_person(desk.COMMUNITY, Role.SUBDISTRICT_OFFICER, role_area=desk.AREA))
    shots = os.environ.get("SHANZHI_SHOTS")
    page, faults = None, {}
    for name, path in pages().items():
        if page is None:
            page = open_page(path, look, account)
        else:
            page.goto(path)
        found = [*violations(page), *small_targets(page), *page.faults]
        if sideways(page):
            found.append(f"scrolls sideways by {sideways(page)}")
        if found:
            faults[name] = found
        if shots:
            page.screenshot(path=str(Path(shots) / f"desk-{name}-{look}.png"), full_page=True)
    assert faults == {}
