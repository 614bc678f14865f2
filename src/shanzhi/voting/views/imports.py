"""Elections from files: take the file, ask about its doubtful faults, show what it holds, make it a poll."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.forms import BoundField
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import Refusal
from shanzhi.places import queries as places
from shanzhi.tally.pabulib import spec_from_json
from shanzhi.tally.spec import Completion, Spec, Threshold
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.formatting import chinese
from shanzhi.ui.http import Request
from shanzhi.voting import exchange
from shanzhi.voting.forms import FAULTS, ImportForm, TreatmentForm, UploadForm
from shanzhi.voting.lifecycle import MANAGERS
from shanzhi.voting.models import Upload
from shanzhi.voting.views.words import rule_name, treatment_words

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


@login_required
def upload(request: Any) -> HttpResponse:
    """Take a Pabulib file."""
    if not request.actor.areas(MANAGERS):
        raise exchange.MayNotImport
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kept = _take(request, form.cleaned_data["file"])
            except Refusal as refusal:
                ui_forms.apply_refusal(form, refusal)
                status = refusal.status
            else:
                return redirect("voting:import_preview", kept.pk)
    crumbs = [(_("Home"), "/"), (_("Import an election"), "")]
    return render(request, "voting/import.html", {"form": form, "crumbs": crumbs}, status=status)


def _take(request: Any, given: Any) -> Upload:
    if given.size > exchange.largest():
        raise exchange.FileTooLarge(field="file", most=exchange.largest() // 1024 // 1024)
    return exchange.take_file(actor=request.actor, name=given.name, content=given.read(), at=request.now, ask=True)


def _areas(request: Request) -> list[tuple[str, str]]:
    """List the areas that the person may import into: the own ones and those directly below."""
    held = request.actor.areas(MANAGERS)
    codes = [code for code in held if code]
    for code in held:
        codes += [area.code for area in places.children(code, request.now)]
    names = places.full_names(codes)
    return [(code, names.get(code, code)) for code in codes]


@login_required
def import_preview(request: Any, upload_id: UUID) -> HttpResponse:
    """Ask how doubtful faults are to be treated; then show what a file holds, and make it a poll when told so."""
    kept = exchange.upload(viewer=request.actor, upload_id=upload_id)
    treating = request.method == "POST" and "treat" in request.POST
    doubts = TreatmentForm(request.POST if treating else None, kept=kept.summary, treatments=kept.treatments)
    if treating and (done := _treat(request, upload_id, doubts)):
        return done
    if kept.summary.get("open"):
        return _ask(request, kept, doubts)
    sent = request.POST if request.method == "POST" and not treating else None
    form = ImportForm(sent, initial=_initial(kept), areas=_areas(request))
    if sent is not None and (done := _import(request, kept, form)):
        return done
    return _show(request, kept, doubts, form)


def _treat(request: Any, upload_id: UUID, doubts: TreatmentForm) -> HttpResponse | None:
    """Read the file again as told; give nothing when it cannot be read so."""
    if not doubts.is_valid():
        return None
    try:
        exchange.treat_file(actor=request.actor, upload_id=upload_id, treatments=doubts.cleaned_data)
    except Refusal as refusal:
        ui_forms.apply_refusal(doubts, refusal)
        return None
    return redirect("voting:import_preview", upload_id)


def _import(request: Any, kept: Upload, form: ImportForm) -> HttpResponse | None:
    """Start the import; give nothing when it is refused."""
    if not form.is_valid():
        return None
    values = form.cleaned_data
    try:
        job = exchange.start_import(
            actor=request.actor,
            upload_id=kept.pk,
            title=values["title"],
            area=values["area"],
            spec=_spec(spec_from_json(kept.summary["spec"]), values),
            at=request.now,
        )
    except Refusal as refusal:
        ui_forms.apply_refusal(form, refusal)
        return None
    return HttpResponseRedirect(reverse("work:job", args=[job]))


def _initial(kept: Upload) -> dict[str, Any]:
    usual = spec_from_json(kept.summary["spec"])
    return {
        "title": kept.summary["title"][:200],
        "completion": usual.completion,
        "by_cost": usual.threshold.by_cost or None,
    }


def _crumbs(kept: Upload) -> list[tuple[str, str]]:
    return [(_("Home"), "/"), (_("Import an election"), reverse("voting:import")), (kept.name, "")]


def _ask(request: Any, kept: Upload, doubts: TreatmentForm) -> HttpResponse:
    context = {"kept": kept, "doubts": doubts, "questions": _questions(kept, doubts), "crumbs": _crumbs(kept)}
    return render(request, "voting/import_faults.html", context, status=422 if request.method == "POST" else 200)


def _show(request: Any, kept: Upload, doubts: TreatmentForm, form: ImportForm) -> HttpResponse:
    usual = spec_from_json(kept.summary["spec"])
    context = {
        "kept": kept,
        "form": form,
        "doubts": doubts,
        "questions": _questions(kept, doubts),
        "treatments": treatment_words(_chosen(kept)),
        "rule": rule_name({"rule": usual.rule, "satisfaction": usual.satisfaction, "completion": usual.completion}),
        "warnings": _words(kept.summary["warnings"]),
        "crumbs": _crumbs(kept),
    }
    return render(request, "voting/import_preview.html", context, status=422 if form.errors or doubts.errors else 200)


def _words(notices: list[list[Any]]) -> list[tuple[int, str]]:
    """Give notices as line and words in the reader's language."""
    return [(n[0], n[1] + n[2] if chinese() else f"{n[3]} {n[4]}") for n in notices]


def _questions(kept: Upload, doubts: TreatmentForm) -> list[Question]:
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


def _spec(usual: Spec, values: dict[str, Any]) -> Spec:
    """Put what the importer chose in the place of what the file says."""
    rule = values["rule"] or usual.rule
    completion: Completion = (values["completion"] or "none") if rule == "equal-shares" else "none"
    threshold: Threshold = replace(usual.threshold, by_cost=values["by_cost"] or 0)
    return replace(usual, rule=rule, completion=completion, threshold=threshold)
