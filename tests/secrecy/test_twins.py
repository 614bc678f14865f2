"""While a vote runs and a jury scores, the whole site answers as if nobody had chosen or scored anything in particular.

Two rounds are played that differ in nothing but choices and points; every address is asked by everybody in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
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
from tests.support.site import VISITOR, undone

pytestmark = pytest.mark.slow
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
            if route.reads and route.template not in NEVER_ASKED
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

    def look(self, side: Side, paths: list[str], who: tuple[str, ...] = ()) -> Found:
        """Hold one twin's round, ask everything, and undo it."""
        found, clients = Found(), self.round.clients
        asking = {name: clients[name] for name in who or clients}
        with same_numbers(), undone(), watched(found, self.neutral):
            neutral = replace(self.neutral, own=self.round.play(side))
            found.answers = Sweep(asking, neutral).ask(paths)
        return found


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One site for both, undone at the end; the clock stands still."""
    now, signals = timezone.now(), (request_started, request_finished)
    for signal in signals:  # a request would drop the connection on which all of this will be undone
        signal.disconnect(close_old_connections)
    try:
        with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(now, tick=False):
            made = make_round(now)
            yield Scene(made, Neutral(ids_and_digests()))
            transaction.set_rollback(True)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def twins(scene: Scene) -> tuple[Found, Found]:
    """Both twins as everybody sees them."""
    paths = [path for listed in scene.paths().values() for path in listed]
    return scene.look(LEFT, paths), scene.look(RIGHT, paths)


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
        assert differences(left, right, "logs") == {}

    def test_finds_a_count_that_the_log_tells(self, scene: Scene) -> None:
        path = f"/leak/{scene.round.site.poll()}/log/"
        with override_settings(ROOT_URLCONF=leaking.__name__):
            left, right = (scene.look(side, [path], (VISITOR,)) for side in (LEFT, RIGHT))
        assert differences(left, right, "answers") == {}
        assert "so_far" in differences(left, right, "logs")["logs"]
