"""The API of service records: the same operations and queries as the pages."""

from shanzhi.service.api import words
from shanzhi.service.api.evidence import router as evidence
from shanzhi.service.api.files import router as files
from shanzhi.service.api.papers import router as papers
from shanzhi.service.api.records import router
from shanzhi.service.api.way import router as way

for part in (papers, files, way, evidence):
    router.add_router("", part)

__all__ = ["router", "words"]
