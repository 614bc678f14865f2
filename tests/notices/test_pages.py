"""The pages of notices as their readers use them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.queries import events
from shanzhi.kernel.roles import Role
from shanzhi.notices import operations
from shanzhi.notices.links import Choice, unsubscribe_path
from shanzhi.notices.models import Delivery, EmailAddress, Manner, OutboxEntry, Preference, WeChatLink
from shanzhi.people.models import Person
from tests.notices.support import DUTIES, HOUR, NOON, a_reader, of, send, tell
from tests.notices.test_permissions import failed
from tests.support.people import actor, an_actor, client_for, sign_in
from tests.voting.support import COMMUNITY

pytestmark = pytest.mark.django_db
OWN = "/account/notices/"
CHOICES = "/account/notices/choices/"


@pytest.fixture
def reader() -> Person:
    return a_reader()


@pytest.fixture
def browser_of(reader: Person) -> Client:
    return sign_in(Client(headers={"accept-language": "en"}), reader)


def text(answer: Any) -> str:
    return str(answer.content.decode())


class TestMyNotices:
    def test_stand_with_the_unread_first_and_lead_where_they_say(self, browser_of: Client, reader: Person) -> None:
        tell(reader, kind=DUTIES, at=NOON)
        tell(reader, at=NOON - HOUR)
        operations.mark_read(
            actor=actor(reader), delivery_id=Delivery.objects.get(notice__kind="test.duties", channel="app").pk, at=NOON
        )
        page = text(browser_of.get(OWN))
        assert page.index("You can vote now: Spring round") < page.index("A role was given to you")
        assert page.count("notice-card unread") == 1

    def test_are_read_when_opened_and_not_by_a_browser_that_fetches_ahead(
        self, browser_of: Client, reader: Person
    ) -> None:
        tell(reader)
        address = f"{OWN}{of(reader, 'app').pk}/"
        browser_of.get(address, headers={"sec-purpose": "prefetch"})
        assert of(reader, "app").state == "sent"
        page = text(browser_of.get(address))
        assert 'href="/account/"' in page
        assert of(reader, "app").state == "read"
        assert browser_of.get(address).status_code == 200

    def test_are_marked_as_read_one_by_one_or_all_that_were_shown(self, browser_of: Client, reader: Person) -> None:
        for minutes in range(3):
            tell(reader, at=NOON + timedelta(minutes=minutes))
        first = Delivery.objects.filter(channel="app").order_by("created_at")[0]
        browser_of.post(f"{OWN}{first.pk}/read/")
        opened = (NOON + timedelta(minutes=1)).isoformat()
        answer = browser_of.post(f"{OWN}read/", {"opened": opened}, follow=True)
        assert "1 notice is marked as read." in text(answer)
        assert list(Delivery.objects.filter(channel="app").order_by("created_at").values_list("state", flat=True)) == [
            "read",
            "read",
            "sent",
        ]

    def test_are_found_filtered_and_taken_along(self, browser_of: Client, reader: Person) -> None:
        tell(reader)
        tell(reader, kind=DUTIES)
        for query, words in (
            ("q=春季", "Spring"),
            ("q=round", "Spring"),
            ("about=duty", "A role"),
            ("state=unread", "Spring"),
        ):
            assert words in text(browser_of.get(f"{OWN}?{query}"))
        assert "Nothing matches" in text(browser_of.get(f"{OWN}?q=nowhere"))
        assert "Nothing matches" in text(browser_of.get(f"{OWN}?state=read"))
        sheet = b"".join(browser_of.get(f"{OWN}?export=csv").streaming_content).decode()  # type: ignore[attr-defined]  # streamed
        assert "You can vote now: Spring round" in sheet

    def test_show_nothing_of_others(self, browser_of: Client) -> None:
        tell(a_reader())
        assert "No notice has come yet" in text(browser_of.get(OWN))


class TestTheBell:
    def test_says_how_many_are_unread_on_every_page_and_nothing_when_all_is_read(
        self, browser_of: Client, reader: Person
    ) -> None:
        assert "nav-count" not in text(browser_of.get("/account/"))
        for _n in range(3):
            tell(reader)
        page = text(browser_of.get("/account/"))
        assert '<span class="nav-count" aria-hidden="true">3</span><span class="unseen"> 3 unread</span>' in page
        browser_of.post(f"{OWN}read/", {"opened": timezone.now().isoformat()})
        Delivery.objects.filter(channel="app").update(state="read")
        assert "nav-count" not in text(browser_of.get("/account/"))

    def test_counts_no_further_than_it_can_show(self, browser_of: Client, reader: Person) -> None:
        for _n in range(101):
            tell(reader, kind=DUTIES)
        assert ">99+<" in text(browser_of.get("/account/"))

    def test_costs_one_query_and_strangers_none(
        self, browser_of: Client, reader: Person, django_assert_num_queries: Any, client: Client
    ) -> None:
        tell(reader)
        browser_of.get(OWN)
        with django_assert_num_queries(0):
            client.get("/accessibility/")


class TestChoosing:
    def given(self, **changes: Any) -> dict[str, Any]:
        usual = {"language": "en", "digest": "daily", "quiet_from": "21:30", "quiet_to": "07:00"}
        return {**usual, "hobby": ["app"], "voting": ["app", "sms"], "calls": ["app"], **changes}

    def test_holds_from_the_next_notice_on(self, browser_of: Client, reader: Person) -> None:
        answer = browser_of.post(CHOICES, self.given(), follow=True)
        assert "Your choice holds" in text(answer)
        manner = Manner.objects.get(person=reader)
        assert (manner.language, manner.digest, manner.quiet_from, manner.quiet_to) == ("en", "daily", 1290, 420)
        off = set(Preference.objects.filter(person=reader, wanted=False).values_list("category", "channel"))
        assert {("hobby", "sms"), ("hobby", "email"), ("voting", "email"), ("voting", "wechat")} <= off
        tell(reader)
        assert not Delivery.objects.filter(person=reader).exclude(channel="app").exists()

    def test_offers_no_switch_for_what_is_needed_and_says_why(self, browser_of: Client) -> None:
        page = text(browser_of.get(CHOICES))
        assert "Without them somebody could take over your account and you would not know." in page
        assert 'name="security"' not in page

    def test_refuses_what_does_not_exist_and_keeps_what_was_typed(self, browser_of: Client) -> None:
        answer = browser_of.post(CHOICES, self.given(language="fr", quiet_from="25:99"))
        assert answer.status_code == 422
        assert 'value="25:99"' in text(answer)
        assert not Manner.objects.exists()

    def test_is_on_record_without_a_word_about_the_person(self, browser_of: Client, reader: Person) -> None:
        browser_of.post(CHOICES, self.given())
        event = Event.objects.get(verb="notices.preference.choose")
        assert "hobby sms off" in event.change["changed"]
        officer = an_actor(Role.COMMUNITY_SECRETARY, reader.area)
        assert not events(viewer=officer).filter(pk=event.pk).exists(), "an officer reads when a person wants to hear"

    def test_twice_the_same_changes_nothing(self, browser_of: Client) -> None:
        browser_of.post(CHOICES, self.given())
        before = Event.objects.count()
        browser_of.post(CHOICES, self.given())
        assert Event.objects.count() == before


class TestAnEmailAddress:
    def code(self) -> str:
        found = re.search(r"\b\d{6}\b", OutboxEntry.objects.order_by("-at")[0].text)
        assert found
        return found[0]

    @pytest.fixture
    def bare(self) -> Person:
        return a_reader(email=False)

    def test_is_used_once_its_code_came_back(self, bare: Person) -> None:
        browser = sign_in(Client(headers={"accept-language": "en"}), bare)
        browser.post(f"{OWN}email/", {"address": "reader@example.cn"})
        tell(bare, key="before")
        browser.post(f"{OWN}email/code/", {"code": self.code()})
        tell(bare, key="after")
        assert list(Delivery.objects.filter(channel="email").values_list("notice__key", flat=True)) == [
            "test.news:after"
        ]
        assert "reader@example.cn" not in text(browser.get(CHOICES))

    def test_is_stored_sealed(self, bare: Person) -> None:
        operations.set_email(actor=actor(bare), address="reader@example.cn", at=NOON)
        with_it = EmailAddress.objects.raw(
            "SELECT person_id, encode(wanted, 'escape') AS code_mark FROM notices_emailaddress"
        )
        assert "reader" not in str(with_it[0].code_mark)

    @pytest.mark.parametrize("address", ["", "x", "a@b", "a b@example.cn", "a@example.cn\nBcc: b@example.cn"])
    def test_that_is_none_is_refused(self, browser_of: Client, address: str) -> None:
        answer = browser_of.post(f"{OWN}email/", {"address": address})
        assert answer.status_code == 422
        assert not OutboxEntry.objects.exists()

    def test_stays_unused_after_five_wrong_codes(self, bare: Person) -> None:
        operations.set_email(actor=actor(bare), address="reader@example.cn", at=NOON)
        right = self.code()
        wrong = f"{(int(right) + 1) % 10**6:06d}"
        for code in [wrong] * 5 + [right]:
            with pytest.raises(operations.WrongCode):
                operations.verify_email(actor=actor(bare), code=code, at=NOON)

    def test_has_a_code_that_holds_for_half_an_hour(self, bare: Person) -> None:
        operations.set_email(actor=actor(bare), address="reader@example.cn", at=NOON)
        with pytest.raises(operations.WrongCode):
            operations.verify_email(actor=actor(bare), code=self.code(), at=NOON + HOUR / 2)

    def test_gets_no_second_code_within_a_minute(self, bare: Person) -> None:
        operations.set_email(actor=actor(bare), address="reader@example.cn", at=NOON)
        with pytest.raises(operations.TooSoon):
            operations.set_email(actor=actor(bare), address="other@example.cn", at=NOON + HOUR / 120)

    def test_stays_in_use_until_the_code_for_a_new_one_came_back(self, browser_of: Client, reader: Person) -> None:
        old = EmailAddress.objects.get(person=reader).address.reveal()
        browser_of.post(f"{OWN}email/", {"address": "mistyped@example.cn"})
        held = EmailAddress.objects.get(person=reader)
        assert (held.address.reveal(), held.verified_at) == (old, NOON)
        assert "The new one waits for its code" in text(browser_of.get(CHOICES))
        browser_of.post(f"{OWN}email/code/", {"code": self.code()})
        held = EmailAddress.objects.get(person=reader)
        assert (held.address.reveal(), held.wanted) == ("mistyped@example.cn", None)

    def test_forgotten_and_given_again_gets_no_more_codes(self, bare: Person) -> None:
        for minute in range(10):
            operations.set_email(actor=actor(bare), address="other@example.cn", at=NOON + minute * HOUR / 60)
            operations.remove_email(actor=actor(bare), at=NOON + minute * HOUR / 60)
            with pytest.raises(operations.TooSoon):
                operations.set_email(actor=actor(bare), address="other@example.cn", at=NOON + minute * HOUR / 60)
        with pytest.raises(operations.TooSoon):
            operations.set_email(actor=actor(bare), address="other@example.cn", at=NOON + HOUR)
        operations.set_email(actor=actor(bare), address="other@example.cn", at=NOON + 25 * HOUR)

    def test_is_forgotten_on_demand(self, browser_of: Client, reader: Person) -> None:
        browser_of.post(f"{OWN}email/remove/")
        assert not EmailAddress.objects.filter(person=reader).exists()

    def test_is_refused_where_no_mail_is_sent(self, browser_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "NOTICE_DRIVERS", {})
        answer = browser_of.post(f"{OWN}email/", {"address": "reader@example.cn"})
        assert "This installation sends no e-mail" in text(answer)


class TestWeChat:
    def test_is_linked_by_going_there_and_coming_back_with_the_same_state(self) -> None:
        person = a_reader(wechat=False)
        browser = sign_in(Client(), person)
        there = browser.get(f"{OWN}wechat/")
        browser.get(there["Location"].removeprefix("http://localhost:8000"))
        assert WeChatLink.objects.get(person=person).openid.reveal().startswith("demo-")

    def test_is_not_linked_by_a_link_that_somebody_else_made(self) -> None:
        person = a_reader(wechat=False)
        browser = sign_in(Client(), person)
        assert browser.get(f"{OWN}wechat/back/?code=x&state=forged").status_code == 404
        browser.get(f"{OWN}wechat/")
        assert browser.get(f"{OWN}wechat/back/?code=x&state=forged").status_code == 404
        assert not WeChatLink.objects.exists()

    def test_is_unlinked_on_demand(self, browser_of: Client, reader: Person) -> None:
        browser_of.post(f"{OWN}wechat/remove/")
        assert not WeChatLink.objects.filter(person=reader).exists()


class TestALinkToUnsubscribe:
    def link(self, person: Person, category: str = "hobby") -> str:
        return unsubscribe_path(Choice(person.pk, category, "email"))

    def test_says_by_get_what_it_does_and_does_nothing(self, client: Client, reader: Person) -> None:
        page = text(client.get(self.link(reader), headers={"accept-language": "en"}))
        assert "This link switches off" in page
        assert not Preference.objects.exists()

    def test_does_it_by_post_without_signing_in(self, reader: Person) -> None:
        answer = Client(enforce_csrf_checks=True).post(self.link(reader))
        assert answer.status_code == 200
        assert list(Preference.objects.values_list("person", "category", "channel", "wanted")) == [
            (reader.pk, "hobby", "email", False)
        ]

    def test_does_it_by_the_single_post_of_a_mail_program(self, reader: Person) -> None:
        tell(reader)
        send()
        link = OutboxEntry.objects.get(channel="email").unsubscribe
        path = link.removeprefix("http://localhost:8000")
        browser = Client(enforce_csrf_checks=True)
        answer = browser.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 200  # and no redirect (RFC 8058, 3.1)
        tell(reader)
        assert Delivery.objects.filter(channel="email").count() == 1

    def test_switches_everything_optional_off_when_asked_to(self, client: Client, reader: Person) -> None:
        client.post(self.link(reader), {"what": "everything"})
        off = set(Preference.objects.values_list("category", flat=True))
        assert {"hobby", "voting"} <= off
        assert not off & {"security", "roles", "duty"}

    def test_of_a_needed_category_says_why_it_stays(self, client: Client, reader: Person) -> None:
        page = text(client.post(self.link(reader, "security"), headers={"accept-language": "en"}))
        assert "could take over your account" in page
        assert not Preference.objects.exists()

    @pytest.mark.parametrize("token", ["x", "W10:1:2", "a" * 300])
    def test_that_is_forged_leads_nowhere(self, client: Client, token: str) -> None:
        assert client.get(f"/notices/unsubscribe/{token}/").status_code == 404
        assert client.post(f"/notices/unsubscribe/{token}/").status_code == 404

    def test_holds_for_its_own_person_alone(self, client: Client, reader: Person) -> None:
        link = self.link(reader)
        client.post(link[:-4] + ("aaa/" if not link.endswith("aaa/") else "bbb/"))
        assert not Preference.objects.exists()


class TestTheDesk:
    def test_shows_figures_and_causes_but_no_person_and_no_address(self) -> None:
        notice = failed()
        page = text(
            client_for(Role.COMMUNITY_SECRETARY, COMMUNITY).get(
                f"/desk/notices/{notice.pk}/", headers={"accept-language": "en"}
            )
        )
        assert "The gateway did not answer" in page
        person = Delivery.objects.filter(notice=notice)[0].person
        for secret in (str(person.pk), person.phone.reveal()[3:], str(person.name)):
            assert secret not in page

    def test_tries_again_what_failed(self) -> None:
        notice = failed()
        keeper = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        answer = keeper.post(f"/desk/notices/{notice.pk}/retry/", {"channel": "email", "cause": "gateway"}, follow=True)
        assert answer.status_code == 200
        assert Delivery.objects.get(notice=notice, channel="email").state == "waiting"
        assert Event.objects.get(verb="notices.notice.retry").change == {
            "channel": "email", "cause": "gateway", "deliveries": 1,
        }  # fmt: skip

    def test_counts_read_as_sent_so_that_nobody_learns_who_reads(self) -> None:
        notice = failed()
        keeper = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        before = text(keeper.get(f"/desk/notices/{notice.pk}/"))
        Delivery.objects.filter(notice=notice, channel="app").update(state="read")
        plain = [
            re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page)
            for page in (before, text(keeper.get(f"/desk/notices/{notice.pk}/")))
        ]
        assert plain[0] == plain[1]

    def test_lists_with_a_fixed_number_of_queries(self, django_assert_max_num_queries: Any) -> None:
        keeper = client_for(Role.COMMUNITY_SECRETARY, COMMUNITY)
        for _n in range(3):
            failed()
        keeper.get("/desk/notices/")
        with django_assert_max_num_queries(8):
            page = text(keeper.get("/desk/notices/?failed=1"))
        assert page.count('<tr role="row">') == 4

    def test_shows_the_outbox_of_a_demo(self) -> None:
        tell(a_reader())
        send()
        page = text(client_for(Role.OPERATOR, COMMUNITY).get("/desk/notices/outbox/"))
        assert page.count("<article") == 3
        assert "@example.cn" not in page


class TestTheApi:
    def test_gives_ones_own_marks_them_and_sets_choices(self, browser_of: Client, reader: Person) -> None:
        tell(reader)
        tell(a_reader())
        found = browser_of.get("/api/v1/notices/?unread=true&search=春季").json()
        assert (found["count"], found["items"][0]["title"], found["items"][0]["unread"]) == (
            1, "You can vote now: Spring round", True,
        )  # fmt: skip
        marked = browser_of.post(f"/api/v1/notices/{found['items'][0]['id']}/read").json()
        assert marked["unread"] is False
        body = {"language": "en", "digest": "weekly", "quiet_from": 0, "quiet_to": 0,
                "wishes": [{"category": "hobby", "channel": "sms", "on": False}]}  # fmt: skip
        chosen = browser_of.put("/api/v1/notices/choices", body, content_type="application/json").json()
        assert chosen["digest"] == "weekly"
        assert {"category": "hobby", "channel": "sms", "on": False, "fixed": False} in chosen["wishes"]

    def test_refuses_to_switch_off_what_is_needed(self, browser_of: Client) -> None:
        body = {"language": "en", "digest": "", "quiet_from": 0, "quiet_to": 0,
                "wishes": [{"category": "security", "channel": "sms", "on": False}]}  # fmt: skip
        answer = browser_of.put("/api/v1/notices/choices", body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (409, "notice_needed")
        assert not Manner.objects.exists()
