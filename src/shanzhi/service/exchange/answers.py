"""Files as answers, the same of pages and of the API: each has a name, and no machine between keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse

from shanzhi.people.middleware import moment
from shanzhi.service.exchange.certificate import service_pdf
from shanzhi.service.exchange.national import Collected
from shanzhi.service.models import Certificate, Evidence
from shanzhi.service.operations.printing import Copy


def check_address(request: HttpRequest, found: Certificate) -> str:
    """Give the whole address of the public check of a certificate."""
    return str(request.build_absolute_uri(reverse("service:checked", args=[found.code])))


def papers_answer(request: HttpRequest, copies: Sequence[Copy], number: int) -> HttpResponse:
    """Set certificates as a PDF; `number` names the file, the serial of one or the place of the first in a batch."""
    content = service_pdf(copies, address=lambda one: check_address(request, one), at=moment(request))
    return _file(content, "application/pdf", f"service-{number}.pdf")


def records_answer(found: Collected, kind: str) -> HttpResponse:
    """Give verified records for the national system as `csv`, else as JSON."""
    content, mime = (found.csv(), "text/csv") if kind == "csv" else (found.json(), "application/json")
    return _file(content, f"{mime}; charset=utf-8", f"service-{found.area}.{kind}")


def evidence_answer(found: Evidence, path: Path) -> FileResponse:
    """Give a file beside a record, always as a download; its ending says what it is kept as."""
    name = found.name if found.name.lower().endswith(f".{found.kind}") else f"{found.name}.{found.kind}"
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/octet-stream")
    answer["Cache-Control"] = "no-store"
    return answer


def _file(content: bytes | str, mime: str, name: str) -> HttpResponse:
    head = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=mime, headers=head)
