"""The certificate of a filing as PDF: number, name, dates, a QR code to the page on which anybody checks it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from shanzhi.organizations.models import Filing, Organization
from shanzhi.places import queries as places
from shanzhi.ui import formatting
from shanzhi.ui.certificates import Sheet, certificates_pdf


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
    sheet = Sheet(
        title=_("Filing certificate of a community organisation"), rows=rows, address=address,
        check=_("Scan the code, or open the address, to check this certificate."),
        made_up=_("Synthetic: this organisation is made up, and the certificate proves nothing.")
        if organization.synthetic
        else "",
        foot=_("A filed body has no legal personality."),
    )  # fmt: skip
    return certificates_pdf([sheet], at=at)
