"""What pages of money share: the figures as chart, table and pairs; the frame of forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from shanzhi.funding.forms import CONDITIONS
from shanzhi.funding.models import Grant
from shanzhi.funding.queries import LineFigure, shortened
from shanzhi.funding.views import listings
from shanzhi.people.models import Person
from shanzhi.places.views.frames import answer_form
from shanzhi.ui import formatting
from shanzhi.ui.forms import PageForm
from shanzhi.ui.pieces import Chart, Series, Table

FORM = "funding/form.html"


def spending(lines: Sequence[LineFigure], at: datetime) -> dict[str, Any]:
    """Give the chart of what was spent by line in whole yuan, with its exact table; without lines, nothing."""
    if not lines:
        return {"chart": None}
    shown = shortened(lines)
    most = max(lines, key=lambda one: one.spent)
    title = _("Most was spent on “%(line)s”") % {"line": most.name} if most.spent else _("Nothing was spent yet")
    chart = Chart(
        title=title, kind="bars_across", categories=[one.name for one in shown],
        series=[
            Series(_("Spent"), [one.spent // 100 for one in shown]),
            Series(_("Remaining"), [one.left // 100 for one in shown]),
        ],
        x_label=_("Line"), y_label=_("Amount"), unit=_("yuan"), source=_("The ledger of this site"), at=at,
        key="spending",
    )  # fmt: skip
    rows = [[one.name, *map(formatting.yuan, (one.budget, one.spent, one.left))] for one in shown]
    return {"chart": chart, "table": Table([_("Line"), _("Budget"), _("Spent"), _("Remaining")], rows)}


def tranche_rows(found: Grant) -> list[dict[str, Any]]:
    """Give the tranches of a grant with condition and state in words."""
    return [
        {
            "pk": one.pk, "number": one.number, "amount": one.amount_fen, "state": one.state,
            "condition": CONDITIONS.get(one.condition, one.condition), "due_on": one.due_on,
            "tag": listings.state_tag(one),
        }
        for one in found.tranches.order_by("number")
    ]  # fmt: skip


def names_of(people: Iterable[UUID | None]) -> dict[UUID, str]:
    """Give masked names of people, in one query."""
    return {one.pk: str(one.name) for one in Person.objects.filter(pk__in={one for one in people if one})}


def form_view(
    request: HttpRequest, form: PageForm, act: Callable[[Any], str], *, heading: str, lead: str, button: str, done: str,
    crumbs: list[tuple[Any, str]], back: str, kind: str = "main", **more: Any,
) -> HttpResponse:  # fmt: skip
    """Show a form, or do what it asks."""
    context = {
        "heading": heading, "lead": lead, "button": button, "kind": kind, "back": back,
        "crumbs": [*crumbs, (heading, "")], **more,
    }  # fmt: skip
    return answer_form(request, form, act, context, done=done, template=FORM)
