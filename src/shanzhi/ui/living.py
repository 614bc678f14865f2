"""The living page: every piece in every state."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext

from shanzhi.ui import pieces, samples


def _sections() -> list[tuple[str, str]]:
    return [
        ("type", pgettext("example", "Type and numbers")),
        ("buttons", pgettext("example", "Buttons and tags")),
        ("notices", pgettext("example", "Notices")),
        ("phases", pgettext("example", "Phase line")),
        ("money", pgettext("example", "Purse and money bars")),
        ("card", pgettext("example", "Card of a proposal")),
        ("list", pgettext("example", "List")),
        ("tabs", pgettext("example", "Tabs")),
        ("tasks", pgettext("example", "Task list")),
        ("timeline", pgettext("example", "Timeline")),
        ("people", pgettext("example", "People and digests")),
        ("form", pgettext("example", "Form")),
        ("answers", pgettext("example", "Check your answers")),
        ("confirmation", pgettext("example", "Confirmation")),
        ("progress-pieces", pgettext("example", "Progress")),
        ("map", pgettext("example", "Map")),
        ("charts", pgettext("example", "Charts")),
        ("qr", pgettext("example", "QR card")),
        ("empty", pgettext("example", "Empty state")),
        ("sheet", pgettext("example", "Printable sheet")),
    ]


def show(request: HttpRequest) -> HttpResponse:
    """Draw the living page; open to everyone, since nothing on it is real."""
    context = {
        "crumbs": [pieces.Crumb(pgettext("example", "Pieces"))],
        "sections": _sections(),
        "moment": samples.events()[0].at,
        "phases": samples.phases(),
        "cards": samples.cards(),
        "list_page": samples.list_page(request),
        "list_heading": pgettext("example", "Projects"),
        "empty_page": samples.list_page(request, rows=False),
        "empty_heading": pgettext("example", "No projects"),
        "tabs": [
            pieces.Tab(pgettext("example", "What it is"), "#tabs", current=True),
            pieces.Tab(pgettext("example", "Talk"), "#tabs", count=12),
            pieces.Tab(pgettext("example", "Money"), "#tabs"),
        ],
        "tasks": samples.tasks(),
        "events": samples.events(),
        "digest": samples.DIGEST,
        "form": samples.sample_form(),
        "answers": samples.answers(),
        "progresses": samples.progresses(),
        "shapes": samples.shapes(),
        "charts": samples.charts(),
    }
    return render(request, "ui/pieces_page.html", context)
