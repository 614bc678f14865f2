"""What is done with people's data, on a phone: looked at for a reason that its owner reads, erased by its owner."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from tests.browser.conftest import Open
from tests.browser.support import Look, fits, press
from tests.browser.test_passkeys import PHONE, phone_of_account, sign_in_by_code
from tests.support.people import a_person, an_account
from tests.support.places import load_districts
from tests.ventures.desk_support import COMMUNITY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough]
PHONES = Look("phone")
WHY = "核对报名表上的号码"


@pytest.fixture
def resident() -> Person:
    """A resident who signs in by the phone on record."""
    load_districts()
    person = a_person(COMMUNITY, name="示例甲", phone=f"+86{PHONE}")
    an_account(person, **phone_of_account())
    return person


def test_a_phone_is_shown_for_a_reason_and_its_owner_reads_who_looked_and_why(
    open_page: Open, resident: Person
) -> None:
    worker = an_account(a_person("", Role.SOCIAL_WORKER, role_area=COMMUNITY, name="孙晓燕"))
    desk = open_page(reverse("people:person", args=[resident.pk]), PHONES, worker)
    assert PHONE not in desk.content()
    desk.click("main details:has(form[action$='/unmask/']) summary")
    fits(desk)
    show = f"form[action='{reverse('people:unmask', args=[resident.pk])}']"
    desk.check(f"{show} [value=phone]")
    desk.fill(f"{show} [name=reason]", WHY)
    press(desk, f"{show} button")
    expect(desk.locator("main .notice")).to_contain_text(PHONE)
    desk.goto(reverse("people:person", args=[resident.pk]))
    assert PHONE not in desk.content(), "shown once"

    own = open_page(reverse("people:account"), PHONES, resident.account)
    fits(own)
    told = own.locator("main section", has_text="谁看过我的完整信息")
    expect(told.locator(".timeline li")).to_have_count(1)
    expect(told).to_contain_text(WHY)
    expect(told).to_contain_text("社工")


def test_a_resident_erases_the_own_data_and_the_desk_knows_nobody_any_more(open_page: Open, resident: Person) -> None:
    officer = an_account(a_person("", Role.SUBDISTRICT_OFFICER, role_area=COMMUNITY[:9]))
    desk = open_page(reverse("people:person", args=[resident.pk]), PHONES, officer)
    expect(desk.locator("h1")).to_contain_text("示*甲")

    phone = open_page(reverse("people:sign_up"), PHONES)
    sign_in_by_code(phone)  # signs in by code just before, which is the proof that erasing asks for
    phone.goto(reverse("people:own_data"))
    phone.click(f"main a[href='{reverse('people:erase')}']")
    fits(phone)
    press(phone, "main form.form button.danger")  # without the tick: the page says what is missing
    assert phone.locator("main [aria-invalid=true]").count()
    phone.check("[name=confirmed]")
    press(phone, "main form.form button.danger")
    expect(phone.locator("main")).to_contain_text("您的个人信息已删除")
    phone.goto(reverse("people:account"))
    assert "/account/sign-in/" in phone.url

    answer = desk.goto(reverse("people:person", args=[resident.pk]))
    assert answer is not None
    assert answer.status == 404
    desk.goto(reverse("audit:events"))
    fits(desk)
    expect(desk.locator("main")).to_contain_text("已删除个人信息")
    expect(desk.locator("main")).to_contain_text("一位曾经的居民")
