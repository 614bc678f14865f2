"""Pages of people, walked through by residents and staff."""

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from shanzhi.audit.models import Event
from shanzhi.kernel.roles import Role
from shanzhi.people.fields import PHONE_OF_ACCOUNT, mark
from shanzhi.people.models import Account, Person
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.people import AT, a_person, a_phone, actor, an_account, an_id_number, client_for, give_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def mark_of(phone: str) -> bytes:
    return mark(phone, purpose=PHONE_OF_ACCOUNT)


def shown_code(client: Client) -> str:
    page = client.get("/account/sign-in/code/").content.decode()
    found = re.search(r'id="shown-code">(\d{6})<', page)
    assert found, page
    return found[1]


def enter(client: Client, **more: str) -> str:
    return client.post("/account/sign-in/code/", {"code": shown_code(client), "action": "verify", **more})["Location"]


class TestANewResident:
    def test_signs_up_with_phone_name_community_and_consent(self) -> None:
        client = Client()
        sent = client.post(
            "/account/sign-up/",
            {"phone": "138 0013 8000", "name": "示例 新人", "area": COMMUNITY, "consent": "on"},
        )
        assert sent["Location"] == "/account/sign-in/code/", sent.content.decode()
        assert enter(client) == "/today/"
        person = Person.objects.get()
        assert (person.name.reveal(), person.area, person.real_name) == ("示例 新人", COMMUNITY, "declared")
        assert person.consents.get().purpose == "real_name"
        page = client.get("/account/").content.decode()
        assert "138****8000" in page
        assert "示例 新人" not in page

    def test_who_only_signs_in_is_asked_for_the_name_next(self) -> None:
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000"})
        assert enter(client).startswith("/account/welcome/")
        assert client.get("/account/")["Location"] == "/account/welcome/"
        answer = client.post("/account/welcome/", {"name": "示例新", "area": COMMUNITY, "consent": "on"})
        assert answer["Location"] == "/account/"

    def test_is_refused_without_consent_and_keeps_what_was_typed(self) -> None:
        answer = Client().post("/account/sign-up/", {"phone": "13800138000", "name": "示例新", "area": COMMUNITY})
        assert answer.status_code == 200
        assert "示例新" in answer.content.decode()
        assert not Account.objects.exists() or not Person.objects.exists()

    def test_gets_the_record_that_the_office_had(self) -> None:
        known = a_person(COMMUNITY, phone="+8613800138000", name="示例老", verified=False)
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000"})
        enter(client)
        client.post("/account/welcome/", {"name": "示例老", "area": COMMUNITY, "consent": "on"})
        assert Account.objects.get().person == known

    def test_with_the_phone_of_another_record_is_refused_without_a_hint_whose(self) -> None:
        a_person(COMMUNITY, phone="+8613800138000", name="示例老")
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000"})
        enter(client)
        page = client.post("/account/welcome/", {"name": "别人", "area": COMMUNITY, "consent": "on"}).content.decode()
        assert "示例老" not in page
        assert "另一" in page or "another record" in page


class TestSigningInByCode:
    def test_takes_three_taps(self) -> None:
        an_account(a_person(), phone="+8613800138000", phone_mark=mark_of("+8613800138000"))
        client = Client()
        assert client.get("/account/sign-in/").status_code == 200  # tap 1: "sign in"
        client.post("/account/sign-in/", {"phone": "13800138000"})  # tap 2: "send me a code"
        assert enter(client) == "/today/"  # tap 3: "sign in"

    def test_returns_to_where_one_wanted_to_go(self) -> None:
        an_account(a_person(), phone="+8613800138000", phone_mark=mark_of("+8613800138000"))
        client = Client()
        assert client.get("/account/data/")["Location"] == "/account/sign-in/?next=/account/data/"
        client.post("/account/sign-in/", {"phone": "13800138000", "next": "/account/data/"})
        assert enter(client, next="/account/data/") == "/account/data/"

    def test_never_leads_to_a_strange_site(self) -> None:
        an_account(a_person(), phone="+8613800138000", phone_mark=mark_of("+8613800138000"))
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000", "next": "https://evil.example/"})
        assert enter(client, next="https://evil.example/") == "/today/"

    def test_answers_known_and_unknown_phones_alike(self) -> None:
        an_account(a_person(), phone="+8613800138000", phone_mark=mark_of("+8613800138000"))
        pages = []
        for phone in ("13800138000", "13900139000"):
            client = Client()
            sent = client.post("/account/sign-in/", {"phone": phone})
            page = client.get("/account/sign-in/code/").content.decode()
            blotted = re.sub(r"\d{6}<|13\d\*+\d+|value=\"[^\"]+\"|[0-9a-f]{16}", "", page)
            pages.append((sent.status_code, sent["Location"], blotted))
        assert pages[0] == pages[1]

    def test_ends_after_three_wrong_codes(self) -> None:
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000"})
        code = shown_code(client)
        wrong = "000000" if code != "000000" else "111111"
        answers = [client.post("/account/sign-in/code/", {"code": wrong, "action": "verify"}) for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 302]
        assert client.post("/account/sign-in/code/", {"code": code, "action": "verify"})["Location"] == (
            "/account/sign-in/"
        )

    def test_sends_at_most_three_codes_a_minute_to_a_phone(self) -> None:
        answers = [Client().post("/account/sign-in/", {"phone": "13800138000"}).status_code for _ in range(4)]
        assert answers == [302, 302, 302, 200]

    def test_gives_the_session_a_new_key(self) -> None:
        client = Client()
        client.post("/account/sign-in/", {"phone": "13800138000"})
        before = client.session.session_key
        enter(client)
        assert client.session.session_key != before


class TestSigningInByPassword:
    @pytest.mark.parametrize("login", ["chief", "13800138000", "138-0013-8000"])
    def test_takes_phone_or_name(self, login: str) -> None:
        account = an_account(
            a_person(), password="long enough words", phone="+8613800138000", phone_mark=mark_of("+8613800138000")
        )
        Account.objects.filter(pk=account.pk).update(login_name="chief")
        answer = Client().post("/account/sign-in/password/", {"login": login, "password": "long enough words"})
        assert answer.status_code == 302, answer.content.decode()
        assert answer["Location"] == "/today/"

    def test_answers_wrong_names_and_wrong_passwords_alike(self) -> None:
        account = an_account(a_person(), password="long enough words")
        words = set()
        for login in (account.login_name, "nobody"):
            page = Client().post("/account/sign-in/password/", {"login": login, "password": "wrong one!"})
            found = re.search(r'class="error-summary".*?</ul>', page.content.decode(), re.S)
            assert found
            words.add(found[0])
        assert len(words) == 1

    def test_of_a_closed_account_is_refused(self) -> None:
        account = an_account(a_person(), password="long enough words", is_active=False)
        client = Client()
        answer = client.post(
            "/account/sign-in/password/", {"login": account.login_name, "password": "long enough words"}
        )
        assert answer["Location"] == "/account/closed/"
        assert client.get("/account/").status_code == 302

    def test_is_held_up_after_five_failures(self) -> None:
        account = an_account(a_person(), password="long enough words")
        for _ in range(5):
            Client().post("/account/sign-in/password/", {"login": account.login_name, "password": "wrong"})
        answer = Client().post(
            "/account/sign-in/password/", {"login": account.login_name, "password": "long enough words"}
        )
        assert answer.status_code == 200


class TestTheOwnAccount:
    @pytest.mark.parametrize("path", ["/account/", "/account/data/", "/account/password/", "/account/passkeys/",
                                      "/account/passkeys/add/", "/account/sign-out/"])  # fmt: skip
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_opens(self, path: str, language: str) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        client.cookies["language"] = language
        assert client.get(path).status_code == 200

    def test_is_corrected_and_then_no_longer_verified(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        client.post("/account/data/", {"name": "示例改", "area": COMMUNITY})
        person = Person.objects.get()
        assert (person.name.reveal(), person.real_name) == ("示例改", "declared")

    def test_sets_a_password_and_changes_it_only_with_the_old_one(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        assert client.post("/account/password/", {"password": "eins zwei drei vier"}).status_code == 302
        assert client.get("/account/").status_code == 200
        wrong = client.post("/account/password/", {"current": "no", "password": "fünf sechs sieben"})
        assert wrong.status_code == 200
        right = client.post("/account/password/", {"current": "eins zwei drei vier", "password": "fünf sechs sieben"})
        assert right.status_code == 302

    def test_refuses_a_weak_password(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        assert client.post("/account/password/", {"password": "password"}).status_code == 200

    def test_takes_consent_back(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        client.post("/account/consents/real_name/", {"act": "give"})
        assert client.post("/account/consents/real_name/", {"act": "withdraw"}).status_code == 302
        assert Person.objects.get().real_name == "declared"

    def test_signs_out_by_a_button_only(self) -> None:
        client = client_for(Role.RESIDENT, COMMUNITY)
        client.get("/account/sign-out/")
        assert client.get("/account/").status_code == 200
        client.post("/account/sign-out/")
        assert client.get("/account/").status_code == 302


class TestWhoIsAskedOnceMore:
    @pytest.mark.parametrize(("language", "why"), [("zh-hans", "未锁屏的设备"), ("en", "your unlocked device")])
    def test_for_the_password_is_told_why(self, language: str, why: str) -> None:
        account = an_account(a_person(), password="long enough words")
        client = Client()
        client.post("/account/sign-in/password/", {"login": account.login_name, "password": "long enough words"})
        client.cookies["language"] = language
        answer = client.get("/account/passkeys/add/", follow=True)
        assert answer.redirect_chain[0][0].startswith("/account/again/")
        assert why in answer.content.decode()


class TestTheDesk:
    def test_verifies_a_person_against_a_document(self) -> None:
        person = a_person(COMMUNITY, verified=False, born_on=None)
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        answer = client.post(
            f"/desk/people/{person.pk}/verify/",
            {"document": "resident_id", "id_number": an_id_number(born_on=date(1975, 2, 3)), "version": "1"},
        )
        assert answer.status_code == 302, answer.content.decode()
        person.refresh_from_db()
        assert (person.real_name, person.born_on) == ("verified", date(1975, 2, 3))

    def test_says_in_words_what_is_wrong_with_a_number(self) -> None:
        person = a_person(COMMUNITY, verified=False)
        client = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        answer = client.post(
            f"/desk/people/{person.pk}/verify/", {"document": "resident_id", "id_number": "11010519491231002Y"}
        )
        assert 'href="#id_id_number"' in answer.content.decode()

    def test_finds_by_whole_phone_number_and_name_alone(self) -> None:
        phone = a_phone(77)
        person = a_person(COMMUNITY, phone=phone, name="示例寻", id_number=(number := an_id_number()))
        client = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        for words in (phone, phone.removeprefix("+86"), number, "示例寻"):
            assert str(person.pk) in client.get("/desk/people/", {"q": words}).content.decode(), words
        for words in (phone[:8], number[:10], "示例"):
            assert str(person.pk) not in client.get("/desk/people/", {"q": words}).content.decode()

    @pytest.mark.parametrize(
        "query", ["", "?state=declared", f"?area={SUBDISTRICT}", "?role=social_worker", "?sort=area"]
    )
    def test_list_takes_at_most_six_queries(self, query: str, django_assert_max_num_queries: Any) -> None:
        for _ in range(30):
            a_person(COMMUNITY)
        client = client_for(Role.DISTRICT_OFFICER, DISTRICT)
        client.get(f"/desk/people/{query}")
        with django_assert_max_num_queries(6):
            assert client.get(f"/desk/people/{query}").status_code == 200

    def test_shows_data_in_full_once_for_a_reason_on_record(self) -> None:
        person = a_person(COMMUNITY, name="示例全名")
        client = client_for(Role.SOCIAL_WORKER, COMMUNITY)
        refused = client.post(f"/desk/people/{person.pk}/unmask/", {"fields_wanted": "name", "reason": ""})
        assert refused.status_code == 422
        assert "示例全名" not in refused.content.decode()
        shown = client.post(f"/desk/people/{person.pk}/unmask/", {"fields_wanted": "name", "reason": "核对选民"})
        assert "示例全名" in shown.content.decode()
        assert shown["Cache-Control"] == "no-store"
        event = Event.objects.get(verb="people.person.unmask")
        assert (event.change["fields"], event.reason) == (["name"], "核对选民")
        assert "示例全名" not in client.get(f"/desk/people/{person.pk}/").content.decode()

    def test_gives_and_ends_a_role(self) -> None:
        person = a_person(COMMUNITY)
        client = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        answer = client.post(
            f"/desk/people/{person.pk}/grant/",
            {"role": "social_worker", "area": COMMUNITY, "starts_on": "2026-11-24", "reason": "聘用"},
        )
        assert answer.status_code == 302, answer.content.decode()
        given = person.role_grants.get()
        assert client.post(f"/desk/people/roles/{given.pk}/end/", {"reason": "离职"}).status_code == 302
        given.refresh_from_db()
        assert given.ends_at is not None
        assert client.get("/desk/people/roles/").status_code == 200

    def test_closes_a_sign_in_whose_session_ends_at_once(self) -> None:
        resident = client_for(Role.RESIDENT, COMMUNITY)
        officer = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        path = f"/desk/people/{resident.person.pk}"  # type: ignore[attr-defined]
        assert officer.post(f"{path}/close/", {"reason": "冒名"}).status_code == 302
        assert resident.get("/account/").status_code == 302
        assert officer.post(f"{path}/open/", {"reason": "查清"}).status_code == 302
        assert resident.get("/account/")["Location"].startswith("/account/sign-in/")  # the old session stays ended

    def test_shows_staff_of_the_area_who_live_elsewhere(self) -> None:
        worker = a_person("110114008001")
        give_role(worker, Role.SOCIAL_WORKER, area=COMMUNITY)
        officer = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        assert officer.get(f"/desk/people/{worker.pk}/").status_code == 200
        assert str(worker.pk) not in officer.get("/desk/people/").content.decode()

    def test_of_a_person_elsewhere_is_not_there(self) -> None:
        stranger = a_person("110114008001")
        officer = client_for(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        assert officer.get(f"/desk/people/{stranger.pk}/").status_code == 404
        assert actor(officer.person, at=AT).holds(Role.SUBDISTRICT_OFFICER, COMMUNITY)  # type: ignore[attr-defined]
