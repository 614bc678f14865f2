"""Two records of one person become one, keep all that hangs on them, and become two again as they were."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shanzhi.audit.models import Event
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.verification import verify
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.kernel.roles import Role
from shanzhi.notices import queries as notices
from shanzhi.notices.models import Delivery
from shanzhi.people import operations, policies, queries
from shanzhi.people.actors import actor_for, actor_of_person
from shanzhi.people.fields import PHONE_OF_ACCOUNT, mark
from shanzhi.people.models import Account, Consent, Person, PersonMerge
from shanzhi.people.operations.accounts import account_for_phone
from shanzhi.ventures.models import Call, Proposal
from shanzhi.ventures.policies import own_proposals
from tests.people.conftest import COMMUNITY, DISTRICT, SUBDISTRICT
from tests.support.people import AT, a_person, an_account, an_actor, give_role, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
LATER = AT + timedelta(hours=1)
# What tells of a merge itself: the log with its tree, the merges, and the notices with what sends them.
HISTORY = ("audit_", "people_personmerge", "notices_", "procrastinate_", "django_session")


@pytest.fixture
def staff() -> Actor:
    return an_actor(Role.COMMUNITY_SECRETARY, COMMUNITY)


@pytest.fixture
def second() -> Actor:
    return an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)


def pair(**merged: Any) -> tuple[Person, Person]:
    """Give a verified record, and one of the same name that was only declared."""
    return a_person(COMMUNITY, name="欧阳一"), a_person(COMMUNITY, name="欧阳一", verified=False, **merged)


def merge(actor: Actor, kept: Person, merged: Person, at: Any = AT) -> PersonMerge:
    return operations.propose_merge(actor=actor, kept_id=kept.pk, merged_id=merged.pk, reason="同一人", at=at)


def undo(actor: Actor, found: PersonMerge) -> PersonMerge:
    return operations.undo_merge(actor=actor, merge_id=found.pk, reason="两个人", at=LATER)


def everything() -> dict[str, list[str]]:
    """Give every row of every table but the log and the history of merges, as the database writes it."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            if not table.startswith(HISTORY):
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                found[table] = [row for (row,) in cursor.fetchall()]
    return found


class TestMerging:
    def test_leads_both_sign_ins_to_the_record_that_stays(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair()
        own, other = an_account(kept), an_account(merged)
        found = merge(staff, kept, merged)
        assert found.state == "proposed"  # two sign-ins: one gains what the other has
        operations.approve_merge(actor=second, merge_id=found.pk, at=AT)
        for account in (own, other):
            acting = actor_for(account=Account.objects.get(pk=account.pk), at=LATER)
            assert (acting.person_id, acting.account_id) == (kept.pk, account.pk)
            assert acting.persons == (kept.pk, merged.pk)
            assert [grant.role for grant in acting.grants] == [Role.RESIDENT]

    def test_is_followed_by_a_phone_that_signs_in_for_the_first_time(self, staff: Actor) -> None:
        phone = "+8613800001111"
        kept, merged = pair(phone=phone)
        merge(staff, kept, merged)
        account = account_for_phone(phone=phone, at=LATER)
        Account.objects.filter(pk=account.pk).update(phone_verified=True)
        stranger = Actor(account_id=account.pk)
        operations.declare(actor=stranger, name="欧阳一", area=COMMUNITY, consent=True, at=LATER)
        acting = actor_for(account=Account.objects.get(pk=account.pk), at=LATER)
        assert acting.person_id == kept.pk
        assert bytes(account.phone_mark or b"") == mark(phone, purpose=PHONE_OF_ACCOUNT)

    def test_gives_roles_proposals_consents_notices_and_events_of_both(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair()
        account = an_account(merged)
        give_role(merged, Role.TEAM_LEADER, area=COMMUNITY)
        Consent.objects.create(person=merged, purpose="real_name", text_version="1", text_digest="x", given_at=AT)
        call = Call.objects.create(title="轮次", area=DISTRICT, created_at=AT)
        Proposal.objects.create(call=call, contact=merged, created_at=AT, changed_at=AT)
        merge(staff, kept, merged)
        viewer = actor_for(account=Account.objects.select_related("person").get(pk=account.pk), at=LATER)
        assert viewer.holds(Role.TEAM_LEADER, COMMUNITY)
        assert Proposal.objects.filter(own_proposals(viewer)).count() == 1
        assert len(queries.agreed(viewer=viewer, person_id=kept.pk, at=LATER)) == 1
        assert len(queries.grants(viewer=viewer, person=kept)) == 1
        assert {row.person_id for row in notices.own(viewer=viewer)} == {kept.pk, merged.pk}
        held = queries.held_about_me(viewer=viewer, at=LATER)["records"]
        assert {row["id"] for row in held["people.Person"]} == {str(kept.pk), str(merged.pk)}
        assert len(held["ventures.Proposal"]) == len(held["people.Consent"]) == 1

    def test_tells_both_records_and_stands_in_the_history_of_each(self, staff: Actor) -> None:
        kept, merged = pair()
        found = merge(staff, kept, merged)
        undo(staff, found)
        for person in (kept, merged):
            told = Delivery.objects.filter(person=person, channel="app").values_list("notice__kind", flat=True)
            assert sorted(told) == ["security.merged", "security.parted"]
            verbs = Event.objects.filter(subject_id=str(person.pk)).order_by("pk").values_list("verb", flat=True)
            assert list(verbs) == ["people.merge.propose", "people.merge.approve", "people.merge.undo"]

    def test_leaves_the_log_and_the_tables_whole(self, staff: Actor) -> None:
        kept, merged = pair()
        seal(at=AT)
        before = {(one.table, one.key) for one in verify().mismatches}  # people and areas were put there without events
        found = merge(staff, kept, merged)
        seal(at=AT)
        assert {(one.table, one.key) for one in verify().mismatches} <= before
        undo(staff, found)
        seal(at=LATER)
        assert {(one.table, one.key) for one in verify().mismatches} <= before

    def test_shows_the_merged_record_no_more_and_finds_the_other_by_it(self, staff: Actor) -> None:
        kept, merged = pair(phone="+8613800002222")
        merge(staff, kept, merged)
        rows = queries.people(viewer=staff)
        assert merged not in rows
        assert kept in queries.search(rows, "13800002222")
        with pytest.raises(policies.MergedAway):
            operations.grant(
                actor=staff, person_id=merged.pk, role=Role.VOLUNTEER, area=COMMUNITY, starts_at=AT, reason="x", at=AT
            )

    def test_closes_every_sign_in_of_the_person_at_once(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair()
        accounts = [an_account(kept), an_account(merged)]
        operations.approve_merge(actor=second, merge_id=merge(staff, kept, merged).pk, at=AT)
        operations.close_account(actor=second, person_id=kept.pk, reason="x", at=LATER)
        assert not Account.objects.filter(pk__in=[one.pk for one in accounts], is_active=True).exists()


class TestUndoing:
    def test_gives_byte_equal_rows_in_every_table(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair(phone="+8613800003333")
        an_account(kept), an_account(merged)
        give_role(merged, Role.VOLUNTEER, area=COMMUNITY)
        before = everything()
        assert any("欧阳" not in row for row in before["people_person"])
        found = merge(staff, kept, merged)
        operations.approve_merge(actor=second, merge_id=found.pk, at=AT)
        assert everything() != before
        undo(staff, found)
        assert everything() == before

    def test_gives_each_sign_in_its_own_record_and_roles_back(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair()
        other = an_account(merged)
        give_role(kept, Role.VOLUNTEER, area=COMMUNITY)
        found = merge(staff, kept, merged)
        undo(staff, found)
        acting = actor_for(account=Account.objects.get(pk=other.pk), at=LATER)
        assert (acting.persons, acting.grants) == ((merged.pk,), ())
        assert actor_of_person(person_id=kept.pk, at=LATER).holds(Role.VOLUNTEER, COMMUNITY)

    def test_takes_the_last_of_several_first(self, staff: Actor) -> None:
        kept, merged = pair()
        third = a_person(COMMUNITY, name="欧阳一", verified=False)
        before = everything()
        first, last = merge(staff, kept, merged), merge(staff, kept, third)
        assert (first.place, last.place) == (1, 2)
        with pytest.raises(operations.LaterMergeFirst):
            undo(staff, first)
        with pytest.raises(DatabaseError, match="people_merge_last_first"), transaction.atomic():
            PersonMerge.objects.filter(pk=first.pk).update(
                state="undone", undone_by=staff.person(), undone_at=AT, ended_reason="x"
            )
        undo(staff, last)
        undo(staff, first)
        assert everything() == before
        again = merge(staff, kept, merged)
        assert (again.state, again.place) == ("done", 3)


class TestWhatStandsInTheWay:
    def test_are_documents_that_differ(self, staff: Actor) -> None:
        with pytest.raises(operations.CannotMerge, match="证件不同"):
            merge(staff, a_person(COMMUNITY), a_person(COMMUNITY))

    def test_is_not_a_passport_beside_a_resident_identity_card(self, staff: Actor, second: Actor) -> None:
        kept, merged = a_person(COMMUNITY), a_person(COMMUNITY)
        Person.objects.filter(pk=merged.pk).update(verified_against="passport")
        found = merge(staff, kept, merged)
        assert found.needs_second
        with pytest.raises(operations.SecondOfStaffNeeded):
            operations.approve_merge(actor=staff, merge_id=found.pk, at=AT)
        with pytest.raises(DatabaseError, match="people_merge_four_eyes"), transaction.atomic():
            PersonMerge.objects.filter(pk=found.pk).update(
                state="done", decided_by=staff.person(), decided_at=AT, place=1
            )
        assert operations.approve_merge(actor=second, merge_id=found.pk, at=AT).state == "done"

    def test_is_keeping_the_one_that_is_not_verified(self, staff: Actor) -> None:
        kept, merged = pair()
        with pytest.raises(operations.CannotMerge):
            merge(staff, merged, kept)

    def test_is_another_merge(self, staff: Actor) -> None:
        kept, merged = pair()
        third = a_person(COMMUNITY, verified=False)
        merge(staff, kept, merged)
        for one, other in ((kept, merged), (third, merged), (merged, third)):
            with pytest.raises(operations.CannotMerge):
                merge(staff, one, other)
        last = a_person(COMMUNITY)
        Person.objects.filter(pk=last.pk).update(verified_against="passport")
        with pytest.raises(operations.CannotMerge, match="已有其他档案"):
            merge(staff, last, kept)
        with pytest.raises(DatabaseError, match="people_merge_no_chain"), transaction.atomic():
            PersonMerge.objects.create(
                kept=last, merged=kept, needs_second=False, reason="x", proposed_by_id=staff.person(), proposed_at=AT
            )

    def test_is_somebody_who_was_erased(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair()
        operations.erase_person(actor=second, person_id=merged.pk, reason="x", at=AT)
        with pytest.raises(NotFound):
            merge(staff, kept, merged)

    def test_is_a_missing_reason(self, staff: Actor) -> None:
        kept, merged = pair()
        with pytest.raises(operations.ReasonNeeded):
            operations.propose_merge(actor=staff, kept_id=kept.pk, merged_id=merged.pk, reason=" ", at=AT)

    def test_is_held_by_the_database_too(self, staff: Actor) -> None:
        kept, merged = pair()
        Person.objects.filter(pk=merged.pk).update(merged_into=kept)
        with pytest.raises(DatabaseError, match="exactly while a merge says so"), transaction.atomic():
            connection.check_constraints()
        Person.objects.filter(pk=merged.pk).update(merged_into=None)


class TestWhoMay:
    def test_are_staff_of_where_both_live(self, staff: Actor) -> None:
        kept, merged = pair()
        away = a_person("370102001002", verified=False)
        with pytest.raises(NotFound):
            merge(staff, kept, away)
        with pytest.raises(NotFound):
            merge(an_actor(Role.SOCIAL_WORKER, "370102001002"), kept, merged)
        with pytest.raises(Forbidden):
            merge(an_actor(Role.AUDITOR, COMMUNITY), kept, merged)

    def test_is_nobody_about_the_own_record(self, staff: Actor) -> None:
        _kept, merged = pair()
        me = Person.objects.get(pk=staff.person())
        with pytest.raises(policies.NotYourself):
            merge(staff, me, merged)

    def test_is_nobody_about_one_who_ranks_higher(self) -> None:
        kept, merged = pair()
        give_role(kept, Role.SUBDISTRICT_OFFICER, area=COMMUNITY)
        with pytest.raises(policies.HigherPerson):
            merge(an_actor(Role.SOCIAL_WORKER, COMMUNITY), kept, merged)
        give_role(merged, Role.VOLUNTEER, area=DISTRICT)
        with pytest.raises(policies.OutsideOwnScope):
            merge(an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY), kept, merged)

    def test_is_nobody_whose_own_name_is_not_verified(self, staff: Actor) -> None:
        kept, merged = pair()
        Person.objects.filter(pk=staff.person()).update(real_name="declared")
        with pytest.raises(policies.VerifiedStaffOnly):
            merge(staff, kept, merged)


class TestErasing:
    def test_takes_the_merged_records_along(self, staff: Actor, second: Actor) -> None:
        kept, merged = pair(phone="+8613800004444")
        found = merge(staff, kept, merged)
        with pytest.raises(policies.MergedAway):
            operations.erase_person(actor=second, person_id=merged.pk, reason="x", at=LATER)
        operations.erase_person(actor=second, person_id=kept.pk, reason="本人要求", at=LATER)
        rows = Person.objects.filter(pk__in=(kept.pk, merged.pk))
        assert {(row.erased_at, row.phone) for row in rows} == {(LATER, None)}
        found.refresh_from_db()
        assert (found.state, found.reason) == ("done", "")
        with pytest.raises(NotFound):
            undo(staff, found)


class TestTheListOfTwins:
    def test_pairs_by_name_and_birth_within_the_own_areas(self, staff: Actor) -> None:
        kept, merged = pair()
        a_person(COMMUNITY, name="欧阳二", verified=False)
        elsewhere = a_person("370102001002", name="欧阳一", verified=False)
        rows = list(queries.twins(viewer=staff))
        assert {(row.pk, row.twin_id) for row in rows} == {tuple(sorted((kept.pk, merged.pk)))}
        wide = an_actor(Role.SUBDISTRICT_OFFICER, SUBDISTRICT)
        assert len(queries.twins(viewer=wide)) == 2  # three records are two pairs, each beside the next
        assert {one.pk for one in queries.twins_of(viewer=wide, person=kept)} == {merged.pk, elsewhere.pk}

    def test_leaves_out_those_of_another_birth_and_those_decided(self, staff: Actor, second: Actor) -> None:
        kept = a_person(COMMUNITY, name="欧阳一")
        other = a_person(COMMUNITY, name="欧阳一", born_on=AT.date())
        assert not queries.twins(viewer=staff).exists()
        unknown = a_person(COMMUNITY, name="欧阳一", verified=False, born_on=None)
        assert queries.twins(viewer=staff).count() >= 1
        an_account(kept), an_account(unknown)
        found = merge(staff, kept, unknown)
        operations.refuse_merge(actor=second, merge_id=found.pk, reason="同名", at=AT)
        pairs = {frozenset((row.pk, row.twin_id)) for row in queries.twins(viewer=staff)}
        assert pairs == {frozenset((other.pk, unknown.pk))}


class TestThePages:
    def test_lead_from_the_list_of_twins_to_a_merge_and_back(self, staff: Actor, client: Client) -> None:
        kept, merged = pair(phone="+8613800005555")
        sign_in(client, Person.objects.get(pk=staff.person()))
        page = client.get("/desk/people/twins/").content.decode()
        first, other = sorted((kept.pk, merged.pk))
        path = f"/desk/people/{first}/merge/?other={other}"
        assert path in page
        beside = client.get(path).content.decode()
        assert all(shown in beside for shown in ("欧*一", "138****5555", f'value="{kept.pk}"'))
        assert "13800005555" not in beside
        answer = client.post(path, {"keep": str(kept.pk), "reason": ""})
        assert answer.status_code == 422
        answer = client.post(path, {"keep": str(kept.pk), "reason": "本人到场说明"})
        found = PersonMerge.objects.get(kept=kept, merged=merged)
        assert (answer.status_code, answer["Location"]) == (302, f"/desk/people/merges/{found.pk}/")
        assert "本人到场说明" in client.get(answer["Location"]).content.decode()
        away = client.get(f"/desk/people/{merged.pk}/").content.decode()
        assert f"/desk/people/{kept.pk}/" in away
        assert f"/desk/people/{merged.pk}/verify/" not in away
        client.post(answer["Location"], {"act": "undo", "reason": "是两个人"})
        found.refresh_from_db()
        assert (found.state, found.ended_reason) == ("undone", "是两个人")

    def test_say_what_stands_in_the_way_beside_both_records(self, staff: Actor, client: Client) -> None:
        one, other = a_person(COMMUNITY), a_person(COMMUNITY)
        sign_in(client, Person.objects.get(pk=staff.person()))
        path = f"/desk/people/{one.pk}/merge/?other={other.pk}"
        assert "证件不同" in client.get(path).content.decode()
        answer = client.post(path, {"keep": str(other.pk), "reason": "x"})
        assert answer.status_code == 422
        assert not PersonMerge.objects.exists()

    def test_let_a_second_of_staff_decide_and_not_the_first(self, staff: Actor, second: Actor, client: Client) -> None:
        kept, merged = pair()
        an_account(kept), an_account(merged)
        found = merge(staff, kept, merged)
        path = f"/desk/people/merges/{found.pk}/"
        sign_in(client, Person.objects.get(pk=staff.person()))
        client.post(path, {"act": "approve"})
        found.refresh_from_db()
        assert found.state == "proposed"
        sign_in(client, Person.objects.get(pk=second.person()))
        client.post(path, {"act": "approve"})
        found.refresh_from_db()
        assert found.state == "done"

    @pytest.mark.parametrize("path", ["/desk/people/twins/", "/desk/people/merges/"])
    def test_of_lists_ask_as_much_for_many_as_for_few(self, staff: Actor, client: Client, path: str) -> None:
        sign_in(client, Person.objects.get(pk=staff.person()))
        asked = []
        for number in (1, 4):
            for _ in range(number):
                one, other = pair()
                if "merges" in path:
                    merge(staff, one, other)
            client.get(path)
            with CaptureQueriesContext(connection) as seen:
                assert client.get(path).status_code == 200
            asked.append(len(seen))
        assert asked[0] == asked[1]
