"""How imports and their rows read: states, outcomes, what is wrong and what would help, people masked."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shanzhi.kernel.identifiers import mask_name
from shanzhi.places.exchange.lists.masking import Masking
from shanzhi.ui import formatting
from shanzhi.volunteering import queries
from shanzhi.volunteering.exchange.headings import FIELDS
from shanzhi.volunteering.exchange.words import WHYS, aside, differing, faults
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models import RowDecision, RowMark, RowOutcome, RowStep, VolunteerImport, VolunteerRow

TONES: Final = {"checked": "warn", "written": "good", "undone": "plain", "read": "warn"}
OUTCOME_TONES: Final = {"new": "good", "merge": "accent", "doubtful": "warn", "refused": "bad"}
_MASKING: Final = Masking(
    whole=frozenset({"area_code", "minutes", "as_of", "registered_on"}),
    words=frozenset({"subdistrict", "community", "skills", "languages", "team"}),
    names=frozenset({"name"}),
    days=frozenset({"born_on"}),
)


def import_state(found: VolunteerImport) -> tuple[str, str]:
    """Say where an import stands."""
    return TONES.get(found.state, "accent"), str(IMPORT.states[found.state])


def outcome(row: VolunteerRow) -> tuple[str, str]:
    """Say what comes of a row, or what became of it."""
    if row.step in (RowStep.UNDONE, RowStep.STAYS):
        return ("plain" if row.step == RowStep.UNDONE else "warn"), str(RowStep(row.step).label)
    if row.step == RowStep.PASSED and row.outcome != RowOutcome.REFUSED:
        return "warn", str(RowStep.PASSED.label)
    if row.decision:
        return "accent", str(RowDecision(row.decision).label)
    return OUTCOME_TONES[row.outcome], str(RowOutcome(row.outcome).label)


def column_words(row: VolunteerRow) -> str:
    """Name the column at fault."""
    return str(FIELDS.get(row.field, ""))


def who(row: Any) -> str:
    """Give the volunteer number of a row that is taken, before that the masked name."""
    name = queries.told(row).get("name", "")
    return row.served_as or (mask_name(name) if name else formatting.NONE)


def effect(row: Any) -> str:
    """Say what a row does: whom it goes into and by which mark, what is wrong and what would help, what differs."""
    if row.why:
        return str(WHYS.get(row.why, row.why))
    told = queries.told(row)
    if row.outcome == RowOutcome.REFUSED:
        return faults(told.get("wrong", ()))
    parts = []
    if row.mark and row.decision not in (RowDecision.ANOTHER, RowDecision.LEAVE_OUT):
        words = _("Known by: %(mark)s, from row %(row)s") if row.of_row else _("Known by: %(mark)s")
        parts.append(words % {"mark": RowMark(row.mark).label, "row": row.of_row})
    parts += aside(told.get("aside", ()))
    if told.get("differs"):
        parts.append(
            _("Differs, and stays as on record: %(fields)s") % {"fields": "; ".join(differing(told["differs"]))}
        )
    return " · ".join(parts)


def cell(field: str, text: str) -> str:
    """Show a cell of the first rows; all that may tell who somebody is, or what nobody knows of, stays masked."""
    return _MASKING.cell(field, text)


def sheet_words(preview: queries.Preview) -> str:
    """Name a worksheet with the number of its rows."""
    return pgettext("worksheet", "%(name)s, %(rows)s rows") % {
        "name": preview.name, "rows": formatting.count(preview.count),
    }  # fmt: skip
