"""How registers and their rows read: states, outcomes, what is wrong and what would help, people masked."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from shanzhi.organizations import queries
from shanzhi.organizations.exchange.headings import FIELDS
from shanzhi.organizations.exchange.register_words import CURES, differing, fault
from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models import (
    Decision,
    Mark,
    Outcome,
    RegisterImport,
    RegisterRow,
    Step,
)
from shanzhi.places.exchange.lists.masking import Masking
from shanzhi.ui import formatting

TONES: Final = {"checked": "warn", "written": "good", "undone": "plain", "read": "warn"}
OUTCOME_TONES: Final = {"new": "good", "merge": "accent", "doubtful": "warn", "refused": "bad"}
WHYS: Final = {
    "changed": gettext_lazy("It was changed since, so it stays as it is."),
    "people": gettext_lazy("Its people were changed since, so it stays as it is."),
    "used": gettext_lazy("It is in use: roles, documents, filings or projects name it, so it stays."),
    "closed": gettext_lazy("It was closed since, so it stays on record."),
    "meanwhile": CURES["meanwhile"],
    "closed_meanwhile": CURES["closed_meanwhile"],
}
_MASKING: Final = Masking(
    whole=frozenset({"name", "credit_code", "former", "number", "filed_on", "founded_on", "area_code"}),
    words=frozenset({"subdistrict", "community", "kind", "size"}),
    names=frozenset({"in_charge"}),
)


def register_state(found: RegisterImport) -> tuple[str, str]:
    """Say where a register stands."""
    return TONES.get(found.state, "accent"), str(REGISTER.states[found.state])


def outcome(row: RegisterRow) -> tuple[str, str]:
    """Say what comes of a row, or what became of it."""
    if row.step in (Step.UNDONE, Step.STAYS):
        return ("plain" if row.step == Step.UNDONE else "warn"), str(Step(row.step).label)
    if row.step == Step.PASSED and row.outcome != Outcome.REFUSED:
        return "warn", str(Step.PASSED.label)
    if row.decision:
        return "accent", str(Decision(row.decision).label)
    return OUTCOME_TONES[row.outcome], str(Outcome(row.outcome).label)


def column_words(row: RegisterRow) -> str:
    """Name the column at fault."""
    return str(FIELDS.get(row.field, ""))


def effect(row: Any) -> str:
    """Say what a row does: what it goes into and by which mark, what is wrong and what would help, what differs."""
    if row.why:
        return str(WHYS.get(row.why, row.why))
    told = queries.told(row)
    if row.outcome == Outcome.REFUSED:
        return " ".join(fault(*one) for one in told.get("wrong", ()))
    parts = []
    if row.outcome == Outcome.DOUBTFUL and not row.decision:
        names = _(", ").join(name for _key, _mark, _row, name in row.twins)
        parts.append(_("Perhaps %(names)s, by: %(mark)s") % {"names": names, "mark": Mark(row.mark).label})
    elif row.mark and row.decision not in (Decision.ANOTHER, Decision.LEAVE_OUT):
        name = row.body_name or _("that of row %(row)s") % {"row": row.of_row}
        parts.append(_("%(name)s, by: %(mark)s") % {"name": name, "mark": Mark(row.mark).label})
    if told.get("differs"):
        parts.append(_("Differs: %(fields)s") % {"fields": "; ".join(differing(told["differs"]))})
    return " · ".join(parts)


def cell(field: str, text: str) -> str:
    """Show a cell of the first rows; people, and what nobody knows of, stay masked."""
    return _MASKING.cell(field, text)


def sheet_words(preview: queries.Preview) -> str:
    """Name a worksheet with the number of its rows."""
    return pgettext("worksheet", "%(name)s, %(rows)s rows") % {
        "name": preview.name, "rows": formatting.count(preview.count),
    }  # fmt: skip
