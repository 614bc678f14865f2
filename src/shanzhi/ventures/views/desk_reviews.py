"""The review queue, one review with the whole proposal beside its check list, many decided at once, reviewers named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Forbidden, NotFound, Refusal, SignInNeeded
from shanzhi.people.models import ROLE_LABELS, Person
from shanzhi.places import queries as places
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.forms import PageForm
from shanzhi.ui.http import Request
from shanzhi.ui.listing import BooleanFilter, Column, Listing, listing_response
from shanzhi.ui.methods import form_page
from shanzhi.ventures import exchange, operations, policies, queries
from shanzhi.ventures.forms.desk import AssignForm, BatchForm, ReviewDecisionForm
from shanzhi.ventures.lifecycle import REVIEWERS
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.operations.reviews import MOST_AT_ONCE
from shanzhi.ventures.views import words
from shanzhi.ventures.views.desk_frames import answer_form, call_address, put_refusal, run_once, sent
from shanzhi.ventures.views.rows import proposal_tags

Crumbs = list[tuple[Any, str]]


def _crumbs(*more: tuple[Any, str]) -> Crumbs:
    crumbs: Crumbs = [(_("Home"), "/"), (_("Reviews"), reverse("ventures:desk_reviews")), *more]
    crumbs[-1] = (crumbs[-1][0], "")
    return crumbs


def _box(one: Proposal) -> str:
    """Draw the box that picks a proposal for the form below the list."""
    label = gettext("Pick no. %(number)s") % {"number": one.number}
    return format_html(
        '<label class="check"><input type="checkbox" name="proposal" value="{}" form="batch">'
        '<span class="unseen">{}</span></label>',
        one.pk,
        label,
    )


_COLUMNS: Final = {column.key: column for column in exchange.REVIEW_QUEUE.columns}
QUEUE: Final[Listing] = replace(
    exchange.REVIEW_QUEUE,
    columns=(
        _COLUMNS["title"],
        Column("pick", _("Pick"), value=_box, in_export=False),
        *(column for column in exchange.REVIEW_QUEUE.columns if column.key not in ("title", "state")),
    ),
    filters=(
        BooleanFilter(
            "mine",
            _("Assigned"),
            apply=lambda yes: Q(mine_due__gt=0) if yes else Q(mine_due=0),
            yes=_("To me"),
            no=_("Not to me"),
        ),
        *exchange.REVIEW_QUEUE.filters,
    ),
)


def require_reviews(request: Request) -> None:
    """Refuse who reviews nowhere."""
    if not request.actor.holds_anywhere(REVIEWERS):
        raise Forbidden


@login_required
def queue(request: Request) -> HttpResponse:
    """List what waits for review in the own areas, with the number still due."""
    require_reviews(request)
    rows = queries.review_queue(viewer=request.actor)
    waiting = rows.order_by().values("pk").count()
    due = ngettext("%(count)s proposal waits for review.", "%(count)s proposals wait for review.", waiting)
    context = {
        "heading": _("Reviews"),
        "lead": due % {"count": f"{waiting:,}"},
        "waiting": waiting,
        "crumbs": _crumbs(),
    }
    answer: HttpResponse = listing_response(request, QUEUE, rows, context, template="ventures/desk/reviews.html")
    return answer


def _next(request: Request, besides: UUID) -> tuple[Proposal | None, int]:
    """Give the proposal to review next, those assigned to the viewer first, and how many wait."""
    rows: QuerySet[Any] = queries.review_queue(viewer=request.actor).exclude(pk=besides)
    rows = rows.order_by("-mine_due", "submitted_at", "id")
    return rows.first(), rows.order_by().values("pk").count()


@login_required
@form_page
def review(request: Request, proposal_id: UUID) -> HttpResponse:
    """Show the whole proposal beside its check list; take the decision."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    policies.require_reviewer(request.actor, found)
    form = ReviewDecisionForm(sent(request), checklist=found.call.checklist)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                run_once(request, lambda: _decide(request, found, form))
            except (Forbidden, NotFound, SignInNeeded):
                raise
            except Refusal as refusal:
                put_refusal(form, refusal, {"answers": "decision"})
                status = refusal.status
            else:
                return redirect("ventures:desk_review_done", proposal_id)
    context = _review_context(request, found) | {"form": form, "version": ui_forms.version(request) or found.version}
    return render(request, "ventures/desk/review.html", context, status=status)


def _decide(request: Request, found: Proposal, form: ReviewDecisionForm) -> dict[str, Any]:
    data = form.cleaned_data
    decided = operations.decide(
        actor=request.actor,
        proposal_id=found.pk,
        version=ui_forms.version(request) or 0,
        decision=data["decision"],
        answers=[operations.Answer(*answer) for answer in form.answers()],
        reason=data["reason"],
        deadline=data["deadline"] if data["decision"] == "return" else None,
        at=request.now,
    )
    return {"state": decided.state}


def _review_context(request: Request, found: Proposal) -> dict[str, Any]:
    reviews = list(queries.reviews_of(viewer=request.actor, found=found))
    mine = [one for one in reviews if request.actor.is_person(one.reviewer_id) and one.round == found.review_round]
    review_ends = next((one.ends_at for one in found.call.phases.all() if one.kind == "review"), None)
    return {
        "proposal": found,
        "call": found.call,
        "call_url": call_address(request, found.call),
        "tags": proposal_tags(found),
        "place": " ".join(places.full_names([found.community]).values()) if found.community else "",
        "people": queries.people_of(viewer=request.actor, found=found),
        "shares": queries.verdict_of(found).shares,
        "reviews": words.reviews_of(reviews),
        "done_before": any(one.state == "done" for one in mine),
        "open": found.state == "submitted" and found.call.state in ("submission", "review"),
        "review_ends": review_ends,
        "crumbs": _crumbs((found.title, "")),
    }


@login_required
def review_done(request: Request, proposal_id: UUID) -> HttpResponse:
    """Confirm a review, and offer the proposal that waits next."""
    found = queries.proposal(viewer=request.actor, proposal_id=proposal_id)
    policies.require_reviewer(request.actor, found)
    following, waiting = _next(request, found.pk)
    happens = {
        "submitted": _("Your review is kept. More reviewers have to pass this proposal before it passes."),
        "passed": _("It will be in the public notice, and then on the ballot."),
        "returned": _("The team sees your reason and can mend it until the deadline; then it comes back to the queue."),
        "rejected": _("The team sees your reason."),
    }
    context = {
        "proposal": found,
        "title": f"{found.number} {found.title}: {proposal_tags(found)[0].text}",
        "text": happens.get(found.state, ""),
        "following": following,
        "waiting": waiting,
        "crumbs": _crumbs((found.title, reverse("ventures:desk_review", args=[found.pk])), (_("Sent"), "")),
    }
    return render(request, "ventures/desk/review_done.html", context)


def _ids(request: Request) -> list[UUID]:
    """Read which proposals were picked, not more than a batch; what is no id is left out."""
    found = []
    source = request.POST if request.method == "POST" else request.GET
    for text in source.getlist("proposal")[:MOST_AT_ONCE]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def picked(request: Request) -> list[Proposal]:
    """Give the proposals that were picked, as far as they wait for the viewer's review."""
    wanted = _ids(request)
    return list(queries.review_queue(viewer=request.actor).filter(pk__in=wanted)) if wanted else []


def _none_picked(request: Request) -> HttpResponse:
    messages.warning(request, _("Pick at least one proposal that still waits for review."))
    return redirect("ventures:desk_reviews")


@login_required
@form_page
def batch(request: Request) -> HttpResponse:
    """Pass or reject many at once, each for itself; say of each what came of it."""
    require_reviews(request)
    chosen = picked(request)
    form = BatchForm(sent(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _has_reason(form):
            answer = run_once(request, lambda: _decide_many(request, form))
            return render(request, "ventures/desk/batch_done.html", _outcome(request, answer["lines"]))
    if not chosen:
        return _none_picked(request)
    context = {"form": form, "chosen": chosen, "crumbs": _crumbs((_("Decide together"), ""))}
    return render(request, "ventures/desk/batch.html", context, status=status)


def _has_reason(form: BatchForm) -> bool:
    if form.cleaned_data["decision"] == "reject" and not form.cleaned_data["reason"].strip():
        ui_forms.apply_refusal(form, operations.ReasonMissing(field="reason"))
    return not form.errors


def _decide_many(request: Request, form: BatchForm) -> dict[str, Any]:
    lines = operations.decide_many(
        actor=request.actor,
        proposal_ids=_ids(request),
        decision=form.cleaned_data["decision"],
        reason=form.cleaned_data["reason"],
        at=request.now,
    )
    return {"lines": [[str(one.proposal_id), one.refusal.text if one.refusal else ""] for one in lines]}


def _outcome(request: Request, lines: Sequence[Sequence[str]]) -> dict[str, Any]:
    titles = dict(
        queries.proposals(viewer=request.actor).filter(pk__in=[line[0] for line in lines]).values_list("pk", "title")
    )
    refused = [(titles.get(UUID(pk), pk), pk, why) for pk, why in lines if why]
    done = len(lines) - len(refused)
    said = ngettext("%(count)s proposal decided", "%(count)s proposals decided", done) % {"count": done}
    left = queries.review_queue(viewer=request.actor).order_by().values("pk").count()
    return {"title": said, "refused": refused, "left": left, "crumbs": _crumbs((_("Decide together"), ""))}


@login_required
@form_page
def assign(request: Request) -> HttpResponse:
    """Give picked proposals to a reviewer, all or none."""
    require_reviews(request)
    chosen = picked(request)
    if not chosen:
        return _none_picked(request)
    people = queries.reviewers(viewer=request.actor, found=chosen[0], at=request.now)
    prefetch_related_objects(people, "role_grants")
    offers = [(str(one.pk), _reviewer_words(one)) for one in people]
    form: PageForm = AssignForm(sent(request), offers=offers)

    def act(filled: Any) -> str:
        count = operations.assign(
            actor=request.actor,
            proposal_ids=[one.pk for one in chosen],
            reviewer_id=UUID(filled.cleaned_data["reviewer"]),
            deadline=filled.cleaned_data["deadline"],
            at=request.now,
        )
        said = ngettext("%(count)s proposal given to the reviewer.", "%(count)s proposals given.", count)
        messages.success(request, said % {"count": count})
        return reverse("ventures:desk_reviews")

    context = {"chosen": chosen, "crumbs": _crumbs((_("Give to a reviewer"), ""))}
    return answer_form(request, form, act, "ventures/desk/assign.html", context)


def _reviewer_words(person: Person) -> str:
    """Name a reviewer by the masked name and the roles, for several may share the first."""
    roles = {str(ROLE_LABELS[grant.role]) for grant in person.role_grants.all() if grant.role in REVIEWERS}  # type: ignore[index]  # a role's value is the role
    return f"{person.name} ({', '.join(sorted(roles))})"
