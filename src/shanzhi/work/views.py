"""The page that shows how far a job is."""

from typing import Literal, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from shanzhi.ui import pieces
from shanzhi.ui.http import Request
from shanzhi.work import queries


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
        result_label=found.result.get("label", ""),
    )
    return render(request, "work/job.html", {"job": found, "progress": state})
