"""While a vote runs and a jury scores, the whole site answers as if nobody had chosen or scored anything in particular.

Two rounds are played that differ in nothing but choices and points. Every address is asked by everybody in the first.
What then read a table that voting or scoring wrote is asked again in the second, and as some everything is: the other
answers know nothing of what differs, unless the process itself remembered it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from shanzhi.audit.models import Event
from shanzhi.voting.models import RollEntry
from tests.secrecy import leaking
from tests.secrecy.sweep import (
    NEVER_ASKED,
    Found,
    Neutral,
    Sweep,
    differences,
    ids_and_digests,
    same_numbers,
    watched,
)
from tests.secrecy.twins import LEFT, RIGHT, Round, Side, make_round
from tests.support.addresses import Values, routes, values
from tests.support.ground import held_open, undone
from tests.support.site import VISITOR

pytestmark = pytest.mark.slow
ASKED_ALL = (VISITOR, "voter")
# Addresses that show nobody anything here: files that nobody sent, accounts without a second factor, and the like.
NOTHING_THERE: frozenset[str] = frozenset()


@dataclass
class Scene:
    """The round, and how to look at one twin."""

    round: Round
    neutral: Neutral

    def paths(self) -> dict[str, list[str]]:
        """Give all addresses that can be read, by route."""
        places = self.places()
        return {
            route.template: list(route.filled(self.of_jury(places) if "jur" in route.template else places))
            for route in routes()
            if "GET" in route.methods and route.template not in NEVER_ASKED
        }

    def places(self) -> Values:
        """Say of what is asked: the vote that runs and what belongs to it."""
        made, poll = self.round, self.round.site.poll()
        proposal = made.site.voting.proposals.order_by("number")[0]
        subjects = {"voting.poll": poll, "ventures.call": made.site.voting.pk, "ventures.proposal": proposal.pk}
        return values(
            poll_id=[poll], call_id=[made.site.voting.pk], proposal_id=[proposal.pk], booth_id=[made.booth.pk],
            part=["jury", "idea"], code=["370102", "370102001"], kind=["home", *subjects], subject_id=[poll],
            number=[RollEntry.objects.filter(poll=poll).earliest("pk").pk, Event.objects.latest("pk").pk],
            person_id=[made.voters[0].pk],
        )  # fmt: skip

    def of_jury(self, places: Values) -> Values:
        """Say of what is asked where it is about a jury."""
        return {**places, "call_id": [self.round.jury.pk], "proposal_id": [self.round.projects()[1].pk]}

    def look(self, side: Side, paths: list[str], who: tuple[str, ...] = (), before: Found | None = None) -> Found:
        """Hold one twin's round, ask everything, or what another twin's look `before` makes worth asking; undo it."""
        found, clients = Found(), self.round.clients
        with same_numbers(), undone():
            with watched(found, self.neutral):
                receipt = self.round.play(side)
            asking = {name: clients[name] for name in who or clients}
            sweep = Sweep(asking, replace(self.neutral, own=receipt), found)
            if before is None:
                sweep.everything(paths)
            else:
                sweep.again(one for one in before.answers if one in before.told or one[0] in ASKED_ALL)
        return found


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One site for both, undone at the end; the clock stands still."""
    now = timezone.now()
    with held_open(django_db_blocker), time_machine.travel(now, tick=False):
        made = make_round(now)
        yield Scene(made, Neutral(ids_and_digests()))


@pytest.fixture(scope="module")
def twins(scene: Scene) -> tuple[Found, Found]:
    """Both twins as everybody sees them."""
    paths = [path for listed in scene.paths().values() for path in listed]
    left = scene.look(LEFT, paths)
    return left, scene.look(RIGHT, paths, before=left)


class TestTheTwins:
    def test_are_answered_alike(self, twins: tuple[Found, Found]) -> None:
        assert differences(*twins, "answers") == {}

    @pytest.mark.parametrize("where", ["logs", "tasks", "figures", "rows"])
    def test_leave_the_same(self, twins: tuple[Found, Found], where: str) -> None:
        assert differences(*twins, where) == {}

    def test_were_asked_everything(self, scene: Scene, twins: tuple[Found, Found]) -> None:
        answered = {path for (_who, path), text in twins[0].answers.items() if text.startswith("200")}
        dark = {template for template, paths in scene.paths().items() if not answered.intersection(paths)}
        assert dark == NOTHING_THERE


class TestTheComparison:
    def test_finds_a_count_that_an_answer_tells(self, scene: Scene) -> None:
        path = f"/leak/{scene.round.site.poll()}/"
        with override_settings(ROOT_URLCONF=leaking.__name__):
            left, right = (scene.look(side, [path], (VISITOR,)) for side in (LEFT, RIGHT))
        assert differences(left, right, "answers").keys() == {f"{VISITOR} {path}"}
        assert left.told == {(VISITOR, path)}

    def test_finds_a_count_that_the_log_tells(self, scene: Scene) -> None:
        path = f"/leak/{scene.round.site.poll()}/log/"
        with override_settings(ROOT_URLCONF=leaking.__name__):
            left, right = (scene.look(side, [path], (VISITOR,)) for side in (LEFT, RIGHT))
        assert "so_far" in differences(left, right, "answers")[f"{VISITOR} {path}"]
