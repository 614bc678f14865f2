"""The living page: every piece in every state."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from shanzhi.ui import pieces, samples


def _sections() -> list[tuple[str, str]]:
    return [
        ("type", _("Type and numbers")),
        ("buttons", _("Buttons and tags")),
        ("notices", _("Notices")),
        ("phases", _("Phase line")),
        ("money", _("Purse and money bars")),
        ("card", _("Card of a proposal")),
        ("list", _("List")),
        ("tabs", _("Tabs")),
        ("tasks", _("Task list")),
        ("timeline", _("Timeline")),
        ("people", _("People and digests")),
        ("form", _("Form")),
        ("answers", _("Check your answers")),
        ("confirmation", _("Confirmation")),
        ("progress-pieces", _("Progress")),
        ("map", _("Map")),
        ("charts", _("Charts")),
        ("qr", _("QR card")),
        ("empty", _("Empty state")),
        ("sheet", _("Printable sheet")),
    ]


def show(request: HttpRequest) -> HttpResponse:
    """Draw the living page; open to everyone, since nothing on it is real."""
    context = {
        "crumbs": [pieces.Crumb(_("Pieces"))],
        "sections": _sections(),
        "moment": samples.events()[0].at,
        "phases": samples.phases(),
        "cards": samples.cards(),
        "list_page": samples.list_page(request),
        "list_heading": _("Projects"),
        "empty_page": samples.list_page(request, rows=False),
        "empty_heading": _("No projects"),
        "tabs": [
            pieces.Tab(_("What it is"), "#tabs", current=True),
            pieces.Tab(_("Talk"), "#tabs", count=12),
            pieces.Tab(_("Money"), "#tabs"),
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
