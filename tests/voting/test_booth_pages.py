"""The pages of polling places, as officers, readers and everybody meet them; all works without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.voting import operations
from shanzhi.voting.models import Booth, BoothList, PaperEntry, PaperMark, Sheet
from tests.support import people
from tests.support.people import client_for, sign_in
from tests.support.places import load_districts
from tests.voting import support
from tests.voting.paper_support import Hall, a_hall, a_plan
from tests.voting.support import STAFF, a_draft, now

pytestmark = pytest.mark.django_db
STALE = "其间已有他人作了修改"


def browser(actor: Actor) -> Client:
    """Give a browser signed in as an actor's person."""
    return sign_in(Client(), Person.objects.get(pk=actor.person()))


def at(hall: Hall, name: str, *more: object) -> str:
    """Give an address of a booth."""
    return reverse(f"voting:{name}", args=[hall.booth.pk, *more])


def send(client: Client, page: str, fields: dict[str, str] | None = None) -> Any:
    """Send the form of a page as a browser does, with the version that the page showed."""
    shown = re.search(r'name="version" value="(\d+)"', client.get(page).content.decode())
    return client.post(page, {**(fields or {}), **({"version": shown[1]} if shown else {})})


def text_of(answer: object) -> str:
    """Give the words of a page without markup."""
    return re.sub(r"<[^>]+>", " ", answer.content.decode())  # type: ignore[attr-defined]


class TestWhoRunsTheVote:
    def test_sets_up_a_booth_with_officers_and_sheets(self) -> None:
        hall = a_hall(1, received=None)
        manager = client_for(Role.SUBDISTRICT_OFFICER, support.AREA)
        plan = a_plan(hall.poll)
        fields = {
            "name": "示例活动室", "place": "示例路 2 号", "area": support.AREA, "kind": "booth",
            "planned_from": plan.planned_from.isoformat()[:16], "planned_to": plan.planned_to.isoformat()[:16],
        }  # fmt: skip
        add = reverse("voting:booth_add", args=[hall.poll.pk])
        assert "示例活动室" in manager.post(add, {**fields, "planned_to": fields["planned_from"]}).content.decode()
        start = support.timezone.localtime(hall.poll.opens_at) + timedelta(minutes=1)
        good = {"planned_from": f"{start:%Y-%m-%dT%H:%M}", "planned_to": f"{start + timedelta(hours=5):%Y-%m-%dT%H:%M}"}
        answer = manager.post(add, {**fields, **good})
        assert answer.status_code == 302, text_of(answer)
        booth = Booth.objects.get(name="示例活动室")
        person = people.a_person("", Role.VOLUNTEER, role_area=support.COMMUNITY)
        page = reverse("voting:booth_officers", args=[booth.pk])
        assert send(manager, page, {"person": str(person.pk)}).status_code == 302
        assert booth.officers.count() == 1
        assert send(manager, page, {"end": str(person.pk)}).status_code == 302
        assert booth.officers.filter(ended_at=None).count() == 0
        assert manager.post(reverse("voting:booth_print", args=[booth.pk]), {"number": "3"}).status_code == 302
        pdf = manager.post(reverse("voting:booth_sheets", args=[booth.pk, 1]))
        assert pdf.content.startswith(b"%PDF")
        assert pdf["Cache-Control"] == "no-store"
        assert manager.get(reverse("voting:specimen", args=[hall.poll.pk])).content.startswith(b"%PDF")
        cancel = reverse("voting:booth_cancel", args=[booth.pk])
        assert send(manager, cancel, {"reason": "停电"}).status_code == 302
        assert "停电" in text_of(Client().get(reverse("voting:places", args=[hall.poll.pk])))

    def test_sets_the_terms_before_the_vote_opens(self) -> None:
        poll = a_draft()
        manager = client_for(Role.SUBDISTRICT_OFFICER, support.AREA)
        page = reverse("voting:paper_terms", args=[poll.pk])
        assert manager.get(page).status_code == 200
        assert manager.post(page, {"booth_registration": "on"}).status_code == 302
        poll.refresh_from_db()
        assert (poll.booth_registration, poll.paper_replaces_online) == (True, False)

    def test_finds_booths_by_search_and_filter_and_takes_them_along(self) -> None:
        hall = a_hall(1)
        manager = client_for(Role.SUBDISTRICT_OFFICER, support.AREA)
        page = reverse("voting:booths", args=[hall.poll.pk])
        assert hall.booth.name in text_of(manager.get(page, {"q": hall.booth.name, "state": "open"}))
        assert hall.booth.name not in text_of(manager.get(page, {"state": "closed"}))
        assert manager.get(page, {"export": "csv"}).status_code == 200


class TestAnOfficerAtTheDesk:
    def test_finds_marks_spoils_closes_and_reconciles(self) -> None:
        hall = a_hall(2, received=None)
        operations.print_sheets(actor=STAFF, booth_id=hall.booth.pk, number=5, at=now())
        desk = browser(hall.first)
        assert desk.get(at(hall, "booth")).status_code == 200
        assert send(desk, at(hall, "booth_open"), {"received": "5"}).status_code == 302
        number = hall.number(hall.voters[0])
        found = desk.post(at(hall, "booth_voters"), {"words": str(number)})
        assert at(hall, "booth_voter", number) in found.content.decode()
        voter = at(hall, "booth_voter", number)
        refused = desk.post(voter, {})
        assert refused.status_code == 422
        assert desk.post(voter, {"document_seen": "on"}).status_code == 302
        assert PaperMark.objects.get().state == "cast"
        assert "已领" in text_of(desk.get(voter))
        serial = hall.serials(1)[0]
        assert desk.post(at(hall, "booth_spoil"), {"serial": serial}).status_code == 302
        counts = {"unissued": "3", "spoiled": "1", "returned": "0", "cast": "1"}
        assert send(desk, at(hall, "booth_close"), counts).status_code == 302
        assert desk.get(at(hall, "booth")).status_code == 200
        left = hall.serials(1)[0]
        entry = {"serial": left, "numbers": "1 2", "kind": "valid"}
        assert [desk.post(at(hall, "entry"), {**entry, "numbers": n}).status_code for n in ("", "77")] == [422, 422]
        assert desk.post(at(hall, "entry"), entry).status_code == 302
        assert send(desk, at(hall, "booth_balance")).status_code == 302
        hall.booth.refresh_from_db()
        assert hall.booth.state == "closed"
        second = browser(hall.second)
        assert second.post(at(hall, "entry"), {**entry, "numbers": "1"}).status_code == 302
        third = browser(hall.third)
        assert left in third.get(at(hall, "differences")).content.decode()
        assert third.post(at(hall, "entry"), {**entry, "numbers": "3"}).status_code == 422
        assert third.post(at(hall, "entry"), entry).status_code == 302
        assert send(desk, at(hall, "booth_balance")).status_code == 302
        hall.booth.refresh_from_db()
        assert hall.booth.state == "reconciled"
        support.close(hall.poll)
        places = text_of(Client().get(reverse("voting:places", args=[hall.poll.pk])))
        assert hall.booth.name in places
        assert "纸质" in places

    def test_is_told_who_voted_online_only_when_a_sheet_is_asked_for(self) -> None:
        hall = a_hall(2, replaces=True)
        voter = hall.voters[0]
        support.vote(voter, hall.poll.pk, ["1"])
        desk = browser(hall.first)
        page = at(hall, "booth_voter", hall.number(voter))
        found = desk.post(at(hall, "booth_voters"), {"words": voter.name.reveal()})
        assert "在网上投票" not in text_of(found)
        assert desk.get(page).status_code == 200
        refused = desk.post(page, {"document_seen": "on"})
        assert refused.status_code == 422
        assert 'name="replace_online"' in refused.content.decode()
        assert desk.post(page, {"document_seen": "on", "replace_online": "on"}).status_code == 302

    def test_ends_a_mark_when_the_sheet_comes_back(self) -> None:
        hall = a_hall(2)
        mark = hall.mark(hall.voters[0])
        desk = browser(hall.first)
        page = at(hall, "booth_mark", mark.pk)
        assert desk.get(page).status_code == 200
        assert desk.post(page, {"act": "carry_off", "reason": ""}).status_code == 422
        assert desk.post(page, {"act": "hand_back"}).status_code == 302
        mark.refresh_from_db()
        assert mark.state == "returned"
        assert desk.get(at(hall, "booth_marks"), {"q": str(hall.number(hall.voters[0]))}).status_code == 200

    def test_registers_on_the_spot(self) -> None:
        load_districts()
        hall = a_hall(1, registration=True)
        desk = browser(hall.first)
        fields = {
            "name": "示例新来", "document": "resident_id", "id_number": people.an_id_number(),
            "area": "370102001002", "consent": "on",
        }  # fmt: skip
        assert desk.post(at(hall, "booth_register"), {**fields, "consent": ""}).status_code == 422
        answer = desk.post(at(hall, "booth_register"), fields)
        assert answer.status_code == 302, text_of(answer)
        assert desk.get(answer["Location"]).status_code == 200

    def test_is_told_when_the_booth_changed_meanwhile_and_changes_nothing(self) -> None:
        hall = a_hall(1, received=None)
        manager, desk = client_for(Role.SUBDISTRICT_OFFICER, support.AREA), browser(hall.first)
        stale = {"version": str(Booth.objects.get().version - 1)}
        person = str(people.a_person("", Role.VOLUNTEER, role_area=support.COMMUNITY).pk)
        plan = a_plan(hall.poll)
        opens = support.timezone.localtime(plan.planned_from) + timedelta(minutes=1)
        moved = {
            "name": "别处", "place": "x", "area": support.AREA, "kind": "booth",
            "planned_from": f"{opens:%Y-%m-%dT%H:%M}", "planned_to": f"{opens + timedelta(hours=2):%Y-%m-%dT%H:%M}",
        }  # fmt: skip
        count = {"unissued": "5", "spoiled": "0", "returned": "0", "cast": "0", "reason": "x"}
        before = [
            (manager, "booth_edit", moved), (manager, "booth_officers", {"person": person}),
            (manager, "booth_cancel", {"reason": "x"}), (desk, "booth_open", {"received": "5"}),
        ]  # fmt: skip
        self.is_stale(hall, before, stale)
        ending = {"end": str(hall.third.person()), **stale}
        assert STALE in text_of(manager.post(at(hall, "booth_officers"), ending, follow=True))
        assert hall.booth.officers.filter(ended_at=None).count() == 3
        assert send(desk, at(hall, "booth_open"), {"received": "5"}).status_code == 302
        self.is_stale(hall, [(desk, "booth_receive", {"received": "1"}), (desk, "booth_close", count)], stale)
        assert send(desk, at(hall, "booth_close"), count).status_code == 302
        self.is_stale(hall, [(desk, "booth_close", count)], stale)
        assert STALE in text_of(desk.post(at(hall, "booth_balance"), stale, follow=True))
        assert Booth.objects.get().state == "closed"
        assert send(desk, at(hall, "booth_balance")).status_code == 302
        assert Booth.objects.get().state == "reconciled"

    def is_stale(self, hall: Hall, acts: list[tuple[Client, str, dict[str, str]]], stale: dict[str, str]) -> None:
        """Send forms with an old version and with none; all are refused in the house's words."""
        before = Booth.objects.values().get()
        for client, name, fields in acts:
            for version in (stale, {}):
                answer = client.post(at(hall, name), {**fields, **version})
                assert answer.status_code == 422, name
                assert STALE in text_of(answer), name
        assert Booth.objects.values().get() == before

    def test_works_without_network_and_uploads_afterwards(self) -> None:
        hall = a_hall(2)
        desk = browser(hall.first)
        page = desk.get(at(hall, "offline")).content.decode()
        assert desk.get(at(hall, "offline_worker"))["Content-Type"].startswith("text/javascript")
        made = desk.post(at(hall, "offline_list"), {"as": "json"}).json()
        assert len(made["list"]["rows"]) == 2
        assert f'data-key="{made["public_key"]}"' in page  # before any list: none brings its own
        assert Event.objects.get(verb="voting.booth.export_list").change["public_key"] == made["public_key"]
        assert desk.post(at(hall, "offline_list"), {"as": "print"}).status_code == 200
        assert BoothList.objects.count() == 2
        number = hall.number(hall.voters[0])
        clock = support.timezone.localtime(now())
        wrong = desk.post(at(hall, "offline_upload"), {"lines": f"{number} soon"})
        assert wrong.status_code == 422
        sent = desk.post(at(hall, "offline_upload"), {"lines": f"{number} {clock:%H:%M}"})
        assert sent.status_code == 200, text_of(sent)
        assert PaperMark.objects.get().kind == "provisional"
        assert desk.get(at(hall, "booth_visits")).status_code == 200

    def test_confirms_a_visit_as_the_second_officer(self) -> None:
        hall = a_hall(1, kind="home_visit")
        mark = hall.mark(hall.voters[0])
        own = browser(hall.first)
        own.post(at(hall, "booth_visits"), {"act": "confirm", "mark": str(mark.pk)})
        mark.refresh_from_db()
        assert mark.state == "awaiting"
        browser(hall.second).post(at(hall, "booth_visits"), {"act": "confirm", "mark": str(mark.pk)})
        mark.refresh_from_db()
        assert mark.state == "accepted"
        hall.close(unissued=19, cast=1)
        assert own.post(at(hall, "booth_visits"), {"act": "open"}).status_code == 302
        mark.refresh_from_db()
        assert mark.state == "opened"

    def test_sees_the_own_booths(self) -> None:
        hall = a_hall(1)
        assert hall.booth.name in text_of(browser(hall.first).get(reverse("voting:my_booths")))


class TestNoPage:
    def test_shows_what_was_read_on_any_sheet_before_the_close(self) -> None:
        hall = a_hall(1, received=3)
        hall.mark(hall.voters[0])
        hall.close(unissued=2, cast=1)
        serial = hall.serials(1)[0]
        desk = browser(hall.first)
        desk.post(at(hall, "entry"), {"serial": serial, "numbers": "5", "kind": "valid"})
        assert PaperEntry.objects.count() == 1
        for who in (hall.first, hall.second):
            for name in ("booth", "entry", "differences", "booth_balance", "booth_marks"):
                page = browser(who).get(at(hall, name)).content.decode()
                assert 'value="5"' not in page
        assert Sheet.objects.count() == 3
