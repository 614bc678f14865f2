"""The requests that have a short way (`config.lane`): a ballot, a transfer in a book, a check-in at a gate.

A ballot goes alone: nothing may tell who voted beside whom. Transfers and check-ins that come at the same moment go
together (`work.joint`): one look at all their sessions, one statement, one commit, with each judged by itself. Whatever
stands against one of them, there is no answer here, and the whole chain says what it is.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
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
class Way(ABC):
    """A kind of request that has a short way.

    `read` makes of a body what is asked for, and raises where it cannot; every answer is as long as `sample`, that of a
    request to `path`.
    """

    method: str
    path: str
    sample: bytes
    read: Callable[[Any], Any]

    @cached_property
    def address(self) -> re.Pattern[str]:
        """The addresses of this way."""
        return re.compile(self.path.replace(NOBODY, UUID_SHAPE))

    @cached_property
    def route(self) -> str:
        """The route's template, as figures and logs name it."""
        return resolve(self.path).route

    @abstractmethod
    def answer(self, asked: Asked) -> bytes | None:
        """Do what is asked and give the body of the answer, once it is durable; None where anything is amiss."""


@dataclass(frozen=True, eq=False)
class Alone(Way):
    """One that is done by itself: `act` takes who is behind the session."""

    act: Callable[[Actor, Asked], bytes]

    def answer(self, asked: Asked) -> bytes | None:
        """Look at the session, then act."""
        actor = voter_behind(asked.session_key, at=asked.at)
        return None if actor is None else self.act(actor, asked)


@dataclass(frozen=True, eq=False)
class Together(Way):
    """One that goes with those that come at the same moment.

    `ready` makes of one what is written, in the context of its own request; `write` writes all, and gives the answer of
    each.
    """

    ready: Callable[[Actor, Asked], Any]
    write: Callable[[Sequence[Any]], Sequence[bytes | None]]

    @cached_property
    def joint(self) -> Joint[Asked, bytes]:
        """Where those wait that go together."""
        return Joint(self.run)

    def answer(self, asked: Asked) -> bytes | None:
        """Go with those that are there; who has no session keeps nobody waiting."""
        return self.joint.one(asked) if KEY.fullmatch(asked.session_key) else None

    def run(self, asked: Sequence[Asked]) -> list[bytes | None]:
        """Look at all the sessions, then write for those that stand."""
        answers: list[bytes | None] = [None] * len(asked)
        actors = voters_behind([one.session_key for one in asked], at=max(one.at for one in asked))
        ready: dict[int, Any] = {}
        for number, (one, actor) in enumerate(zip(asked, actors, strict=True)):
            if actor is not None:
                try:
                    ready[number] = one.context.run(self.ready, actor, one)
                except DatabaseError:
                    raise
                except Exception:  # noqa: BLE001, S112 - the whole chain meets it again and says it to this one alone
                    continue
        for number, answer in zip(ready, self.write(list(ready.values())) if ready else (), strict=True):
            answers[number] = answer
        return answers


def _read_ballot(body: Any) -> Any:
    ballot = BallotIn.model_validate(body)
    if ballot.choices and ballot.points:
        raise Unfit
    return ballot.points or ballot.choices


def _cast(actor: Actor, asked: Asked) -> bytes:
    """Cast a ballot; every receipt is of one length, and so every answer."""
    made = voting.cast(actor=actor, poll_id=asked.thing, choices=asked.given, key=asked.key, at=asked.at)
    return b'{"receipt": "%s"}' % made.receipt.encode()


def _ready_transfer(actor: Actor, asked: Asked) -> Any:
    """Write the transfer of a keeper of the book; officers have roles, which only the whole chain knows."""
    given: TransferIn = asked.given
    if not 8 <= len(asked.key) <= LONGEST_KEY:
        raise Unfit
    return ledger.ready_transfer(
        actor=actor, book_id=asked.thing, source=given.source, target=given.target, amount=given.amount, on=given.on,
        text=given.text, key=ledger_key(actor, asked.key), at=asked.at,
    )  # fmt: skip


def _transfer(ready: Sequence[Any]) -> list[bytes | None]:
    return [b'{"entry": "%s"}' % str(made.id).encode() if made else None for made in ledger.transfer_each(ready)]


def _read_check_in(body: Any) -> str:
    """Take the code alone: where somebody stands is compared by the whole chain."""
    given = AtGateIn.model_validate(body)
    if given.position:
        raise Unfit
    return given.gate_code


def _ready_check_in(actor: Actor, asked: Asked) -> Any:
    return attendance.ready_by_code(actor=actor, shift_id=asked.thing, code=asked.given, at=asked.at)


def _check_in(ready: Sequence[Any]) -> list[bytes | None]:
    return [b'{"id": "%s"}' % str(made).encode() if made else None for made in attendance.arrive_each(ready)]


WAYS: Final[tuple[Way, ...]] = (
    Alone("PUT", f"/api/v1/voting/polls/{NOBODY}/ballot", b'{"receipt": "%s"}' % (b"A" * 24), _read_ballot, _cast),
    Together(
        "POST", f"/api/v1/attendance/shifts/{NOBODY}/check-in", b'{"id": "%s"}' % NOBODY.encode(), _read_check_in,
        _ready_check_in, _check_in,
    ),
    Together(
        "POST", f"/api/v1/ledger/books/{NOBODY}/transfers", b'{"entry": "%s"}' % NOBODY.encode(),
        TransferIn.model_validate, _ready_transfer, _transfer,
    ),
)  # fmt: skip
