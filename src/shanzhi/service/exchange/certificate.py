"""Certificates of service as PDF, with the fields of 民发〔2015〕149号."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shanzhi.people.documents import DOCUMENTS
from shanzhi.service.models import Certificate
from shanzhi.service.operations.printing import Copy
from shanzhi.ui import formatting
from shanzhi.ui.certificates import Sheet, certificates_pdf


def service_pdf(copies: Sequence[Copy], *, address: Callable[[Certificate], str], at: datetime) -> bytes:
    """Set certificates, one a page; `address` gives the whole address of the public check of one."""
    return certificates_pdf([_sheet(one, address(one.certificate)) for one in copies], at=at)


def content_words(found: Certificate) -> str:
    """Say what was done: kinds of tasks with their hours."""
    name = "name" if formatting.chinese() else "name_en"
    comma = "、" if formatting.chinese() else ", "
    return comma.join(f"{one[name]} {formatting.minutes(one['minutes'])}" for one in found.content)


def span_words(found: Any) -> str:
    """Say from when to when."""
    return f"{formatting.day(found.starts_on)} – {formatting.day(found.ends_on)}"


def _sheet(copy: Copy, address: str) -> Sheet:
    found = copy.certificate
    person = found.volunteer.human
    # a number of which no kind is noted came from a list or the outside service, and these take no other
    kind = DOCUMENTS.get(person.verified_against, DOCUMENTS["resident_id"])
    identity = f"{kind} {copy.id_number}" if copy.id_number else formatting.NONE
    rows = [
        (_("Name"), copy.name),
        (_("Identity document"), identity),
        (_("Volunteer number"), found.volunteer.number),
        (_("Days of service"), span_words(found)),
        (_("Verified service"), formatting.minutes(found.minutes)),
        (_("Times of service"), formatting.count(found.times)),
        (_("Content"), content_words(found)),
        (_("Issuer"), found.issuer_name),
        (_("Responsible person"), found.responsible),
        (_("Handled by"), found.handler),
        (_("Contact"), found.contact),
        (_("Certificate number"), found.number),
        (_("Date of issue"), formatting.day(found.issued_on)),
    ]
    made_up = person.synthetic or (found.organization is not None and found.organization.synthetic)
    return Sheet(
        title=str(found.get_paper_display()), rows=rows, address=address,
        check=_("Scan the code, or open the address, to check this paper."),
        foot=_("Each record was under notice inside the team and verified by a second person before it was counted."),
        made_up=_("Synthetic: these people are made up, and the paper proves nothing.") if made_up else "",
        signed=(_("Seal of the issuer"), _("Signature of the responsible person"), _("Signature of the handler")),
    )  # fmt: skip
