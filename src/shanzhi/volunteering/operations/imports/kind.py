"""Lists of volunteers as one kind of the lists that offices send, and the name of the command that brings one in."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_noop

from shanzhi.places.operations.lists import Kind
from shanzhi.volunteering.exchange.headings import KNOWN
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models import VolunteerColumns, VolunteerImport, VolunteerRow

COMMAND: Final = "import volunteers"


def way_on(found: VolunteerImport) -> dict[str, Any]:
    """Give what the page of a job shows: the way to the import."""
    return {"url": f"/desk/volunteering/imports/{found.pk}/", "label": gettext_noop("To the import")}


IMPORTS: Final = Kind(
    lists=VolunteerImport, rows=VolunteerRow, columns=VolunteerColumns, link="of_import", life=IMPORT, headings=KNOWN,
    events="volunteering.import", way_on=way_on, person="person",
)  # fmt: skip
