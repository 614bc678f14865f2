"""The door to runs of matching: requests take part in them, and their pages and lists of what is asked tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.assignments.models import Run
from shanzhi.assignments.wants import Asked, Section, Source, register
from shanzhi.kernel.actor import Actor
from shanzhi.places import queries as places
from shanzhi.timebank import queries, wants
from shanzhi.timebank.operations.matches import close_matches, keep_matches
from shanzhi.ui import formatting


def section(viewer: Actor, run: Run) -> Section | None:
    """Say on the page of a run what it came to for requests; None where it had none."""
    if not run.wants:
        return None
    counts = queries.match_counts(viewer=viewer, run=run)
    facts = (
        (_("Requests with somebody who suits"), run.wants_filled),
        (_("To be asked"), counts.get("proposed", 0)),
        (_("Asked, no answer yet"), counts.get("asked", 0)),
        (_("Offered to help"), counts.get("answered", 0)),
        (_("Not this one, or did not answer"), counts.get("declined", 0) + counts.get("lapsed", 0)),
    )  # fmt: skip
    lead = _("Members of the time bank who suit requests of neighbours. Who keeps the bank asks them.")
    return Section(_("Requests of neighbours"), lead, facts, ways(viewer, run, counts))


def left(viewer: Actor, run: Run) -> int:
    """Count the pairs of a run that nobody was asked for yet."""
    return queries.match_counts(viewer=viewer, run=run).get("proposed", 0)


def ways(viewer: Actor, run: Run, counts: dict[str, int]) -> list[tuple[Any, str]]:
    """Give the ways on from a run: asking, for who may; the pairs; what stays open."""
    found = [(_("Who suits which request"), reverse("timebank:matched", args=[run.pk]))]
    if run.state == "proposed" and counts.get("proposed", 0) and queries.helpers_to_ask(viewer=viewer, run=run, most=1):
        found.insert(0, (_("Choose members to ask"), reverse("timebank:matched_ask", args=[run.pk])))
    if run.wants > run.wants_filled:
        found.append((_("Requests left open"), reverse("timebank:matched_open", args=[run.pk])))
    return found


def asked(viewer: Actor, at: datetime) -> list[Asked]:
    """List the requests that a viewer is asked for."""
    rows = queries.asked_to_help(viewer=viewer, at=at)
    names = places.names({one.post.area for one in rows})
    return [
        Asked(
            title=one.post.title, when=formatting.moment(one.post.starts_at),
            where=f"{names.get(one.post.area, one.post.area)} · {one.post.bank.name}",
            url=reverse("timebank:post", args=[one.post_id]),
            decline_url=reverse("timebank:match_decline", args=[one.pk]),
        )
        for one in rows
    ]  # fmt: skip


register(
    Source(
        prefix=wants.PREFIX, there=wants.there, read=wants.read, keep=keep_matches, close=close_matches,
        left=left, section=section, asked=asked, bound=wants.bound,
    )
)  # fmt: skip
