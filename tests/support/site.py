"""A whole site as the demo makes it: calls in each state, a real election, a finished round, one sign-in per role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from unittest.mock import patch
from uuid import UUID

from django.test import Client
from django.utils import timezone

from shanzhi.people.models import Account, Person
from shanzhi.tally.needs import with_needs
from shanzhi.ventures import demo
from shanzhi.ventures.demo import loading, rounds
from shanzhi.ventures.demo.people import ensure_helpers
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting.operations import counting
from tests.support.people import SIGN_IN

VISITOR = "visitor"


@dataclass(frozen=True)
class Site:
    """What is there; the calls by the state in which the demo leaves them."""

    at: datetime
    voting: Call
    review: Call
    submission: Call
    imported: Call
    finished: Call
    draft: Call

    def account(self, login: str) -> Account:
        """Give a sign-in of the demo by its name."""
        return Account.objects.select_related("person").get(login_name=login)

    def client(self, login: str) -> Client:
        """Give a browser in which somebody of the demo is signed in; VISITOR is nobody."""
        client = Client()
        if login != VISITOR:
            client.force_login(self.account(login), backend=SIGN_IN)
        return client

    def poll(self) -> UUID:
        """Give the poll that is open."""
        assert self.voting.poll_id is not None
        return self.voting.poll_id

    def own_draft(self) -> Proposal:
        """Give the draft that the demo's resident has begun."""
        return Proposal.objects.get(call=self.submission, contact=self.person("resident"), state="draft")

    def person(self, login: str) -> Person:
        """Give the person behind a sign-in."""
        person = self.account(login).person
        assert person is not None
        return person


_needs: Final[dict[str, Any]] = {}


def _needs_once(election: Any, outcome: Any, **bounds: Any) -> Any:
    """Find the needs of losers once in a process: the demo's round is the same each time, and the digest tells."""
    if outcome.digest not in _needs:
        _needs[outcome.digest] = with_needs(election, outcome, **bounds)
    return _needs[outcome.digest]


def build(at: datetime | None = None) -> Site:
    """Load the demo around a moment, by default the real one, play a round to its end, and begin a draft call."""
    at = at or timezone.now()
    with patch.object(counting, "with_needs", _needs_once):
        demo.load(at=at)
    played = demo.play(at=at, say=lambda _words: None)
    named = {call.title: call for call in Call.objects.all()}
    first_day = timezone.localtime(at).replace(hour=9, minute=0, second=0, microsecond=0) + rounds.DAY
    runner = ensure_helpers(at=at)["district"]
    draft = rounds.new_call(actor=runner, areas=loading.AREAS, title="下一轮微创投（示例）", first_day=first_day, at=at)
    return Site(
        at=at,
        voting=named[loading.VOTABLE],
        review=named[loading.IN_REVIEW],
        submission=named[loading.OPEN],
        imported=named[loading.IMPORTED],
        finished=Call.objects.get(pk=played.call_id),
        draft=draft,
    )
