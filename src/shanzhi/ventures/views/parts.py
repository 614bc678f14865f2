"""From a sent part of a proposal to what the operation reads, and back to forms with what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from shanzhi.kernel.money import format_yuan
from shanzhi.ui.http import Request
from shanzhi.ventures import queries
from shanzhi.ventures.forms.team import PART_FIELDS, PART_FORMS, ROW_FORMS, ROWS, PartForm
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.operations import Problem

SPARE_ROWS: Final = 3
MOST_SENT_ROWS: Final = 80


@dataclass(slots=True)
class Part:
    """A part being edited: its form, and the table beside it where it has one."""

    name: str
    form: PartForm
    rows: BaseFormSet[Any] | None = None

    @property
    def unclear(self) -> bool:
        """Whether the place typed is none that can be taken; the form says so beside it."""
        return "community" in self.form.errors

    def show(self, problems: tuple[Problem, ...]) -> None:
        """Put each problem beside its field or cell."""
        for problem in problems:
            table, _, rest = problem.field.partition(".")
            number, _, cell = rest.partition(".")
            if self.rows is not None and cell and number.isdigit() and int(number) < len(self.rows.forms):
                self.rows.forms[int(number)].add_error(cell or None, str(problem.words))
            else:
                self.form.add_error(table if table in self.form.fields else None, str(problem.words))


def offers_of(proposal: Proposal, request: Request) -> dict[str, Any]:
    """Name the communities, themes and organisations that a proposal can choose from."""
    return {
        "community": queries.communities_for(found=proposal, at=request.now),
        "theme": [(theme, theme) for theme in proposal.call.themes],
        "organization": queries.organizations_for(viewer=request.actor, found=proposal),
    }


def _text(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return format_yuan(value).replace("¥", "") if name.endswith("_fen") and value else "" if value == 0 else value


def opened(proposal: Proposal, name: str, request: Request) -> Part:
    """Open a part on what is saved, with spare rows in its table."""
    saved = queries.content(proposal)
    initial = {key: _text(key, saved[key]) for key in PART_FIELDS[name]}
    form = PART_FORMS[name](initial=initial, offers=offers_of(proposal, request), theme=proposal.theme)
    table = ROWS.get(name)
    if table is None:
        return Part(name, form)
    rows = [{key: _text(key, value) for key, value in row.items()} for row in saved[table]]
    return Part(name, form, _rows(proposal, table, initial=rows))


def _rows(proposal: Proposal, table: str, *, initial: Any = None, data: QueryDict | None = None) -> BaseFormSet[Any]:
    made: Any = formset_factory(ROW_FORMS[table], extra=SPARE_ROWS, max_num=MOST_SENT_ROWS, absolute_max=MOST_SENT_ROWS)
    given: dict[str, Any] = {"prefix": table}
    if table == "budget":
        given["form_kwargs"] = {"categories": tuple(queries.category_choices(proposal.call))}
    rows: BaseFormSet[Any] = made(data, initial=initial, **given) if data is None else made(data, **given)
    return rows


def sent(proposal: Proposal, name: str, request: Request) -> tuple[Part, dict[str, Any]]:
    """Read a sent part: its forms, to be drawn again if needed, and the values for the operation as they were typed."""
    form = PART_FORMS[name](request.POST, offers=offers_of(proposal, request), theme=proposal.theme)
    form.full_clean()
    given: dict[str, Any] = {key: request.POST.get(key, "") for key in PART_FIELDS[name] if key in form.fields}
    if "community" in given:  # what was typed stands for the place that it names
        del given["community"]
        given |= {key: code for key, code in form.cleaned_data.items() if key == "community"}
    table = ROWS.get(name)
    if table is None:
        return Part(name, form), given
    rows = _rows(proposal, table, data=request.POST)
    rows.full_clean()
    given[table] = [_row(one) for one in rows.forms]
    return Part(name, form, rows), given


def _row(form: Any) -> dict[str, Any]:
    """Give the cells of a row as typed; an untouched row is left to the operation to drop."""
    cells = {name: form.data.get(form.add_prefix(name), "").strip() for name in form.fields}
    if not any(value for name, value in cells.items() if name not in ("source", "category")):
        return {}
    if "quantity" in cells and not cells["quantity"]:
        cells["quantity"] = "1"
    return cells
