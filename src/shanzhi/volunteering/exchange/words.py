"""What is wrong in a row of a list of volunteers, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.identifiers import mask_name, mask_phone, mask_resident_id
from shanzhi.volunteering.exchange.headings import FIELDS
from shanzhi.volunteering.models import LANGUAGES

# By the code of a fault, the reason and the cure; %(text)s is what was found, %(found)s what it may be.
FAULTS: Final[dict[str, tuple[Any, Any]]] = {
    "name_missing": (_("The name is missing."), _("Write the name as it stands in the identity document.")),
    "name_wrong": (
        _("“%(text)s” is no name of a person."),
        _("Write at most 50 characters without digits, and check the columns."),
    ),
    "id_lost": (
        _("Excel turned the identity number into a number and its last digits are lost."),
        _("Format the column as text and type the number again from the card."),
    ),
    "id_wrong": (
        _("“%(text)s” is no identity number: it has 18 characters, or 15 of old, and the last of 18 checks the rest."),
        _("Compare it with the card."),
    ),
    "phone_number": (_("Excel made another number of the phone."), _("Format the column as text and type it again.")),
    "phone_zero": (
        _("“%(text)s” has lost the zero at its start."), _("Format the column as text and type it again."),
    ),
    "phone_wrong": (
        _("“%(text)s” is no phone."), _("A mobile number has 11 digits, another one its area code before it."),
    ),
    "number_lost": (
        _("Excel turned the number at the office before into another and lost digits."),
        _("Format the column as text and type it again."),
    ),
    "number_long": (_("The number at the office before has more than 30 characters."), _("Check the columns.")),
    "day_wrong": (_("“%(text)s” is no day."), _("Write it as 2021-03-05.")),
    "day_unsure": (
        _("“%(text)s” may be January or October."), _("Write it as 2021-01 or 2021-10, formatted as text."),
    ),
    "day_outside": (_("%(text)s lies in the future or before 1900."), _("Correct the day.")),
    "born_not_whole": (_("“%(text)s” is no whole day of birth."), _("Write year, month and day, or leave it empty.")),
    "born_against_id": (
        _("The day of birth is not that of the identity number."), _("Correct one of the two, or leave the day empty."),
    ),
    "born_against_record": (
        _("The day of birth is not the one on record."), _("Compare it with the document, and correct the wrong one."),
    ),
    "child": (
        _("The person is under 14, and no guardian has agreed."),
        _("Note the guardian, who agrees under My wards; then send the row again."),
    ),
    "nothing_to_know_by": (
        _("There is neither identity number, phone, number nor day of birth to know the person by."),
        _("Add one of them."),
    ),
    "words_many": (
        _("“%(text)s…” is more than a list of words."), _("Write at most 20 words with commas between them."),
    ),
    "team_long": (_("“%(text)s…” is too long for a team."), _("Write the name of the team alone.")),
    "hours_wrong": (_("“%(text)s” is no number of hours."), _("Write hours such as 12.5, or 12:30.")),
    "hours_negative": (_("The hours are below zero."), _("Correct the number.")),
    "hours_not_minutes": (
        _("%(text)s is no whole number of minutes."),
        _("Write hours and minutes, such as 12:20, or round it yourself."),
    ),
    "hours_too_many": (
        _("%(text)s hours are more than there were from registration to the day they are counted until."),
        _("Correct the hours or the days, and check whether the column holds minutes."),
    ),
    "hours_beyond_life": (
        _(
            "%(text)s hours are more than %(found)s, which would be 8 a day on average since the seventh birthday, or "
            "since 1980 where that is later or the birth unknown."
        ),
        _("Correct the hours or the days, and check whether the column holds minutes."),
    ),
    "area_unknown": (
        _("“%(text)s” is no community of your area."),
        _("Write its name as under Areas; other areas import their own."),
    ),
    "area_missing": (_("The row says no community."), _("Write the community in which the volunteer lives.")),
    "area_several": (
        _("“%(text)s” is the name of several: %(found)s."), _("Add the subdistrict, or the code of 12 digits."),
    ),
    "area_code_unknown": (_("%(text)s is no code of your area."), _("Look it up under Areas, and keep it as text.")),
    "area_against": (_("“%(text)s” does not lie in that subdistrict."), _("Correct one of the two.")),
    "id_of_another": (
        _("This identity number is on record under another name."), _("Compare name and number with the card."),
    ),
    "phone_of_another": (
        _("This phone is somebody else's on record."), _("Leave the phone empty, or ask whose it is."),
    ),
    "number_of_another": (
        _("This number at the office before is somebody else's on record."), _("Correct it, or leave it empty."),
    ),
    "elsewhere": (
        _("Somebody with this number or phone is on record in another area."),
        _("Ask the office in charge there, or leave the row out."),
    ),
    "twice_id": (_("Row %(text)s has the same identity number under another name."), _("Correct one of the two.")),
    "twice_phone": (
        _("Row %(text)s has the same phone for somebody else."), _("Leave the phone empty in one of the two."),
    ),
    "twice_number": (_("Row %(text)s has the same number for somebody else."), _("Correct one of the two.")),
    "twice_hours": (
        _("Row %(text)s states other hours for the same volunteer."),
        _("Keep one of the two, or write the sum in one."),
    ),
}  # fmt: skip
WHYS: Final[dict[str, Any]] = {
    "meanwhile": _("Somebody put this person on record meanwhile. Send the list again."),
    "gone": _("The record was erased, merged or moved meanwhile. Send the list again."),
    "guardian": _(
        "The person is under 14, and at that moment no guardian agreed. Note the guardian, who agrees under My wards; "
        "then send the row again."
    ),
    "changed": _("The entry was changed since, so it stays as it is."),
    "used": _("The entry is in use since: teams, roles, an account or records name it, so it stays."),
}
# What of a row is not taken, though the row is.
ASIDE: Final[dict[str, Any]] = {
    "skills": _("Skills not known in this area: %(words)s. Add them under the words of the area, then check again."),
    "languages": _("Languages that nobody could read: %(words)s."),
    "team": _("No team of this name works there: %(words)s. Found it first, then check again."),
    "team_waits": _("The team is joined after a guardian agreed: %(words)s."),
}
MASKED: Final = {"id_number": mask_resident_id, "phone": mask_phone, "name": mask_name}
_SHORT: Final = 7  # fewer signs name nobody, and are shown as they are


def fault(field: str, code: str, text: str) -> tuple[str, str, str]:
    """Give column, reason and cure of what is wrong in a cell; numbers and names of people stay masked."""
    shown, _line, found = text.partition("\n")
    if field in MASKED and len(shown) >= (_SHORT if field != "name" else 1):
        shown = MASKED[field](shown)
    reason, cure = FAULTS[code]
    return str(FIELDS.get(field, field)), str(reason % {"text": shown, "found": found}), str(cure)


def faults(wrong: Sequence[Sequence[str]]) -> str:
    """Say all that is wrong in a row, each with its column and cure."""
    said = (fault(field, code, text) for field, code, text in wrong)
    return " ".join(f"{column}: {reason} {cure}" for column, reason, cure in said)


def aside(found: Sequence[Sequence[Any]]) -> list[str]:
    """Say what of a row is left aside."""
    return [str(ASIDE[code] % {"words": _now(", ").join(some)}) for code, some in found]


def differing(found: Sequence[Sequence[Any]]) -> list[str]:
    """Say what the list has otherwise than the record, which stays as it is."""
    return [f"{FIELDS[field]} {_shown(field, ours)} → {_shown(field, stated)}" for field, ours, stated in found]


def _shown(field: str, value: Any) -> str:
    if field in MASKED:
        return MASKED[field](str(value))
    if field == "minutes":
        return hours(int(value))
    if field == "languages":
        return _now(", ").join(str(LANGUAGES[one]) for one in value)
    return str(value)


def hours(minutes: int) -> str:
    """Write minutes as hours and minutes: 750 is 12:30."""
    return f"{minutes // 60:,}:{minutes % 60:02}"
