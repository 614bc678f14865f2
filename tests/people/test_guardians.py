"""Guardians of minors: links against a document, consent for a ward, ages that do their work by themselves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.personal import REGISTRY
from shanzhi.kernel.roles import Role
from shanzhi.notices.models import Notice
from shanzhi.people import minors, operations, policies, queries
from shanzhi.people.fields import ID_NUMBER, mark
from shanzhi.people.models import Consent, Guardianship, Person, RoleGrant
from tests.people.conftest import COMMUNITY
from tests.support.people import AT, LONG_AGO, a_person, actor, an_account, an_actor, an_id_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
CHILD, YOUTH = date(2015, 3, 1), date(2010, 3, 1)  # 11 and 16 years old at the moment of these tests
OUTSIDE = "110114008001"


def a_guardian(**fields: Any) -> tuple[Person, str]:
    """Give a grown-up who is verified by a right number, and the number."""
    number = an_id_number()
    return a_person(COMMUNITY, id_number=number, name="示例家长", **fields), number


def linked(
    born_on: date | None = CHILD, *, verified: bool = False, ends_on: date | None = None
) -> tuple[Person, Actor, Actor]:
    """Give a ward, its guardian and the staff who noted the link."""
    guardian, number = a_guardian()
    ward = a_person(COMMUNITY, verified=verified, born_on=born_on, name="示例孩子")
    staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
    note(staff, ward, number, ends_on=ends_on)
    return ward, actor(guardian), staff


def note(staff: Actor, ward: Person, number: str, *, at: datetime = AT, **fields: Any) -> Guardianship:
    values: dict[str, Any] = {"kind": "parent", "document": "household_register", "document_tail": "12 3x",
                              "starts_on": date(2026, 1, 1), **fields}  # fmt: skip
    return operations.link_guardian(
        actor=staff, ward_id=ward.pk, guardian_number=number, proof=operations.Proof(**values), at=at
    )


class TestALink:
    def test_keeps_the_document_sealed_and_masked_and_is_on_record(self) -> None:
        ward, guardian, staff = linked()
        found = Guardianship.objects.get()
        assert (found.ward_id, found.guardian_id, found.verified_by_id) == (
            ward.pk, guardian.person_id, staff.person_id,
        )  # fmt: skip
        assert (found.document_tail.reveal(), str(found.document_tail)) == ("123X", "**3X")
        event = Event.objects.get(verb="people.guardian.link")
        assert "123X" not in str(event.change)
        assert event.area == COMMUNITY

    @pytest.mark.parametrize("how", ["unverified", "a minor", "nobody", "the ward"])
    def test_takes_a_verified_grown_up_and_says_no_more_than_that(self, how: str) -> None:
        number = an_id_number()
        ward = a_person(COMMUNITY, born_on=CHILD, id_number=number if how == "the ward" else None)
        if how == "unverified":
            Person.objects.create(
                name="示例家长", id_number=number, id_mark=mark(number, purpose=ID_NUMBER), area=COMMUNITY,
                born_on=date(1980, 5, 17), created_at=LONG_AGO,
            )  # fmt: skip
        if how == "a minor":
            a_person(COMMUNITY, id_number=number, born_on=YOUTH)
        with pytest.raises(operations.GuardianMissing):
            note(an_actor(Role.SOCIAL_WORKER, COMMUNITY), ward, number)

    @pytest.mark.parametrize("born_on", [date(2008, 11, 24), date(1980, 5, 17)])
    def test_is_for_minors_alone(self, born_on: date) -> None:
        _guardian, number = a_guardian()
        with pytest.raises(operations.NotAMinor):
            note(an_actor(Role.SOCIAL_WORKER, COMMUNITY), a_person(COMMUNITY, born_on=born_on), number)

    def test_reads_a_date_of_birth_that_is_not_on_record_from_the_same_document(self) -> None:
        _guardian, number = a_guardian()
        ward, staff = a_person(COMMUNITY, verified=False, born_on=None), an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        with pytest.raises(operations.BadBirth):
            note(staff, ward, number)
        note(staff, ward, number, born_on=CHILD)
        ward.refresh_from_db()
        assert ward.born_on == CHILD

    def test_stands_once_for_a_pair_and_again_when_its_last_day_has_passed(self) -> None:
        ward, guardian, staff = linked(ends_on=date(2026, 11, 30))
        number = Person.objects.get(pk=guardian.person_id).id_number
        assert number is not None
        with pytest.raises(operations.LinkedAlready):
            note(staff, ward, number.reveal())
        note(staff, ward, number.reveal(), at=AT + timedelta(days=10))
        assert Guardianship.objects.filter(ended_at=None).count() == 1

    @pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.VOLUNTEER])
    def test_is_noted_by_those_who_verify_there(self, role: Role | None) -> None:
        _guardian, number = a_guardian()
        ward = a_person(COMMUNITY, born_on=CHILD)
        with pytest.raises((NotFound, Forbidden)):
            note(an_actor(role, COMMUNITY), ward, number)
        with pytest.raises(NotFound):
            note(an_actor(Role.SOCIAL_WORKER, OUTSIDE), ward, number)

    def test_is_not_noted_by_the_guardian(self) -> None:
        guardian, number = a_guardian(role=Role.SOCIAL_WORKER)
        with pytest.raises(policies.NotYourself):
            note(actor(guardian), a_person(COMMUNITY, born_on=CHILD), number)

    @pytest.mark.parametrize(
        "fields",
        [{"document_tail": "1"}, {"document_tail": "1234567"}, {"document_tail": "号码"}, {"kind": "friend"},
         {"document": "word"}],
    )  # fmt: skip
    def test_needs_a_proof(self, fields: dict[str, str]) -> None:
        _guardian, number = a_guardian()
        with pytest.raises(operations.BadProof):
            note(an_actor(Role.SOCIAL_WORKER, COMMUNITY), a_person(COMMUNITY, born_on=CHILD), number, **fields)

    def test_is_ended_by_staff_for_a_reason_and_stays_as_it_was(self) -> None:
        ward, guardian, staff = linked()
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        link = Guardianship.objects.get()
        with pytest.raises(operations.ReasonNeeded):
            operations.end_link(actor=staff, link_id=link.pk, reason=" ", at=AT)
        operations.end_link(actor=staff, link_id=link.pk, reason="法院变更监护人", at=AT)
        with pytest.raises(operations.LinkEnded):
            operations.end_link(actor=staff, link_id=link.pk, reason="再一次", at=AT + timedelta(days=1))
        with pytest.raises(NotFound):
            queries.ward(viewer=guardian, ward_id=ward.pk, at=AT)
        assert not minors.guardian_agrees(ward.pk, AT)

    def test_tells_both_without_naming_anybody(self) -> None:
        ward, guardian, _staff = linked()
        told = Notice.objects.filter(kind__startswith="guardians.")
        assert {one.kind for one in told} == {"guardians.asked", "guardians.noted"}
        assert "示例" not in "".join(str(one.values) for one in told)
        assert {one.person_id for notice in told for one in notice.deliveries.all()} == {ward.pk, guardian.person_id}


class TestTheDatabase:
    """What the operations refuse it refuses too."""

    @pytest.mark.parametrize("how", ["oneself", "young guardian", "grown ward", "by the guardian", "twice", "changed"])
    def test_holds_the_rules_of_links(self, how: str) -> None:
        ward, guardian, staff = linked()
        link = Guardianship.objects.get()
        fields: dict[str, Any] = {
            "ward_id": ward.pk, "guardian_id": guardian.person_id, "kind": "parent", "starts_on": date(2026, 1, 1),
            "document": "appointment", "document_tail": "12", "verified_by_id": staff.person_id, "verified_at": AT,
        }  # fmt: skip
        grown, young = a_person(COMMUNITY), a_person(COMMUNITY, born_on=YOUTH)
        changes: dict[str, dict[str, Any]] = {
            "oneself": {"guardian_id": ward.pk},
            "young guardian": {"guardian_id": young.pk},
            "grown ward": {"ward_id": grown.pk},
            "by the guardian": {"guardian_id": grown.pk, "verified_by_id": grown.pk},
            "twice": {},
        }

        def act() -> object:
            if how == "changed":
                return Guardianship.objects.filter(pk=link.pk).update(kind="other")
            return Guardianship.objects.create(**{**fields, **changes[how]})

        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    def test_lets_nobody_consent_for_another_guardians_ward(self) -> None:
        _ward, _guardian, _staff = linked()
        stranger = a_person(COMMUNITY, born_on=CHILD)
        given = {"purpose": "minor", "text_version": "1", "text_digest": "x", "given_at": AT}
        for fields in ({"guardianship": Guardianship.objects.get()}, {}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Consent.objects.create(person=stranger, **given, **fields)

    def test_gives_minors_no_role_of_grown_ups(self) -> None:
        minor = a_person(COMMUNITY, born_on=YOUTH)
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleGrant.objects.create(person=minor, role="juror", area=COMMUNITY, starts_at=AT, created_at=AT)


class TestConsentForAWard:
    def test_names_who_gave_it_for_whom_and_lets_the_child_take_part(self) -> None:
        ward, guardian, _staff = linked()
        assert actor(ward).waits == minors.GUARDIAN
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        given = Consent.objects.get()
        assert given.guardianship is not None
        assert (given.person_id, given.guardianship.guardian_id) == (ward.pk, guardian.person_id)
        event = Event.objects.get(verb="people.consent.give")
        assert (event.actor_person, event.subject_id) == (guardian.person_id, str(ward.pk))
        assert actor(ward).waits == ""
        for viewer in (guardian, actor(ward)):
            assert queries.agreed_one(viewer=viewer, consent_id=given.pk, at=AT).standing

    def test_is_not_given_by_the_child_nor_by_a_stranger(self) -> None:
        ward, _guardian, _staff = linked()
        child = actor(ward)
        with pytest.raises(policies.GuardianConsentNeeded):
            operations.give_consent(actor=child, purpose="real_name", at=AT)
        with pytest.raises(NotFound):
            operations.give_consent(actor=child, purpose="minor", at=AT)
        for act in (operations.consent_for, operations.withdraw_for):
            with pytest.raises(NotFound):
                act(actor=actor(a_guardian()[0]), ward_id=ward.pk, at=AT)

    def test_opens_and_closes_the_verification_of_a_child(self) -> None:
        ward, guardian, staff = linked()
        number = an_id_number(born_on=CHILD)
        verify = {"actor": staff, "person_id": ward.pk, "document": "household_register", "id_number": number, "at": AT}
        with pytest.raises(policies.GuardianConsentNeeded):
            operations.verify(**verify)
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        operations.verify(**verify)
        operations.withdraw_for(actor=guardian, ward_id=ward.pk, at=AT)
        ward.refresh_from_db()
        assert ward.real_name == "declared"
        assert actor(ward).waits == minors.GUARDIAN
        assert Consent.objects.get().withdrawn_by_id == guardian.person_id

    def test_asks_again_for_a_new_text(self) -> None:
        ward, guardian, _staff = linked()
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        assert queries.wards_due(viewer=guardian, at=AT) == 0
        Consent.objects.update(text_version="2020-01")  # as if agreed to long ago
        assert queries.wards_due(viewer=guardian, at=AT) == 1
        assert not queries.ward(viewer=guardian, ward_id=ward.pk, at=AT).today
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        assert queries.wards_due(viewer=guardian, at=AT) == 0


class TestAges:
    """The same records, looked at on other days: nothing runs in between."""

    def test_change_whose_consent_counts(self) -> None:
        ward, guardian, _staff = linked()
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        before_14, at_14, at_18 = (datetime(year, month, day, 4, tzinfo=UTC) for year, month, day in
                                   ((2029, 2, 28), (2029, 3, 1), (2033, 3, 1)))  # fmt: skip
        assert [actor(ward, at=at).waits for at in (AT, before_14, at_14, at_18)] == ["", "", minors.OWN, ""]
        assert queries.consent_due(viewer=actor(ward), at=at_14)
        assert queries.consent_due(viewer=actor(ward), at=at_18)
        assert not queries.consent_due(viewer=actor(ward), at=before_14)
        assert queries.wards(viewer=guardian, at=at_14)
        assert not queries.wards(viewer=guardian, at=at_18)
        with pytest.raises(NotFound):
            operations.withdraw_for(actor=guardian, ward_id=ward.pk, at=at_18)
        assert queries.over(Guardianship.objects.get(), at_18) == ("majority", date(2033, 3, 1))

    @pytest.mark.parametrize(
        ("born_on", "day", "years"),
        [(date(2008, 2, 29), date(2026, 2, 28), 17), (date(2008, 2, 29), date(2026, 3, 1), 18),
         (date(2010, 3, 1), date(2028, 2, 29), 17), (date(2010, 2, 28), date(2028, 2, 29), 18)],
    )  # fmt: skip
    def test_count_full_years_around_a_leap_day(self, born_on: date, day: date, years: int) -> None:
        assert minors.years(born_on, day) == years
        assert (born_on <= minors.born_by(day, 18)) == (years >= 18)
        assert (minors.majority(born_on) <= day) == (years >= 18)

    def test_let_a_youth_consent_alone(self) -> None:
        youth = actor(a_person(COMMUNITY, born_on=YOUTH))
        assert youth.waits == minors.OWN
        operations.give_consent(actor=youth, purpose="real_name", at=AT)
        assert actor(Person.objects.get(pk=youth.person_id)).waits == ""

    def test_keep_minors_from_juries_and_offices_and_ask_a_guardian_for_volunteers(self) -> None:
        ward, guardian, _staff = linked(YOUTH, verified=True)
        officer = an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])

        def give(role: Role) -> None:
            operations.grant(
                actor=officer, person_id=ward.pk, role=role, area=COMMUNITY, starts_at=AT, reason="示例", at=AT
            )

        for role in (Role.JUROR, Role.SOCIAL_WORKER):
            with pytest.raises(policies.ForGrownUps):
                give(role)
        with pytest.raises(policies.GuardianNotAsked):
            give(Role.VOLUNTEER)
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        give(Role.VOLUNTEER)
        assert actor(ward).holds(Role.VOLUNTEER, COMMUNITY)
        operations.withdraw_for(actor=guardian, ward_id=ward.pk, at=AT)
        assert not actor(ward).holds(Role.VOLUNTEER, COMMUNITY)
        assert actor(ward).holds(Role.RESIDENT, COMMUNITY)


class TestSigningUp:
    @pytest.mark.parametrize(
        ("born_on", "kept", "consents", "waits"),
        [(CHILD, CHILD, 0, "guardian"), (YOUTH, YOUTH, 1, ""), (date(1990, 1, 1), None, 1, ""), (None, None, 1, "")],
    )
    def test_keeps_a_minors_birth_and_leads_a_child_to_wait(
        self, born_on: date | None, kept: date | None, consents: int, waits: str
    ) -> None:
        account = an_account()
        person = operations.declare(
            actor=Actor(account_id=account.pk), name="示例", area=COMMUNITY, consent=True, born_on=born_on, at=AT
        )
        assert (person.born_on, Consent.objects.count(), actor(person).waits) == (kept, consents, waits)


class TestRights:
    def test_of_a_guardian_reach_all_that_is_held_on_a_child(self) -> None:
        ward, guardian, _staff = linked()
        found = queries.held_about_ward(viewer=guardian, ward_id=ward.pk, at=AT)
        assert found["person"] == str(ward.pk)
        assert found["records"]["people.Guardianship"][0]["document_tail"] == "123X"
        assert "people.Guardianship" in queries.held_about_me(viewer=guardian, at=AT)["records"]

    def test_of_a_guardian_end_where_the_ward_decides(self) -> None:
        ward, guardian, _staff = linked(YOUTH)
        for ask in (queries.held_about_ward, queries.ward_in_words, queries.hindering_ward):
            with pytest.raises(operations.TooOldForThat):
                ask(viewer=guardian, ward_id=ward.pk, at=AT)
        with pytest.raises(operations.TooOldForThat):
            operations.erase_ward(actor=guardian, ward_id=ward.pk, confirmed=True, at=AT)

    def test_to_erase_a_child_empties_the_link(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ward, guardian, _staff = linked()
        held: list[list[UUID]] = []
        monkeypatch.setitem(REGISTRY.locks, "test", lambda people: held.append(list(people)))
        operations.erase_ward(actor=guardian, ward_id=ward.pk, confirmed=True, at=AT)
        link = Guardianship.objects.get()
        assert (link.document_tail, link.ended_at) == (None, AT)
        assert Person.objects.get(pk=ward.pk).erased_at == AT
        assert Event.objects.get(verb="people.person.erase").actor_person == guardian.person_id
        assert held == [[ward.pk]]  # each room takes its locks once

    def test_of_the_ward_end_the_link_too(self) -> None:
        ward, guardian, _staff = linked(YOUTH)
        operations.erase_own(actor=actor(ward), confirmed=True, at=AT)
        assert Guardianship.objects.get().ended_at == AT
        assert not queries.wards(viewer=guardian, at=AT)

    def test_of_a_guardian_who_leaves_end_with_the_link(self) -> None:
        ward, guardian, _staff = linked()
        operations.consent_for(actor=guardian, ward_id=ward.pk, at=AT)
        operations.erase_own(actor=guardian, confirmed=True, at=AT)
        assert actor(ward, at=AT + timedelta(seconds=1)).waits == minors.GUARDIAN


class TestMergedRecords:
    def test_do_not_lead_a_link_or_a_minors_age_to_a_record_without_it(self) -> None:
        ward, _guardian, staff = linked(YOUTH)
        other = a_person(COMMUNITY, verified=False, born_on=YOUTH)
        with pytest.raises(operations.CannotMerge, match="监护"):
            operations.propose_merge(actor=staff, kept_id=other.pk, merged_id=ward.pk, reason="x", at=AT)
        ageless = a_person(COMMUNITY, verified=False)
        Person.objects.filter(pk=ageless.pk).update(born_on=None)
        with pytest.raises(operations.CannotMerge, match="未成年"):
            operations.propose_merge(actor=staff, kept_id=ageless.pk, merged_id=other.pk, reason="x", at=AT)
        assert operations.propose_merge(actor=staff, kept_id=ward.pk, merged_id=other.pk, reason="x", at=AT)

    def test_count_with_the_consents_given_by_either(self) -> None:
        kept = a_person(COMMUNITY, verified=False, born_on=YOUTH)
        merged = a_person(COMMUNITY, verified=False, born_on=YOUTH)
        operations.give_consent(actor=actor(merged), purpose="real_name", at=AT)
        assert actor(kept).waits == minors.OWN
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        made = operations.propose_merge(actor=staff, kept_id=kept.pk, merged_id=merged.pk, reason="x", at=AT)
        operations.approve_merge(actor=an_actor(Role.SOCIAL_WORKER, COMMUNITY), merge_id=made.pk, at=AT)
        assert actor(kept).waits == ""
