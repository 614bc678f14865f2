"""Forms at an organisation: its next step, members, links, documents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from shanzhi.kernel.errors import Refusal
from shanzhi.organizations import operations, policies, queries
from shanzhi.organizations.forms.parts import EndForm, LinkForm, MemberForm, MoveForm, PaperForm, ReasonForm
from shanzhi.organizations.lifecycle import ORGANIZATION
from shanzhi.organizations.models import Organization, Part
from shanzhi.organizations.views.words import FORM, address_of, own_crumbs
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.forms import version
from shanzhi.ui.http import acting
from shanzhi.ui.methods import acts, form_page
from shanzhi.work.files import MOST_BYTES, FileTooLarge, UnknownFile

MOST_OFFERED = 1000


def frame(found: Organization, heading: str, button: str, lead: str = "", kind: str = "main") -> dict[str, Any]:
    """Give what a form at an organisation shows around its fields."""
    return {
        "heading": heading, "lead": lead or found.name, "button": button, "kind": kind, "back": address_of(found),
        "version": found.version, "crumbs": own_crumbs(found, heading),
    }  # fmt: skip


def guided(request: Any, organization_id: UUID) -> Organization:
    """Give a living organisation whose parts the visitor keeps."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    policies.require(policies.may_guide(actor=request.actor, seat=found.area, organization=found.pk))
    if not found.open:
        raise operations.ClosedAlready
    return found


def step_words(found: Organization) -> list[tuple[str, Any]]:
    """Name the steps that can be taken by hand, in words."""
    resume = _("Resumes as: %(state)s") % {"state": ORGANIZATION.states.get(found.rests_from, "")}
    return [
        (name, resume if name == "resume" else ORGANIZATION.moves[name].label) for name in operations.steps_from(found)
    ]


@login_required
@form_page
def move(request: Any, organization_id: UUID) -> HttpResponse:
    """Take the next step in the life of an organisation."""
    found = queries.organization(viewer=request.actor, organization_id=organization_id)
    policies.require(policies.may_manage(actor=request.actor, seat=found.area))
    if not found.open:
        raise operations.ClosedAlready
    form = MoveForm(sent(request), steps=step_words(found))

    def act(form: Any) -> str:
        values = {"organization_id": organization_id, "version": version(request) or 0, **form.cleaned_data}
        return address_of(operations.move_organization(**values, **acting(request)))

    lead = _("Now: %(state)s. Filing, its end and closing have pages of their own.") % {
        "state": ORGANIZATION.states[found.state]
    }
    context = frame(found, _("Change of state"), _("Take the step"), lead)
    return answer_form(request, form, act, context, done=_("The step is on record."), template=FORM)


@sensitive_post_parameters()
@login_required
@form_page
def member(request: Any, organization_id: UUID) -> HttpResponse:
    """Put somebody among the members."""
    found = guided(request, organization_id)

    def act(form: Any) -> str:
        operations.add_member(organization_id=organization_id, **form.cleaned_data, **acting(request))
        return address_of(found)

    context = frame(found, _("Add a member or contact"), _("Add"))
    return answer_form(request, MemberForm(sent(request)), act, context, done=_("The member is listed."), template=FORM)


@login_required
@form_page
def member_end(request: Any, organization_id: UUID, membership_id: UUID) -> HttpResponse:
    """End a membership."""
    found = guided(request, organization_id)
    queries.running_member(found=found, membership_id=membership_id)

    def act(form: Any) -> str:
        values = {"organization_id": organization_id, "membership_id": membership_id, **form.cleaned_data}
        operations.end_member(**values, **acting(request))
        return address_of(found)

    context = frame(found, _("End a membership"), _("End it"), kind="danger")
    form = EndForm(sent(request))
    return answer_form(request, form, act, context, done=_("The membership has ended."), template=FORM)


@sensitive_post_parameters()
@login_required
@form_page
def unmask(request: Any, organization_id: UUID) -> HttpResponse:
    """Show the names of the members in full once, for a reason; they are on this answer alone."""
    found = guided(request, organization_id)
    form, shown = ReasonForm(sent(request)), None
    if form.is_valid():
        try:
            shown = operations.unmask_members(
                organization_id=organization_id, reason=form.cleaned_data["reason"], **acting(request)
            )
        except operations.UnmaskReasonMissing as refusal:
            ui_forms.apply_refusal(form, refusal)
    context = frame(
        found, _("Members in full"), _("Show in full"), _("What you see is kept on record with the reason.")
    )
    people = [f"{one['name']} {one['phone']} · {Part(one['part']).label}" for one in shown] if shown else []
    context |= {"form": form, "people": people, "shown": shown is not None}
    status = 422 if form.is_bound and form.errors else 200
    answer = render(request, "organizations/unmask.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@form_page
def link(request: Any, organization_id: UUID) -> HttpResponse:
    """Hang an organisation on another one."""
    found = guided(request, organization_id)
    others = queries.organizations(viewer=request.actor).filter(closed_at=None).exclude(pk=found.pk)
    near = others.order_by("name").values("pk")[:MOST_OFFERED]
    form = LinkForm(sent(request), others=others.filter(pk__in=near).order_by("name"))

    def act(form: Any) -> str:
        values = {"tie": form.cleaned_data["tie"], "other_id": form.cleaned_data["other"].pk}
        operations.add_link(organization_id=organization_id, **values, **acting(request))
        return address_of(found)

    context = frame(found, _("Add a link"), _("Add"))
    return answer_form(request, form, act, context, done=_("The link is on record."), template=FORM)


@login_required
@acts
def link_end(request: Any, organization_id: UUID, link_id: UUID) -> HttpResponse:
    """End a link."""
    operations.end_link(organization_id=organization_id, link_id=link_id, **acting(request))
    return redirect("organizations:organization", organization_id=organization_id)


@login_required
@form_page
def document_new(request: Any, organization_id: UUID) -> HttpResponse:
    """Put a file beside an organisation, for its leaders and staff, or as the applicant of an open draft."""
    queries.documents(viewer=request.actor, organization_id=organization_id)
    if not queries.drafts(viewer=request.actor, organization_id=organization_id):
        guided(request, organization_id)
    form = PaperForm(sent(request), request.FILES or None)
    back = request.GET.get("application", "")
    to = queries.way_back(viewer=request.actor, organization_id=organization_id, application=back)
    if request.method == "POST" and form.is_valid():
        try:
            put_file(request, organization_id, form.cleaned_data["paper"], form.cleaned_data["file"])
        except Refusal as refusal:
            if refusal.status in (401, 403, 404):
                raise
            ui_forms.apply_refusal(form, refusal)
        else:
            return redirect(to)
    context = {
        "form": form, "heading": _("Add a document"), "back": to,
        "lead": _("Only who leads the organisation, the applicant and staff of the area see it."),
        "crumbs": [(_("Home"), "/"), (_("Back"), to), (_("Add a document"), "")],
    }  # fmt: skip
    return render(request, "organizations/file.html", context, status=422 if form.is_bound and form.errors else 200)


def put_file(request: Any, organization_id: UUID, paper: str, file: Any) -> None:
    """Read a file that was sent and keep it."""
    if file is None:
        raise UnknownFile(field="file")
    if (file.size or 0) > MOST_BYTES:
        raise FileTooLarge(field="file", most=MOST_BYTES // 1024**2)
    operations.add_document(
        organization_id=organization_id, paper=paper, name=file.name or "", content=file.read(), **acting(request)
    )


@login_required
def document(request: Any, document_id: UUID) -> FileResponse:
    """Give a file, always as a download."""
    file, path = queries.document(viewer=request.actor, document_id=document_id)
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )


@login_required
@acts
def document_remove(request: Any, organization_id: UUID, document_id: UUID) -> HttpResponse:
    """Take a file away."""
    operations.remove_document(organization_id=organization_id, document_id=document_id, **acting(request))
    back = request.POST.get("application", "")
    return redirect(queries.way_back(viewer=request.actor, organization_id=organization_id, application=back))
