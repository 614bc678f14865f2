"""The certificate of a filing as PDF: number, name, dates, a QR code to the page on which anybody checks it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from shanzhi.organizations.models import Filing, Organization
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.pdf import qr_svg, typeset

LAYOUT: Final = Path(__file__).resolve().parents[1] / "templates" / "organizations" / "certificate.typ"


def certificate_pdf(*, filing: Filing, organization: Organization, address: str, at: datetime) -> bytes:
    """Set the certificate. `address` is the whole address of its public page; nobody's name is on it."""
    names = places.full_names({organization.area, filing.area})
    rows = [
        (_("Name of the organisation"), organization.name),
        (_("Purpose"), str(organization.get_purpose_display())),
        (_("Seat"), names.get(organization.area, organization.area)),
        (_("Filing number"), filing.number),
        (_("Date of filing"), formatting.day(filing.filed_on)),
        (_("Valid until"), formatting.day(filing.valid_to)),
        (_("Filed with"), names.get(filing.area, filing.area)),
    ]
    data = {
        "lang": "zh" if formatting.chinese() else "en",
        "title": _("Filing certificate of a community organisation"),
        "rows": rows,
        "qr": qr_svg(address),
        "address": address,
        "check": _("Scan the code, or open the address, to check this certificate."),
        "made_up": _("Synthetic: this organisation is made up, and the certificate proves nothing.")
        if organization.synthetic
        else "",
        "example": _("A filed body has no legal personality."),
    }
    return typeset(LAYOUT, data, at=at)
