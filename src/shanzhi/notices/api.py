"""The API of notices: one's own, what was read, how one wants to be told."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from ninja.pagination import paginate
from pydantic import Field

from shanzhi.kernel.actor import Actor
from shanzhi.notices import drivers, operations, queries
from shanzhi.notices.kinds import APP, kind_of, render
from shanzhi.notices.lifecycle import SENT
from shanzhi.notices.links import whole
from shanzhi.notices.models import DAY_MINUTES, Delivery
from shanzhi.ui.http import Given
from shanzhi.ui.paging import Pages

router = Router(tags=["notices"])
Channel = Literal["app", "email", "sms", "wechat"]


class ToldOut(Schema):
    """A notice in the language asked for; `link` is where it leads."""

    id: UUID
    kind: str
    category: str
    title: str
    text: str
    link: str
    unread: bool
    at: datetime


class NoticeQuery(Schema):
    """How the list is narrowed."""

    unread: bool | None = None
    search: str = Field("", max_length=100)


class ReadOut(Schema):
    """How many notices were marked as read."""

    read: int


class WishOut(Schema):
    """A category by a channel: on or off, and whether it cannot be switched off."""

    category: str
    channel: str
    on: bool
    fixed: bool


class MannerOut(Schema):
    """Language, digest and quiet hours (minutes of the local day; equal: none)."""

    language: str
    digest: str
    quiet_from: int
    quiet_to: int


class ChoicesOut(MannerOut):
    """What reaches me, and how."""

    wishes: list[WishOut]


class WishIn(Given):
    """A wish."""

    category: str = Field(max_length=40)
    channel: Channel
    on: bool


class ChoicesIn(Given):
    """What shall reach me, and how; wishes that are left out stay as they are."""

    language: Literal["zh-hans", "en"]
    digest: Literal["", "daily", "weekly"]
    quiet_from: int = Field(ge=0, lt=DAY_MINUTES)
    quiet_to: int = Field(ge=0, lt=DAY_MINUTES)
    wishes: list[WishIn] = Field(default_factory=list, max_length=200)


def _ask(request: HttpRequest) -> Any:
    """Give the request with the attributes that the middleware sets."""
    return request


def _shown(row: Delivery) -> dict[str, Any]:
    shown = render(kind_of(row.notice.kind), row.notice.values, get_language() or "zh-hans")
    return {
        "id": row.pk,
        "kind": row.notice.kind,
        "category": row.notice.category,
        "title": shown.title,
        "text": shown.text,
        "link": whole(shown.path),
        "unread": row.state == SENT,
        "at": row.created_at,
    }


class _Pages(Pages):
    """Pages whose rows are written out one page at a time."""

    def paginate_queryset(self, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Give a page with its notices written out."""
        page = super().paginate_queryset(queryset, *args, **kwargs)
        page["items"] = [_shown(row) for row in page["items"]]
        return page


@router.get("/", response=list[ToldOut], summary="My notices, the unread first")
@paginate(_Pages, page_size=50)
def own(request: HttpRequest, asked: Query[NoticeQuery]) -> Any:
    """List the own notices on this site."""
    rows = queries.own(viewer=_ask(request).actor)
    if asked.unread is not None:
        rows = rows.filter(state=SENT) if asked.unread else rows.exclude(state=SENT)
    search = asked.search.replace("\x00", "")
    return rows.filter(notice__words__has=search) if search else rows


@router.post("/{uuid:delivery_id}/read", response=ToldOut, summary="Mark one as read")
def read(request: HttpRequest, delivery_id: UUID) -> dict[str, Any]:
    """Mark an own notice as read; again, nothing changes."""
    actor: Actor = _ask(request).actor
    operations.mark_read(actor=actor, delivery_id=delivery_id, at=_ask(request).now)
    return _shown(queries.own_one(viewer=actor, delivery_id=delivery_id))


@router.post("/read", response=ReadOut, summary="Mark all as read")
def read_all(request: HttpRequest) -> dict[str, int]:
    """Mark all own notices as read that came until now."""
    at = _ask(request).now
    return {"read": operations.mark_all_read(actor=_ask(request).actor, until=at, at=at)}


@router.get("/choices", response=ChoicesOut, summary="What reaches me, and how")
def choices(request: HttpRequest) -> dict[str, Any]:
    """Read the own choices."""
    return _choices(_ask(request).actor)


@router.put("/choices", response=ChoicesOut, summary="Choose what reaches me, and how")
def choose(request: HttpRequest, body: ChoicesIn) -> dict[str, Any]:
    """Set the own choices."""
    actor, at = _ask(request).actor, _ask(request).now
    manner = body.model_dump(exclude={"wishes"})
    with transaction.atomic():
        wishes: dict[tuple[str, str], bool] = {(one.category, one.channel): one.on for one in body.wishes}
        operations.choose(actor=actor, wishes=wishes, at=at)
        operations.set_manner(actor=actor, at=at, **manner)
    return _choices(actor)


def _choices(actor: Actor) -> dict[str, Any]:
    manner = queries.manner(viewer=actor)
    lines = queries.wishes(viewer=actor, channels=(APP, *drivers.open_channels()))
    return {
        "language": manner.language,
        "digest": manner.digest,
        "quiet_from": manner.quiet_from,
        "quiet_to": manner.quiet_to,
        "wishes": [
            {"category": line.key, "channel": wish.channel, "on": wish.on, "fixed": wish.fixed}
            for line in lines
            for wish in line.wishes
        ],
    }
