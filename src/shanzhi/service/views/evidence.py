"""Files beside a record: adding one, fetching it, taking it away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import NotFound
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations, policies, queries
from shanzhi.service.exchange.answers import evidence_answer
from shanzhi.service.forms.records import EvidenceForm, WhyForm
from shanzhi.service.models import ServiceRecord
from shanzhi.service.views import frames
from shanzhi.service.views.frames import FORM, frame
from shanzhi.service.views.records import may_add_file, way
from shanzhi.ui import formatting
from shanzhi.ui.http import acting, viewing
from shanzhi.ui.methods import form_page
from shanzhi.work.files import MOST_BYTES, FileTooLarge


@login_required
@form_page
def add(request: Any, record_id: UUID) -> HttpResponse:
    """Put a photo or a PDF beside a record."""
    found = queries.record(record_id=record_id, **viewing(request))
    policies.require(policies.in_charge(actor=request.actor, record=found))
    if request.method != "POST" and (not may_add_file(found)):
        raise NotFound

    def act(form: Any) -> str:
        file = form.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise FileTooLarge(field="file", most=MOST_BYTES // 1024**2)
        operations.add_evidence(record_id=record_id, name=file.name or "", content=file.read(), **acting(request))
        return frames.record_page(found)

    lead = _("Its volunteer, who organised the service, and staff of the area see it; mates of the team do not.")
    context = frame(_("Add evidence"), _("Add the file"), frames.record_page(found), *way(request, found), lead=lead)
    form = EvidenceForm(sent(request), request.FILES if request.method == "POST" else None)
    return answer_form(request, form, act, context, done=_("It is on record."), template=FORM)


@login_required
def file(request: Any, evidence_id: UUID) -> FileResponse:
    """Give a file, always as a download that no machine between keeps."""
    found, path = queries.evidence(evidence_id=evidence_id, **viewing(request))
    return evidence_answer(found, path)


@login_required
@form_page
def remove(request: Any, evidence_id: UUID) -> HttpResponse:
    """Take a file away, for a reason."""
    row = queries.evidence_row(evidence_id=evidence_id, **viewing(request))
    found: ServiceRecord = row.record
    policies.require(policies.in_charge(actor=request.actor, record=found))
    if request.method != "POST":
        if row.removed_at is not None:  # a second press gets the first answer
            raise NotFound
        policies.require(operations.against_removing(request.actor, found))

    def act(form: Any) -> str:
        operations.remove_evidence(evidence_id=evidence_id, **form.cleaned_data, **acting(request))
        return frames.record_page(found)

    lead = f"{row.name} · {formatting.file_size(row.size)} · " + _(
        "The file is deleted; that there was one, and why it was taken away, stays on record."
    )
    context = frame(
        _("Take the file away"), _("Take it away"), frames.record_page(found), *way(request, found), lead=lead,
        kind="danger",
    )  # fmt: skip
    return answer_form(request, WhyForm(sent(request)), act, context, done=_("It is on record."), template=FORM)
