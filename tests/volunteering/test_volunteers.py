"""A volunteer registers, changes, pauses, leaves and comes back; minors wait for guardians; who fits what task."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from stdnum.iso7064 import mod_11_10

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, Refusal
from shanzhi.kernel.identifiers import NotAPhone
from shanzhi.kernel.personal import REGISTRY, Leaving
from shanzhi.kernel.roles import Role
from shanzhi.people import operations as people
from shanzhi.people.models import Guardianship, Person
from shanzhi.people.operations import consent_for, withdraw_for
from shanzhi.people.policies import GuardianConsentNeeded
from shanzhi.volunteering import demo, operations, queries
from shanzhi.volunteering.models import Availability, Qualification, TaskKind, Team, TeamMember, Volunteer
from shanzhi.volunteering.operations import Details, refusals
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.support.people import AT, LONG_AGO, a_person, actor, an_actor, merge_away
from tests.volunteering.support import a_team, a_volunteer, join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
SYSTEM = Actor.system("test")
FULL = Details(
    area=COMMUNITY, skills=("first_aid", "haircut"), hours=((3, 540, 720), (6, 840, 1080)), languages=("mandarin",),
    metres=2000, tasks=("visit_elders", "clean_up"), wish="陪老人散步",
    health="不能提重物", health_agreed=True, emergency_name="欧阳示例",
    emergency_phone="138 0013 8000",
)  # fmt: skip
TODAY = AT.date()
WARD_BIRTH = {9: date(2017, 1, 1), 16: date(2010, 1, 1)}


@pytest.fixture(autouse=True)
def _examples(areas: None) -> None:
    operations.load_examples(actor=SYSTEM, area="", at=AT)


def registered(person: Person | None = None, **changed: Any) -> Volunteer:
    one = person or a_person(COMMUNITY)
    return operations.register_volunteer(actor=actor(one), details=replace(FULL, **changed), at=AT)


def refused(refusal: type[Refusal], field: str | None = None, **changed: Any) -> None:
    with pytest.raises(refusal) as said:
        registered(**changed)
    assert said.value.field == field
    assert not Volunteer.objects.exists()


def guarded(years: int) -> Guardianship:
    child = a_person(COMMUNITY, born_on=WARD_BIRTH[years], name="示例孩子")
    return Guardianship.objects.create(
        ward=child, guardian=a_person(COMMUNITY), kind="parent", starts_on=date(2020, 1, 1), document_tail="123X",
        document="household_register", verified_by=a_person(COMMUNITY), verified_at=LONG_AGO,
    )  # fmt: skip


class TestRegistering:
    def test_takes_the_person_as_known_and_gives_a_number_that_tells_nothing(self) -> None:
        made = registered()
        assert made.state == "active"
        assert mod_11_10.is_valid(made.number)
        assert made.number.startswith("370102")
        assert not mod_11_10.is_valid(made.number[:-1] + str((int(made.number[-1]) + 1) % 10))
        assert sorted(made.skills.values_list("skill__code", flat=True)) == ["first_aid", "haircut"]
        assert list(made.hours.values_list("weekday", "starts", "ends")) == [(3, 540, 720), (6, 840, 1080)]
        found = Volunteer.objects.get(pk=made.pk)
        assert found.tasks == ["clean_up", "visit_elders"]
        assert (found.health and found.health.reveal(), found.health_agreed_at) == ("不能提重物", AT)
        assert (str(found.health), str(found.emergency_phone)) == ("****", "138****8000")
        told = list(Event.objects.filter(subject_id=str(made.pk)).order_by("id"))
        assert [event.verb.split(".")[-1] for event in told] == ["register", "activate"]
        assert "不能" not in str([event.change for event in told])
        with pytest.raises(refusals.VolunteerAlready):
            registered(made.person)

    @pytest.mark.parametrize(
        ("refusal", "field", "changed"),
        [
            (refusals.BadPlace, "area", {"area": "999999"}),
            (refusals.BadPlace, "area", {"area": "37"}),
            (refusals.UnknownSkill, "skills", {"skills": ("flying",)}),
            (refusals.BadHours, "hours", {"hours": ((3, 540, 720), (3, 600, 660))}),
            (refusals.BadHours, "hours", {"hours": ((8, 540, 720),)}),
            (refusals.BadHours, "hours", {"hours": ((3, 720, 540),)}),
            (refusals.BadLanguage, "languages", {"languages": ("klingon",)}),
            (refusals.BadDistance, "metres", {"metres": 99}),
            (refusals.UnknownTaskWished, "tasks", {"tasks": ("flying",)}),
            (refusals.UnknownTaskWished, "tasks", {"tasks": ("clean_up", "")}),
            (refusals.TextTooLong, "wish", {"wish": "字" * 501}),
            (refusals.TextTooLong, "health", {"health": "字" * 301}),
            (refusals.HealthConsentMissing, "health_agreed", {"health_agreed": False}),
            (refusals.BadContact, "emergency_phone", {"emergency_phone": ""}),
            (refusals.BadContact, "emergency_name", {"emergency_name": " "}),
            (NotAPhone, "emergency_phone", {"emergency_phone": "123"}),
        ],
    )
    def test_says_which_field_is_wrong_and_writes_nothing(
        self, refusal: type[Refusal], field: str, changed: dict[str, Any]
    ) -> None:
        refused(refusal, field, **changed)

    def test_is_done_by_staff_for_people_of_their_area_alone(self) -> None:
        person = a_person(COMMUNITY)
        with pytest.raises(NotFound):
            operations.register_volunteer(
                actor=an_actor(Role.SOCIAL_WORKER, "110114008001"), details=FULL, person_id=person.pk, at=AT
            )
        with pytest.raises(NotFound):
            operations.register_volunteer(actor=an_actor(None, COMMUNITY), details=FULL, person_id=person.pk, at=AT)
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        made = operations.register_volunteer(actor=staff, details=FULL, person_id=person.pk, at=AT)
        assert made.person == person

    def test_finds_a_merged_record_s_entry_as_one_s_own(self) -> None:
        made = registered()
        kept = a_person(COMMUNITY)
        both = registered(kept)
        with pytest.raises(people.merging.CannotMerge, match="cannot_merge"):
            people.propose_merge(
                actor=an_actor(Role.DISTRICT_OFFICER, DISTRICT), kept_id=kept.pk, merged_id=made.person_id,
                reason="同一人", at=AT,
            )  # fmt: skip
        operations.move_volunteer(actor=actor(kept), step="leave", at=AT)
        assert Volunteer.objects.get(pk=both.pk).state == "left"
        other = a_person(COMMUNITY)
        merge_away(made.person, other, staff=a_person(COMMUNITY))
        assert queries.mine(viewer=actor(other)) == made
        with pytest.raises(refusals.VolunteerAlready):
            registered(other)


class TestTheEntry:
    def test_is_changed_whole_in_the_version_that_was_seen(self) -> None:
        made = registered()
        by: dict[str, Any] = {"actor": actor(made.person), "at": AT + timedelta(hours=1)}
        with pytest.raises(refusals.StaleVolunteer):
            operations.change_volunteer(version=made.version + 1, details=FULL, **by)
        fresh = replace(FULL, skills=("haircut", "law"), hours=((3, 540, 720),), metres=None, tasks=("events",))
        found = operations.change_volunteer(version=made.version, details=fresh, **by)
        change = Event.objects.filter(verb="volunteering.volunteer.change").latest("id").change
        assert change["fields"]["tasks"] == [["clean_up", "visit_elders"], ["events"]]
        assert found.health_agreed_at == AT  # the same words were agreed to before
        assert sorted(made.skills.values_list("skill__code", flat=True)) == ["haircut", "law"]
        assert Availability.objects.filter(volunteer=made).count() == 1
        TaskKind.objects.filter(code="events").update(retired_at=AT)  # kept where it was said, not said anew
        found = operations.change_volunteer(version=found.version, details=replace(fresh, metres=900), **by)
        assert (found.tasks, found.metres) == (["events"], 900)
        TaskKind.objects.filter(code="clean_up").update(retired_at=AT)
        wrong = replace(fresh, tasks=("events", "clean_up"))
        with pytest.raises(refusals.UnknownTaskWished):
            operations.change_volunteer(version=found.version, details=wrong, **by)
        emptied = replace(fresh, health="", emergency_name="", emergency_phone="", health_agreed=False)
        operations.change_volunteer(version=found.version, details=emptied, **by)
        empty = Volunteer.objects.get(pk=made.pk)
        assert (empty.health, empty.health_agreed_at, empty.emergency_name) == (None, None, None)
        with pytest.raises(refusals.NotAVolunteer):
            operations.change_volunteer(version=1, details=FULL, actor=an_actor(None, COMMUNITY), at=AT)

    def test_pauses_leaves_and_comes_back_under_one_number(self) -> None:
        made = registered()
        by: dict[str, Any] = {"actor": actor(made.person), "at": AT}
        team = a_team()
        place = join(team, made)
        for step, state in (("pause", "paused"), ("resume", "active"), ("leave", "left"), ("return", "active")):
            assert operations.move_volunteer(step=step, **by).state == state
        place.refresh_from_db()
        assert (place.state, place.ended_at) == ("left", AT)
        led = a_team(leader=made, name="示例丙队")
        with pytest.raises(refusals.LeadsATeam):
            operations.move_volunteer(step="leave", **by)
        with pytest.raises(refusals.NotTheFirst):
            operations.move_volunteer(step="activate", **by)
        assert [one.words for one in REGISTRY.hindrances["volunteering"](made.person_id, AT)]
        operations.dissolve_team(team_id=led.pk, reason="示例", **by)
        assert not REGISTRY.hindrances["volunteering"](made.person_id, AT)
        leaving = Leaving(made.person_id, AT, "示例一", ())
        REGISTRY.specials["volunteering"].erase(leaving)
        made.refresh_from_db()
        assert (made.state, made.health, made.emergency_phone, made.wish) == ("left", None, None, "")


class TestAMinor:
    def test_of_14_and_older_waits_for_the_guardian_and_follows_the_consent(self) -> None:
        link = guarded(16)
        people.give_consent(actor=actor(link.ward), purpose="real_name", at=AT)
        with pytest.raises(refusals.NoHealthOfMinors):
            registered(link.ward)
        made = registered(link.ward, health="", health_agreed=False)
        assert made.state == "registered"
        assert queries.lacking(made, AT) == "guardian"
        by: dict[str, Any] = {"actor": actor(link.guardian), "ward_id": link.ward_id, "at": AT}
        consent_for(**by)
        made.refresh_from_db()
        assert made.state == "active"
        with pytest.raises(refusals.AdultLeader):
            operations.found_team(
                actor=actor(link.ward), kind="community", name="少年队", area=COMMUNITY, about="示例", at=AT
            )
        withdraw_for(**by)
        made.refresh_from_db()
        assert made.state == "registered"
        with pytest.raises(refusals.NotActive):
            operations.ask_to_join(actor=actor(link.ward), team_id=a_team().pk, signed=1, at=AT)

    def test_under_14_is_put_on_record_only_after_the_guardian_agreed(self) -> None:
        link = guarded(9)
        plain = replace(FULL, health="", health_agreed=False)
        by: dict[str, Any] = {"actor": actor(link.ward), "details": plain, "at": AT}
        with pytest.raises(GuardianConsentNeeded):
            operations.register_volunteer(**by)
        assert not Volunteer.objects.exists()
        consent_for(actor=actor(link.guardian), ward_id=link.ward_id, at=AT)
        assert operations.register_volunteer(**by).state == "active"


class TestATask:
    def fit(self, volunteer: Volunteer, code: str, on: date = TODAY) -> list[str]:
        kind = queries.task_kind(area=volunteer.area, code=code)
        return [one.code for one in queries.may_do(volunteer=volunteer, task_kind=kind, on=on, at=AT).reasons]

    def test_says_what_stands_against_it(self) -> None:
        grown = a_volunteer()
        assert self.fit(grown, "clean_up") == []
        assert self.fit(grown, "with_children") == ["qualification", "qualification"]
        assert queries.may_do(
            volunteer=grown, task_kind=queries.task_kind(area=COMMUNITY, code="traffic"), on=AT.date(), at=AT
        ).insure  # fmt: skip
        old = a_volunteer(a_person(COMMUNITY, born_on=date(1950, 1, 1)))
        assert self.fit(old, "traffic") == ["too_old", "qualification"]
        unknown = a_volunteer(a_person(COMMUNITY, verified=False, born_on=None))
        assert self.fit(unknown, "traffic") == ["age_unknown", "qualification"]
        assert self.fit(unknown, "clean_up") == []
        child = a_volunteer(guarded(9).ward)
        assert self.fit(child, "events") == ["consent", "too_young"]
        assert self.fit(a_volunteer(state="paused"), "clean_up") == ["state"]
        assert {kind.code: fit.good for kind, fit in queries.fit_for(volunteer=grown, at=AT)}["clean_up"]

    def test_counts_a_qualification_from_its_first_to_its_last_day(self) -> None:
        one = a_volunteer()
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        day = date(2026, 11, 1)
        by: dict[str, Any] = {"actor": staff, "volunteer_id": one.pk, "at": AT}
        made = operations.add_qualification(code="no_record", starts_on=day, evidence="核查回执", **by)
        assert made.ends_on == date(2027, 10, 31)
        operations.add_qualification(code="minors_safety", starts_on=day, evidence="结业证书", **by)
        assert self.fit(one, "with_children", day) == []
        assert self.fit(one, "with_children", day - timedelta(1)) == ["qualification"] * 2
        assert self.fit(one, "with_children", date(2027, 11, 1)) == ["qualification"]
        with pytest.raises(refusals.QualificationThere):
            operations.add_qualification(code="no_record", starts_on=day, evidence="x", **by)
        operations.revoke_qualification(actor=staff, qualification_id=made.pk, reason="录错", at=AT)
        assert self.fit(one, "with_children", day) == ["qualification"]
        assert Qualification.objects.count() == 2
        with pytest.raises(NotFound):
            operations.revoke_qualification(actor=staff, qualification_id=made.pk, reason="再次", at=AT)

    @pytest.mark.parametrize(
        ("refusal", "given"),
        [
            (refusals.UnknownQualification, {"code": "flying"}),
            (refusals.BadSpanOfQualification, {"starts_on": date(2027, 1, 1)}),
            (refusals.BadSpanOfQualification, {"ends_on": date(2020, 1, 1)}),
            (refusals.EvidenceMissing, {"evidence": " "}),
        ],
    )
    def test_takes_no_qualification_that_is_wrong(self, refusal: type[Refusal], given: dict[str, Any]) -> None:
        values = {"code": "basics", "starts_on": date(2026, 1, 1), "evidence": "证书", **given}
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        with pytest.raises(refusal):
            operations.add_qualification(actor=staff, volunteer_id=a_volunteer().pk, at=AT, **values)

    def test_is_vouched_for_by_others_and_looked_at_for_a_reason(self) -> None:
        staff = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        own = registered(staff)
        values: dict[str, Any] = {"code": "basics", "starts_on": date(2026, 1, 1), "evidence": "证书", "at": AT}
        with pytest.raises(Forbidden) as said:
            operations.add_qualification(actor=actor(staff), volunteer_id=own.pk, **values)
        assert said.value.code == "own_qualification"
        one = registered(a_person(COMMUNITY, phone="+8613800000001"))
        with pytest.raises(refusals.WhyMissing):
            operations.unmask_volunteer(actor=actor(staff), volunteer_id=one.pk, reason=" ", at=AT)
        seen = operations.unmask_volunteer(actor=actor(staff), volunteer_id=one.pk, reason="安排服务", at=AT)
        assert (seen["health"], seen["emergency_name"], seen["phone"]) == ("不能提重物", "欧阳示例", "+8613800000001")
        assert [event.reason for event in people_looks(one.person)] == ["安排服务"]
        with pytest.raises(NotFound):
            operations.unmask_volunteer(
                actor=an_actor(Role.SOCIAL_WORKER, "110114008001"), volunteer_id=one.pk, reason="x", at=AT
            )


def people_looks(person: Person) -> list[Event]:
    return list(Event.objects.filter(verb="people.person.unmask", subject_id=str(person.pk)))


class TestTheWordsOfAnArea:
    def test_are_handed_down_until_a_nearer_area_says_otherwise(self) -> None:
        assert operations.load_examples(actor=SYSTEM, area="", at=AT) == 0
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        by: dict[str, Any] = {"actor": officer, "vocabulary": "tasks", "at": AT}
        values = {"code": "clean_up", "name": "清洁", "name_en": "Cleaning", "least_age": 12, "demands": ["basics"]}
        own = operations.put_word(area=DISTRICT, values=values, **by)
        assert queries.task_kind(area=COMMUNITY, code="clean_up") == own
        assert queries.task_kind(area="110114", code="clean_up").least_age == 8
        operations.change_word(word_id=own.pk, version=1, values=values, retired=True, **by)
        with pytest.raises(NotFound):
            queries.task_kind(area=COMMUNITY, code="clean_up")
        with pytest.raises(refusals.StaleVolunteer):
            operations.change_word(word_id=own.pk, version=1, values=values, retired=False, **by)
        with pytest.raises(refusals.WordTaken):
            operations.put_word(area=DISTRICT, values=values, **by)
        with pytest.raises(Forbidden):
            operations.put_word(area="", values=values, **by)

    @pytest.mark.parametrize(
        ("refusal", "vocabulary", "given"),
        [
            (refusals.BadWord, "skills", {"code": "Bad"}),
            (refusals.BadWord, "skills", {"name": ""}),
            (refusals.BadWord, "qualifications", {"sort": "other"}),
            (refusals.BadMonths, "qualifications", {"sort": "check", "months": 0}),
            (refusals.BadAges, "tasks", {"least_age": 60, "greatest_age": 20}),
            (refusals.UnknownQualification, "tasks", {"demands": ["flying"]}),
            (NotFound, "others", {}),
        ],
    )
    def test_are_refused_with_the_field_at_fault(
        self, refusal: type[Refusal], vocabulary: str, given: dict[str, Any]
    ) -> None:
        values = {"code": "new_one", "name": "新", "name_en": "New", **given}
        with pytest.raises(refusal):
            operations.put_word(actor=SYSTEM, vocabulary=vocabulary, area="", values=values, at=AT)
        assert not any(model.objects.filter(code="new_one").exists() for model in queries.VOCABULARIES.values())


class TestTheDemo:
    def test_is_loaded_once_from_residents_who_are_there(self) -> None:
        for _ in range(14):
            a_person(COMMUNITY, born_on=date(1970, 1, 1))
        for _ in range(2):
            demo.load(at=AT + demo.BEFORE, progress=lambda _step, _done, _total: None)
        assert Volunteer.objects.count() == 14
        assert sorted(queries.teams(at=AT).values_list("size", flat=True)) == [2, 2, 2, 2, 2, 3]
        assert TeamMember.objects.filter(state="requested").count() == 1
        assert all("示例" in team.name and team.synthetic for team in Team.objects.all())
