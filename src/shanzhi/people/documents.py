"""Names, the documents that prove them, and what the documents' numbers must look like."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from shanzhi.kernel.errors import Invalid
from shanzhi.kernel.identifiers import NotAResidentId, birth_date_of

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
_SHAPE: Final = re.compile(r"[0-9]{17}[0-9X]")
_PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)


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


def resident_number(text: str) -> str:
    """Check a resident identity number (GB 11643-1999) and give it in plain form; raise NotAResidentId.

    Length, province, date and check character are checked. The district is not looked up: a number carries the code of
    the place and day of its issue, so one given in 历下区 to someone born before that district had its code is right,
    although tables of codes by birth year (python-stdnum's `validate`) refuse it.
    """
    number = re.sub(r"[\s-]", "", text).upper()
    if not _SHAPE.fullmatch(number) or int(number[:2]) not in _PROVINCES:
        raise NotAResidentId
    try:
        birth_date_of(number)
        right = ric.calc_check_digit(number) == number[-1]
    except (ValueError, ValidationError) as wrong:
        raise NotAResidentId from wrong
    if not right:
        raise NotAResidentId
    return number


def born_on_of(number: str) -> date:
    """Read the date of birth out of a checked number."""
    return birth_date_of(number)
