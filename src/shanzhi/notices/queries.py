"""Every read of notices: one's own with texts, choices and addresses; for staff figures without anybody's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Extract

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.notices import policies
from shanzhi.notices.kinds import APP, CHANNELS, Kind, choosable, fixed, usual_channels
from shanzhi.notices.lifecycle import FAILED, READ, SENDING, SENT, SKIPPED, WAITING
from shanzhi.notices.models import Delivery, EmailAddress, Manner, Notice, OutboxEntry, Preference, WeChatLink
from shanzhi.places.models import Area

# Seconds added to the moment of an unread notice, so that one order puts the unread first and the newest first in each.
UNREAD_FIRST: Final = 10**10


def own(*, viewer: Actor) -> QuerySet[Delivery]:
    """Give the viewer's notices on this site, the unread first; each row has `first`, the order, with its notice."""
    moment = Cast(Extract("created_at", "epoch"), BigIntegerField())
    unread = Value(UNREAD_FIRST, output_field=BigIntegerField()) + moment
    first = Case(When(state=SENT, then=unread), default=moment, output_field=BigIntegerField())
    mine = Delivery.objects.filter(person_id__in=(viewer.person(), *viewer.also), channel=APP)
    return mine.select_related("notice").annotate(first=first).order_by("-first", "id")


def own_one(*, viewer: Actor, delivery_id: UUID) -> Delivery:
    """Give one of the viewer's notices; to others it does not exist."""
    found = own(viewer=viewer).filter(pk=delivery_id).first()
    if found is None:
        raise NotFound
    return found


def manner(*, viewer: Actor) -> Manner:
    """Give how the viewer wants to be told; the usual where nothing was chosen."""
    person_id = viewer.person()
    return Manner.objects.filter(person_id=person_id).first() or Manner(person_id=person_id)


@dataclass(frozen=True)
class Wish:
    """One category by one channel: whether it is on, and whether it can be switched off."""

    channel: str
    on: bool
    fixed: bool


@dataclass(frozen=True)
class CategoryWishes:
    """A category with its wishes in the order of the channels."""

    key: str
    label: Any
    about: Any
    needed: Any
    wishes: tuple[Wish, ...]


def wishes(*, viewer: Actor, channels: Iterable[str]) -> list[CategoryWishes]:
    """List what the viewer gets by which of the channels."""
    rows = Preference.objects.filter(person_id=viewer.person()).values_list("category", "channel", "wanted")
    chosen = {(category, channel): wanted for category, channel, wanted in rows}
    listed = []
    for one in choosable():
        usual = usual_channels(one)
        line = [
            Wish(channel, fixed(one, channel) or chosen.get((one.key, channel), channel in usual), fixed(one, channel))
            for channel in channels
        ]
        listed.append(CategoryWishes(one.key, one.label, one.about, one.needed, tuple(line)))
    return listed


def email(*, viewer: Actor) -> EmailAddress | None:
    """Give the viewer's e-mail address, verified or not."""
    return EmailAddress.objects.filter(person_id=viewer.person()).first()


def wechat(*, viewer: Actor) -> WeChatLink | None:
    """Give the viewer's link to WeChat."""
    return WeChatLink.objects.filter(person_id=viewer.person()).first()


def keys_told(*, kind: Kind, keys: Iterable[str]) -> set[str]:
    """Give those keys under which a kind of notice was given already, for clocks that look every minute."""
    head = f"{kind.key}:"
    wanted = [f"{head}{key}" for key in keys]
    return {key.removeprefix(head) for key in Notice.objects.filter(key__in=wanted).values_list("key", flat=True)}


def told_under(kind: Kind, name: str) -> Exists:
    """Give the condition that a kind of notice was given under the key that each row has as an annotation `name`.

    For clocks whose rows are too many to be looked up by their keys one by one.
    """
    whole = Concat(Value(f"{kind.key}:"), OuterRef(name), output_field=TextField())
    return Exists(Notice.objects.filter(key=whole))


def given_up() -> Q:
    """Give the condition that some delivery of a notice was given up."""
    return Q(pk__in=Delivery.objects.filter(state=FAILED).values("notice"))


def told(*, viewer: Actor) -> QuerySet[Notice]:
    """Give the notices of the viewer's areas, newest first; `waiting` and `failed` say how many deliveries are so.

    Both counts read small partial indexes; what was sent stands on a notice's own page.
    """
    policies.require_desk(viewer)
    name = Subquery(Area.objects.filter(code=OuterRef("area")).values("name")[:1])
    return Notice.objects.filter(policies.listed(viewer)).annotate(
        area_name=name, waiting=_number(WAITING), failed=_number(FAILED)
    ).order_by("-created_at", "id")  # fmt: skip


def _number(state: str) -> Coalesce:
    rows = Delivery.objects.filter(notice=OuterRef("pk"), state=state).order_by().values("notice")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


@dataclass(frozen=True)
class ChannelFigures:
    """How the deliveries of a notice by one channel stand. Who read what is nobody's business: read counts as sent."""

    channel: str
    label: Any
    waiting: int
    sent: int
    failed: int
    skipped: int


@dataclass(frozen=True)
class Trouble:
    """Deliveries that were given up or skipped, by channel and cause; `failed` ones can be tried again."""

    channel: str
    label: Any
    cause: str
    code: str
    number: int
    failed: bool


@dataclass(frozen=True)
class Delivered:
    """A notice with its figures, for staff of its area."""

    notice: Notice
    channels: tuple[ChannelFigures, ...]
    troubles: tuple[Trouble, ...]
    may_retry: bool


def delivered(*, viewer: Actor, notice_id: UUID) -> Delivered:
    """Count how a notice was delivered, in figures alone. Raises NotFound outside the viewer's areas."""
    notice = policies.load(viewer=viewer, notice_id=notice_id)
    rows: list[Any] = list(
        Delivery.objects.filter(notice=notice)
        .order_by()
        .values("channel", "state", "cause", "code")
        .annotate(n=Count("pk"))
    )
    counted: dict[tuple[str, str], int] = {}
    for row in rows:
        counted[row["channel"], row["state"]] = counted.get((row["channel"], row["state"]), 0) + row["n"]
    figures = [
        ChannelFigures(
            channel,
            label,
            counted.get((channel, WAITING), 0) + counted.get((channel, SENDING), 0),
            counted.get((channel, SENT), 0) + counted.get((channel, READ), 0),
            counted.get((channel, FAILED), 0),
            counted.get((channel, SKIPPED), 0),
        )
        for channel, label in CHANNELS.items()
        if any(there == channel for there, _state in counted)
    ]
    return Delivered(notice, tuple(figures), _troubles(rows), policies.may_retry(viewer, notice))


def _troubles(rows: list[dict[str, Any]]) -> tuple[Trouble, ...]:
    found: dict[tuple[str, str, bool], list[dict[str, Any]]] = {}
    for row in rows:
        if row["state"] in (FAILED, SKIPPED):
            found.setdefault((row["channel"], row["cause"], row["state"] == FAILED), []).append(row)
    return tuple(
        Trouble(
            channel,
            CHANNELS[channel],
            cause,
            ", ".join(sorted({row["code"] for row in group if row["code"]})[:5]),
            sum(row["n"] for row in group),
            failed,
        )
        for (channel, cause, failed), group in sorted(found.items(), key=lambda item: (not item[0][2], item[0]))
    )


def outbox(*, viewer: Actor) -> QuerySet[OutboxEntry]:
    """Give what the local drivers kept, newest first; to others than operators of a demo it does not exist."""
    if not policies.sees_outbox(viewer):
        raise NotFound
    return OutboxEntry.objects.order_by("-at", "token")
