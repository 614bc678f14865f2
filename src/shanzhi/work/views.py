"""The page that shows how far a job is, and the list of one's own."""

from typing import Any, Final, Literal, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.ui.listing import ChoiceFilter, Column, DateRangeFilter, Empty, Listing, listing_response, page_of
from shanzhi.work import queries
from shanzhi.work.lifecycle import JOB
from shanzhi.work.models import Job

KINDS: Final = {
    "people.import": _("Import of people"),
    "assignments.run": _("Proposal of who helps where"),
    "ledger.bill": _("Bill taken into a book"),
    "ventures.import": _("Import of a round"),
    "organizations.register.check": _("Check of a register"),
    "organizations.register.take": _("Register taken"),
    "organizations.register.undo": _("Register taken back"),
    "voting.import": _("Import of an election"),  # none is begun any more; those of before are listed
}
TONES: Final[dict[str, pieces.Tone]] = {"waiting": "plain", "running": "accent", "done": "good", "failed": "bad"}


def _kind(job: Job) -> Any:
    return KINDS.get(job.kind, job.kind)


def _progress(job: Job) -> str:
    return f"{job.done:,} / {job.total:,}" if job.total else f"{job.done:,}"


def _search(rows: QuerySet[Job], text: str) -> QuerySet[Job]:
    """Find by a part of what the work is called, or of what kept it from ending well."""
    called = [kind for kind, words in KINDS.items() if text.casefold() in str(words).casefold()]
    return rows.filter(Q(kind__in=called) | Q(error__icontains=text))


JOBS: Final = Listing(
    key="jobs",
    columns=(
        Column("kind", _("Work"), value=_kind, sort="kind", url=page_of("work:job")),
        Column("state", _("State"), "tag", lambda job: (TONES[job.state], JOB.states[job.state]), sort="state"),
        Column("done", _("Progress"), value=_progress, sort="done", scale="amount"),
        Column("created_at", _("Started"), "datetime", sort="created_at"),
        Column("finished_at", _("Ended at"), "datetime", sort="finished_at", priority=2),
    ),
    default_sort="-created_at",
    filters=(
        ChoiceFilter("state", _("State"), choices=list(JOB.states.items())),
        ChoiceFilter("kind", _("Work"), choices=list(KINDS.items())),
        DateRangeFilter("created_at", _("Started")),
    ),
    search=_search,
    search_label=_("What the work is called"),
    empty=Empty(_("Nothing was done for you in the background yet"), _("Imports and other long work appear here.")),
)


@login_required
def jobs(request: Request) -> HttpResponse:
    """List the viewer's own jobs."""
    context = {
        "heading": _("Background work"),
        "lead": _("Long work that you started: how far it is, and what came of it."),
        "crumbs": [(_("Home"), "/"), (_("Background work"), "")],
    }
    answer: HttpResponse = listing_response(request, JOBS, queries.own_jobs(viewer=request.actor), context)
    return answer


def job(request: Request, job_id: UUID) -> HttpResponse:
    """Show a job; the page renews itself while the job lasts."""
    found = queries.job(viewer=request.actor, job_id=job_id)
    state = pieces.Progress(
        state=cast("Literal['waiting', 'running', 'done', 'failed']", found.state),
        done=found.done,
        total=found.total,
        text=found.error,
        url=request.path,
        result_url=found.result.get("url", ""),
        result_label=gettext(label) if (label := found.result.get("label")) else "",  # kept as the source has it
    )
    crumbs = [(_("Home"), "/"), (_("Background work"), reverse("work:jobs")), (_kind(found), "")]
    return render(
        request, "work/job.html", {"job": found, "heading": _kind(found), "progress": state, "crumbs": crumbs}
    )
