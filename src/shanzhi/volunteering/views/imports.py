"""The pages of imports: send a list, say what its columns are, look at what it would do, take it, take it back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.organizations.forms.registers import ColumnsForm
from shanzhi.places.exchange.lists.reading import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, ListTooLarge
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.places.views.lists import examples, progress
from shanzhi.ui import formatting
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import acting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.listing import page_of as own_page
from shanzhi.ui.methods import acts, form_page
from shanzhi.volunteering import policies, queries, tasks
from shanzhi.volunteering.exchange.headings import FIELDS, NAME
from shanzhi.volunteering.forms.imports import DecideRowForm, ImportForm
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models import RowMark, RowOutcome, RowStep, VolunteerImport, VolunteerRow
from shanzhi.volunteering.operations import imports as operations
from shanzhi.volunteering.views.frames import FORM, desk_steps
from shanzhi.volunteering.views.import_words import (
    cell,
    column_words,
    effect,
    import_state,
    outcome,
    sheet_words,
    who,
)

WORD: Final = gettext_lazy("Imports of volunteers")
BRING: Final = gettext_lazy("Bring in a list")


IMPORTS: Final = Listing(
    key="volunteer_imports",
    columns=(
        Column("name", gettext_lazy("Name of the file"), sort="name", url=own_page("volunteering:import")),
        Column("state", gettext_lazy("State"), "tag", value=import_state, sort="state"),
        Column("area", gettext_lazy("Code of the area"), sort="area"),
        Column("made", gettext_lazy("Put on record"), "number", lambda row: row.counts.get("made")),
        Column("merged", gettext_lazy("Filled in"), "number", lambda row: row.counts.get("merged")),
        Column("created_at", gettext_lazy("Sent on"), "datetime", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=IMPORT.choices()),
        DateRangeFilter("created_at", gettext_lazy("Sent on")),
    ),
    search=lambda rows, words: rows.filter(name__icontains=words.strip()),
    search_label=gettext_lazy("Part of the name of the file"),
    empty=Empty(
        gettext_lazy("No list of volunteers was brought in yet"),
        pgettext_lazy(
            "volunteer list",
            "The list that your office keeps in Excel is taken as it is, after a look at what it would do.",
        ),
        "/desk/volunteering/imports/new/",
        BRING,
    ),
)  # fmt: skip


def _opened(row: Any) -> str:
    """Give the page of the volunteer whom a row made or goes into, or that of a doubtful row."""
    if row.outcome == RowOutcome.DOUBTFUL and row.step == RowStep.WAITING:
        return reverse("volunteering:import_row", args=[row.of_import_id, row.pk])
    return reverse("volunteering:volunteer", args=[row.volunteer]) if row.served_as else ""


ROWS: Final = Listing(
    key="volunteer_rows",
    columns=(
        Column("number", gettext_lazy("Row"), "number", sort="number"),
        Column("sheet", gettext_lazy("Worksheet"), sort="sheet", priority=2),
        Column("who", gettext_lazy("Volunteer"), value=who, url=_opened),
        Column("outcome", gettext_lazy("Outcome"), "tag", value=outcome, sort="outcome"),
        Column("field", gettext_lazy("Column"), value=column_words, priority=2),
        Column("effect", gettext_lazy("What it does, or what would help"), value=effect),
    ),
    default_sort="number",
    filters=(
        ChoiceFilter("outcome", gettext_lazy("Outcome"), choices=RowOutcome.choices),
        ChoiceFilter("mark", gettext_lazy("Known by"), choices=RowMark.choices),
        ChoiceFilter("field", gettext_lazy("Column"), choices=list(FIELDS.items())),
        ChoiceFilter("step", pgettext_lazy("register", "Done with it"), choices=RowStep.choices),
        BooleanFilter("differs", gettext_lazy("Differs from the record"), apply=lambda yes: Q(differs=yes)),
    ),
    search=queries.search_rows,
    search_label=gettext_lazy("Number of the row, or volunteer number"),
    empty=Empty(gettext_lazy("Its rows are listed here once it was checked.")),
)


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return [(_("Home"), "/"), *desk_steps(), (WORD, reverse("volunteering:imports") if more else ""), *more]


def _page(found: VolunteerImport) -> str:
    return reverse("volunteering:import", args=[found.pk])


@login_required
def imports(request: Any) -> HttpResponse:
    """List the imports of the own areas."""
    rows = queries.imports(viewer=request.actor)
    lead = pgettext(
        "volunteer list",
        "Lists that offices keep in Excel: what became of each, and the way to take one back as a whole.",
    )
    context = {"heading": WORD, "lead": lead, "crumbs": _crumbs()}
    answer: HttpResponse = listing_response(request, IMPORTS, rows, context, template="volunteering/imports.html")
    return answer


@sensitive_post_parameters()
@login_required
@form_page
def import_new(request: Any) -> HttpResponse:
    """Take a list and read it."""
    policies.require(policies.may_bring_in(actor=request.actor))
    areas = queries.import_areas(viewer=request.actor, at=request.now)
    form = ImportForm(sent(request), request.FILES or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                size = MOST_BYTES // 1024**2
                raise ListTooLarge(field="file", rows=f"{MOST_ROWS:,}", columns=MOST_COLUMNS, size=size)
            found = operations.receive_import(
                area=form.cleaned_data["area"], name=file.name, content=file.read(), **acting(request)
            )
        except Refusal as refusal:
            if isinstance(refusal, Forbidden | NotFound | SignInNeeded) and refusal.field not in form.fields:
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            way = "volunteering:import_columns" if found.state == "read" else "volunteering:import"
            return redirect(way, found.pk)
    context = {"form": form, "heading": BRING, "crumbs": _crumbs((BRING, ""))}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "volunteering/import_new.html", context, status=status)


@login_required
@form_page
def import_columns(request: Any, import_id: UUID) -> HttpResponse:
    """Say which column holds what; then the list is checked."""
    found = queries.one_import(viewer=request.actor, import_id=import_id)
    if found.state not in ("read", "checked"):
        return redirect(_page(found))
    shown = queries.previews(viewer=request.actor, import_id=import_id)
    titles = list(dict.fromkeys(title for one in shown for title in one.titles if title))
    form = ColumnsForm(
        sent(request), titles=titles, sheets=[(one.name, sheet_words(one)) for one in shown], columns=found.columns,
        chosen=[one.name for one in shown if one.chosen], fields=FIELDS, needed=NAME,
    )  # fmt: skip

    def act(form: Any) -> str:
        columns = {field: form.cleaned_data[field] for field in FIELDS}
        chosen = {"sheets": form.cleaned_data["sheets"], "remember": form.cleaned_data["remember"]}
        made = operations.name_columns(import_id=found.pk, columns=columns, **chosen, **acting(request))
        tasks.check_import.enqueue(str(made.pk))
        return reverse("work:job", args=[made.job])

    heading = _("Columns of the list")
    context = {
        "heading": heading, "lead": found.name, "button": _("Check the list"), "back": _page(found),
        "shown": examples(found.columns, shown, cell), "crumbs": _crumbs((found.name, _page(found)), (heading, "")),
    }  # fmt: skip
    return answer_form(
        request, form, act, context, done=_("The check has begun; nothing is written to the record."),
        template="organizations/register_columns.html",
    )  # fmt: skip


@login_required
def one_import(request: Any, import_id: UUID) -> HttpResponse:
    """Show what a list would do or did, and its rows."""
    found = queries.one_import(viewer=request.actor, import_id=import_id)
    running = found.state in ("checking", "writing", "undoing")
    rows = queries.import_rows(found) if found.state not in ("read", "checking") else VolunteerRow.objects.none()
    counts = found.counts
    facts: list[tuple[Any, str]] = [
        (_("Rows read"), "rows"), (_("New volunteers"), "new"), (RowOutcome.MERGE.label, "merge"),
        (RowOutcome.DOUBTFUL.label, "doubtful"), (RowOutcome.REFUSED.label, "refused"),
        (_("Rows that differ from the record"), "differs"), (_("Put on record"), "made"), (_("Filled in"), "merged"),
        (RowStep.PASSED.label, "left_out"), (RowStep.UNDONE.label, "undone"), (RowStep.STAYS.label, "stays"),
    ]  # fmt: skip
    context = {
        "heading": found.name, "found": found, "state": import_state(found), "crumbs": _crumbs((found.name, "")),
        "facts": [(label, formatting.count(counts[name])) for label, name in facts if name in counts],
        "wanted": counts.get("new", 0) + counts.get("merge", 0) + counts.get("doubtful", 0),
        "doubtful": counts.get("doubtful", 0), "refused": counts.get("refused", 0),
        "progress": progress(found.state, queries.import_job(found)) if running or found.state == "read" else None,
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, ROWS, rows, context, template="volunteering/import.html")
    return answer


@login_required
@acts
def import_take(request: Any, import_id: UUID) -> HttpResponse:
    """Have a checked list taken."""
    queries.one_import(viewer=request.actor, import_id=import_id)
    found = operations.take_import(import_id=import_id, **acting(request))
    if found.state == "writing":
        tasks.write_import.enqueue(str(found.pk))
    return redirect("work:job", found.job)


@login_required
@acts
def import_forget(request: Any, import_id: UUID) -> HttpResponse:
    """Drop a list that is not to be taken."""
    queries.one_import(viewer=request.actor, import_id=import_id)
    operations.forget_import(import_id=import_id, **acting(request))
    messages.success(request, _("The list is dropped; nothing of it was put on record."))
    return redirect("volunteering:imports")


@login_required
@form_page
def import_undo(request: Any, import_id: UUID) -> HttpResponse:
    """Say what taking a list back means, and do it on yes."""
    found = queries.one_import(viewer=request.actor, import_id=import_id)
    if request.method == "POST":
        begun = operations.start_undo(import_id=import_id, **acting(request))
        if begun.state == "undoing":
            tasks.undo_import.enqueue(str(begun.pk))
        return redirect("work:job", begun.job)
    heading = _("Take the list back")
    context = {
        "heading": heading, "found": found, "back": _page(found), "made": found.counts.get("made", 0),
        "merged": found.counts.get("merged", 0), "crumbs": _crumbs((found.name, _page(found)), (heading, "")),
    }  # fmt: skip
    return render(request, "volunteering/import_undo.html", context)


@login_required
@form_page
def import_row(request: Any, import_id: UUID, row_id: int) -> HttpResponse:
    """Decide who a doubtful row is."""
    found, row = queries.import_row(viewer=request.actor, import_id=import_id, row_id=row_id)
    if found.state != "checked" or row.outcome != RowOutcome.DOUBTFUL:
        return redirect(_page(found))
    form = DecideRowForm(sent(request), initial={"decision": row.decision})

    def act(form: Any) -> str:
        operations.decide_row(import_id=found.pk, row_id=row.pk, **form.cleaned_data, **acting(request))
        return f"{_page(found)}?outcome=doubtful"

    heading = _("Row %(row)s") % {"row": row.number}
    words = _("Somebody of the same name, born on the same day, is on record or in a row before: %(what)s")
    if row.mark == RowMark.NUMBER:
        words = _("Somebody of the same name has this number of an office, which may not be yours: %(what)s")
    lead = words % {"what": effect(row)}
    context = {
        "heading": heading, "lead": lead, "button": _("Save"), "kind": "main", "back": _page(found),
        "crumbs": _crumbs((found.name, _page(found)), (_("Doubtful row"), "")),
    }  # fmt: skip
    return answer_form(request, form, act, context, done=_("The row is decided."), template=FORM)
