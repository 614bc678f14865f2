"""Writing messages from deliveries: looked at once more before they go, in the language of who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from shanzhi.kernel.ciphers import Unreadable
from shanzhi.notices import links
from shanzhi.notices.drivers import Message
from shanzhi.notices.kinds import DIGEST, HERE, RETIRED, Kind, kind_of, render
from shanzhi.notices.models import Delivery, EmailAddress, Manner, Preference, WeChatLink
from shanzhi.notices.schedule import after_quiet
from shanzhi.people.models import Account, Person

log = structlog.get_logger(__name__)
USUAL_LANGUAGE: Final = "zh-hans"


@dataclass(frozen=True)
class Envelope:
    """A message with the deliveries that it carries: one, or all of a digest."""

    message: Message
    deliveries: tuple[UUID, ...]
    person_id: UUID
    channel: str
    attempts: int


@dataclass(frozen=True)
class Held:
    """Deliveries that do not go now: for a cause, or until a moment."""

    deliveries: tuple[UUID, ...]
    cause: str = ""
    until: datetime | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class _Book:
    """What is known of the people of a batch, in a fixed number of queries."""

    addresses: dict[UUID, str]
    manners: dict[UUID, Manner]
    unwanted: set[tuple[UUID, str]]
    closed: set[UUID]


def write(
    channel: str, deliveries: Sequence[Delivery], *, language: str, at: datetime, again: bool = False
) -> list[Envelope | Held]:
    """Write the messages of claimed deliveries. `again`: they may be out already, so only their text is wanted."""
    notices = _with_notices(deliveries)
    book = _look_up(channel, {one.person_id for one in deliveries})
    written: list[Envelope | Held] = []
    groups: dict[UUID, list[Delivery]] = {}
    for one in notices:
        held = _hold(one, book, at) if not again else _lost(one, book, at)
        if held is not None:
            written.append(held)
        elif one.token is not None:
            groups.setdefault(one.token, []).append(one)
    for token, group in groups.items():
        written.append(_envelope(token, channel, group, book, language))
    return written


def _with_notices(deliveries: Sequence[Delivery]) -> list[Delivery]:
    found = Delivery.objects.select_related("notice").in_bulk([one.pk for one in deliveries])
    return [found[one.pk] for one in deliveries if one.pk in found]


def _look_up(channel: str, people: set[UUID]) -> _Book:
    manners = {one.person_id: one for one in Manner.objects.filter(person_id__in=people)}
    unwanted = Preference.objects.filter(person_id__in=people, channel=channel, wanted=False)
    closed = Account.objects.filter(person_id__in=people, is_active=False)
    return _Book(
        _addresses(channel, people),
        manners,
        set(unwanted.values_list("person_id", "category")),
        {person for person in closed.values_list("person_id", flat=True) if person is not None},
    )


def _addresses(channel: str, people: set[UUID]) -> dict[UUID, str]:
    found: dict[UUID, Any]
    if channel == "email":
        rows = EmailAddress.objects.filter(person_id__in=people, verified_at__isnull=False, dead_at=None)
        found = {one.person_id: one.address for one in rows}
    elif channel == "wechat":
        found = {one.person_id: one.openid for one in WeChatLink.objects.filter(person_id__in=people, dead_at=None)}
    else:
        accounts = Account.objects.filter(person_id__in=people, phone__isnull=False, phone_verified=True)
        found = {one.person_id: one.phone for one in accounts if one.person_id is not None}
        found |= {one.pk: one.phone for one in Person.objects.filter(pk__in=people, phone__isnull=False)}
    opened = {}
    for person, sealed in found.items():
        try:
            opened[person] = sealed.reveal()
        except Unreadable:  # its key is lost; one such address must not hold up the others
            log.error("address_unreadable", channel=channel)
    return opened


def _hold(one: Delivery, book: _Book, at: datetime) -> Held | None:
    """Tell why a delivery does not go now: its matter is over, it is unwanted, nobody is there, or it is night."""
    notice, kind = one.notice, kind_of(one.notice.kind)
    needed = bool(kind.category.needed) and one.channel in kind.channels
    cause = ""
    if kind is RETIRED or (notice.over_at is not None and notice.over_at <= at):
        cause = "over"
    elif one.person_id in book.closed:
        cause = "closed"
    elif not needed and (one.person_id, notice.category) in book.unwanted:
        cause = "unwanted"
    elif one.person_id not in book.addresses:
        cause = "no_address"
    if cause:
        return Held((one.pk,), cause=cause, at=at)
    until = at if kind.urgent else after_quiet(at, book.manners.get(one.person_id))
    return Held((one.pk,), until=until) if until > at else None


def _lost(one: Delivery, book: _Book, at: datetime) -> Held | None:
    """Skip a message left behind for an address that is gone: nobody can be asked about it."""
    return None if one.person_id in book.addresses else Held((one.pk,), cause="no_address", at=at)


def _envelope(token: UUID, channel: str, group: list[Delivery], book: _Book, language: str) -> Envelope:
    first = group[0]
    manner = book.manners.get(first.person_id)
    tongue = language or (manner.language if manner else USUAL_LANGUAGE)
    make = _digest if first.gathered else _single
    message = make(token, group, book.addresses[first.person_id], tongue)
    ids = tuple(one.pk for one in group)
    return Envelope(message, ids, first.person_id, channel, max(one.attempts for one in group))


def _single(token: UUID, group: list[Delivery], address: str, language: str) -> Message:
    one = group[0]
    kind = kind_of(one.notice.kind)
    shown = render(kind, one.notice.values, language)
    return Message(
        token=token,
        kind=kind.key,
        address=address,
        language=language,
        title=shown.title,
        text=shown.text,
        link=links.whole(shown.path),
        unsubscribe="" if kind.category.needed else _unsubscribe(one, kind),
        values={**shown.values, "title_line": shown.title},
        stored=one.notice.values,
        since=one.sending_since,
    )


def _unsubscribe(one: Delivery, kind: Kind) -> str:
    return links.whole(links.unsubscribe_path(links.Choice(one.person_id, kind.category.key, one.channel)))


def _digest(token: UUID, group: list[Delivery], address: str, language: str) -> Message:
    """Write a digest: how many, and for those channels that carry text each one with its link."""
    stored = DIGEST.store({"number": len(group), "link": HERE})
    shown = render(DIGEST, stored, language)
    lines = [render(kind_of(one.notice.kind), one.notice.values, language) for one in group]
    with translation.override(language):
        head = _("What came for you since the last digest:")
    body = "\n\n".join([head, *(f"{line.title}\n{line.text}\n{links.whole(line.path)}" for line in lines)])
    choice = links.Choice(group[0].person_id, DIGEST.category.key, group[0].channel)
    return Message(
        token=token,
        kind=DIGEST.key,
        address=address,
        language=language,
        title=shown.title,
        text=body,
        link=links.whole(shown.path),
        unsubscribe=links.whole(links.unsubscribe_path(choice)),
        values={**shown.values, "title_line": shown.title},
        stored=stored,
        since=group[0].sending_since,
    )
