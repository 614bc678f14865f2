"""Certificates at the desk: the list, issuing one or many, a batch, printing for the issuer, withdrawing."""

from __future__ import annotations

from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shanzhi.kernel.errors import Forbidden, NotFound
from shanzhi.places.views.frames import answer_form, sent
from shanzhi.service import operations, policies, queries, tasks
from shanzhi.service.exchange.answers import check_address, papers_answer
from shanzhi.service.exchange.certificate import content_words, span_words
from shanzhi.service.forms.papers import CertificateForm
from shanzhi.service.forms.records import WhyForm
from shanzhi.service.models import Certificate
from shanzhi.service.operations.printing import SHEETS, issuer_copy, issuer_sheets
from shanzhi.service.operations.refusals import BatchMade
from shanzhi.service.views import frames
from shanzhi.service.views.frames import FORM, desk_steps, frame
from shanzhi.service.views.listings import CERTIFICATES
from shanzhi.ui import formatting
from shanzhi.ui.http import acting
from shanzhi.ui.listing import listing_response
from shanzhi.ui.methods import acts, form_page
from shanzhi.ui.pieces import Answer, Progress

WORDS: Final = {
    "valid": ("success", gettext_lazy("This paper is valid.")),
    "withdrawn": ("error", gettext_lazy("This paper was withdrawn and proves nothing any more.")),
    "unknown": ("error", gettext_lazy("There is no paper with this number and code. Compare both with the paper.")),
}


def steps() -> tuple[tuple[Any, str], ...]:
    """Give the way to the certificates at the desk."""
    return (*desk_steps(), (_("Certificates"), reverse("service:certificates")))


@login_required
def certificates(request: Any) -> HttpResponse:
    """List the certificates that one's office or organisation issued."""
    queries.require_desk(request.actor)
    rows = queries.certificates(viewer=request.actor)
    context = {
        "heading": _("Certificates"), "may": policies.may_order(request.actor),
        "batches": list(queries.batches(viewer=request.actor).order_by("-ordered_at")[:5]),
        "crumbs": [(_("Home"), "/"), *desk_steps(), (_("Certificates"), "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(request, CERTIFICATES, rows, context, template="service/certificates.html")
    return answer


@login_required
@form_page
def issue(request: Any) -> HttpResponse:
    """Issue a certificate, or many at once by a job."""
    if not policies.may_order(request.actor):
        raise Forbidden
    today = timezone.localdate(request.now)
    own = next(iter(request.actor.areas(policies.AGREERS)), "")
    form = CertificateForm(
        sent(request), bodies=queries.issuing_bodies(viewer=request.actor), areas=frames.acting_areas(request),
        initial={"starts_on": date(today.year, 1, 1), "ends_on": today, "area": own},
    )  # fmt: skip

    def act(form: Any) -> str:
        number = form.cleaned_data["number"].strip()
        if number:
            made = operations.issue_certificate(number=number, paper=form.paper(), **acting(request))
            return frames.certificate_page(made)
        batch = operations.order_batch(paper=form.paper(), **acting(request))
        tasks.write_batch.enqueue(str(batch.pk))
        return reverse("service:batch", args=[batch.pk])

    lead = _("Only what this issuer organised and a second person verified is counted.")
    context = frame(_("Issue certificates"), _("Issue"), reverse("service:certificates"), *steps(), lead=lead)
    return answer_form(request, form, act, context, done=_("It is under way."), template=FORM)


@login_required
def batch(request: Any, batch_id: UUID) -> HttpResponse:
    """Show how far a batch is, with its certificates."""
    found = queries.batch(viewer=request.actor, batch_id=batch_id)
    passed = queries.passed_over(found)
    heading = _("Certificates of a batch")
    context = {
        "batch": found, "heading": heading, "passed": passed,
        "may": policies.may_withdraw(actor=request.actor, found=found) is None,
        "lead": f"{found.issuer_name} · {span_words(found)}",
        "progress": Progress(
            found.made + passed, found.wanted, "done" if found.state == "written" else "running", _("Certificates")
        ),
        "sheets": [
            (first, min(first + SHEETS - 1, found.made)) for first in range(1, found.made + 1, SHEETS)
        ],
        "crumbs": [(_("Home"), "/"), *steps(), (heading, "")],
    }  # fmt: skip
    answer: HttpResponse = listing_response(
        request, CERTIFICATES, queries.certificates(viewer=request.actor).filter(batch=found), context,
        template="service/batch.html",
    )  # fmt: skip
    return answer


@login_required
@acts
def go_on(request: Any, batch_id: UUID) -> HttpResponse:
    """Have a batch go on that stands still; what is made stays, and nothing is made twice."""
    try:
        found = operations.go_on(actor=request.actor, batch_id=batch_id)
    except BatchMade as refusal:
        messages.error(request, refusal.text)
    else:
        tasks.write_batch.enqueue(str(found.pk))
    return redirect("service:batch", batch_id)


@login_required
def sheets(request: Any, batch_id: UUID, first: int) -> HttpResponse:
    """Give a hundred certificates of a batch as a PDF for the issuer, names and identity numbers masked."""
    copies = issuer_sheets(actor=request.actor, batch_id=batch_id, first=first)
    return papers_answer(request, copies, first)


@login_required
def certificate(request: Any, certificate_id: UUID) -> HttpResponse:
    """Show a certificate to its holder and its issuer."""
    found = queries.certificate(viewer=request.actor, certificate_id=certificate_id)
    own = request.actor.is_person(found.volunteer.person_id)
    may = policies.may_withdraw(actor=request.actor, found=found) is None
    context = {
        "certificate": found, "heading": str(found.get_paper_display()), "state": frames.certificate_state(found),
        "pairs": pairs(found), "own": own, "may": may, "address": check_address(request, found),
        "synthetic": found.volunteer.human.synthetic,
        "crumbs": [(_("Home"), "/"), *way(own), (found.number, "")],
    }  # fmt: skip
    return render(request, "service/certificate.html", context)


def way(own: bool) -> tuple[tuple[Any, str], ...]:
    """Give the way to a certificate, as its reader came."""
    return ((_("My service"), reverse("service:mine")),) if own else steps()


def pairs(found: Certificate) -> list[Answer]:
    """Give a certificate in words, the name masked."""
    known = [
        Answer(_("Certificate number"), found.number),
        Answer(_("Volunteer number"), found.volunteer.number),
        Answer(_("Name"), frames.shown_name(found.volunteer)),
        Answer(_("Days of service"), span_words(found)),
        Answer(_("Verified service"), formatting.minutes(found.minutes)),
        Answer(_("Times of service"), formatting.count(found.times)),
        Answer(_("Content"), content_words(found)),
        Answer(_("Issuer"), found.issuer_name),
        Answer(_("Responsible person"), found.responsible),
        Answer(_("Handled by"), found.handler),
        Answer(_("Contact"), found.contact),
        Answer(_("Date of issue"), formatting.day(found.issued_on)),
    ]
    return [*known, *([Answer(_("Why it is withdrawn"), found.withdrawn_reason)] if found.withdrawn_at else [])]


@login_required
def copy(request: Any, certificate_id: UUID) -> HttpResponse:
    """Give a certificate as its issuer prints it, masked."""
    made = issuer_copy(actor=request.actor, certificate_id=certificate_id)
    return papers_answer(request, [made], made.certificate.serial)


@login_required
@form_page
def withdraw(request: Any, certificate_id: UUID) -> HttpResponse:
    """Withdraw a certificate."""
    found = queries.certificate(viewer=request.actor, certificate_id=certificate_id)
    policies.require(policies.may_withdraw(actor=request.actor, found=found))
    if request.method != "POST" and found.withdrawn_at is not None:  # a second press gets the first answer
        raise NotFound

    def act(form: Any) -> str:
        operations.withdraw_certificate(certificate_id=certificate_id, **form.cleaned_data, **acting(request))
        return frames.certificate_page(found)

    lead = _("The number stays, and the public check says that it is withdrawn. This cannot be undone.")
    own = frames.certificate_page(found)
    context = frame(_("Withdraw the certificate"), _("Withdraw it"), own, *steps(), lead=lead, kind="danger")
    return answer_form(
        request, WhyForm(sent(request)), act, context, done=_("The certificate is withdrawn."), template=FORM
    )
