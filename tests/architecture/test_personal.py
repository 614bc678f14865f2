"""Every field that holds personal data is described: documents, own data and erasing are made from that."""

from collections.abc import Iterator

import jsonschema_rs
import pytest
from django.apps import apps
from django.db import models

from shanzhi.kernel.personal import REGISTRY
from shanzhi.people import processing
from shanzhi.people.fields import SealedField
from shanzhi.people.models import Account, Person
from shanzhi.people.queries import own_data_schema
from tests.architecture.source import ROOT

# What people write by these names, in the rooms that have people at all, is somebody's words or tells of somebody.
WORDS = {
    "name", "reason", "text", "note", "ended_reason", "part", "address", "phone", "device", "born_on", "answer",
    "ruling", "body", "content", "summary",
}  # fmt: skip
# Words and names that are not of people, each with what they are.
NOT_OF_PEOPLE = {
    "funding.Donor.name": "a body without a record; of a person only the number is kept",
    "funding.Fund.name": "public",
    "funding.BudgetLine.name": "public",
    "organizations": "bodies: name, seat and code of registration; who works for them is a role of people",
    "places": "areas, figures and stations are public; a station's telephone is an office's",
    "ledger.Commodity.name": "what is counted",
    "ledger.Book.name": "a book",
    "ledger.Account.name": "what an account is for; one of a person is named by number",
    "ledger.Entry.text": "what an entry is for; forms ask for no names, and an entry is never changed",
    "projects.Rules.content": "days, criteria and marks of an area",
    "voting.Booth.name": "a polling place",
    "voting.Booth.reason": "public: why sheets do not add up",
    "voting.InvalidSheet.reason": "one of our own words",
    "ventures.CallTerms.reason": "public: why terms were changed",
    "ventures.Award.reason": "the count's sentence",
    "ventures.Review.reason": "on a project, told to its team",
    "ventures.ReviewItem.text": "an item of the check list",
    "ventures.Template.content": "questions for a theme, before any team writes",
    "voting.Upload.content": "the file of an election: projects, and ballots without names",
    "voting.Upload.summary": "the importer's own count of what such a file holds",
    "ledger.BillColumns.name": "a bank",
    "ledger.BillRule.name": "what a rule is called",
    "ventures.Comment.reason": "public: why words were hidden",
    **dict.fromkeys(
        (f"volunteering.{model}.name" for model in ("Skill", "QualificationKind", "TaskKind")), "a word of an area"
    ),
    "service.Certificate.content": "kinds of tasks with their minutes",
    "timebank.Bank.name": "public",
    "timebank.Pool.name": "a kind of pool",
    "volunteering.TeamAgreement.text": "public: what one signs before joining",
}


def personal(field: "models.Field[object, object]") -> bool:
    """Whether a field is personal by its kind: sealed, a blind index, a link to a person or a sign-in, or words."""
    if isinstance(field, SealedField) or field.name.endswith(("_mark", "_mark_next", "_mac")) or field.name in WORDS:
        return True
    if isinstance(field, models.ForeignKey):
        return field.related_model in (Person, Account)
    return isinstance(field, models.UUIDField) and field.name in ("actor_person", "owner")


def undescribed(found: "list[type[models.Model]]") -> Iterator[str]:
    for model in found:
        label = f"{model._meta.app_label}.{model.__name__}"
        for field in model._meta.concrete_fields:
            name = f"{label}.{field.name}"
            if model._meta.app_label in NOT_OF_PEOPLE and not isinstance(field, models.UUIDField):
                continue
            if personal(field) and name not in NOT_OF_PEOPLE and not REGISTRY.described(label, field.name):
                yield name


def ours() -> "list[type[models.Model]]":
    return [model for model in apps.get_models() if model.__module__.startswith("shanzhi.")]


class TestEveryPersonalField:
    def test_is_described(self) -> None:
        assert list(undescribed(ours())) == [], "describe these in the personal.py of their room"

    @pytest.mark.parametrize(
        "key",
        [
            ("people.Person", "phone", "pk"),
            ("ventures.TeamMember", "name", "person_id"),
            ("notices.WeChatLink", "openid", "person_id"),
            ("voting.RollEntry", "person", "person_id"),
            ("people.RoleGrant", "reason", "person_id"),
            ("ventures.Dispute", "answer", "answered_by_id"),
            ("ventures.Dispute", "ruling", "ruled_by_id"),
        ],
    )
    def test_is_missed_where_nobody_described_it(
        self, key: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delitem(REGISTRY.annotations, key)
        assert list(undescribed(ours())) == [f"{key[0]}.{key[1]}"]

    def test_is_there_and_found_by_its_path(self) -> None:
        for one in REGISTRY.annotations.values():
            model = apps.get_model(one.model)
            assert model._meta.get_field(one.field)
            if one.path:
                model._default_manager.filter(**{one.path: None})

    def test_has_words_and_a_use(self) -> None:
        for one in REGISTRY.annotations.values():
            assert REGISTRY.words(one.model, one.field)
            assert REGISTRY.models[one.model]
            assert one.activity in REGISTRY.activities

    def test_that_is_sealed_is_dropped_or_a_record_of_the_round(self) -> None:
        kept = {one.name for one in REGISTRY.annotations.values() if processing.is_sealed(one) and one.erase == "keep"}
        bills = {"ledger.BillContent.content", "ledger.BillLine.counterparty", "ledger.BillLine.text"}
        assert kept == {"ventures.ScoreSheet.content", "voting.Envelope.voter_mac", *bills}


class TestABlindIndex:
    def test_is_given_to_nobody(self) -> None:
        found = [one for one in REGISTRY.annotations.values() if one.field.endswith(("_mark", "_mark_next"))]
        assert {one.field for one in found} >= {"phone_mark", "phone_mark_next", "name_mark_next", "id_mark_next"}
        assert not any(one.exported for one in found)


class TestTheDocuments:
    def test_say_what_the_annotations_say(self) -> None:
        folder = ROOT / "docs" / "personal-data"
        wanted = processing.documents()
        assert {path.name for path in folder.iterdir()} == set(wanted)
        for name, text in wanted.items():
            assert (folder / name).read_text() == text, "run .venv/bin/shanzhi personal-data"

    def test_are_in_both_languages_about_the_same(self) -> None:
        found = processing.documents()
        for name in ("record-of-processing", "impact-assessment"):
            chinese, english = found[f"{name}.md"], found[f"{name}.en.md"]
            assert chinese.count("\n#") == english.count("\n#")
            assert chinese.count("\n|") == english.count("\n|")
            assert "一人一票" in chinese
            assert "一" not in english.replace("个人信息保护法", "")

    def test_judge_readable_sensitive_data_as_a_raised_risk(self) -> None:
        assert "people.Person.born_on" in processing.documents()["impact-assessment.en.md"].split("## 3.")[1]

    def test_hold_a_schema_that_is_one(self) -> None:
        jsonschema_rs.meta.validate(own_data_schema())
