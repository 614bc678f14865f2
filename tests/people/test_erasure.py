"""A person with unmistakable words in every field is erased; then every column of every table and file is searched."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from shanzhi.activities.models import CalendarFeed
from shanzhi.assignments.models import OnCall
from shanzhi.audit.models import Event
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.verification import verify
from shanzhi.kernel.personal import CONTENT, REGISTRY, REMOVED, Erase, hindrances
from shanzhi.kernel.roles import Role
from shanzhi.people import operations
from shanzhi.people.fields import SealedField
from shanzhi.people.models import ImportBatch, Person, RoleGrant
from shanzhi.service.models import Complaint
from shanzhi.ventures.models import Attachment, Call, Comment, Notice, Proposal, ProposalVersion, TeamMember
from shanzhi.voting.models import Poll
from tests.audit.support import as_superuser
from tests.people.conftest import COMMUNITY, DISTRICT
from tests.people.erasure_support import DOCUMENT, MOBILE, OWN_WORDS, TOLD, WHO, a_marked_person, found_in
from tests.support.people import AT, a_person, actor, an_actor, give_role, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
TEXT = (SealedField, models.CharField, models.TextField, models.JSONField)


@pytest.fixture
def files(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def erase(person: Person) -> None:
    operations.erase_own(actor=actor(person), confirmed=True, at=AT)


def planted() -> set[str]:
    """Give the columns of text that can tell who somebody is and that an erasure must clear."""
    found = set()
    for one in REGISTRY.annotations.values():
        made = apps.get_model(one.model)
        column = made._meta.get_field(one.field)
        if one.erase is not Erase.KEEP and one.kind in CONTENT and isinstance(column, TEXT):
            found.add(f"{made._meta.db_table}.{column.column}")
    return found - NO_WORDS


# Such columns hold a name of a kind, a digest, or a mark; nothing that a person wrote.
NO_WORDS = {
    "mfa_authenticator.type", "people_signin.network", "ventures_attachment.digest",
    "projects_photo.digest", "timebank_post.photo", "service_evidence.digest",
}  # fmt: skip


# Steps that take out no words but end what runs: what is left of it when they are left out.
ENDING: dict[str, Callable[[Person], bool]] = {
    "service": lambda person: Complaint.objects.filter(complainant=person, state="open").exists(),
    "assignments": lambda person: OnCall.objects.filter(volunteer__person=person, ended_at=None).exists(),
    "activities": lambda person: CalendarFeed.objects.filter(volunteer__person=person, ended_at=None).exists(),
}

# What is published by its digest and repeated by anyone keeps its words: the titles on the ballot, and nothing else.
STAYS = {"voting_option.title"}


def told_in(folder: Path) -> dict[str, set[str]]:
    """Give where the person is told of still, besides what stays as it was announced."""
    return {place: found for place, found in found_in(folder).items() if place not in STAYS}


class TestErasing:
    def test_leaves_nothing_of_the_person_in_any_column_or_file(
        self, files: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        person = a_marked_person()
        before = found_in(files)
        assert planted() - set(before) == set(), "these fields were not planted, so nothing is shown of them"
        assert any(place.startswith("file ") for place in before)
        with django_capture_on_commit_callbacks(execute=True):
            erase(person)
        assert set(found_in(files)) == STAYS

    @pytest.mark.thorough
    def test_would_be_found_to_leave_out_a_single_step(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        person = a_marked_person()
        once: dict[Any, set[Any]] = {}  # in each room one field for each way of erasing
        for key, one in REGISTRY.annotations.items():
            told = f"{one.model.replace('.', '_').lower()}.{one.field}" in planted()
            if told and one.path and one.erase not in (Erase.KEEP, Erase.SPECIAL) and one.model != "people.Person":
                alike = 1 if one.erase is Erase.DELETE else 2  # any one field takes the whole row
                same = {other for other in REGISTRY.annotations if other[:alike] == key[:alike]}
                once.setdefault((one.model.split(".")[0], one.erase), same)
        steps: list[tuple[Any, set[Any]]] = [(REGISTRY.specials, {name}) for name in REGISTRY.specials]
        steps += [(REGISTRY.annotations, same) for same in once.values()]
        assert len(steps) > 12
        silent = []
        for registry, keys in steps:
            with transaction.atomic(), monkeypatch.context() as patch:
                for key in keys:
                    patch.delitem(registry, key)
                erase(person)
                runs = [name for name, left in ENDING.items() if left(person)]
                assert runs == [name for name in ENDING if name in keys]
                if not runs and not {place for place in told_in(files) if not place.startswith("file ")}:
                    silent.append(keys)
                transaction.set_rollback(True)
        assert silent == []

    def test_leaves_log_tree_and_tables_whole(self, files: Path) -> None:
        person = a_marked_person()
        seal(at=AT)
        before = {(one.table, one.key) for one in verify().mismatches}  # what was planted past the guards
        erase(person)
        seal(at=AT + timedelta(minutes=1))
        found = verify()
        assert {(one.table, one.key) for one in found.mismatches} - before == set()
        assert found.checked["events with an emptied reason"] >= 3

    def test_keeps_records_without_the_name(self, files: Path) -> None:
        person = a_marked_person()
        events = Event.objects.count()
        erase(person)
        person.refresh_from_db()
        assert str(person.name) in ("一位曾经的居民", "A former resident")
        assert (person.area, person.real_name, person.erased_at) == (COMMUNITY, "declared", AT)
        assert Event.objects.count() == events + 2  # the erasure, and which reasons it emptied
        assert RoleGrant.objects.filter(person=person).count() == 1
        kept = Proposal.objects.get(contact=person)
        assert (kept.number, kept.need) == (1, TOLD.replace(WHO, REMOVED).replace(MOBILE[3:], REMOVED).replace(
            DOCUMENT, REMOVED))  # fmt: skip
        assert ProposalVersion.objects.get(proposal=kept).content["title"] == kept.need
        assert {(one.state, one.text) for one in Comment.objects.filter(author=person)} == {("withdrawn", "")}
        rows = Notice.objects.get(kind="passed").content["proposals"]
        assert [(row["number"], row["team"], row["amount_fen"]) for row in rows] == [
            (1, kept.need, 1), (2, "另一团队", 2),
        ]  # fmt: skip
        assert [row["name"] for row in json.loads(ImportBatch.objects.get().rows.reveal())] == ["示例乙"]

    def test_ends_every_session_and_frees_the_phone(self, files: Path) -> None:
        person = a_marked_person()
        client = sign_in(Client(), person)
        erase(person)
        assert client.get("/account/").status_code == 302
        assert operations.account_for_phone(phone=MOBILE, at=AT).person is None

    def test_is_for_good(self, files: Path) -> None:
        person = a_person(COMMUNITY)
        erase(person)
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        with pytest.raises(operations.ReasonNeeded.__mro__[2]):
            operations.verify(actor=officer, person_id=person.pk, document="resident_id", id_number=DOCUMENT, at=AT)
        with pytest.raises(DatabaseError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(name=WHO)

    def test_by_the_office_repeats_no_name_in_its_reason(self, files: Path) -> None:
        person = a_marked_person()
        officer = an_actor(Role.DISTRICT_OFFICER, DISTRICT)
        operations.erase_person(actor=officer, person_id=person.pk, reason=f"{WHO}来所要求", at=AT)
        assert Event.objects.get(verb="people.person.erase").reason == f"{REMOVED}来所要求"
        assert told_in(files / "none") == {}

    def test_hands_a_draft_on_to_another_of_the_team(self, files: Path) -> None:
        person, heir = a_person(COMMUNITY, name=WHO), a_person(COMMUNITY)
        call = Call.objects.create(title="轮次", area=DISTRICT, created_at=AT)
        draft = Proposal.objects.create(call=call, contact=person, title=TOLD, created_at=AT, changed_at=AT)
        TeamMember.objects.create(proposal=draft, position=0, person=heir, name="示例乙")
        erase(person)
        draft.refresh_from_db()
        assert draft.contact == heir
        assert WHO not in draft.title

    def test_keeps_a_file_that_another_proposal_holds(
        self, files: Path, django_capture_on_commit_callbacks: Any
    ) -> None:
        person = a_marked_person()
        own = Attachment.objects.filter(added_by=person).first()
        assert own is not None
        call = Call.objects.create(title="轮次", area=DISTRICT, created_at=AT)
        other = Proposal.objects.create(call=call, created_at=AT, changed_at=AT)
        Attachment.objects.create(proposal=other, name="x", kind="pdf", digest=own.digest, size=3, created_at=AT)
        with django_capture_on_commit_callbacks(execute=True):
            erase(person)
        assert len([path for path in files.rglob("*") if path.is_file()]) == 1


class TestWhatForbidsAnErasure:
    def words(self, person: Person) -> str:
        return " ".join(str(one.words) for one in hindrances(person.pk, AT))

    def test_is_nothing_for_a_plain_resident(self) -> None:
        assert hindrances(a_person(COMMUNITY).pk, AT) == []

    def test_is_a_role_of_staff_also_one_to_come(self) -> None:
        for starts in (AT - timedelta(days=1), AT + timedelta(days=1)):
            person = a_person(COMMUNITY)
            give_role(person, Role.SOCIAL_WORKER, area=COMMUNITY, starts_at=starts)
            with pytest.raises(operations.NotYet):
                erase(person)

    def test_is_a_running_vote_until_it_is_counted(self, files: Path) -> None:
        person = a_marked_person()
        for state in ("roll_fixed", "open", "closed"):
            as_superuser("UPDATE voting_poll SET state = %s", [state])
            (found,) = hindrances(person.pk, AT)
            assert found.until == Poll.objects.get().closes_at
            assert "旧投票" in str(found.words)
            with pytest.raises(operations.NotYet):
                erase(person)

    def test_is_a_proposal_under_way_and_a_chosen_one_until_its_last_day(self, files: Path) -> None:
        person = a_marked_person()
        Proposal.objects.filter(number=1).update(state="submitted")
        with pytest.raises(operations.NotYet):
            erase(person)
        last = AT.date() + timedelta(days=30)
        Proposal.objects.filter(number=1).update(state="won", ends_on=last)
        as_superuser("UPDATE ventures_call SET state = 'closed', terms_version = 1, published_at = created_at")
        (found,) = hindrances(person.pk, AT)
        assert found.until is not None
        assert hindrances(person.pk, found.until) == []
        assert hindrances(person.pk, found.until - timedelta(minutes=1)) != []

    def test_binds_every_member_of_the_team(self, files: Path) -> None:
        a_marked_person()
        other = a_person(COMMUNITY)
        proposal = Proposal.objects.get(number=1)
        TeamMember.objects.create(proposal=proposal, position=7, person=other, name="示例丙")
        Proposal.objects.filter(pk=proposal.pk).update(state="passed")
        assert len(hindrances(other.pk, AT)) == 1


class TestTheDoors:
    """The site itself may empty no text of the log and change no version; only the functions do, and only so much."""

    def test_let_nobody_through_for_a_switch_alone(self) -> None:
        a_person(COMMUNITY)
        operations.give_consent(actor=actor(a_person(COMMUNITY)), purpose="real_name", at=AT)
        switched = "SET LOCAL shanzhi.forgetting = 'audit_event'; UPDATE audit_event SET reason = 'x'"
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(switched)

    def test_let_go_of_no_version_of_who_is_not_erased(self, files: Path) -> None:
        person = a_marked_person()
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("SELECT ventures_forget_versions(%s, %s, '')", [person.pk, [OWN_WORDS]])

    def test_let_no_copies_go_of_who_is_not_erased_nor_past_their_function(self, files: Path) -> None:
        person = a_marked_person()
        for statement in (
            f"SELECT ventures_forget_copies('{person.pk}', '{{x}}', '')",
            *(
                f"SET LOCAL shanzhi.forgetting = '{table}'; UPDATE {table} SET {column} = 'x'"
                for table, column in (
                    ("ventures_notice", "body"), ("voting_option", "summary"), ("voting_leftoption", "reason"),
                )
            ),
        ):  # fmt: skip
            with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)

    def test_let_no_words_of_the_living_go(self, files: Path) -> None:
        a_marked_person()
        for statement in (
            "UPDATE ventures_dispute SET text = 'x'",
            "UPDATE ventures_dispute SET answer = 'x' WHERE answer <> ''",
            "UPDATE ventures_dispute SET ruling = 'x' WHERE ruling <> ''",
            "UPDATE ventures_comment SET text = '', state = 'withdrawn' WHERE state = 'hidden'",
            "UPDATE people_recovery SET reason = ''",
            "UPDATE people_invitation SET reason = '' WHERE state = 'taken'",
            "UPDATE voting_papermark SET reason = ''",
        ):
            with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)

    def test_are_seen_where_a_reason_is_emptied_without_a_word(self, files: Path) -> None:
        a_marked_person()
        seal(at=AT)
        number = Event.objects.filter(verb="people.person.unmask").get().pk
        with transaction.atomic():
            as_superuser("UPDATE audit_event SET reason = '', nonce = '' WHERE id = %s", [number])
            assert ("audit_event", str(number)) in {(one.table, one.key) for one in verify().mismatches}

    def test_hold_what_is_left_of_an_emptied_event(self, files: Path) -> None:
        erase(a_marked_person())
        seal(at=AT)
        number = Event.objects.filter(verb="people.person.unmask").get().pk
        as_superuser("UPDATE audit_event SET actor_person = gen_random_uuid() WHERE id = %s", [number])
        assert ("audit_event", str(number)) in {(one.table, one.key) for one in verify().mismatches}
