"""The requests that have a short way (`config.lane`): a ballot, a transfer in a book, a check-in at a gate.

A ballot goes alone: nothing may tell who voted beside whom. Transfers and check-ins that come at the same moment go
together (`work.joint`): one look at all their sessions, one statement, one commit, with each judged by itself. What is
left out there goes alone; whatever stands against it, there is no answer here, and the whole chain says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError
from django.urls import resolve

from shanzhi.attendance import operations as attendance
from shanzhi.attendance.api import AtGateIn
from shanzhi.kernel.actor import Actor
from shanzhi.ledger import operations as ledger
from shanzhi.ledger.api import ledger_key
from shanzhi.ledger.api.schemas import TransferIn
from shanzhi.people.sessions import KEY, voter_behind, voters_behind
from shanzhi.voting import operations as voting
from shanzhi.voting.api import BallotIn
from shanzhi.work.joint import Joint

UUID_SHAPE: Final = "([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
NOBODY: Final = "00000000-0000-4000-8000-000000000001"
LONGEST_KEY: Final = 100


class Unfit(Exception):
    """This request is not for the lane."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, but for who is behind its session.

    `given` is the body as it was read, `key` the key under which it works once, `context` that of the request: events
    carry its number.
    """

    session_key: str
    thing: UUID
    given: Any
    key: str
    at: datetime
    context: Context


@dataclass(frozen=True, eq=False)
class Way:
    """A kind of request that has a short way.

    `read` makes of a body what is asked for, and raises where it cannot. `act` does it for who is behind the session,
    and gives the body of the answer; every answer is as long as `sample`, that of a request to `path`.
    """

    method: str
    path: str
    sample: bytes
    read: Callable[[Any], Any]
    act: Callable[[Actor, Asked], bytes]

    @cached_property
    def address(self) -> re.Pattern[str]:
        """The addresses of this way."""
        return re.compile(self.path.replace(NOBODY, UUID_SHAPE))

    @cached_property
    def route(self) -> str:
        """The route's template, as figures and logs name it."""
        return resolve(self.path).route

    def answer(self, asked: Asked) -> bytes | None:
        """Do what is asked and give the body of the answer, once it is durable; None where nobody is signed in."""
        actor = voter_behind(asked.session_key, at=asked.at)
        return None if actor is None else self.act(actor, asked)


@dataclass(frozen=True, eq=False)
class Together(Way):
    """One that goes with those that come at the same moment.

    `ready` makes of one what is written, in the context of its own request; `write` writes all, and gives the answer of
    each. What they leave out goes alone after all.
    """

    ready: Callable[[Actor, Asked], Any]
    write: Callable[[Sequence[Any]], Sequence[bytes | None]]

    @cached_property
    def joint(self) -> Joint[Asked, bytes]:
        """Where those wait that go together."""
        return Joint(self.run)

    def answer(self, asked: Asked) -> bytes | None:
        """Go with those that are there, else alone; who has no session keeps nobody waiting."""
        if not KEY.fullmatch(asked.session_key):
            return None
        return self.joint.one(asked) or super().answer(asked)

    def run(self, asked: Sequence[Asked]) -> list[bytes | None]:
        """Look at all the sessions, then write for those that stand."""
        answers: list[bytes | None] = [None] * len(asked)
        actors = voters_behind([one.session_key for one in asked], at=max(one.at for one in asked))
        ready = {
            number: made
            for number, (one, actor) in enumerate(zip(asked, actors, strict=True))
            if actor is not None and (made := self._readied(actor, one)) is not None
        }
        for number, answer in zip(ready, self.write(list(ready.values())) if ready else (), strict=True):
            answers[number] = answer
        return answers

    def _readied(self, actor: Actor, one: Asked) -> Any:
        """Make one ready; what stands against it is said to this one alone, and holds up no other."""
        try:
            return one.context.run(self.ready, actor, one)
        except DatabaseError:  # not of this one, but of all
            raise
        except Exception:  # noqa: BLE001 - whatever it is, `act` meets it again, or the whole chain, which says and logs it
            return None


def _read_ballot(body: Any) -> Any:
    ballot = BallotIn.model_validate(body)
    if ballot.choices and ballot.points:
        raise Unfit
    return ballot.points or ballot.choices


def _cast(actor: Actor, asked: Asked) -> bytes:
    """Cast a ballot; every receipt is of one length, and so every answer."""
    made = voting.cast(actor=actor, poll_id=asked.thing, choices=asked.given, key=asked.key, at=asked.at)
    return b'{"receipt": "%s"}' % made.receipt.encode()


def _moved(actor: Actor, asked: Asked) -> dict[str, Any]:
    """Give what a keeper of the book moves; officers have roles, which only the whole chain knows."""
    given: TransferIn = asked.given
    if not 8 <= len(asked.key) <= LONGEST_KEY:
        raise Unfit
    return {
        "actor": actor, "book_id": asked.thing, "source": given.source, "target": given.target, "amount": given.amount,
        "on": given.on, "text": given.text, "key": ledger_key(actor, asked.key), "at": asked.at,
    }  # fmt: skip


def _transfer(actor: Actor, asked: Asked) -> bytes:
    return _entry(ledger.transfer(**_moved(actor, asked)))


def _ready_transfer(actor: Actor, asked: Asked) -> Any:
    return ledger.ready_transfer(**_moved(actor, asked))


def _transfers(ready: Sequence[Any]) -> list[bytes | None]:
    return [_entry(made) if made else None for made in ledger.transfer_each(ready)]


def _entry(made: ledger.Entered) -> bytes:
    return b'{"entry": "%s"}' % str(made.id).encode()


def _check_in(actor: Actor, asked: Asked) -> bytes:
    """Sign in by the code at the gate; sent again it gives the same record, so it needs no key."""
    given: AtGateIn = asked.given
    place = given.position.place() if given.position else None
    made = attendance.arrive_by_code(
        actor=actor, shift_id=asked.thing, code=given.gate_code, position=place, at=asked.at
    )  # fmt: skip
    return _presence(made.id)


def _ready_check_in(actor: Actor, asked: Asked) -> Any:
    """Make one ready who sends the code alone: a position is compared with the shift's, one by one."""
    given: AtGateIn = asked.given
    if given.position:
        raise Unfit
    return attendance.ready_by_code(actor=actor, shift_id=asked.thing, code=given.gate_code, at=asked.at)


def _check_ins(ready: Sequence[Any]) -> list[bytes | None]:
    return [_presence(made) if made else None for made in attendance.arrive_each(ready)]


def _presence(number: UUID) -> bytes:
    return b'{"id": "%s"}' % str(number).encode()


WAYS: Final[tuple[Way, ...]] = (
    Way("PUT", f"/api/v1/voting/polls/{NOBODY}/ballot", b'{"receipt": "%s"}' % (b"A" * 24), _read_ballot, _cast),
    Together(
        "POST", f"/api/v1/attendance/shifts/{NOBODY}/check-in", b'{"id": "%s"}' % NOBODY.encode(),
        AtGateIn.model_validate, _check_in, _ready_check_in, _check_ins,
    ),
    Together(
        "POST", f"/api/v1/ledger/books/{NOBODY}/transfers", b'{"entry": "%s"}' % NOBODY.encode(),
        TransferIn.model_validate, _transfer, _ready_transfer, _transfers,
    ),
)  # fmt: skip
