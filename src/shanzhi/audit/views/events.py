"""Events in words: of the own areas, one alone, and the history of a thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shanzhi.audit import queries, subjects
from shanzhi.audit.models import Event
from shanzhi.audit.views.changes import changes_of
from shanzhi.audit.views.public import in_type
from shanzhi.kernel.canonical import canonical
from shanzhi.ui import formatting, pieces
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.pieces import Answer

MOST_ACTORS: Final = 50
Pairs = Iterable[tuple[str, Any]]


def address_of(event: Event) -> str:
    """Give the page of an event; '' where what it was about is hidden from its reader."""
    return "" if subjects.is_hidden(event) else reverse("audit:event", args=[event.pk])


def history_of(event: Event) -> str:
    """Give the address of the history of what an event was about; '' where its reader has none to open."""
    if not subjects.has_history(event):
        return ""
    return reverse("audit:history", args=[event.subject_type, event.subject_id])


def _lines(event: Event) -> SafeString:
    lines = [(line,) for line in changes_of(event)]
    inner = format_html_join("", '<span class="log-line">{}</span>', lines)
    return format_html('<span class="log-lines">{}</span>', inner) if lines else inner


def _request_of(event: Event) -> SafeString | str:
    """Give the number of the request as code, so that no reader takes its letters for words."""
    return format_html("<code>{}</code>", event.request_id) if event.request_id else ""


def _verbs(request: HttpRequest) -> Pairs:
    """Offer the verbs that there are, in words."""
    return sorted(request.audit_verbs.items(), key=lambda pair: pair[1])  # type: ignore[attr-defined]  # set by the views


def _actors(request: HttpRequest) -> Pairs:
    """Offer who acted."""
    return request.audit_actors  # type: ignore[attr-defined, no-any-return]  # set by the views


def _by(actor: str) -> Q:
    if actor == "system":
        return Q(actor_person__isnull=True)
    if actor == "people":
        return Q(actor_person__isnull=False)
    return Q(known_actor=actor)  # as `subjects.named` gives it: not of events whose actor the viewer may not read


def _found(rows: QuerySet[Event], words: str) -> QuerySet[Event]:
    """Find by words of the reason, the number of the request, the digest, or words of what was done."""
    meant = [verb for verb, told in subjects.verbs().items() if words.lower() in told.lower()]
    return rows.filter(Q(reason__icontains=words) | Q(request_id=words) | Q(digest=words.lower()) | Q(verb__in=meant))


WHEN: Final = Column("at", gettext_lazy("When"), "datetime", sort="id")
WHAT: Final = Column("verb", gettext_lazy("What"), value=lambda event: subjects.verb_words(event.verb), url=address_of)
ABOUT: Final = Column("about", gettext_lazy("About"), value=subjects.title_of, url=history_of)
CHANGES: Final = Column(
    "changes", gettext_lazy("Changes"), value=_lines, export=lambda event: "\n".join(changes_of(event))
)
WHY: Final = Column("reason", gettext_lazy("Why"))
WHO: Final = Column("who", gettext_lazy("Who"), value=subjects.actor_of)
REQUEST: Final = Column(
    "request_id", gettext_lazy("Request number"), value=_request_of, export=lambda event: event.request_id, priority=3
)
DIGEST: Final = Column("digest", gettext_lazy("Digest"), on_page=False)
EVENTS: Final = Listing(
    key="events",
    columns=(WHEN, WHAT, ABOUT, WHO, WHY, REQUEST, DIGEST),
    default_sort="-at",
    filters=(
        ChoiceFilter("verb", gettext_lazy("What"), choices=_verbs),
        ChoiceFilter("actor", gettext_lazy("Who"), choices=_actors, apply=_by),
        DateRangeFilter("at", gettext_lazy("When")),
    ),
    search=_found,
    search_label=gettext_lazy("Reason, what was done, request number or digest"),
    empty=Empty(
        gettext_lazy("Nothing is recorded here that your role may read"),
        gettext_lazy("What people with roles do in your areas will stand here."),
    ),
)
HISTORY: Final = replace(EVENTS, key="history", columns=(WHEN, WHAT, CHANGES, WHO, WHY, REQUEST, DIGEST))


@login_required
def events(request: Request) -> HttpResponse:
    """List what was done in the viewer's areas."""
    rows = queries.desk_events(viewer=request.actor)
    _offer(request, subjects.verbs(), [("people", pgettext("who acted", "People")), ("system", _("The system"))])
    context = {
        "heading": _("What was done"),
        "lead": _("Every act in your areas: who did what, when and why. Names are masked."),
        "crumbs": [(_("Home"), "/"), (_("What was done"), "")],
    }
    answer: HttpResponse = listing_response(request, EVENTS, rows, context)
    return answer


def _offer(request: HttpRequest, verbs: dict[str, str], actors: list[tuple[str, str]]) -> None:
    request.audit_verbs = verbs  # type: ignore[attr-defined]  # read by the filters of the listing
    request.audit_actors = actors  # type: ignore[attr-defined]


def _who(told: QuerySet[Any]) -> list[tuple[str, str]]:
    """Offer each who acted to those who may read that; to others, people and the system."""
    system = ("system", _("The system"))
    known = told.filter(known_actor__isnull=False).order_by("actor_person").distinct("actor_person")[:MOST_ACTORS]
    people = [(str(one.actor_person), subjects.actor_of(one)) for one in known]
    return [*(people or [("people", pgettext("who acted", "People"))]), system]


@login_required
def history(request: Request, kind: str, subject_id: str) -> HttpResponse:
    """Show what was done to one thing."""
    return history_response(request, kind, subject_id, {})


def history_response(
    request: Request, kind: str, subject_id: str, context: dict[str, Any], *, template: str = "audit/history.html"
) -> HttpResponse:
    """Answer with the history of a thing; other rooms give their own crumbs, and a template with tabs of their own."""
    life = queries.life(viewer=request.actor, kind=kind, subject_id=subject_id, at=request.now)
    told = life.events.order_by()
    verbs = {verb: subjects.verb_words(verb) for verb in told.values_list("verb", flat=True).distinct()}
    _offer(request, verbs, _who(told))
    title = str(life.shown.title)
    shown = {
        "heading": _("History"),
        "lead": title,
        "crumbs": [(_("Home"), "/"), (title, life.shown.url), (_("History"), "")],
        **context,
    }
    answer: HttpResponse = listing_response(request, HISTORY, life.events, shown, template=template)
    return answer


@login_required
def event(request: Request, number: int) -> HttpResponse:
    """Show one event whole, with all that is needed to take its digest again."""
    found = queries.event(viewer=request.actor, number=number, at=request.now)
    reads = queries.reads_whole(viewer=request.actor, found=found)
    whole = queries.whole(viewer=request.actor, found=found) if reads else None
    told = [
        Answer(_("When"), formatting.moment(found.at)),
        Answer(_("Who"), subjects.actor_of(found)),
        Answer(_("About"), subjects.title_of(found)),
        Answer(_("Why"), found.reason or formatting.NONE),
        Answer(_("Request number"), _request_of(found) or formatting.NONE),
    ]
    context = {
        "event": found,
        "title": subjects.verb_words(found.verb),
        "tone": subjects.tone(found.verb),
        "answers": told,
        "changes": changes_of(found),
        "content": canonical(whole["content"]).decode() if whole else "",
        "sealed": _sealed(found, whole),
        "history": history_of(found),
        "place": queries.position_of(found),
        "crumbs": [(_("Home"), "/"), (subjects.title_of(found), history_of(found)), (str(found.pk), "")],
    }
    return render(request, "audit/event.html", context)


def _sealed(found: Event, whole: dict[str, Any] | None) -> list[Answer]:
    digest = Answer(_("Digest"), in_type(found.digest))
    return [digest, Answer(_("Nonce"), in_type(whole["nonce"]))] if whole else [digest]


def timeline_of(found: Iterable[Event]) -> list[pieces.Event]:
    """Tell events, fetched through `queries.life`, as the life of a thing, in the order given."""
    return [
        pieces.Event(
            one.at,
            subjects.verb_words(one.verb),
            "\n".join([*changes_of(one), one.reason]).strip(),
            who=subjects.actor_of(one),
            url=address_of(one),
            tone=subjects.tone(one.verb),  # type: ignore[arg-type]  # rooms register tones alone
        )
        for one in found
    ]
