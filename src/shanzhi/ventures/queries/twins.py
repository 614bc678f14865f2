"""Finding projects of a call that are alike: for the team that writes one, and for staff who see both.

A team is shown of others only those whose teams chose to be found, and those that it may see anyway; a draft of others
is no part of any answer, not even as a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import likeness
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.ventures import policies
from shanzhi.ventures.models import Marks, Merger, Proposal, Twin
from shanzhi.ventures.queries.naming import area_name
from shanzhi.ventures.queries.proposals import matching

# Handed in and not gone: only these have twins.
COMPARED: Final = ("submitted", "returned", "passed", "on_ballot", "won", "lost")
FINDABLE_IN: Final = ("submitted", "returned", "passed")
MOST_CANDIDATES: Final = 300
STRONG: Final = 40
"""From so many points on two are much alike."""
MOST_SHOWN: Final = 10
_COUNT_OF_BOTH: Final = "(SELECT count(*) FROM (SELECT unnest(%(expressions)s)) AS shared)"
PART_LABELS: Final[dict[str, Any]] = {
    "title": _("Name of the project"),
    "need": _("Need and summary"),
    "activities": _("Activities"),
    "place": _("Buildings and entrances"),
}


@dataclass(frozen=True, slots=True)
class Alike:
    """A project that is like another: the points, part by part where both have it, and the words that both use.

    Parts and words are there for the reader of both alone, and so are the exact points, which others are given as the
    least that they can be: who could ask again and again with another text of the own would read the other's by them.
    """

    proposal: Proposal
    score: int
    parts: tuple[tuple[Any, int], ...]
    words: tuple[str, ...]
    readable: bool


def texts_of(found: Proposal) -> dict[str, str]:
    """Give the texts of a proposal that are compared, by part; its schedule is best fetched before."""
    rows = list(found.activities.all())
    return {
        "title": found.title,
        "need": f"{found.need}\n{found.summary}",
        "activities": "\n".join(f"{row.title}\n{row.detail}" for row in rows),
        "place": "\n".join(row.place for row in rows),
    }


def marks_of(found: Proposal) -> dict[str, list[int]]:
    """Work out the marks of what a proposal says now."""
    texts = texts_of(found)
    parts = {name: likeness.marks(likeness.pieces(texts[name])) for name in ("title", "need", "activities")}
    return {**parts, "place": likeness.marks(likeness.places(texts.values()))}


def words_of(one: Proposal, other: Proposal) -> tuple[str, ...]:
    """Name what both projects say."""
    return tuple(likeness.shared("\n".join(texts_of(one).values()), "\n".join(texts_of(other).values())))


def candidates(call_id: UUID, parts: Mapping[str, list[int]], but: UUID) -> QuerySet[Marks]:
    """Give the marks of a call's handed-in proposals that share a key with these; the index finds them."""
    rows = Marks.objects.filter(call=call_id, keys__overlap=likeness.keys(parts), proposal__number__isnull=False)
    return rows.exclude(proposal=but).filter(proposal__state__in=COMPARED)


def likeness_of(row: Marks, parts: Mapping[str, list[int]]) -> likeness.Likeness:
    """Compare stored marks with others."""
    return likeness.likeness({name: getattr(row, name) for name in likeness.WEIGHTS}, parts)


def twins_of(*, viewer: Actor, found: Proposal) -> list[Alike]:
    """Give the projects like one of the viewer's own, fetched by `proposal`, the most alike first.

    Only those that the viewer may see, and those whose teams chose to be found. Raises NotFound to others.
    """
    if not policies.of_team(viewer, found):
        raise NotFound
    parts = marks_of(found)
    seen = Proposal.objects.filter(policies.visible_proposals(viewer), call=found.call_id).values("pk")
    shown = Q(findable=True, proposal__state__in=FINDABLE_IN) | Q(proposal__in=seen)
    rows = most_shared(candidates(found.call_id, parts, found.pk).filter(shown), parts)[:MOST_CANDIDATES]
    points = {row.pk: like for row in rows if (like := likeness_of(row, parts)).alike}
    best = sorted(points, key=lambda pk: -points[pk].score)[:MOST_SHOWN]
    others = Proposal.objects.filter(pk__in=best).select_related("call").prefetch_related("activities")
    known = {one.pk: one for one in others.annotate(place_name=area_name("community"))}
    readable = set(seen.filter(pk__in=best).values_list("pk", flat=True))
    shown_so = [_alike(found, known[pk], points[pk], readable=pk in readable) for pk in best]
    return sorted(shown_so, key=lambda one: (-one.score, one.proposal.title))


def most_shared(rows: QuerySet[Marks], parts: Mapping[str, list[int]]) -> QuerySet[Marks]:
    """Put those first that share the most keys, so that a cut leaves out the least alike."""
    given = Value(likeness.keys(parts), output_field=Marks._meta.get_field("keys"))
    both = {"template": _COUNT_OF_BOTH, "arg_joiner": ") INTERSECT SELECT unnest("}
    shared = Func(F("keys"), given, output_field=IntegerField(), **both)
    return rows.annotate(shared_keys=shared).order_by("-shared_keys", "pk")


def _alike(found: Proposal, other: Proposal, like: likeness.Likeness, *, readable: bool) -> Alike:
    if not readable:
        return Alike(other, STRONG if like.score >= STRONG else likeness.THRESHOLD, (), (), readable)
    parts = tuple((PART_LABELS[name], value) for name, value in like.parts.items() if value is not None)
    return Alike(other, like.score, parts, words_of(found, other), readable)


def twin_of(*, viewer: Actor, found: Proposal, other_id: UUID) -> Alike:
    """Give one of those that `twins_of` lists. Raises NotFound."""
    one = next((one for one in twins_of(viewer=viewer, found=found) if one.proposal.pk == other_id), None)
    if one is None:
        raise NotFound
    return one


def findable(*, viewer: Actor, found: Proposal) -> bool | None:
    """Tell whether teams with a like project find this one; None where it was never handed in."""
    if not policies.of_team(viewer, found) or found.number is None:
        return None
    return bool(Marks.objects.filter(proposal=found.pk).values_list("findable", flat=True).first())


def desk_twins(*, viewer: Actor) -> QuerySet[Twin]:
    """Give the pairs of like projects where the viewer is staff for both, the most alike first.

    Raises Forbidden to whoever is no staff anywhere.
    """
    if not viewer.holds_anywhere(policies.READERS):
        raise Forbidden
    both = Q(policies.staffed(viewer, "one__"), policies.staffed(viewer, "other__"))
    here = Q(first=OuterRef("one"), second=OuterRef("other")) | Q(first=OuterRef("other"), second=OuterRef("one"))
    latest = Merger.objects.filter(here).order_by("-created_at").values("state")[:1]
    return (
        Twin.objects.filter(both, one__state__in=COMPARED, other__state__in=COMPARED)
        .select_related("call", "one", "other")
        .prefetch_related("one__activities", "other__activities")
        .annotate(
            merging=Subquery(latest, output_field=CharField()),
            one_place=area_name("one__community"),
            other_place=area_name("other__community"),
        )
        .order_by("-score", "id")
    )


def desk_twin(*, viewer: Actor, twin_id: UUID) -> Twin:
    """Give one of those pairs. Raises Forbidden to who is no staff, NotFound outside the areas."""
    found = desk_twins(viewer=viewer).filter(pk=twin_id).first()
    if found is None:
        raise NotFound
    return found


def searched(text: str) -> Q:
    """Give the condition that one of a pair, or its round, fits what was typed into a search box."""
    found = Proposal.objects.filter(matching(text)).values("pk")
    calls = Q(call__title__icontains=text) | Q(call__title_en__icontains=text)
    return Q(one__in=found) | Q(other__in=found) | calls
