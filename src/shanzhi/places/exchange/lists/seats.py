"""Communities and subdistricts by the names that registers give them, looked for inside one area and nowhere else."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from shanzhi.kernel import areas
from shanzhi.places.exchange.lists.cells import Bad, words
from shanzhi.places.exchange.offices import area_code
from shanzhi.places.exchange.words import listed

_COMMUNITY: Final = areas.LENGTHS[areas.COMMUNITY]
_SUBDISTRICT: Final = areas.LENGTHS[areas.SUBDISTRICT]
_SEATS: Final = (areas.LENGTHS[areas.DISTRICT], _SUBDISTRICT, _COMMUNITY)
_SHOWN: Final = 5
LEAST: Final = 2
# What an office adds to a name or leaves away; taken off from the end, one after the other.
_ENDINGS: Final = re.compile(
    r"(居民委员会|村民委员会|居委会|村委会|居委|党委|党群服务中心|街道办事处|街道办|镇人民政府|乡人民政府|社区|街道|地区|村|镇|乡)$"
)
_COMMITTEE: Final = re.compile(r"(居民委员会|居委会|居委)$")
_VILLAGERS: Final = re.compile(r"村?(村民委员会|村委会)$")


@lru_cache(maxsize=200_000)
def keys(text: str) -> tuple[str, str, str]:
    """Write a name of an area in three ways: whole, without its committee, and bare.

    二街社区居委会 and 二街村委会 lie side by side in one town, so the bare form counts only where nothing else fits.
    """
    whole = "".join(unicodedata.normalize("NFKC", text).split())
    plain = _VILLAGERS.sub("村", _COMMITTEE.sub("", whole))
    bare = whole
    while len(shorter := _ENDINGS.sub("", bare)) >= LEAST and shorter != bare:
        bare = shorter
    return whole, plain, bare


class Places:
    """The subdistricts and communities of one area, found by name or code. Holds nothing of what is outside."""

    def __init__(self, area: str, known: Iterable[tuple[str, str]]) -> None:
        """Take the code of the area ("" for the country), and code and name of each area in it, itself included."""
        self._area = area
        self._names = dict(known)
        self._found: tuple[dict[str, list[str]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
        for code, name in self._names.items():
            if len(code) in (_SUBDISTRICT, _COMMUNITY):
                for table, key in zip(self._found, keys(name), strict=True):
                    table[key].append(code)
        self._above = [(name, code) for code, name in self._names.items() if len(code) == _SUBDISTRICT]

    def seat(self, place: tuple[Any, Any, Any]) -> Any:
        """Give the code of the seat that code, subdistrict and community of a row say, or a Bad with its field."""
        code, subdistrict, community = (words(cell) for cell in place)
        if code:
            plain = area_code(code)
            return plain if plain in self._names and len(plain) in _SEATS else Bad("area_code_unknown", code[:20])
        inside = self._subdistrict(subdistrict) if subdistrict else ""
        if inside.__class__ is Bad:
            return inside
        if community:
            return self._community(community, inside)
        if inside:
            return inside
        return self._area if len(self._area) in _SEATS else Bad("area_missing", "")

    def _look(self, text: str, length: int, inside: str = "") -> list[str]:
        """Find areas of a level by the closest form of a name that fits any."""
        for table, key in zip(self._found, keys(text), strict=True):
            found = [code for code in table.get(key, ()) if len(code) == length and code.startswith(inside)]
            if found:
                return found
        return []

    def _subdistrict(self, text: str) -> Any:
        found = self._look(text, _SUBDISTRICT) or [code for name, code in self._above if name in text]
        if not found and keys(text)[2] == keys(self._names.get(self._area[:_SUBDISTRICT], ""))[2]:
            return self._area
        return self._one(text, found)

    def _community(self, text: str, inside: str) -> Any:
        found = self._look(text, _COMMUNITY, inside) or self._after_a_subdistrict(text, inside)
        if found:
            return self._one(text, found)
        if inside and (self._look(text, _COMMUNITY) or self._after_a_subdistrict(text, "")):
            return Bad("area_against", text[:30])
        # A body of the whole subdistrict, which some write into the column of communities.
        return self._one(text, self._look(text, _SUBDISTRICT, inside))

    def _after_a_subdistrict(self, text: str, inside: str) -> list[str]:
        """Look for a community behind the name of its subdistrict, as in 天通苑北街道太平家园社区."""
        plain = "".join(text.split())
        for name, above in self._above:
            _before, there, rest = plain.partition(name)
            if there and rest and above.startswith(inside[:_SUBDISTRICT]):
                return self._look(rest, _COMMUNITY, above)
        return []

    def _one(self, text: str, found: Sequence[str]) -> Any:
        if len(found) == 1:
            return found[0]
        if not found:
            return Bad("area_unknown", text[:30])
        return Bad("area_several", f"{text[:30]}\n{listed(self._whole(code) for code in found[:_SHOWN])}")

    def _whole(self, code: str) -> str:
        """Name a community with its subdistrict, so that those of one name can be told apart."""
        above = self._names.get(code[:_SUBDISTRICT], "") if len(code) > _SUBDISTRICT else ""
        return f"{above}{self._names[code]}（{code}）"
