"""Real-name records: declaring, verifying, revoking; nobody's number on two records."""

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.identifiers import NotAResidentId, resident_id
from shanzhi.kernel.lifecycle import MoveRefused
from shanzhi.kernel.roles import Role
from shanzhi.people import operations, policies, queries
from shanzhi.people.models import Account, Person
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.people import AT, a_person, a_phone, actor, an_account, an_actor, an_id_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]


def verify(person: Person, staff: Actor, number: str, **fields: object) -> Person:
    values: dict[str, Any] = {"document": "resident_id", "id_number": number, "at": AT, **fields}
    return operations.verify(actor=staff, person_id=person.pk, **values)


class TestAResidentNumber:
    @pytest.mark.parametrize("text", ["11010519491231002X", " 110105 19491231 002x ", "110105-19491231-002X"])
    def test_of_the_standard_passes(self, text: str) -> None:
        assert resident_id(text) == "11010519491231002X"

    def test_given_in_a_district_younger_than_its_holder_passes(self) -> None:
        assert resident_id(an_id_number(born_on=date(1950, 3, 4), place="370102"))

    @pytest.mark.parametrize("place", ["810000", "820000", "830000"])
    def test_of_a_residence_permit_passes(self, place: str) -> None:
        assert resident_id(an_id_number(place=place))

    @pytest.mark.parametrize(
        "text",
        ["", "110105194912310021", "110105491231002", "11010519491331002X", "99010519491231002X",
         "１１０１０５１９４９１２３１００２X", "370102198002305678", "x" * 500],
    )  # fmt: skip
    def test_with_a_fault_is_refused(self, text: str) -> None:
        with pytest.raises(NotAResidentId):
            resident_id(text)


class TestVerifying:
    def test_keeps_number_birth_date_document_and_who_saw_it(self) -> None:
        staff = an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        person = verify(a_person(COMMUNITY, verified=False), staff, an_id_number(born_on=date(1990, 1, 2)))
        person.refresh_from_db()
        assert (person.real_name, person.born_on, person.verified_against) == (
            "verified", date(1990, 1, 2), "resident_id",
        )  # fmt: skip
        assert (person.verified_by_id, person.verified_at) == (staff.person_id, AT)
        event = Event.objects.get(verb="people.person.verify")
        assert event.change == {"state": "verified", "document": "resident_id"}

    def test_makes_a_resident_who_can_vote(self) -> None:
        person = a_person(COMMUNITY, verified=False)
        verify(person, an_actor(Role.SOCIAL_WORKER, COMMUNITY), an_id_number())
        assert actor(person).holds(Role.RESIDENT, COMMUNITY)

    def test_refuses_a_number_on_another_record_without_telling_whose(self) -> None:
        number = an_id_number()
        other = a_person(COMMUNITY, id_number=number, name="示例甲")
        with pytest.raises(operations.IdTaken) as refusal:
            verify(a_person(COMMUNITY, verified=False), an_actor(Role.SOCIAL_WORKER, COMMUNITY), number)
        assert "示例甲" not in refusal.value.text
        assert str(other.pk) not in refusal.value.text

    def test_refuses_a_second_number_for_one_person(self) -> None:
        person = a_person(COMMUNITY, verified=False)
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        verify(person, staff, an_id_number(order=1))
        operations.revoke(actor=staff, person_id=person.pk, reason="疑问", at=AT)
        with pytest.raises(operations.IdTaken):
            verify(person, staff, an_id_number(order=2))

    def test_by_passport_needs_the_birth_date(self) -> None:
        person = a_person(COMMUNITY, verified=False, born_on=None)
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        with pytest.raises(operations.BadBirth):
            verify(person, staff, "E12345678", document="passport")
        assert verify(person, staff, "e12345678", document="passport", born_on=date(1970, 1, 1)).born_on

    @pytest.mark.parametrize("born", [date(2030, 1, 1), date(1800, 1, 1)])
    def test_refuses_an_impossible_birth_date(self, born: date) -> None:
        with pytest.raises(operations.BadBirth):
            verify(
                a_person(COMMUNITY, verified=False), an_actor(Role.SOCIAL_WORKER, COMMUNITY), "E12345678",
                document="passport", born_on=born,
            )  # fmt: skip

    def test_refuses_an_unknown_document(self) -> None:
        with pytest.raises(operations.BadDocument):
            verify(
                a_person(COMMUNITY, verified=False), an_actor(Role.SOCIAL_WORKER, COMMUNITY), "1", document="library"
            )

    def test_refuses_a_stale_form(self) -> None:
        with pytest.raises(operations.Stale):
            verify(
                a_person(COMMUNITY, verified=False), an_actor(Role.SOCIAL_WORKER, COMMUNITY), an_id_number(), version=9
            )

    def test_twice_is_refused(self) -> None:
        person, staff = a_person(COMMUNITY, verified=False), an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        number = an_id_number()
        verify(person, staff, number)
        with pytest.raises(MoveRefused):
            verify(person, staff, number)

    @pytest.mark.parametrize(
        ("role", "area", "refusal"),
        [
            (Role.SOCIAL_WORKER, "370102001002", NotFound),
            (Role.SUBDISTRICT_OFFICER, "370102002", NotFound),
            (Role.RESIDENT, COMMUNITY, NotFound),
            (Role.VOLUNTEER, COMMUNITY, NotFound),
            (Role.AUDITOR, DISTRICT, Forbidden),
        ],
    )
    def test_is_refused_to(self, role: Role, area: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            verify(a_person(COMMUNITY, verified=False), an_actor(role, area), an_id_number())

    def test_oneself_is_refused(self) -> None:
        secretary = a_person(COMMUNITY, Role.COMMUNITY_SECRETARY, verified=False)
        with pytest.raises(policies.NotYourself):
            verify(secretary, actor(secretary), an_id_number())

    def test_without_a_sign_in_is_refused(self) -> None:
        with pytest.raises(NotFound):
            verify(a_person(COMMUNITY, verified=False), Actor.anonymous(), an_id_number())


class TestVerifyingOutside:
    def test_takes_the_word_of_the_driver(self, settings: object) -> None:
        settings.PEOPLE_REAL_NAME_DRIVER = "shanzhi.people.drivers.vouch_for_examples"  # type: ignore[attr-defined]
        person = a_person(COMMUNITY, verified=False, name="示例一")
        operations.verify_outside(actor=actor(person), id_number=an_id_number(), at=AT)
        person.refresh_from_db()
        assert person.real_name == "verified_outside"

    def test_is_refused_where_no_driver_vouches(self) -> None:
        person = a_person(COMMUNITY, verified=False)
        with pytest.raises(operations.NotVouched):
            operations.verify_outside(actor=actor(person), id_number=an_id_number(), at=AT)
        person.refresh_from_db()
        assert person.id_number is None


class TestRevoking:
    def test_needs_a_reason_and_takes_the_vote(self) -> None:
        person, staff = a_person(COMMUNITY), an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        with pytest.raises(operations.ReasonNeeded):
            operations.revoke(actor=staff, person_id=person.pk, reason="  ", at=AT)
        operations.revoke(actor=staff, person_id=person.pk, reason="证件有误", at=AT)
        assert not actor(person).holds(Role.RESIDENT, COMMUNITY)
        assert Event.objects.get(verb="people.person.revoke").reason == "证件有误"

    def test_keeps_the_number_taken(self) -> None:
        number = an_id_number()
        person, staff = a_person(COMMUNITY, id_number=number), an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)
        operations.revoke(actor=staff, person_id=person.pk, reason="疑", at=AT)
        with pytest.raises(operations.IdTaken):
            verify(a_person(COMMUNITY, verified=False), staff, number)


class TestDeclaring:
    def declared(self, account: Account, **fields: object) -> Person:
        values: dict[str, Any] = {"name": "示例新", "area": COMMUNITY, "consent": True, "at": AT, **fields}
        return operations.declare(actor=Actor(account_id=account.pk), **values)

    def test_takes_the_proven_phone_along(self) -> None:
        account = operations.account_for_phone(phone=(phone := a_phone()), at=AT)
        operations.set_account_phone(account=account, phone=phone, verified=True, at=AT)
        assert self.declared(account).phone.reveal() == phone

    def test_leaves_an_unproven_phone_out(self) -> None:
        assert self.declared(operations.account_for_phone(phone=a_phone(), at=AT)).phone is None

    def test_twice_is_refused(self) -> None:
        account = an_account()
        self.declared(account)
        with pytest.raises(operations.AlreadyDeclared):
            self.declared(account)

    def test_without_consent_is_refused(self) -> None:
        with pytest.raises(operations.ConsentNeeded):
            self.declared(an_account(), consent=False)
        assert not Person.objects.exists()

    def test_without_a_sign_in_is_refused(self) -> None:
        with pytest.raises(SignInNeeded):
            operations.declare(actor=Actor.anonymous(), name="示例", area=COMMUNITY, consent=True, at=AT)

    @pytest.mark.parametrize("name", ["", "   ", "a" * 51, "王3", "x\x00y"])
    def test_refuses_what_is_no_name(self, name: str) -> None:
        with pytest.raises(operations.NameMissing):
            self.declared(an_account(), name=name)

    @pytest.mark.parametrize("area", ["", SUBDISTRICT, "999999999999", "abc", COMMUNITY + "9"])
    def test_refuses_what_is_no_home(self, area: str) -> None:
        with pytest.raises(operations.records.HomeMissing):
            self.declared(an_account(), area=area)


@pytest.mark.django_db(transaction=True)
class TestTwoOfficesAtOnce:
    def test_verify_one_number_once(self) -> None:
        number = an_id_number()
        staff = an_actor(Role.SOCIAL_WORKER, COMMUNITY)
        people = [a_person(COMMUNITY, verified=False) for _ in range(2)]
        outcomes: list[str] = []
        barrier = Barrier(2)

        def run(person: Person) -> None:
            barrier.wait()
            try:
                verify(person, staff, number)
                outcomes.append("verified")
            except operations.IdTaken:
                outcomes.append("taken")
            connection.close()

        threads = [Thread(target=run, args=(p,)) for p in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["taken", "verified"]


class TestTheLookInFull:
    def test_is_refused_to_an_auditor(self) -> None:
        with pytest.raises(Forbidden):
            operations.unmask(
                actor=an_actor(Role.AUDITOR, DISTRICT), person_id=a_person(COMMUNITY).pk, fields=["name"],
                reason="查", at=AT,
            )  # fmt: skip

    def test_is_shown_to_the_person(self) -> None:
        person = a_person(COMMUNITY)
        operations.unmask(
            actor=an_actor(Role.SOCIAL_WORKER, COMMUNITY), person_id=person.pk, fields=["phone", "id_number"],
            reason="核对", at=AT,
        )  # fmt: skip
        assert [event.reason for event in queries.looks(viewer=actor(person))] == ["核对"]


class TestTheFirstAdministrator:
    def test_is_made_by_the_operator(self) -> None:
        account = operations.create_administrator(
            login_name="chief", name="示例主管", password="eins zwei drei", area="", at=AT
        )
        assert actor(account.person).holds(Role.ADMINISTRATOR, COMMUNITY)  # type: ignore[arg-type]
        with pytest.raises(operations.LoginNameTaken):
            operations.create_administrator(login_name="CHIEF", name="示例", password="eins zwei drei", area="", at=AT)
