"""Ways out of the house: one driver for each channel, named by the settings.

A driver is a class with `send` and `ask`. It never raises for what a gateway may answer: each message gets an
`Answer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from shanzhi.notices.kinds import OUTSIDE

Outcome = Literal["sent", "later", "never", "unknown"]
NOT_TWICE: Final = timedelta(0)


@dataclass(frozen=True)
class Message:
    """What goes to one person: `values` are the notice's values in words, `stored` as JSON; links are whole addresses.

    `token` is the key by which a gateway knows a repetition. `unsubscribe` is '' where the category is needed.
    """

    token: UUID
    kind: str
    address: str = field(repr=False)
    language: str = ""
    title: str = ""
    text: str = ""
    link: str = ""
    unsubscribe: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a message.

    'sent': the gateway took it. 'later': surely not taken, try again. 'never': surely not taken, and trying again is in
    vain. 'unknown': the connection broke, it may have been taken. `cause` is one of `lifecycle.CAUSES`; `code` is the
    gateway's bare code; `address_dead`: nothing will ever reach this address.
    """

    token: UUID
    outcome: Outcome
    provider_id: str = ""
    cause: str = ""
    code: str = ""
    address_dead: bool = False


class Driver(Protocol):
    """A way out."""

    answers_questions: bool
    """Whether the gateway can be asked what became of a message."""
    language: str
    """The one language of the gateway's templates; '' where each reader's own is sent."""

    def send(self, batch: Sequence[Message]) -> list[Answer]:
        """Hand messages to the gateway; one answer for each, in any order."""
        ...

    def repeat_within(self, message: Message) -> timedelta:
        """Give how long after the first try a second `send` under the same token surely reaches nobody twice."""
        ...

    def ask(self, message: Message) -> Answer | None:
        """Ask the gateway what became of a message whose answer was lost; None where it cannot tell."""
        ...


def driver_path(channel: str) -> str:
    """Name the driver of a channel as the settings have it; '' where the channel is off."""
    return str(settings.NOTICE_DRIVERS.get(channel, ""))


def open_channels() -> tuple[str, ...]:
    """List the channels outside this site that this installation has."""
    return tuple(channel for channel in OUTSIDE if driver_path(channel))


def driver_of(channel: str) -> Driver | None:
    """Make the driver of a channel; None where the channel is off."""
    path = driver_path(channel)
    if not path:
        return None
    made: Driver = import_string(path)(channel)
    return made
