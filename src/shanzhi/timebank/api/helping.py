"""The API of help among members: offers, requests, answers, promises; and of who keeps a bank."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Query, Router, Schema
from pydantic import Base64Bytes, Field

from shanzhi.kernel.actor import Actor
from shanzhi.people.middleware import moment
from shanzhi.timebank import operations, queries
from shanzhi.timebank.api.frames import Credits, CreditsDoneOut, write_once
from shanzhi.timebank.models import LONGEST_PLACE, Deal, Post
from shanzhi.timebank.operations.helping import MOST_BYTES, MOST_HOURS
from shanzhi.ui.http import Given, Key, Moment, signed_acting, signed_in, viewing
from shanzhi.ui.keyset import page_after
from shanzhi.volunteering.api.mine import HoursIn, HoursOut

router = Router(tags=["timebank"])
Area = Annotated[str, Field(min_length=6, max_length=12, pattern=r"^[0-9]+$")]
LONGEST_PHOTO: Final = MOST_BYTES // 3 * 4 + 4
"""The longest photo in the letters of base64; the operation counts its bytes."""
STEPS: Final[dict[str, Callable[..., Any]]] = {
    "promise": operations.promise,
    "refuse": operations.refuse_answer,
    "withdraw": operations.withdraw_answer,
    "confirm": operations.confirm,
    "guardian": operations.agree_as_guardian,
}
FOR_A_REASON: Final[dict[str, Callable[..., Any]]] = {"cancel": operations.cancel, "dispute": operations.dispute}


class HelpOut(Schema):
    """What a member asks for or offers; who it is stays masked, and the address is no part of it.

    An offer may say a rough `place` and `hours` of a week. `photo` is its address on the site, empty for none.
    """

    id: UUID
    sort: str
    title: str
    about: str
    area: str
    minutes: int
    starts_at: datetime | None
    until: date
    place: str
    hours: list[HoursOut]
    photo: str
    skills: list[str]
    language: str
    state: str
    author: str
    created_at: datetime


class HelpPage(Schema):
    """A page of them; `next` reads on."""

    items: list[HelpOut]
    next: UUID | None


class HelpQuery(Schema):
    """How the list is narrowed."""

    sort: Literal["", "request", "offer"] = ""
    own: bool = Field(False, description="One's own alone, closed ones among them.")
    weekday: int | None = Field(None, ge=1, le=7, description="Offers that hold on this day, 1 (Monday) to 7.")
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


class HelpGiven(Given):
    """What is asked for or offered; a request says `starts_at`, an offer `until`; either may say the sealed address.

    A request may name `skills` that help, by their codes, and a `language` that would be good. An offer may say a rough
    `place`, which all members read, and `hours` of a week. `photo` is a picture (JPEG, PNG or WebP) in base64.
    """

    sort: Literal["request", "offer"]
    title: str = Field(min_length=1, max_length=60)
    about: str = Field(min_length=1, max_length=1000)
    area: Area
    minutes: Credits
    starts_at: Moment | None = None
    until: date | None = None
    address: str = Field("", max_length=120)
    skills: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=40)
    language: str = Field("", max_length=16)
    place: str = Field("", max_length=LONGEST_PLACE)
    hours: list[HoursIn] = Field(default_factory=list, max_length=MOST_HOURS)
    photo: Base64Bytes = Field(b"", max_length=LONGEST_PHOTO)


class HelpAnswerGiven(Given):
    """An answer; `minutes` only to an offer."""

    message: str = Field("", max_length=200)
    minutes: Credits | None = None


class HelpStepGiven(Given):
    """A step of a promise; `cancel` and `dispute` need their reason."""

    step: Literal["promise", "refuse", "withdraw", "confirm", "guardian", "cancel", "dispute"]
    reason: str = Field("", max_length=500)


class PromiseOut(Schema):
    """A promise of help; the address only to the two while it holds, names masked."""

    id: UUID
    post_id: UUID
    helper: str
    taker: str
    minutes: int
    paid: int | None
    overflow: int
    state: str
    address: str
    message: str
    reason: str
    decision: str
    helper_done_at: datetime | None
    taker_done_at: datetime | None


class DisputeDecisionGiven(Given):
    """The decision of a dispute: so many minutes to the helper, the rest goes back."""

    minutes: int = Field(ge=0, le=600_000)
    decision: str = Field(min_length=1, max_length=500)


class HelpRatingGiven(Given):
    """A rating of the other."""

    stars: int = Field(ge=1, le=5)
    said: str = Field("", max_length=200)


class PromisesPage(Schema):
    """A page of one's own promises; `next` reads on."""

    items: list[PromiseOut]
    next: UUID | None


class PromisesQuery(Schema):
    """How the list is narrowed."""

    post_id: UUID | None = None
    after: UUID | None = None
    limit: int = Field(25, ge=1, le=100)


def _told(row: Post) -> dict[str, Any]:
    names = ("id", "sort", "title", "about", "area", "minutes", "starts_at", "until", "place", "skills", "language",
             "state", "created_at")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names}, "author": str(row.author.human.name),
        "photo": reverse("timebank:photo", args=[row.pk]) if row.photo else "",
        "hours": [{"weekday": one.weekday, "starts": one.starts, "ends": one.ends} for one in row.hours.all()],
    }  # fmt: skip


@router.get("/banks/{uuid:bank_id}/help", response=HelpPage, summary="What members ask for and offer")
def list_help(request: HttpRequest, bank_id: UUID, asked: Query[HelpQuery]) -> dict[str, Any]:
    """List open requests and offers and one's own, newest first; for members and who keeps the bank."""
    rows = queries.posts(viewer=signed_in(request), bank_id=bank_id).order_by("-created_at", "id")
    if asked.sort:
        rows = rows.filter(sort=asked.sort)
    if asked.own:
        rows = rows.filter(author__person__in=signed_in(request).persons)
    if asked.weekday is not None:
        rows = rows.filter(queries.on_weekday(asked.weekday))
    return page_after(rows, asked.after, asked.limit, _told)


@router.post("/banks/{uuid:bank_id}/help", response=CreditsDoneOut, summary="Ask for help, or offer it")
def write_help(request: HttpRequest, bank_id: UUID, body: HelpGiven, idempotency_key: Key) -> dict[str, Any]:
    """Publish it to the members."""
    hours = [(one.weekday, one.starts, one.ends) for one in body.hours]
    plain = body.model_dump(exclude={"hours", "photo"})  # a dump would write the bytes of the photo in letters again
    given = operations.Help(**plain, hours=hours, photo=body.photo)
    return write_once(request, "help", idempotency_key, body, lambda: operations.post_help(
        bank_id=bank_id, given=given, **signed_acting(request)
    ))  # fmt: skip


@router.post("/help/{uuid:post_id}/answers", response=CreditsDoneOut, summary="Answer a request or an offer")
def answer(request: HttpRequest, post_id: UUID, body: HelpAnswerGiven, idempotency_key: Key) -> dict[str, Any]:
    """Offer to help, or ask for what is offered."""
    return write_once(request, "answer", idempotency_key, body, lambda: operations.answer_post(
        post_id=post_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.get("/help/{uuid:post_id}", response=HelpOut, summary="One request or offer")
def get_help(request: HttpRequest, post_id: UUID) -> dict[str, Any]:
    """Give an open one to members, a closed one to whom it still concerns."""
    return _told(queries.post(**viewing(request), post_id=post_id))


@router.post("/help/{uuid:post_id}/close", response=CreditsDoneOut, summary="Close a request or an offer")
def close_help(request: HttpRequest, post_id: UUID, idempotency_key: Key) -> dict[str, Any]:
    """Close it, as its author or as who keeps the bank; answers that wait lapse."""
    return write_once(request, "close_help", idempotency_key, None, lambda: operations.close_post(
        post_id=post_id, **signed_acting(request)
    ))  # fmt: skip


def _deal(viewer: Actor, found: Deal) -> dict[str, Any]:
    names = (
        "id", "post_id", "minutes", "paid", "overflow", "state", "message", "reason", "decision", "helper_done_at",
        "taker_done_at",
    )  # fmt: skip
    return {
        **{name: getattr(found, name) for name in names}, "helper": str(found.helper.human.name),
        "taker": str(found.taker.human.name), "address": queries.address_for(viewer=viewer, found=found),
    }  # fmt: skip


@router.get("/promises", response=PromisesPage, summary="One's own promises and answers")
def list_promises(request: HttpRequest, asked: Query[PromisesQuery]) -> dict[str, Any]:
    """List them newest first; with `post_id` those upon one request or offer, as to one's own."""
    viewer = signed_in(request)
    rows = queries.own_deals(viewer=viewer).order_by("-asked_at", "id")
    if asked.post_id is not None:
        rows = rows.filter(post=asked.post_id)
    return page_after(rows, asked.after, asked.limit, partial(_deal, viewer), by="asked_at")


@router.get("/promises/wards", response=list[PromiseOut], summary="Answers that wait for one's yes as a guardian")
def list_wards_promises(request: HttpRequest) -> list[dict[str, Any]]:
    """List answers between one's ward and a grown-up to which one has not agreed yet, the oldest first, at most 50."""
    viewer = signed_in(request)
    return [_deal(viewer, row) for row in queries.wards_deals(viewer=viewer, at=moment(request))]


@router.get("/promises/{uuid:deal_id}", response=PromiseOut, summary="A promise of help")
def get_promise(request: HttpRequest, deal_id: UUID) -> dict[str, Any]:
    """Give a promise to the two of it, a guardian, and who keeps the bank."""
    return _deal(signed_in(request), queries.deal(**viewing(request), deal_id=deal_id))


@router.post("/promises/{uuid:deal_id}/rating", response=CreditsDoneOut, summary="Rate the other of a promise")
def rate(request: HttpRequest, deal_id: UUID, body: HelpRatingGiven, idempotency_key: Key) -> dict[str, Any]:
    """Rate once, within 60 days after it was paid or decided on."""
    return write_once(request, "rate", idempotency_key, body, lambda: operations.rate(
        deal_id=deal_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip


@router.post("/promises/{uuid:deal_id}/step", response=CreditsDoneOut, summary="Take a step in a promise")
def step(request: HttpRequest, deal_id: UUID, body: HelpStepGiven, idempotency_key: Key) -> dict[str, Any]:
    """Promise, refuse, take back, confirm, agree as a guardian, call off or dispute."""

    def run() -> Any:
        if body.step in FOR_A_REASON:
            return FOR_A_REASON[body.step](deal_id=deal_id, reason=body.reason, **signed_acting(request))
        return STEPS[body.step](deal_id=deal_id, **signed_acting(request))

    return write_once(request, "step", idempotency_key, body, run)


@router.post("/promises/{uuid:deal_id}/decision", response=CreditsDoneOut, summary="Decide a dispute")
def decide(request: HttpRequest, deal_id: UUID, body: DisputeDecisionGiven, idempotency_key: Key) -> dict[str, Any]:
    """Decide as who keeps the bank and is no party."""
    return write_once(request, "settle", idempotency_key, body, lambda: operations.settle(
        deal_id=deal_id, **body.model_dump(), **signed_acting(request)
    ))  # fmt: skip
