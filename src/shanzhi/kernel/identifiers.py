"""Numbers that identify people and organisations, checked by their standards."""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from uuid import UUID

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from shanzhi.kernel.errors import Invalid
from shanzhi.kernel.words import _

_RESIDENT_ID: Final = re.compile(r"[0-9]{17}[0-9X]")
# The provinces of GB/T 2260, with Hong Kong, Macao and Taiwan, whose residents carry such numbers on their permits.
_PROVINCES: Final = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)
_PHONE_SHAPE: Final = re.compile(r"^\+?[\d\s\-()（）]{5,20}$")


class NotAResidentId(Invalid):
    """The number is no resident identity number of GB 11643."""

    code = "not_a_resident_id"
    message = _(
        "The identity number is wrong: it has 18 characters and its last one checks the rest. Compare it with the card."
    )


class NotAPhone(Invalid):
    """The number is no telephone number of the mainland's plan, or of the country that its prefix names."""

    code = "not_a_phone"
    message = _("The telephone number is wrong. Write a mobile number of 11 digits, or +, country code and number.")


class NotACreditCode(Invalid):
    """The code is no unified social credit code of GB 32100."""

    code = "not_a_credit_code"
    message = _("The unified social credit code is wrong: it has 18 characters and its last one checks the rest.")


def uuid_or_none(text: str) -> UUID | None:
    """Read an id that a form or an address gives; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def resident_id(text: str) -> str:
    """Check a resident identity number (GB 11643-1999) and give it in its plain form; raise NotAResidentId.

    Length, province, date of birth and check character are checked. The district is not looked up: a number carries the
    code of the place and day of its issue, so one given to someone born before the district had its code is right,
    although tables of codes by year of birth (python-stdnum's own `validate`) refuse it.
    """
    number = re.sub(r"[\s-]", "", text).upper()
    if not _RESIDENT_ID.fullmatch(number) or int(number[:2]) not in _PROVINCES:
        raise NotAResidentId
    try:
        birth_date_of(number)
        right = ric.calc_check_digit(number) == number[-1]
    except (ValueError, ValidationError) as error:
        raise NotAResidentId from error
    if not right:
        raise NotAResidentId
    return number


def birth_date_of(number: str) -> date:
    """Read the date of birth out of a checked resident identity number."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def phone(text: str) -> str:
    """Check a telephone number and give it as E.164 (+8613…); numbers without a prefix are the mainland's."""
    if not _PHONE_SHAPE.match(text.strip()):
        raise NotAPhone
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise NotAPhone from error
    if not phonenumbers.is_valid_number(number):
        raise NotAPhone
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def credit_code(text: str) -> str:
    """Check a unified social credit code (GB 32100-2015) and give it in its plain form; raise NotACreditCode."""
    try:
        return str(uscc.validate(text.strip().upper()))
    except ValidationError as error:
        raise NotACreditCode from error


def mask_name(name: str) -> str:
    """Mask a person's name: the first and the last character stay (张*三), of two characters the first (张*)."""
    name = name.strip()
    if len(name) <= 1:
        return "*"
    return name[0] + "*" if len(name) == 2 else f"{name[0]}*{name[-1]}"


# How the names of bodies end. A short word ends people's names too (李知行), so it needs more letters before it.
_BODIES: Final = (
    "公司", "中心", "协会", "学会", "商会", "联合会", "基金会", "研究会", "促进会", "委员会", "居委会", "村委会",
    "服务社", "合作社", "服务队", "工作室", "工作站", "服务站", "事务所", "经营部", "服务部", "门市部", "办事处",
    "人民政府", "银行", "支行", "分行", "学校", "大学", "小学", "中学", "幼儿园", "医院", "超市", "商店", "商行",
    "书店", "饭店", "酒店", "药店", "五金店", "建材店", "印刷厂", "集团",
)  # fmt: skip
_SHORT_BODIES: Final = ("社", "店", "行", "部", "院", "校", "厂", "局", "站", "馆", "所")
_MADE_UP: Final = re.compile(r"[（(]示例[)）]$")
_LEAST_BODY, _LEAST_SHORT = 4, 5


def is_body(name: str) -> bool:
    """Tell whether a name is surely that of a firm or organisation, by how it ends; with a digit in it never."""
    plain = _MADE_UP.sub("", name.strip()).strip()
    if any(one.isdigit() or one in "@*·" for one in plain):
        return False
    known = len(plain) >= _LEAST_BODY and plain.endswith(_BODIES)
    return known or (len(plain) >= _LEAST_SHORT and plain.endswith(_SHORT_BODIES))


def mask_party(name: str) -> str:
    """Show the name of a firm or organisation whole, and mask any other as a person's: in doubt it is masked."""
    return name.strip() if is_body(name) else mask_name(name)


def mask_phone(number: str) -> str:
    """Mask a telephone number: country prefix dropped, first three and last four digits stay (138****5678)."""
    local = number.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else "****"


def mask_resident_id(number: str) -> str:
    """Mask an identity number: the place of six digits and the last two characters stay, without the birth date.

    Another number, as of a passport, has no such place: its last two characters alone stay.
    """
    if not _RESIDENT_ID.fullmatch(number):
        return f"********{number[-2:]}"
    return f"{number[:6]}**********{number[-2:]}"
