"""Communities and subdistricts by the names that registers give them, looked for inside one area and nowhere else."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from shanzhi.kernel import areas
from shanzhi.organizations.exchange.register_values import Bad, words
from shanzhi.places.exchange.offices import area_code
from shanzhi.places.exchange.words import listed

_COMMUNITY: Final = areas.LENGTHS[areas.COMMUNITY]
_SUBDISTRICT: Final = areas.LENGTHS[areas.SUBDISTRICT]
_SEATS: Final = (areas.LENGTHS[areas.DISTRICT], _SUBDISTRICT, _COMMUNITY)
_SHOWN: Final = 5
# What an office adds to a name or leaves away; taken off from the end, one after the other.
_ENDINGS: Final = re.compile(
    r"(居民委员会|村民委员会|居委会|村委会|居委|党委|党群服务中心|街道办事处|街道办|镇人民政府|乡人民政府|社区|街道|地区|村|镇|乡)$"
)


@lru_cache(maxsize=200_000)
def key(text: str) -> str:
    """Write a name of an area without spaces, width and the endings that say what it is."""
    found = "".join(unicodedata.normalize("NFKC", text).split())
    while len(bare := _ENDINGS.sub("", found)) >= 2 and bare != found:
        found = bare
    return found


class Places:
    """The subdistricts and communities of one area, found by name or code. Holds nothing of what is outside."""

    def __init__(self, area: str, known: Iterable[tuple[str, str]]) -> None:
        """Take the code of the area ("" for the country), and code and name of each area in it, itself included."""
        self._area = area
        self._names = dict(known)
        self._found: dict[str, list[str]] = defaultdict(list)
        for code, name in self._names.items():
            if len(code) in (_SUBDISTRICT, _COMMUNITY):
                self._found[key(name)].append(code)
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
        return self._area if len(self._area) in _SEATS else Bad("area_unknown", "")

    def _subdistrict(self, text: str) -> Any:
        found = [code for code in self._found.get(key(text), ()) if len(code) == _SUBDISTRICT]
        found = found or [code for name, code in self._above if name in text]
        if not found and key(text) == key(self._names.get(self._area[:_SUBDISTRICT], "")):
            return self._area
        return self._one(text, found)

    def _community(self, text: str, inside: str) -> Any:
        found = [code for code in self._found.get(key(text), ()) if len(code) == _COMMUNITY]
        if not found:
            found = self._after_a_subdistrict(text)
        near = [code for code in found if code.startswith(inside)]
        if found and not near:
            return Bad("area_against", text[:30])
        if not found:  # a body of the whole subdistrict, which some write into the column of communities
            near = [code for code in self._found.get(key(text), ()) if code.startswith(inside)]
        return self._one(text, near)

    def _after_a_subdistrict(self, text: str) -> list[str]:
        """Look for a community behind the name of its subdistrict, as in 天通苑北街道太平家园社区."""
        plain = "".join(text.split())
        for name, above in self._above:
            _before, there, rest = plain.partition(name)
            if there and rest:
                return [code for code in self._found.get(key(rest), ()) if code.startswith(above)]
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
