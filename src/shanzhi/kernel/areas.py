"""Area codes: a parent's code begins each of its children's, so a subtree is a range of codes."""

from __future__ import annotations

from typing import Final

PROVINCE: Final = "province"
CITY: Final = "city"
DISTRICT: Final = "district"
SUBDISTRICT: Final = "subdistrict"
COMMUNITY: Final = "community"
GRID: Final = "grid"
BUILDING: Final = "building"
ENTRANCE: Final = "entrance"

# Length of a code at each level: the official five, then three made locally by appending three digits each.
LENGTHS: Final[dict[str, int]] = {
    PROVINCE: 2,
    CITY: 4,
    DISTRICT: 6,
    SUBDISTRICT: 9,
    COMMUNITY: 12,
    GRID: 15,
    BUILDING: 18,
    ENTRANCE: 21,
}
LEVELS: Final[dict[int, str]] = {length: level for level, length in LENGTHS.items()}
COUNTRY: Final = ""


def level_of(code: str) -> str:
    """Name the level of a code by its length; raise ValueError for a code of no level."""
    try:
        return LEVELS[len(code)]
    except KeyError:
        raise ValueError(f"no level has codes of {len(code)} digits: {code!r}") from None


def parent_of(code: str) -> str:
    """Give the code one level up; a province's parent is the country, the empty code."""
    lengths = [0, *LENGTHS.values()]
    return code[: lengths[lengths.index(len(code)) - 1]]


def ancestors_of(code: str) -> tuple[str, ...]:
    """List the codes above this one, the province first."""
    return tuple(code[:length] for length in LENGTHS.values() if length < len(code))


def upper_bound(code: str) -> str:
    """Give the least text behind all codes of a subtree, which reaches from the code up to, but without, this bound.

    Codes are digits only, so the bound is the code with ':' (the character behind '9') appended.
    """
    return code + ":"


def covers(area: str, code: str) -> bool:
    """Tell whether `area` is `code` or lies above it; the country covers everything."""
    return code.startswith(area)


def outermost(codes: set[str] | frozenset[str]) -> tuple[str, ...]:
    """Drop each code that another one covers, and sort: the least set of areas that covers the same."""
    kept: list[str] = []
    for code in sorted(codes):
        if not kept or not covers(kept[-1], code):
            kept.append(code)
    return tuple(kept)
