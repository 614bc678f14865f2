"""The words of registers: sorts and purposes as offices write them, and what would help a row that is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.identifiers import mask_name, mask_phone
from shanzhi.organizations.exchange.headings import FIELDS
from shanzhi.organizations.models import Kind, Purpose
from shanzhi.ui import formatting

K, P = Kind, Purpose
SHORT_PHONE: Final = 7  # fewer digits reach nobody, and are shown as they are
# The first word that stands in a cell counts, so longer ones come first.
KINDS: Final = tuple(
    (word, kind.value)
    for kind, found in (
        (K.COMMUNITY, ("社区社会组织", "社区组织")),
        (K.SUPPORT, ("支持型", "支持性")),
        (K.HUB, ("枢纽",)),
        (K.INSTITUTION, ("民办非企业", "社会服务机构", "民非")),
        (K.FOUNDATION, ("基金会",)),
        (K.ENTERPRISE, ("社会企业",)),
        (K.ASSOCIATION, ("社会团体", "社团")),
        (K.VOLUNTEERS, ("志愿服务队", "志愿服务组织", "志愿者队", "志愿队", "志愿团队", "志愿者团队")),
    )
    for word in found
)
# 豫民文〔2021〕235号 names the activities; Sichuan's 2023 list and 岳阳's classes say the same in other words.
PURPOSES: Final = tuple(
    (word, purpose.value)
    for purpose, found in (
        (P.GOVERNANCE, ("社区事务", "社区治理", "议事协商", "协商议事", "协商", "治理", "促进和谐", "和谐", "平安")),
        (P.MUTUAL_HELP, ("互助", "邻里")),
        (P.CULTURE_SPORT, ("文体", "文化", "体育", "文娱", "艺术")),
        (P.PUBLIC_BENEFIT, ("公益", "慈善", "志愿")),
        (P.SERVICE, ("生活服务", "便民", "为老", "服务")),
    )
    for word in found
)
# By the code of a fault; %(text)s is what was found.
CURES: Final[dict[str, Any]] = {
    "name_missing": _("The name is missing. Write the full name of the organisation."),
    "name_long": _("“%(text)s…” is too long: a name has at most 100 characters. Shorten it."),
    "name_number": _("“%(text)s” is a number and no name. Check the columns."),
    "code_number": _(
        "“%(text)s”: Excel turned this code into a number and its last digits are lost. Format the column as text and "
        "type the code again from the certificate."
    ),
    "code_short": _("“%(text)s” has 17 digits: a zero at its start is lost. Format the column as text; type it again."),
    "code_wrong": _("“%(text)s” is no credit code: it has 18 characters and its last one checks the rest. Compare it."),
    "code_of_another_kind": _(
        "The code does not fit the sort: 51 begins that of a social association, 52 that of a social service "
        "institution, 53 that of a foundation. Correct one of the two."
    ),
    "code_elsewhere": _("This code cannot be taken here. Check it, or ask the district office."),
    "phone_number": _("“%(text)s”: Excel made a number of this phone. Format the column as text and type it again."),
    "phone_zero": _("“%(text)s” has lost the zero at its start. Format the column as text and type it again."),
    "phone_wrong": _("“%(text)s” is no phone: a mobile number has 11 digits, another one its area code before it."),
    "person_long": _("The name of the person in charge has more than 60 characters. Shorten it."),
    "person_number": _("“%(text)s” is a number and no name of a person. Check the columns."),
    "number_lost": _(
        "“%(text)s”: Excel turned this filing number into a number and lost digits. Format the column as text and type "
        "it again."
    ),
    "number_zero": _(
        "“%(text)s”: others in this column begin with 0, so a zero at the start is lost here. Format the column as "
        "text and type it again."
    ),
    "number_long": _("The filing number has more than 60 characters. Shorten it."),
    "size_wrong": _("“%(text)s” is no number of members from 1 to 1,000,000. Write it in digits."),
    "day_wrong": _("“%(text)s” is no day. Write it as 2021-03-05, or a month as 2021-03."),
    "day_unsure": _("“%(text)s” may be January or October. Write it as 2021-01 or 2021-10, formatted as text."),
    "day_outside": _("%(text)s lies in the future or before 1900. Correct it."),
    "area_unknown": _("“%(text)s” is no community or subdistrict of your area. Write its name as under Areas."),
    "area_missing": _("The row says no community or subdistrict. Write the one in which the organisation works."),
    "area_several": _("“%(text)s” is the name of several: %(found)s. Add the subdistrict, or the code of 12 digits."),
    "area_code_unknown": _("%(text)s is no code of your area. Look it up under Areas, and keep it as text."),
    "area_against": _("“%(text)s” does not lie in that subdistrict. Correct one of the two."),
    "meanwhile": _("Somebody put this organisation on record meanwhile. Read the register again."),
    "closed_meanwhile": _("The organisation of record was closed or moved meanwhile. Read the register again."),
}  # fmt: skip


def fault(field: str, code: str, text: str) -> str:
    """Say what is wrong in a cell and what would help; a person's phone stays masked."""
    shown, _line, found = text.partition("\n")
    if field == "phone" and len(shown) >= SHORT_PHONE:
        shown = mask_phone(shown)
    return f"{FIELDS.get(field, field)}: {CURES[code] % {'text': shown, 'found': found}}"


def differing(found: Sequence[Sequence[Any]]) -> list[str]:
    """Say what a register has otherwise than the record, which stays as it is."""
    return [f"{FIELDS[field]} {_shown(field, ours)} → {_shown(field, stated)}" for field, ours, stated in found]


def _shown(field: str, value: Any) -> str:
    if field == "in_charge":
        return mask_name(str(value))
    if field == "phone":
        return mask_phone(str(value))
    if field in ("filed_on", "founded_on"):
        return formatting.day(date.fromisoformat(str(value)))
    if field == "kind":
        return str(Kind(value).label)
    return str(Purpose(value).label) if field == "purpose" else str(value)
