"""Acts in a real browser on the smallest phone: a dispute, a merge, a digest, choices of notices, held-back results.

After each click nothing reaches beyond the screen, and axe finds no fault.
"""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.operations.sealing import seal
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Preference
from shanzhi.people.models import Person, PersonMerge
from shanzhi.ventures.models import Dispute
from tests.browser.conftest import Open
from tests.browser.support import Look, fits, press
from tests.support.people import a_person, an_account
from tests.support.places import load_districts
from tests.ventures import desk_support as desk
from tests.ventures.dispute_support import ANSWER, GROUNDS, RULING
from tests.voting.test_small_electorates import LOPSIDED, counted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
SMALL = Look("small")


@pytest.fixture(autouse=True)
def _districts() -> None:
    load_districts()


def test_an_objection_is_filed_answered_and_ruled_on(open_page: Open) -> None:
    _call, made = desk.under_notice(2)
    neighbour, officer = a_person(desk.COMMUNITY), a_person("", Role.SUBDISTRICT_OFFICER, role_area=desk.AREA)
    contact = Person.objects.get(pk=made[0].contact_id)

    page = open_page(reverse("ventures:object", args=[made[0].pk]), SMALL, an_account(neighbour))
    press(page)  # nothing said: the page says what is missing
    assert page.locator("main .field-error, main [aria-invalid=true]").count()
    page.fill("textarea[name=grounds]", GROUNDS)
    press(page)
    found = Dispute.objects.get(filed_by=neighbour)

    page = open_page(reverse("ventures:answer", args=[found.pk]), SMALL, an_account(contact))
    page.fill("textarea[name=answer]", ANSWER)
    press(page)

    page = open_page(reverse("ventures:desk_dispute", args=[found.pk]), SMALL, an_account(officer))
    page.check("input[name=outcome][value=dismissed]")
    page.fill("textarea[name=ruling]", RULING)
    press(page)

    page = open_page(reverse("ventures:proposal", args=[made[0].pk]), SMALL)
    fits(page)
    assert all(page.get_by_text(words).count() for words in (GROUNDS, ANSWER, RULING))


def test_two_records_of_one_person_are_merged_and_parted(open_page: Open) -> None:
    officer = an_account(a_person("", Role.DISTRICT_OFFICER, role_area="370102"))
    kept, merged = (a_person(desk.COMMUNITY, name="王小二", verified=False) for _ in range(2))
    page = open_page(reverse("people:merge_with", args=[kept.pk]) + f"?other={merged.pk}", SMALL, officer)
    fits(page)
    page.check(f"input[name=keep][value='{kept.pk}']")
    page.fill("textarea[name=reason]", "同一人，登记了两次")
    press(page, "main form.form button.danger")
    merge = PersonMerge.objects.get(merged=merged)
    assert merge.state == "done"
    page.goto(reverse("people:merge", args=[merge.pk]))
    page.locator("main details summary").last.click()
    fits(page)
    page.locator("textarea[name=reason]").last.fill("其实是两个人")
    press(page, "main details[open] button.danger")
    assert PersonMerge.objects.get(pk=merge.pk).state == "undone"


def test_a_digest_is_looked_up_in_the_log(open_page: Open) -> None:
    a_person(desk.COMMUNITY)
    desk.a_draft()
    seal(at=timezone.now())
    page = open_page(reverse("audit:check"), SMALL)
    page.fill("input[name=digest]", "sha256:00")
    press(page, "main form button")
    assert page.locator("#problem").count()
    page.fill("input[name=digest]", Event.objects.latest("pk").digest)
    press(page, "main form button")
    page.locator("main details summary").click()
    fits(page)
    assert page.locator("main .log-hash").count()


def test_what_reaches_one_is_chosen(open_page: Open) -> None:
    person = a_person(desk.COMMUNITY)
    page = open_page(reverse("notices:choices"), SMALL, an_account(person))
    fits(page)
    boxes = page.locator("main form.form input[type=checkbox]:checked:not([disabled])")
    assert boxes.count()
    boxes.first.uncheck()
    press(page, "main form.form .actions button")
    assert Preference.objects.filter(person=person).exists()


def test_a_result_that_holds_figures_back_says_so_on_a_small_phone(open_page: Open) -> None:
    count, _receipts = counted(LOPSIDED)
    for name in ("results", "recount"):
        page = open_page(reverse(f"voting:{name}", args=[count.poll_id]), SMALL)
        fits(page)
        assert page.get_by_text("哪些内容没有公布").count()
