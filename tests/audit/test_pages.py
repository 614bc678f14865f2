"""The log's pages and API, and the histories of things as people read them."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.audit import subjects
from shanzhi.audit.models import Event
from shanzhi.audit.operations import differences
from shanzhi.audit.operations.sealing import seal
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_for
from shanzhi.places import operations as places
from shanzhi.ventures import operations as ventures
from shanzhi.ventures.models import Proposal, Template
from shanzhi.voting import operations as voting
from shanzhi.voting.models import Booth, PaperMark
from shanzhi.voting.operations import BoothPlan
from tests.architecture.source import package
from tests.audit.support import SYSTEM, an_event, english, words
from tests.support import booths
from tests.support.people import actor, client_for, give_role, sign_in
from tests.support.places import load_districts
from tests.support.site import Site, build
from tests.support.waiting import pages as waiting
from tests.ventures.training_support import trained

AREA, ELSEWHERE = "370102001", "110114012"


@pytest.fixture(scope="module")
def whole(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The demo's site, sealed; undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        made = build()
        seal(at=timezone.now())
        yield made
        transaction.set_rollback(True)


@pytest.fixture
def site(whole: Site) -> Iterator[Site]:
    """Undo what a test did to the site."""
    with transaction.atomic():
        yield whole
        transaction.set_rollback(True)


class TestAHistory:
    def test_of_a_round_tells_who_did_what_when_and_why(self, site: Site) -> None:
        page = words(english(site.client("district")).get(f"/audit/history/ventures.call/{site.voting.pk}/"))
        assert "You" in page
        for told in ("Round begun", "Vote opened", " → Vote open", "On the roll: "):
            assert told in page
        assert "Request number" in page

    def test_stands_on_the_desk_of_a_round_with_its_tabs(self, site: Site) -> None:
        answer = site.client("district").get(f"/desk/calls/{site.voting.pk}/history/")
        assert answer.status_code == 200
        assert f"/desk/calls/{site.voting.pk}/proposals/".encode() in answer.content

    def test_tells_old_and_new_values(self, site: Site) -> None:
        at = timezone.now()
        station = places.create_station(actor=SYSTEM, area=AREA, name="示例站", opened_on=at.date(), at=at)
        places.edit_station(
            actor=SYSTEM, station_id=station.pk, version=1, name="示例二站", address="某路1号", phone="",
            opened_on=at.date(), at=at,
        )  # fmt: skip
        page = words(english(site.client("district")).get(f"/audit/history/places.station/{station.pk}/"))
        assert "Name: 示例站 → 示例二站" in page
        assert "Address: — → 某路1号" in page

    def test_is_searched_filtered_and_taken_along(self, site: Site) -> None:
        client, address = english(site.client("district")), f"/audit/history/ventures.call/{site.voting.pk}/"
        everything = client.get(address).context["page"].total
        opened = client.get(f"{address}?verb=voting.poll.open").context["page"]
        assert (opened.total, everything > 5) == (1, True)
        assert client.get(f"{address}?actor=system").context["page"].total == 0
        assert client.get(f"{address}?at_from=2999-01-01").context["page"].total == 0
        assert 0 < client.get(f"{address}?q=Vote+opened").context["page"].total < everything
        rows = b"".join(client.get(f"{address}?export=csv")).decode("utf-8-sig")
        assert "Vote opened" in rows
        assert "sha256:" in rows

    def test_of_a_draft_is_the_team_s_alone(self, site: Site) -> None:
        draft = site.own_draft()
        address = f"/audit/history/ventures.proposal/{draft.pk}/"
        assert site.client("resident").get(address).status_code == 200
        assert site.client("district").get(address).status_code == 404
        event = Event.objects.filter(subject_id=str(draft.pk)).first()
        assert event is not None
        assert site.client("resident").get(f"/audit/events/{event.pk}/").status_code == 200
        for name in ("district", "visitor"):
            assert site.client(name).get(f"/audit/events/{event.pk}/").status_code in (302, 404)
            assert site.client(name).get(f"/api/v1/audit/events/{event.pk}").status_code == 404
        listed = words(site.client("district").get(f"/audit/events/?q={event.digest}"))
        assert draft.title not in listed

    def test_hides_from_a_team_which_member_of_staff_acted(self, site: Site) -> None:
        one = Proposal.objects.filter(call=site.voting, state="on_ballot").first()
        assert one is not None
        assert one.contact is not None
        page = words(english(sign_in(Client(), one.contact)).get(f"/audit/history/ventures.proposal/{one.pk}/"))
        assert "Another person" in page
        assert "*" not in page

    @pytest.mark.parametrize("elsewhere", [False, True])
    def test_gives_a_team_no_number_of_who_acted(self, site: Site, elsewhere: bool) -> None:
        one = Proposal.objects.filter(call=site.voting, state="on_ballot").first()
        assert one is not None
        assert one.contact is not None
        if elsewhere:
            give_role(one.contact, Role.SOCIAL_WORKER, area=ELSEWHERE)  # staff of another area learns no more of it
        team = english(sign_in(Client(), one.contact))
        history = f"/audit/history/ventures.proposal/{one.pk}/"
        others = Event.objects.filter(subject_id=str(one.pk)).exclude(actor_person=one.contact_id)
        numbers = {str(number) for number in others.values_list("actor_person", flat=True) if number}
        assert numbers, "staff acted"
        pages = [team.get(history).content.decode()]
        for event in others:
            pages.append(team.get(f"/audit/events/{event.pk}/").content.decode())
            assert bytes(event.nonce).hex() not in pages[-1], "a guess could be tried against the digest"
            assert team.get(f"/api/v1/audit/events/{event.pk}").status_code == 404
        assert not {number for number in numbers for page in pages if number in page}
        asked = team.get(f"{history}?actor={min(numbers)}").context["page"]
        assert len(asked.rows) == len(team.get(history).context["page"].rows), (
            "no filter by a number that is not offered"
        )
        assert "Another person" in words(team.get(history))
        assert "*" not in words(team.get(history))

    def test_tells_staff_of_the_area_who_acted(self, site: Site) -> None:
        one = Proposal.objects.filter(call=site.voting, state="on_ballot").first()
        assert one is not None
        history = f"/audit/history/ventures.proposal/{one.pk}/"
        actors = Event.objects.filter(subject_id=str(one.pk), actor_person__isnull=False)
        number = actors.values_list("actor_person", flat=True).first()
        assert "*" in words(english(site.client("district")).get(history))
        page = site.client("district").get(f"{history}?actor={number}").context["page"]
        assert page.total == actors.filter(actor_person=number).count()

    def test_gives_whoever_acted_the_own_events_whole(self, site: Site) -> None:
        draft = site.own_draft()
        own = Event.objects.filter(subject_id=str(draft.pk), actor_person=draft.contact_id).first()
        assert own is not None
        assert site.client("resident").get(f"/api/v1/audit/events/{own.pk}").json()["content"]["verb"] == own.verb

    def test_of_people_shows_names_masked_and_no_values(self, site: Site) -> None:
        person = site.person("resident")
        page = words(english(site.client("district")).get(f"/audit/history/people.person/{person.pk}/"))
        assert str(person.name) in page
        assert person.name.reveal() not in page
        assert "Verified" in page

    def test_of_a_role_tells_its_giving_and_ending(self, site: Site) -> None:
        given = site.person("operator").role_grants.first()
        assert given is not None
        page = words(english(site.client("district")).get(f"/audit/history/people.rolegrant/{given.pk}/"))
        assert "Role given" in page

    def test_of_a_polling_place_tells_its_plan_and_its_day_but_no_sheet_cast(self, site: Site) -> None:
        open_booth = booths.set_up(site)["open"]
        officer = actor_for(account=site.account("district"), at=timezone.now())
        plan = BoothPlan(
            name="示例二室", place="示例路 1 号", area=open_booth.area,
            planned_from=open_booth.planned_from, planned_to=open_booth.planned_to,
        )  # fmt: skip
        voting.change_booth(actor=officer, booth_id=booths.booth_of("prepared").pk, plan=plan, at=timezone.now())
        changed = Booth.objects.get(name="示例二室")
        page = words(english(site.client("district")).get(f"/audit/history/voting.booth/{changed.pk}/"))
        assert "（1） → 示例二室" in page.replace("示例活动室", "")
        page = words(english(site.client("auditor")).get(f"/audit/history/voting.booth/{open_booth.pk}/"))
        for told in ("Polling place opened", "Sheets printed: 3", "Polling officer named"):
            assert told in page
        mark = PaperMark.objects.filter(booth=open_booth)[0]
        address = f"/audit/history/voting.papermark/{mark.pk}/"
        assert "Voter marked" in words(english(site.client("district")).get(address))
        for name in ("resident", "leader", "visitor"):
            assert site.client(name).get(address).status_code in (302, 404)

    def test_of_a_round_tells_of_its_jury_training_and_templates(self, site: Site) -> None:
        call, at = site.submission, timezone.now()
        officer = actor_for(account=site.account("district"), at=at)
        ventures.save_template(
            actor=officer, call_id=call.pk, theme="为老服务", version=0, given={"need": "谁需要？"}, at=at
        )
        session, attended = trained(site)
        ventures.remove_attendance(actor=officer, session_id=session.pk, attendance_id=attended.pk, at=at)
        template = Template.objects.get(call=call)
        for kind, number, told in (
            ("ventures.call", call.pk, "Template written"),
            ("ventures.call", session.call_id, "Session of training planned"),
            ("ventures.template", template.pk, "为老服务"),
            ("ventures.trainingsession", session.pk, "Attendance removed"),
        ):
            address = f"/audit/history/{kind}/{number}/"
            assert told in words(english(site.client("district")).get(address)), kind
            assert site.client("visitor").get(address).status_code in (302, 404)

    def test_of_what_nobody_knows_is_not_found(self, site: Site) -> None:
        client = site.client("district")
        for address in (
            "nothing.atall/1",
            f"ventures.call/{site.own_draft().pk}",
            "ventures.call/abc",
            "places.area/99",
        ):
            assert client.get(f"/audit/history/{address}/").status_code == 404

    def test_costs_the_same_however_long_it_is(self, site: Site) -> None:
        client = site.client("district")
        address = f"/audit/history/ventures.call/{site.voting.pk}/"
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as few:
            client.get(address)
        for _ in range(60):
            an_event(site.voting.area, subject=site.voting, verb="ventures.call.save", change={"fields": ["title"]})
        with CaptureQueriesContext(connection) as many:
            client.get(address)
        assert len(many) == len(few) <= 20


class TestTheListOfEvents:
    def test_shows_what_was_done_in_the_own_areas_with_titles(self, site: Site) -> None:
        page = words(english(site.client("district")).get("/audit/events/?verb=ventures.call.open_voting"))
        assert site.voting.title in page
        assert "Vote opened" in page

    def test_finds_by_the_number_of_a_request(self, site: Site) -> None:
        event = an_event(AREA, actor=actor(site.person("district")))
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("UPDATE audit_event SET request_id = 'abcdef0123456789' WHERE id = %s", [event.pk])
        page = site.client("district").get("/audit/events/?q=abcdef0123456789").context["page"]
        assert [row.pk for row in page.rows] == [event.pk]

    def test_costs_a_fixed_number_of_queries(self, site: Site) -> None:
        client = site.client("district")
        client.get("/audit/events/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/audit/events/")
        assert len(queries) <= 12


@pytest.mark.django_db
class TestARequest:
    def test_leaves_its_number_on_the_events_that_it_caused(self) -> None:
        load_districts()
        client = client_for(Role.ADMINISTRATOR, "370102")
        sent = {"name": "示例站", "opened_on": "2026-01-01", "idempotency_key": "a" * 32}
        answer = client.post(f"/places/{AREA}/stations/add/", sent)
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        event = Event.objects.get(verb="places.station.create")
        assert event.request_id == answer["X-Request-ID"] != ""


class TestWordsOfEvents:
    def test_are_known_for_every_verb_that_the_rooms_record(self, site: Site) -> None:
        recorded = set(Event.objects.values_list("verb", flat=True).distinct())
        assert {verb for verb in recorded if subjects.verb_words(verb) == verb} == set()

    def test_are_known_for_every_verb_that_is_written_out_in_the_code(self) -> None:
        written = {
            word.value.value
            for source in package()
            for call in ast.walk(source.tree)
            if isinstance(call, ast.Call)
            for word in call.keywords
            if word.arg == "verb" and isinstance(word.value, ast.Constant)
        }
        assert len(written) > 20
        assert {verb for verb in written if "." in verb and subjects.verb_words(verb) == verb} == set()

    def test_are_known_for_every_verb_that_is_handed_on_in_the_code(self) -> None:
        rooms = {one.label for one in apps.get_app_configs()}
        written = {
            word.value
            for source in package()
            if "operations" in source.path.parts
            for word in ast.walk(source.tree)
            if isinstance(word, ast.Constant) and isinstance(word.value, str)
            if re.fullmatch(r"([a-z]+)\.[a-z_]+\.[a-z_]+", word.value) and word.value.split(".")[0] in rooms
        }
        assert len(written) > 40
        written -= {"voting.sheet.tag", "voting.sheet.receipt"}  # purposes of marks
        written -= {"voting.seal.salt", "voting.seal.empty", "voting.digest.salt"}  # and of salts
        written -= {"organizations.register.row", "volunteering.import.row"}  # of seals
        assert {verb for verb in written if subjects.verb_words(verb) == verb} == set()

    def test_are_known_for_every_kind_of_thing(self, site: Site) -> None:
        waiting(site)
        kinds = set(Event.objects.values_list("subject_type", flat=True).distinct())
        assert {kind for kind in kinds if subjects.subject(kind) is None} == set()


class TestDifferences:
    def test_are_told_briefly(self) -> None:
        old = {"title": "甲", "about": "x" * 500, "same": 1, "rule": {"a": list(range(300))}}
        new = {"title": "乙", "about": "y" * 500, "same": 1, "rule": {}, "fresh": (1, 2)}
        told = differences(old, new)
        assert told["title"] == ["甲", "乙"]
        assert [len(value) for value in told["about"]] == [201, 201]
        assert told["rule"][0].startswith("sha256:")
        assert told["fresh"] == [None, [1, 2]]
        assert "same" not in told
