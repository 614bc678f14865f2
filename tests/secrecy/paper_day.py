"""A vote on paper, held in a process of its own over the site's own addresses; it says on its output what happened.

Three places: a hall where the stack is shuffled and the box mixed, one where neither is done, and a round of home
visits. The first line of its input is the plan, the second says that the vote may be closed.
"""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import time_machine
from django.db import connection
from django.test import Client

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.models import Person
from shanzhi.voting import operations, queries
from shanzhi.voting.models import PaperMark, Poll
from shanzhi.voting.operations import BallotRules, OptionInput
from shanzhi.voting.operations.keys import key_store
from tests.support.people import actor as acting
from tests.support.people import sign_in
from tests.voting import support
from tests.voting.paper_support import Hall, another_hall, officer_of

PLACES: Final = ("hall", "careless", "visits")
"""In this order people are marked, and their sheets read in."""
API: Final = "/api/v1/voting/booths"
UNFOLDING, TYPING = timedelta(seconds=4), timedelta(seconds=2)
"""How long the first reader takes over a sheet, and over each number on it; the clock is moved by it."""
SLIPS: Final = 4


def main() -> None:
    """Hold the day, wait, close."""
    plan = json.loads(sys.stdin.readline())
    with time_machine.travel(datetime.now(UTC)) as clock:
        day = Day(plan, clock)
        day.vote()
        say(day.told())
        sys.stdin.readline()
        support.close(day.poll)
        operations.count_poll(actor=support.STAFF, poll_id=day.poll.pk, at=support.now())
    say(Poll.objects.get(pk=day.poll.pk).channels)


def say(told: Any) -> None:
    """Write a line of output."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class Day:
    """The places with their voters, and who drew which sheet."""

    def __init__(self, plan: dict[str, Any], clock: Any) -> None:
        self.clock, self.plan, self.draw = clock, plan, Random(plan["seed"])
        self.people = [support.a_person() for _ in plan["choices"]]
        options = [OptionInput(code=code, title="示例", cost_fen=100) for code in plan["codes"]]
        self.poll = support.an_open_poll(self.people, options=options, rules=BallotRules(kind="approval"))
        self.halls = {
            place: another_hall(self.poll, kind="home_visit" if place == "visits" else "booth") for place in PLACES
        }
        self.printed: dict[str, list[tuple[str, str]]] = {}
        self.sheets: dict[int, str] = {}
        self.readings: list[int] = []
        self.figures: list[tuple[int, list[Any]]] = []
        self.clients: dict[Actor, Client] = {}

    def vote(self) -> None:
        """Mark everybody, close the places, read in every sheet twice and some a third time."""
        for place, hall in self.halls.items():
            voters = self.plan["places"][place]
            self._print(place, hall, len(voters) + 2)
            stack = [serial for serial, _receipt in self.printed[place]]
            if place != "careless":
                self.draw.shuffle(stack)
            for voter, serial in zip(voters, stack, strict=False):
                self._mark(hall, voter)
                self.sheets[voter] = serial
        for place, hall in self.halls.items():
            self._close(hall, len(self.plan["places"][place]), visits=place == "visits")
        for place, hall in self.halls.items():
            self._read(hall, self.plan["places"][place], mixed=place != "careless")
            hall.reconcile()

    def told(self) -> dict[str, Any]:
        """Give what an attacker knows, what is true, and the key that nobody should find."""
        return {
            "poll": str(self.poll.pk),
            "key": key_store().read(self.poll.pk).hex(),
            "people": [str(one.pk) for one in self.people],
            "codes": {place: hall.booth.code for place, hall in self.halls.items()},
            "printed": self.printed,
            "sheets": [self.sheets[voter] for voter in range(len(self.people))],
            "readings": self.readings,
            "figures": self.figures,
        }

    def _client(self, who: Actor) -> Client:
        if who not in self.clients:
            self.clients[who] = sign_in(Client(HTTP_HOST="127.0.0.1"), Person.objects.get(pk=who.person()))
        return self.clients[who]

    def _post(self, who: Actor, address: str, body: Any, **headers: str) -> Any:
        answer = self._client(who).post(f"{API}/{address}", body, content_type="application/json", headers=headers)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def _print(self, place: str, hall: Hall, number: int) -> None:
        """Print sheets; what the PDF holds, in an order as it is drawn for each, is kept by whoever fetched it."""
        hall.open(number)
        _booth, rows = queries.sheets_to_print(viewer=support.STAFF, booth_id=hall.booth.pk, run=1)
        secrets.SystemRandom().shuffle(rows)
        self.printed[place] = rows
        if place == "careless":
            runner = acting(Person.objects.get(pk=officer_of(Role.DISTRICT_OFFICER, "370102").person()))
            answer = self._client(runner).post(f"/desk/booths/{hall.booth.pk}/print/1.pdf")
            assert answer.content.startswith(b"%PDF"), answer.content[:80]

    def _mark(self, hall: Hall, voter: int) -> None:
        body = {"voter": hall.number(self.people[voter]), "document_seen": True}
        self._post(hall.first, f"{hall.booth.pk}/marks", body, idempotency_key=secrets.token_hex(8))

    def _close(self, hall: Hall, cast: int, *, visits: bool) -> None:
        if visits:
            waiting = PaperMark.objects.filter(booth=hall.booth).values_list("pk", flat=True)
            self._post(hall.second, f"{hall.booth.pk}/marks/confirm", [str(key) for key in waiting])
        hall.close(unissued=2, cast=cast)
        if visits:
            operations.open_outers(actor=hall.first, booth_id=hall.booth.pk, at=support.now())

    def _read(self, hall: Hall, voters: Sequence[int], *, mixed: bool) -> None:
        """Read in the sheets as they come out of the box, once by each; a third person settles what they misread."""
        box = list(voters)
        slips = set(self.draw.sample(box, SLIPS))
        for number, reader in enumerate((hall.first, hall.second)):
            if mixed:
                self.draw.shuffle(box)
            for voter in box:
                self._enter(hall, reader, voter, slip=bool(number) and voter in slips, slowly=not number)
        for voter in sorted(slips, key=lambda one: self.sheets[one]):
            self._enter(hall, hall.third, voter)

    def _enter(self, hall: Hall, reader: Actor, voter: int, *, slip: bool = False, slowly: bool = False) -> None:
        said = self.plan["choices"][voter]
        positions: Sequence[int] = [] if said == "invalid" else self.plan["patterns"][said]
        body: dict[str, Any] = {"serial": self.sheets[voter], "kind": "valid" if positions else "blank"}
        body["choices"] = [self.plan["codes"][one] for one in positions]
        if said == "invalid":
            body |= {"kind": "invalid", "reason": self.plan["reason"]}
        if slip:
            body |= {"kind": "valid", "choices": [self.plan["codes"][-1]], "reason": ""}
        if slowly:
            self.clock.shift(UNFOLDING + TYPING * len(positions))
        self._post(reader, f"{hall.booth.pk}/entries", body)
        self.readings.append(voter)
        self.figures.append((voter, self._watched()))

    def _watched(self) -> list[Any]:
        """Look at what might count along: the rows of place and vote after each sheet."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_jsonb(b)::text FROM voting_booth b ORDER BY id")
            booths = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT to_jsonb(p)::text FROM voting_poll p WHERE id = %s", [self.poll.pk])
            return [*booths, *(row[0] for row in cursor.fetchall())]
