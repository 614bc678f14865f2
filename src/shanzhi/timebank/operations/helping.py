"""Offers and requests of help: writing one, its photo, closing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel import timebank as kernel
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import covers
from shanzhi.kernel.errors import NotFound, Refusal
from shanzhi.places import queries as places
from shanzhi.timebank import policies, refusals, telling
from shanzhi.timebank.lifecycle import DEAL, HOLDING, POST
from shanzhi.timebank.models import DAY, LONGEST_PLACE, Bank, Deal, Member, OfferHours, Post, Sort
from shanzhi.timebank.operations import lots
from shanzhi.timebank.operations.frames import (
    as_member,
    bank_of,
    minutes_of,
    note,
    own_locked,
    rules_now,
    words,
)
from shanzhi.volunteering import queries as volunteering
from shanzhi.volunteering.models import LANGUAGES
from shanzhi.work import pictures
from shanzhi.work.files import store
from shanzhi.work.scanner import scan

ROOM: Final = "timebank"
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_DAYS: Final = 90
"""How far ahead help is asked for or offered."""


MOST_HOURS: Final = 42
Span = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Help:
    """What is asked for or offered; `minutes` is what it costs in credits, of an offer what an hour of it would.

    A request says when (`starts_at`), and may say which `skills` help (codes that hold in the area) and which
    `language` would be good; an offer says until when it stands, and may say a rough `place`, which all members read,
    and `hours` of a week: weekday 1 (Monday) to 7, minutes of the day from until before. Where exactly (`address`) is
    sealed.
    """

    sort: str
    title: str
    about: str
    area: str
    minutes: int
    starts_at: datetime | None = None
    until: date | None = None
    address: str = ""
    photo: bytes = b""
    place: str = ""
    hours: Sequence[Span] = ()
    skills: Sequence[str] = ()
    language: str = ""


def post_help(*, actor: Actor, bank_id: UUID, given: Help, at: datetime, synthetic: bool = False) -> Post:
    """Ask for help or offer it, with one's own account at the bank.

    Who asks may spend by the rules and has the credits; who offers may earn. Raises NotAMember, NoRules, ByTheRules,
    NotEnough, BadPost, BadArea, BadTime, BadHours, BadName, NotOfThisSort, UnknownSkill, UnknownLanguage, BadMinutes,
    NotAPicture, PictureTooLarge.
    """
    photo = _photo(given.photo)
    hours = _hours(given)
    with transaction.atomic():
        bank = bank_of(bank_id)
        author = own_locked(actor, bank)
        values = _checked(bank, given, at)
        _require_fit(bank, author, given, at)
        kept = store(photo, room=ROOM) if photo else ""
        made = Post.objects.create(
            bank=bank, author=author, photo=kept, created_at=at, synthetic=synthetic or bank.synthetic, **values
        )
        OfferHours.objects.bulk_create(
            OfferHours(post=made, weekday=day, starts=starts, ends=ends) for day, starts, ends in hours
        )
        note(actor, "post.write", made, bank, at, {"sort": made.sort, "minutes": made.minutes, "area": made.area})
    return made


def _photo(content: bytes) -> bytes:
    """Look at a photo and give it written anew, without what the camera noted; empty for none."""
    if not content:
        return b""
    picture = pictures.read(content, most_bytes=MOST_BYTES)
    scan(content)
    return pictures.anew(picture)


def _checked(bank: Bank, given: Help, at: datetime) -> dict[str, Any]:
    if given.sort not in Sort.values:
        raise refusals.BadPost(field="sort")
    if len(given.area) < 6 or not covers(bank.area, given.area) or not places.exists(given.area, at):
        raise refusals.BadArea(field="area")
    for field, text, most in (("title", given.title, 60), ("about", given.about, 1000)):
        if not text.strip() or len(text.strip()) > most:
            raise refusals.BadPost(field=field)
    return {
        "sort": given.sort, "title": " ".join(given.title.split()), "about": given.about.strip(), "area": given.area,
        "minutes": minutes_of(given.minutes), **_times(given, at), **_fit(given),
    }  # fmt: skip


def _fit(given: Help) -> dict[str, Any]:
    """Give what raises the fit of who helps with a request; of an offer nothing is said."""
    for field in ("skills", "language") if given.sort == Sort.OFFER else ():
        if getattr(given, field):
            raise refusals.NotOfThisSort(field=field)
    skills = sorted(set(given.skills))
    if skills and set(skills) - {one.code for one in volunteering.skills(given.area)}:
        raise refusals.UnknownSkill(field="skills")
    if given.language and given.language not in LANGUAGES:
        raise refusals.UnknownLanguage(field="language")
    return {"skills": skills, "language": given.language}


def _times(given: Help, at: datetime) -> dict[str, Any]:
    """Give when and where: of a request the hour, of an offer the last day and the rough place; the address of both."""
    today = timezone.localdate(at)
    latest = today + timedelta(days=MOST_DAYS)
    for field in ("starts_at",) if given.sort == Sort.OFFER else ("until", "place", "hours"):
        if getattr(given, field):
            raise refusals.NotOfThisSort(field=field)
    address = words(given.address, "address", most=120, needed=False) or None
    if given.sort == Sort.OFFER:
        until = given.until or latest
        if not today <= until <= latest:
            raise refusals.BadTime(field="until", days=MOST_DAYS)
        place = " ".join(words(given.place, "place", most=LONGEST_PLACE, needed=False).split())
        return {"until": until, "place": place, "address": address}
    if given.starts_at is None or given.starts_at <= at or timezone.localdate(given.starts_at) > latest:
        raise refusals.BadTime(field="starts_at", days=MOST_DAYS)
    return {"until": timezone.localdate(given.starts_at), "starts_at": given.starts_at, "address": address}


def _hours(given: Help) -> list[Span]:
    """Give the hours of a week of an offer in their order, each once; none overlaps another of its day."""
    spans = sorted(set(given.hours))
    fit = all(1 <= day <= 7 and 0 <= starts < ends <= DAY for day, starts, ends in spans)
    apart = all(one[0] != two[0] or one[2] <= two[1] for one, two in pairwise(spans))
    if not fit or not apart or len(spans) > MOST_HOURS:
        raise refusals.BadHours(field="hours", most=MOST_HOURS)
    return spans


def _require_fit(bank: Bank, author: Member, given: Help, at: datetime) -> None:
    _version, policy = rules_now(bank, at)
    if given.sort == Sort.OFFER:
        require_earner(policy, author, at)
        return
    require_spender(policy, author, at)
    today = timezone.localdate(at)
    have = kernel.usable(tuple(lots.as_lot(row) for row in lots.living(author)), "spend", today)
    if have < given.minutes:
        raise refusals.by_rules(kernel.Refused("not_enough", given.minutes, have), field="minutes")


def require_earner(policy: kernel.Policy, member: Member, at: datetime) -> None:
    """Refuse who may not earn today by the rules."""
    _require(kernel.may_earn(policy, as_member(member, at), timezone.localdate(at)))


def require_spender(policy: kernel.Policy, member: Member, at: datetime) -> None:
    """Refuse who may not spend today by the rules."""
    _require(kernel.may_spend(policy, as_member(member, at), timezone.localdate(at)))


def _require(refused: kernel.Refused | None) -> None:
    if refused is not None:
        refusal: Refusal = refusals.by_rules(refused)
        raise refusal


@transaction.atomic
def close_post(*, actor: Actor, post_id: UUID, at: datetime) -> Post:
    """Close one's own offer or request; answers that wait lapse, what is promised stays. Raises NotFound."""
    found = locked_post(post_id)
    if not actor.is_person(found.author.person_id) and not policies.keeps(actor, found.bank):
        raise NotFound
    return end_post(actor, found, at)


def end_post(actor: Actor, found: Post, at: datetime) -> Post:
    """Close a post, with the answers that nobody promised upon; whoever answered is told."""
    found.state, found.closed_at = POST.move(found.state, "close"), at
    found.save(update_fields=["state", "closed_at"])
    rows = Deal.objects.select_for_update(of=("self",)).select_related(
        "helper__person__merged_into", "taker__person__merged_into"
    )
    waiting = list(rows.filter(post=found, state="asked").order_by("pk"))
    for one in waiting:
        one.state, one.ended_at, one.version = DEAL.move(one.state, "lapse"), at, one.version + 1
    Deal.objects.bulk_update(waiting, ["state", "ended_at", "version"])
    note(actor, "post.close", found, found.bank, at, {"state": found.state, "lapsed": len(waiting)})
    for one in waiting:
        one.post = found
        answered = one.helper if found.sort == Sort.REQUEST else one.taker
        telling.tell_deal(actor=actor, kind=telling.ENDED, deal=one, at=at, to=[answered])
    return found


def locked_post(post_id: UUID) -> Post:
    """Lock a post. Raises NotFound."""
    rows = Post.objects.select_for_update(no_key=True, of=("self",)).select_related("bank", "author__person")
    found = rows.filter(pk=post_id).first()
    if found is None:
        raise NotFound
    return found


def is_promised(found: Post) -> bool:
    """Tell whether a request is promised or done already; an offer serves many."""
    rows = Deal.objects.filter(post=found, state__in=(*HOLDING, "paid", "settled"))
    return found.sort == Sort.REQUEST and rows.exists()
