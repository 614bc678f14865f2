"""The pages of registers: send one, say what its columns are, look at what it would do, take it, take it back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.organizations import operations, policies, queries, tasks
from shanzhi.organizations.exchange.headings import FIELDS
from shanzhi.organizations.forms.registers import ColumnsForm, DecideForm, RegisterForm
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import Decision, Mark, Organization, Outcome, RegisterRow, Step
from shanzhi.organizations.views.register_words import cell, column_words, effect, outcome, register_state, sheet_words
from shanzhi.organizations.views.words import FORM, desk_crumbs
from shanzhi.places.exchange.lists.reading import MOST_BYTES, ListTooLarge
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.places.views.lists import examples, progress
from shanzhi.ui import formatting
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import acting
from shanzhi.ui.listing import BooleanFilter, ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response
from shanzhi.ui.listing import page_of as own_page
from shanzhi.ui.methods import acts, form_page

WORD: Final = gettext_lazy("Registers of offices")
BRING: Final = gettext_lazy("Bring in a register")
STARTED: Final = {"checking": tasks.check_register, "writing": tasks.write_register, "undoing": tasks.undo_register}


def _search_files(rows: Any, words: str) -> Any:
    return rows.filter(name__icontains=words.strip())


REGISTERS: Final = Listing(
    key="registers",
    columns=(
        Column("name", gettext_lazy("Name of the file"), sort="name", url=own_page("organizations:register")),
        Column("state", gettext_lazy("State"), "tag", value=register_state, sort="state"),
        Column("area", gettext_lazy("Code of the area"), sort="area"),
        Column("made", gettext_lazy("Put on record"), "number", lambda row: row.counts.get("made")),
        Column("merged", gettext_lazy("Filled in"), "number", lambda row: row.counts.get("merged")),
        Column("created_at", gettext_lazy("Sent on"), "datetime", sort="created_at"),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", gettext_lazy("State"), choices=REGISTER.choices()),
        DateRangeFilter("created_at", gettext_lazy("Sent on")),
    ),
    search=_search_files,
    search_label=gettext_lazy("Part of the name of the file"),
    empty=Empty(
        gettext_lazy("No register was brought in yet"),
        gettext_lazy("The list that your office keeps in Excel is taken as it is, after a look at what it would do."),
        "/desk/organizations/registers/new/",
        BRING,
    ),
)  # fmt: skip


def _opened(row: Any) -> str:
    """Give the page of the organisation that a row made or goes into, or that of a doubtful row."""
    if row.outcome == Outcome.DOUBTFUL and row.step == Step.WAITING:
        return reverse("organizations:register_row", args=[row.register_id, row.pk])
    return reverse("organizations:organization", args=[row.organization]) if row.body_name else ""


ROWS: Final = Listing(
    key="register_rows",
    columns=(
        Column("number", gettext_lazy("Row"), "number", sort="number"),
        Column("sheet", gettext_lazy("Worksheet"), sort="sheet", priority=2),
        Column("name", gettext_lazy("Name of the organisation"), sort="name", url=_opened),
        Column("outcome", gettext_lazy("Outcome"), "tag", value=outcome, sort="outcome"),
        Column("field", gettext_lazy("Column"), value=column_words, priority=2),
        Column("effect", gettext_lazy("What it does, or what would help"), value=effect),
    ),
    default_sort="number",
    filters=(
        ChoiceFilter("outcome", gettext_lazy("Outcome"), choices=Outcome.choices),
        ChoiceFilter("mark", gettext_lazy("Known by"), choices=Mark.choices),
        ChoiceFilter("field", gettext_lazy("Column"), choices=list(FIELDS.items())),
        ChoiceFilter("step", pgettext_lazy("register", "Done with it"), choices=Step.choices),
        BooleanFilter("differs", gettext_lazy("Differs from the record"), apply=lambda yes: Q(differs=yes)),
    ),
    search=queries.search_rows,
    search_label=gettext_lazy("Number of the row, or part of the name"),
    empty=Empty(gettext_lazy("Its rows are listed here once it was checked.")),
)


def _crumbs(*more: tuple[Any, str]) -> list[tuple[Any, str]]:
    return desk_crumbs((WORD, reverse("organizations:registers") if more else ""), *more)


@login_required
def registers(request: Any) -> HttpResponse:
    """List the registers of the own areas."""
    rows = queries.registers(viewer=request.actor)
    lead = _("Lists that offices keep in Excel: what became of each, and the way to take one back as a whole.")
    context = {"heading": WORD, "lead": lead, "crumbs": _crumbs()}
    answer: HttpResponse = listing_response(request, REGISTERS, rows, context, template="organizations/registers.html")
    return answer


@sensitive_post_parameters()
@login_required
@form_page
def register_new(request: Any) -> HttpResponse:
    """Take a register and read it."""
    policies.require(policies.may_create(actor=request.actor))
    areas = queries.import_areas(viewer=request.actor, at=request.now)
    form = RegisterForm(sent(request), request.FILES or None, areas=areas)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise ListTooLarge(field="file", rows="200,000", columns=200, size=MOST_BYTES // 1024**2)
            found = operations.receive_register(
                area=form.cleaned_data["area"], name=file.name, content=file.read(), **acting(request)
            )
        except Refusal as refusal:
            if isinstance(refusal, Forbidden | NotFound | SignInNeeded) and refusal.field not in form.fields:
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            return redirect("organizations:register_columns", found.pk)
    context = {"form": form, "heading": BRING, "crumbs": _crumbs((BRING, ""))}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "organizations/register_new.html", context, status=status)


@login_required
@form_page
def register_columns(request: Any, register_id: UUID) -> HttpResponse:
    """Say which column holds what; then the register is checked."""
    found = queries.register(viewer=request.actor, register_id=register_id)
    if found.state not in ("read", "checked"):
        return redirect("organizations:register", found.pk)
    shown = queries.previews(viewer=request.actor, register_id=register_id)
    titles = list(dict.fromkeys(title for one in shown for title in one.titles if title))
    form = ColumnsForm(
        sent(request), titles=titles, sheets=[(one.name, sheet_words(one)) for one in shown], columns=found.columns,
        chosen=[one.name for one in shown if one.chosen],
    )  # fmt: skip

    def act(form: Any) -> str:
        columns = {field: form.cleaned_data[field] for field in FIELDS}
        chosen = {"sheets": form.cleaned_data["sheets"], "remember": form.cleaned_data["remember"]}
        made = operations.name_columns(register_id=found.pk, columns=columns, **chosen, **acting(request))
        tasks.check_register.enqueue(str(made.pk))
        return reverse("work:job", args=[made.job])

    heading = _("Columns of the register")
    context = {
        "heading": heading, "lead": found.name, "button": _("Check the register"),
        "shown": examples(found.columns, shown, cell), "back": reverse("organizations:register", args=[found.pk]),
        "crumbs": _crumbs((found.name, reverse("organizations:register", args=[found.pk])), (heading, "")),
    }  # fmt: skip
    return answer_form(
        request, form, act, context, done=_("The check has begun; nothing is written to the record."),
        template="organizations/register_columns.html",
    )  # fmt: skip


@login_required
def register(request: Any, register_id: UUID) -> HttpResponse:
    """Show what a register would do or did, and its rows."""
    found = queries.register(viewer=request.actor, register_id=register_id)
    running = found.state in STARTED
    rows = queries.register_rows(found) if found.state not in ("read", "checking") else RegisterRow.objects.none()
    counts = found.counts
    facts: list[tuple[Any, str]] = [
        (_("New organisations"), "new"), (Outcome.MERGE.label, "merge"), (Outcome.DOUBTFUL.label, "doubtful"),
        (Outcome.REFUSED.label, "refused"), (_("Rows that differ from the record"), "differs"),
        (_("Put on record"), "made"), (_("Filled in"), "merged"), (Step.PASSED.label, "left_out"),
        (Step.UNDONE.label, "undone"), (Step.STAYS.label, "stays"),
    ]  # fmt: skip
    context = {
        "heading": found.name, "found": found, "state": register_state(found), "crumbs": _crumbs((found.name, "")),
        "facts": [(label, formatting.count(counts[name])) for label, name in facts if name in counts],
        "wanted": counts.get("new", 0) + counts.get("merge", 0) + counts.get("doubtful", 0),
        "doubtful": counts.get("doubtful", 0), "refused": counts.get("refused", 0),
        "progress": progress(found.state, queries.register_job(found)) if running or found.state == "read" else None,
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, ROWS, rows, context, template="organizations/register.html")
    return answer


@login_required
@acts
def register_take(request: Any, register_id: UUID) -> HttpResponse:
    """Have a checked register taken."""
    queries.register(viewer=request.actor, register_id=register_id)
    found = operations.take_register(register_id=register_id, **acting(request))
    if found.state == "writing":
        tasks.write_register.enqueue(str(found.pk))
    return redirect("work:job", found.job)


@login_required
@form_page
def register_undo(request: Any, register_id: UUID) -> HttpResponse:
    """Say what taking a register back means, and do it on yes."""
    found = queries.register(viewer=request.actor, register_id=register_id)
    own = reverse("organizations:register", args=[found.pk])
    if request.method == "POST":
        begun = operations.start_undo(register_id=register_id, **acting(request))
        if begun.state == "undoing":
            tasks.undo_register.enqueue(str(begun.pk))
        return redirect("work:job", begun.job)
    heading = _("Take the register back")
    context = {
        "heading": heading, "found": found, "back": own, "made": found.counts.get("made", 0),
        "merged": found.counts.get("merged", 0), "crumbs": _crumbs((found.name, own), (heading, "")),
    }  # fmt: skip
    return render(request, "organizations/register_undo.html", context)


@login_required
@form_page
def register_row(request: Any, register_id: UUID, row_id: int) -> HttpResponse:
    """Decide what a doubtful row is."""
    found, row = queries.register_row(viewer=request.actor, register_id=register_id, row_id=row_id)
    own = reverse("organizations:register", args=[found.pk])
    if found.state != "checked" or row.outcome != Outcome.DOUBTFUL:
        return redirect(own)
    bodies = queries.candidates(row)
    seats = queries.seat_names([body.area for body, *_rest in bodies if body is not None])
    offered = [(key, _candidate(body, mark, of_row, name, seats)) for body, key, mark, of_row, name in bodies]
    given = f"same:{row.organization}" if row.decision == Decision.SAME else row.decision
    form = DecideForm(
        sent(request), bodies=offered, another=not operations.another_impossible(row), initial={"choice": given}
    )

    def act(form: Any) -> str:
        decision, _colon, key = form.cleaned_data["choice"].partition(":")
        values = {"decision": decision, "organization_id": UUID(key) if key else None}
        operations.decide_row(register_id=found.pk, row_id=row.pk, **values, **acting(request))
        return f"{own}?outcome=doubtful"

    heading = _("Row %(row)s: %(name)s") % {"row": row.number, "name": row.name}
    lead = _("Compare it with what is on record, and say what it is. Nothing is written yet.")
    context = {
        "heading": heading, "lead": lead, "button": _("Save"), "kind": "main", "back": own,
        "crumbs": _crumbs((found.name, own), (_("Doubtful row"), "")),
    }  # fmt: skip
    return answer_form(request, form, act, context, done=_("The row is decided."), template=FORM)


def _candidate(body: Organization | None, mark: str, of_row: int | None, name: str, seats: dict[str, str]) -> str:
    """Name an organisation that a row may be, with its seat and the mark."""
    by = Mark(mark).label
    if body is None:
        return _("The same as row %(row)s: %(name)s (by: %(mark)s)") % {"row": of_row, "name": name, "mark": by}
    where = seats.get(body.area, body.area)
    return _("The same as %(name)s, %(where)s (by: %(mark)s)") % {"name": body.name, "where": where, "mark": by}
