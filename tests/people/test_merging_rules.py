"""What a merge asks of records merged before, and what follows a person whose records were merged."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.personal import REGISTRY, Hindrance
from shanzhi.kernel.roles import Role
from shanzhi.people import exchange, operations, policies, queries, rights_queries
from shanzhi.people.actors import actor_for, actor_of_person
from shanzhi.people.models import Account, Consent, Guardianship, Person, PersonMerge, Recovery
from shanzhi.people.operations.accounts import account_for_phone
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.people.test_guardians import CHILD, YOUTH, a_guardian, linked, note
from tests.people.test_import import a_sheet, rows
from tests.people.test_merging import merge, pair, undo
from tests.support.people import AT, a_person, actor, an_account, an_actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(hours=1)


@pytest.fixture
def staff() -> Actor:
    return an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)


@pytest.fixture
def second() -> Actor:
    return an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)


def another(**fields: Any) -> Person:
    """Give one more record of the same name and birth, which was only declared."""
    return a_person(COMMUNITY, name="欧阳一", verified=False, **fields)


class TestRecordsMergedBefore:
    def test_count_with_their_sign_ins_towards_a_second_of_staff(self, staff: Actor) -> None:
        kept, merged = pair()
        last = another()
        an_account(merged), an_account(last)
        assert merge(staff, kept, merged).state == "done"
        assert merge(staff, kept, last).state == "proposed"

    def test_count_with_the_documents_they_were_verified_against(self, staff: Actor, second: Actor) -> None:
        kept, merged = a_person(COMMUNITY, name="欧阳一"), a_person(COMMUNITY, name="欧阳一")
        Person.objects.filter(pk=kept.pk).update(verified_against="passport")
        operations.approve_merge(actor=second, merge_id=merge(staff, kept, merged).pk, at=AT)
        with pytest.raises(operations.CannotMerge, match="证件不同"):
            merge(staff, kept, a_person(COMMUNITY, name="欧阳一"))

    def test_count_with_a_second_factor_that_is_being_replaced(self, staff: Actor) -> None:
        kept, merged = pair()
        merge(staff, kept, merged)
        Recovery.objects.create(
            account=an_account(merged), person=merged, state="asked", asked_by_id=staff.person(), asked_at=AT,
            document="resident_id", reason="x",
        )  # fmt: skip
        with pytest.raises(operations.CannotMerge):
            merge(staff, kept, another())


class TestTryingAnyTwo:
    def test_takes_a_second_of_staff_where_they_are_not_alike(self, staff: Actor) -> None:
        kept = a_person(COMMUNITY, name="欧阳一")
        for fields in ({"name": "司马二"}, {"name": "欧阳一", "born_on": AT.date()}):
            other = a_person(COMMUNITY, verified=False, **fields)
            found = merge(staff, kept, other)
            assert (found.state, found.needs_second) == ("proposed", True)
            operations.refuse_merge(actor=staff, merge_id=found.pk, reason="x", at=AT)

    def test_is_on_record_with_both_where_something_stands_in_the_way(self, staff: Actor) -> None:
        kept, merged = a_person(COMMUNITY), a_person(COMMUNITY)
        with pytest.raises(operations.CannotMerge):
            merge(staff, kept, merged)
        tried = Event.objects.filter(verb="people.merge.fail", actor_person=staff.person())
        assert set(tried.values_list("subject_id", flat=True)) == {str(kept.pk), str(merged.pk)}
        assert not PersonMerge.objects.exists()


class TestAGuardianLink:
    def link(self, ward: Person, staff: Actor, **fields: Any) -> Guardianship:
        values = {"starts_on": date(2026, 1, 1), "guardian_id": fields.get("guardian_id") or a_person().pk, **fields}
        return Guardianship.objects.create(
            ward=ward, kind="parent", document="household_register", document_tail="123X",
            verified_by_id=staff.person(), verified_at=AT, **values,
        )  # fmt: skip

    @pytest.mark.parametrize(("fields", "free"), [
        ({"ends_on": date(2026, 11, 1)}, True), ({}, False), ({"starts_on": date(2027, 1, 1)}, False),
    ])  # fmt: skip
    def test_stands_in_the_way_until_it_is_over(self, staff: Actor, fields: dict[str, Any], free: bool) -> None:
        kept, merged = pair()
        Person.objects.filter(pk__in=(kept.pk, merged.pk)).update(born_on=YOUTH)
        self.link(merged, staff, **fields)
        if free:
            assert merge(staff, kept, merged).state == "done"
        else:
            with pytest.raises(operations.CannotMerge):
                merge(staff, kept, merged)

    def test_is_noted_for_the_record_that_stays_if_that_is_verified(self, staff: Actor, second: Actor) -> None:
        merged, number = a_guardian()
        kept = a_person(COMMUNITY, name="示例家长")
        Person.objects.filter(pk=kept.pk).update(verified_against="passport")
        operations.approve_merge(actor=second, merge_id=merge(staff, kept, merged).pk, at=AT)
        ward = a_person(COMMUNITY, verified=False, born_on=CHILD, name="示例孩子")
        Person.objects.filter(pk=kept.pk).update(real_name="declared")
        with pytest.raises(operations.GuardianMissing):
            note(staff, ward, number)
        Person.objects.filter(pk=kept.pk).update(real_name="verified")
        assert note(staff, ward, number).guardian_id == kept.pk

    def test_reaches_all_records_of_a_ward(self, staff: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
        ward, guardian, _staff = linked(verified=True)
        merged = a_person(COMMUNITY, verified=False, born_on=CHILD, name="示例孩子")
        link = self.link(merged, staff, guardian_id=guardian.person(), ends_on=date(2026, 11, 1))
        merge(staff, ward, merged)
        given = Consent.objects.create(
            person=merged, guardianship=link, purpose="minor", text_version="2026-12", text_digest="x", given_at=AT
        )
        held = queries.held_about_ward(viewer=guardian, ward_id=ward.pk, at=LATER)["records"]
        assert {row["id"] for row in held["people.Person"]} == {str(ward.pk), str(merged.pk)}
        (agreed,) = queries.consents_for(viewer=guardian, ward_id=ward.pk, at=LATER)
        assert agreed.consent.pk == given.pk
        waits = {merged.pk: [Hindrance("x")]}
        monkeypatch.setitem(REGISTRY.hindrances, "test", lambda person_id, _at: waits.get(person_id, []))
        assert len(queries.hindering_ward(viewer=guardian, ward_id=ward.pk, at=LATER)) == 1


class TestWhatFollows:
    def test_the_age_of_a_minor_is_noted_where_it_counts(self, staff: Actor) -> None:
        phone = "+8613800006666"
        kept = another(born_on=None)
        merged = another(born_on=None, phone=phone)
        merge(staff, kept, merged)
        account = account_for_phone(phone=phone, at=LATER)
        Account.objects.filter(pk=account.pk).update(phone_verified=True)
        operations.declare(
            actor=Actor(account_id=account.pk), name="欧阳一", area=COMMUNITY, consent=True, at=LATER, born_on=CHILD
        )
        acting = actor_for(account=Account.objects.get(pk=account.pk), at=LATER)
        assert acting.person_id == kept.pk
        with pytest.raises(policies.GuardianConsentNeeded):
            policies.require_taking_part(acting)

    def test_a_consent_taken_back_reaches_every_record(self, staff: Actor, second: Actor) -> None:
        kept, merged = a_person(COMMUNITY, name="欧阳一"), a_person(COMMUNITY, name="欧阳一")
        Person.objects.filter(pk=merged.pk).update(verified_against="passport")
        operations.give_consent(actor=actor(merged), purpose="real_name", at=AT)
        found = operations.approve_merge(actor=second, merge_id=merge(staff, kept, merged).pk, at=AT)
        operations.withdraw_consent(actor=actor_of_person(person_id=kept.pk, at=LATER), purpose="real_name", at=LATER)
        undo(staff, found)
        states = Person.objects.filter(pk__in=(kept.pk, merged.pk)).values_list("real_name", flat=True)
        assert set(states) == {"declared"}

    def test_a_list_brought_in_under_the_other_record_is_the_own(self, second: Actor) -> None:
        first = Person.objects.get(pk=an_actor(Role.SOCIAL_WORKER, COMMUNITY).person())
        batch = operations.prepare_import(
            actor=actor(first), area=COMMUNITY, sheet=exchange.read(a_sheet(*rows(1))),
            at=AT,
        )  # fmt: skip
        kept = a_person(COMMUNITY, Role.SOCIAL_WORKER)
        Person.objects.filter(pk=kept.pk).update(verified_against="passport")
        found = merge(an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY), kept, first)
        operations.approve_merge(actor=second, merge_id=found.pk, at=AT)
        acting = actor_of_person(person_id=kept.pk, at=LATER)
        assert operations.confirm_import(actor=acting, batch_id=batch.pk, at=LATER).state == "writing"

    def test_a_recovery_asked_under_the_other_record_is_not_due_for_oneself(self, second: Actor) -> None:
        first, kept = (a_person(COMMUNITY, Role.SUBDISTRICT_OFFICER, role_area=SUBDISTRICT) for _ in range(2))
        Person.objects.filter(pk=kept.pk).update(verified_against="passport")
        waiting = a_person(COMMUNITY)
        Recovery.objects.create(
            account=an_account(waiting), person=waiting, state="asked", asked_by=first, asked_at=AT,
            document="resident_id", reason="x",
        )  # fmt: skip
        assert rights_queries.due(viewer=actor(kept), at=LATER).recoveries == 1
        above = an_actor(Role.DISTRICT_OFFICER, DISTRICT), an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        operations.approve_merge(actor=above[1], merge_id=merge(above[0], kept, first).pk, at=AT)
        assert rights_queries.due(viewer=actor(kept), at=LATER).recoveries == 0


class TestTheListOfTwins:
    def test_looks_for_twins_of_namesakes_alone(self, staff: Actor) -> None:
        for number in range(9):
            a_person(COMMUNITY, name=f"独一{'甲乙丙丁戊己庚辛壬'[number]}")
        pair()
        plan = queries.twins(viewer=staff).explain(format="json", analyze=True)
        assert max(loops(plan)) < 9


def loops(plan: str) -> list[int]:
    """Give how often each subquery that depends on the outer row was run."""

    def walk(node: dict[str, Any]) -> list[int]:
        below = [one for part in node.get("Plans", ()) for one in walk(part)]
        own = [node["Actual Loops"]] if node.get("Parent Relationship") == "SubPlan" else []
        return own + below

    return walk(json.loads(plan)[0]["Plan"])
