"""Heads and proofs of the tree, for everybody: how large it was, what was in it, and that it only grew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.models import Event, Leaf, SealMark, TreeHead
from shanzhi.audit.queries.leaves import event_leaf
from shanzhi.audit.queries.tree import read_nodes
from shanzhi.kernel import merkle
from shanzhi.kernel.errors import Conflict, NotFound


class NoHeadYet(NotFound):
    """Nothing was sealed yet."""

    code = "no_head_yet"
    message = _("Nothing was sealed yet. The first head comes within a minute of the first event.")


class UnknownSize(NotFound):
    """The tree never had this size, or has no head of it."""

    code = "unknown_size"
    message = _("There is no head of this size. The list of heads names those that there are.")


class UnknownDigest(NotFound):
    """No leaf was made from this digest."""

    code = "unknown_digest"
    message = _("Nothing with this digest is in the log. Compare it with the page of the event, letter by letter.")


class NotSealedYet(Conflict):
    """The event waits for its place, or the tree asked for is older than it."""

    code = "not_sealed_yet"
    message = _("This is not in a tree of that size yet. Ask for a larger one, or again in a minute.")


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a leaf is in the tree of `size` leaves at place `index`."""

    digest: str
    leaf: bytes
    index: int
    size: int
    path: list[bytes]


@dataclass(frozen=True, slots=True)
class Lag:
    """How many events wait to be sealed, and the age of the oldest in whole minutes."""

    waiting: int
    minutes: int


def heads() -> QuerySet[TreeHead]:
    """Give the signed heads, the newest first."""
    return TreeHead.objects.order_by("-size")


def latest_head() -> TreeHead | None:
    """Give the newest head, or None before the first."""
    return heads().first()


def head(*, size: int | None = None) -> TreeHead:
    """Give the head of a size, or the newest. Raises NoHeadYet, UnknownSize."""
    if size is None:
        found = latest_head()
        if found is None:
            raise NoHeadYet
        return found
    found = TreeHead.objects.filter(size=size).first()
    if found is None:
        raise UnknownSize(field="size")
    return found


def announcements() -> QuerySet[TreeHead]:
    """Give the heads that announce a new signing key, the oldest first."""
    return TreeHead.objects.exclude(next_key="").order_by("size")


def announcing(*, yes: bool) -> Q:
    """Give the condition that a head announces a new key, or does not."""
    return ~Q(next_key="") if yes else Q(next_key="")


def keys() -> list[str]:
    """Give the public keys that have signed or will, the first one first. Raises NoHeadYet."""
    first = TreeHead.objects.order_by("size").first()
    named = [first.key] if first else []
    return list(dict.fromkeys([*named, *announcements().values_list("next_key", flat=True), head().key]))


def chain(*, since: int | None = None, most: int = 10) -> list[TreeHead]:
    """Give heads to check from one to the next, the smallest first. Raises UnknownSize, NoHeadYet.

    They are that of size `since`, those after it that announce a key, and the newest ones.
    """
    last = head()
    begin = 0 if since is None else head(size=since).size
    newest = list(heads().filter(size__gte=begin)[:most])
    found = {one.size: one for one in (*newest, *announcements().filter(size__gte=begin), last)}
    if since is not None:
        found[begin] = head(size=begin)
    return [found[size] for size in sorted(found)]


def _size(wanted: int | None, field: str) -> int:
    last = head().size
    if wanted is not None and not 0 < wanted <= last:
        raise UnknownSize(field=field)
    return last if wanted is None else wanted


def inclusion(*, digest: str, size: int | None = None) -> Inclusion:
    """Prove that the event of a digest is in the tree of a size, by default that of the newest head.

    Raises UnknownDigest, NotSealedYet, UnknownSize, NoHeadYet.
    """
    event = Event.objects.filter(digest=digest).order_by("id")
    leaf = event_leaf(digest)
    found = Leaf.objects.filter(hash=leaf).order_by("position").first()
    if found is None:
        raise NotSealedYet(field="digest") if event.exists() else UnknownDigest(field="digest")
    within = _size(size, "size")
    if found.position >= within:
        raise NotSealedYet(field="size")
    return Inclusion(digest, leaf, found.position, within, merkle.inclusion_path(found.position, within, read_nodes))


def consistency(*, first: int, second: int | None = None) -> tuple[int, list[bytes]]:
    """Prove that the tree of `first` leaves is how that of `second` begins; give the second size and the path.

    Raises UnknownSize, NoHeadYet.
    """
    last = _size(second, "second")
    if not 0 < first <= last:
        raise UnknownSize(field="first")
    return last, merkle.consistency_path(first, last, read_nodes)


def position_of(event: Event) -> int | None:
    """Give an event's place in the tree, or None while it waits for one."""
    found = Leaf.objects.filter(event=event.pk, rowchange__isnull=True).values_list("position", flat=True).first()
    return None if found is None else int(found)


def lag(*, at: datetime) -> Lag:
    """Tell how far the sealer is behind."""
    mark = SealMark.objects.filter(pk=1).first()
    sealed = Leaf.objects.filter(event=OuterRef("pk"), rowchange__isnull=True)
    waiting = Event.objects.filter(~Exists(sealed))
    if mark is not None:
        waiting = waiting.filter(Q(pk__gt=mark.event)).extra(where=["xid >= %s::xid8"], params=[str(mark.xid)])
    found = waiting.aggregate(oldest=Min("at"))["oldest"]
    minutes = 0 if found is None else max(0, int((at - found).total_seconds() // 60))
    return Lag(waiting.count(), minutes)
