"""Names, the documents that prove them, and what the documents' numbers must look like."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid

LONGEST_NAME: Final = 50
# Documents whose number is that of GB 11643; the birth date is read from it. Residents from Hong Kong (81), Macao (82)
# and Taiwan (83) carry such a number on their residence permit since 2018.
WITH_RESIDENT_ID: Final = {
    "resident_id": _("Resident identity card"),
    "household_register": _("Household register"),
    "temporary_id": _("Temporary identity card"),
    "residence_permit": _("Residence permit of Hong Kong, Macao or Taiwan residents"),
}
OTHER_DOCUMENTS: Final = {
    "foreigner_permit": _("Permanent residence permit of foreigners"),
    "passport": _("Passport"),
}
DOCUMENTS: Final = {**WITH_RESIDENT_ID, **OTHER_DOCUMENTS}
OTHER_NUMBER: Final = re.compile(r"[0-9A-Z]{5,20}")


class NameMissing(Invalid):
    """There is no name, or what stands there is none."""

    code = "name_missing"
    message = _("Write the name as it stands in the identity document, with at most 50 characters.")


def clean_name(text: str) -> str:
    """Check a name and drop the spaces around it."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or any(c.isdigit() or not c.isprintable() for c in name):
        raise NameMissing(field="name")
    return name
