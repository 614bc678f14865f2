"""What the pages of lists that offices send show alike: examples of each column, and how far a job has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, cast

from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.places.exchange.lists.kept import Preview
from shanzhi.ui import formatting, pieces
from shanzhi.work.models import Job


def examples(
    columns: Mapping[str, str], shown: Sequence[Preview], cell: Callable[[str, str], str]
) -> list[tuple[str, str]]:
    """Give each heading with what stands below it in the first rows.

    `columns` gives for each field its heading; `cell` writes what stands in the column of a field, people masked.
    """
    fields = {title: field for field, title in columns.items()}
    found: dict[str, str] = {}
    for one in shown:
        for column, title in enumerate(one.titles):
            cells = [cell(fields.get(title, ""), row[column]) for row in one.rows if column < len(row)]
            found.setdefault(title, _(", ").join(dict.fromkeys(text for text in cells if text)))
    return [(title, text or formatting.NONE) for title, text in found.items() if title]


def progress(state: str, job: Job | None) -> pieces.Progress | None:
    """Show how far the job of a list in this state is; one that failed says why."""
    if job is None or (state == "read" and job.state != "failed"):
        return None
    how = cast("Literal['waiting', 'running', 'done', 'failed']", job.state)
    return pieces.Progress(
        state=how, done=job.done, total=job.total, text=job.error, url=reverse("work:job", args=[job.pk])
    )
