"""What `make demo` loads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.ventures import queries
from shanzhi.ventures.demo import loading, people
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting import operations as voting
from shanzhi.voting import queries as voting_queries
from shanzhi.voting.models import Sheet
from tests.support.ground import held_open, undone
from tests.support.people import client_for

AT = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
OFFICIAL = 17  # of 22 projects, as the city announced


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The demo with fewer people than it has, loaded once."""
    with held_open(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "RESIDENTS", 60)
        patch.setattr(loading, "EARLY_BALLOTS", 10)
        loading.load(at=AT)
        yield


@pytest.fixture(autouse=True)
def _undone(_loaded: None) -> Iterator[None]:
    with undone():
        yield


class TestTheDemo:
    def test_has_a_vote_open_a_review_running_and_a_real_election(self) -> None:
        states = dict(Call.objects.values_list("title", "state"))
        assert states == {
            loading.VOTABLE: "voting",
            loading.IN_REVIEW: "review",
            loading.OPEN: "submission",
            loading.IMPORTED: "closed",
        }
        votable = Call.objects.get(title=loading.VOTABLE)
        assert votable.poll is not None
        assert votable.poll.state == "open"
        assert votable.poll.opens_at < AT < votable.poll.closes_at
        assert votable.proposals.filter(state="on_ballot").count() == 12
        review = Call.objects.get(title=loading.IN_REVIEW)
        assert set(review.proposals.values_list("state", flat=True)) == {"submitted", "returned", "passed"}

    def test_has_a_polling_place_that_everybody_finds_and_its_officers_can_open(self) -> None:
        votable = Call.objects.get(title=loading.VOTABLE)
        (booth,) = voting_queries.places(viewer=Actor.anonymous(), poll_id=votable.poll_id or votable.pk)
        assert AT < booth.planned_from < booth.planned_to < booth.poll.closes_at
        assert booth.officers.count() == 3
        assert Sheet.objects.filter(booth=booth).count() == loading.BOOTH_SHEETS
        officer = people.ensure_helpers(at=AT)["volunteer"]
        opened = voting.open_booth(actor=officer, booth_id=booth.pk, received=loading.BOOTH_SHEETS, at=AT)
        assert opened.state == "open"
        runner = client_for(Role.DISTRICT_OFFICER, "370102")
        for page, client in ((f"/calls/{votable.pk}/", Client()), (f"/desk/calls/{votable.pk}/phase/", runner)):
            assert f"/polls/{votable.poll_id}/places/" in client.get(page).content.decode()
        assert f"/desk/polls/{votable.poll_id}/booths/" in runner.get(page).content.decode()
        closed = Call.objects.get(title=loading.OPEN)
        assert "/polls/" not in Client().get(f"/calls/{closed.pk}/").content.decode()

    def test_shows_the_official_winners_beside_the_computed_ones(self) -> None:
        call = Call.objects.get(imported=True)
        won = set(call.proposals.filter(state="won").values_list("code", flat=True))
        assert won == set(call.proposals.filter(official=True).values_list("code", flat=True))
        assert len(won) == OFFICIAL
        assert len(queries.awards(viewer=Actor.anonymous(), call_id=call.pk)) == OFFICIAL

    def test_loaded_again_keeps_what_is_there(self) -> None:
        before = (Call.objects.count(), Proposal.objects.count(), Person.objects.count())
        loading.load(at=AT + timedelta(hours=3))
        assert (Call.objects.count(), Proposal.objects.count(), Person.objects.count()) == before

    def test_of_an_earlier_version_is_told_apart_and_left_alone(self) -> None:
        before = (Call.objects.count(), Proposal.objects.count(), Person.objects.count())
        with pytest.raises(loading.OlderDemo):
            loading.load(at=AT - timedelta(days=1))  # as if its people had got their roles later than this version says
        assert (Call.objects.count(), Proposal.objects.count(), Person.objects.count()) == before

    def test_marks_everybody_as_synthetic(self) -> None:
        assert not Person.objects.filter(synthetic=False).exists()
        assert not Proposal.objects.filter(synthetic=False, call__imported=False).exists()

    def test_gives_those_who_sign_in_something_to_do(self) -> None:
        staff = people.ensure_helpers(at=AT)
        worker = {item.key: item.count for item in queries.due_today(viewer=staff["worker"], at=AT)}
        assert worker["my_reviews"] == 2
        assert {item.key for item in queries.due_today(viewer=staff["leader"], at=AT)} == {"mend"}
        assert {one.state for one in queries.my_proposals(viewer=staff["leader"])} == {"on_ballot", "returned"}
        assert [one.state for one in queries.my_proposals(viewer=staff["resident"])] == ["draft"]

    def test_names_a_sign_in_for_each_role(self) -> None:
        roles = {role for role, _who, _how in loading.sign_ins()}
        assert len(roles) == len(people.HELPERS) == 11
