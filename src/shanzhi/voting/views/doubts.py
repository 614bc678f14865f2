"""Doubtful faults of an election file, as a page asks about them: where they stand, and what becomes of each kind.

Every page that takes election files uses these, and answers by `exchange.treat_file`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render

from shanzhi.kernel.errors import Refusal
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.formatting import chinese
from shanzhi.ui.http import Request
from shanzhi.voting import exchange
from shanzhi.voting.forms import FAULTS, TreatmentForm
from shanzhi.voting.models import Upload
from shanzhi.voting.views.words import treatment_words

SHOWN_AT_ONCE: Final = 5


@dataclass(frozen=True)
class Question:
    """A kind of doubtful fault: where it stands in the file, and the field that says what becomes of it."""

    fault: Any
    times: int
    places: list[tuple[int, str]]
    bound: BoundField

    @property
    def first(self) -> list[tuple[int, str]]:
        """The places shown at once."""
        return self.places[:SHOWN_AT_ONCE]

    @property
    def further(self) -> list[tuple[int, str]]:
        """The places shown when asked for."""
        return self.places[SHOWN_AT_ONCE:]

    @property
    def left_out(self) -> int:
        """How many places are not listed."""
        return self.times - len(self.places)


def answers(request: Request, kept: Upload) -> TreatmentForm:
    """Give the form of the treatments: with what was sent, if this request answers, and with earlier choices."""
    return TreatmentForm(request.POST if answering(request) else None, kept=kept.summary, treatments=kept.treatments)


def answering(request: Request) -> bool:
    """Tell whether this request says how faults are to be treated."""
    return request.method == "POST" and "treat" in request.POST


def treat(request: Request, kept: Upload, doubts: TreatmentForm) -> bool:
    """Read the file again as told; tell whether it could be read so, otherwise the form has the errors."""
    if not doubts.is_valid():
        return False
    try:
        exchange.treat_file(actor=request.actor, upload_id=kept.pk, treatments=doubts.cleaned_data)
    except Refusal as refusal:
        ui_forms.apply_refusal(doubts, refusal)
        return False
    return True


def ask(request: Request, kept: Upload, doubts: TreatmentForm, *, crumbs: Any, again: str) -> HttpResponse:
    """Show the page that asks; `again` is the address where a corrected file is sent."""
    context = {"kept": kept, "doubts": doubts, "questions": questions(kept, doubts), "crumbs": crumbs, "again": again}
    return render(request, "voting/import_faults.html", context, status=422 if request.method == "POST" else 200)


def told(kept: Upload, doubts: TreatmentForm) -> dict[str, Any]:
    """Give what a preview tells of a file that can be read: what was mended, how faults are treated, and a way back."""
    return {
        "kept": kept,
        "doubts": doubts,
        "questions": questions(kept, doubts),
        "treatments": treatment_words(_chosen(kept)),
        "warnings": _words(kept.summary["warnings"]),
    }


def _words(notices: list[list[Any]]) -> list[tuple[int, str]]:
    """Give notices as line and words in the reader's language."""
    return [(n[0], n[1] + n[2] if chinese() else f"{n[3]} {n[4]}") for n in notices]


def questions(kept: Upload, doubts: TreatmentForm) -> list[Question]:
    """Put each field beside the places of its fault; what was answered before and left no place has none."""
    found = {doubt["name"]: doubt for part in ("open", "settled") for doubt in kept.summary.get(part, ())}
    made = []
    for name in doubts.fields:
        doubt = found.get(name, {"times": 0, "places": []})
        made.append(Question(FAULTS[name], doubt["times"], _words(doubt["places"]), doubts[name]))
    return made


def _chosen(kept: Upload) -> list[dict[str, Any]]:
    """Give the treatments chosen so far, as a poll would keep them."""
    settled = {doubt["name"]: doubt for doubt in kept.summary.get("settled", ())}
    entries = []
    for name, value in sorted(kept.treatments.items(), key=lambda pair: list(FAULTS).index(pair[0])):
        doubt = settled.get(name)
        line = doubt["places"][0][0] if doubt else 0
        entries.append({"name": name, "value": value, "times": doubt["times"] if doubt else 0, "line": line})
    return entries
