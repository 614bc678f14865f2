"""How alike two short texts of neighbours are: shared pieces of two Chinese characters, words of Latin letters.

The measure is Dice's: twice the shared pieces over all pieces of both, everyday ones left out. Parts weigh by how much
they say of a project; a part that one side lacks does not count. No language model and no dictionary: the same two
texts give the same figure everywhere, and a reader can see why.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zlib import crc32

# What each part weighs, and from how many of 100 points on two projects count as alike.
WEIGHTS: Final = {"title": 4, "need": 3, "activities": 2, "place": 1}
THRESHOLD: Final = 20
MOST_KEYS: Final = 24
LONGEST_TEXT: Final = 3000

_CJK: Final = "\u3400-\u9fff\uf900-\ufaff"
_RUN: Final = re.compile(rf"(?:\d+|[{_CJK}])+|[a-z\u00c0-\u024f]+")
_UNIT: Final = re.compile(rf"\d+|[{_CJK}]")
_PLACE: Final = re.compile(r"\d+(?:号楼|号院|单元|号|栋|幢|楼|区|期|院|门)|[东南西北中前后](?:院|区|门|广场|花园)")
_DIGITS: Final = {sign: str(value) for value, sign in enumerate("一二三四五六七八九十", 1)}
_NUMERAL: Final = re.compile(r"([一二三四五六七八九十])(?=号|单元|栋|幢|区|期)")
_GAP: Final = re.compile(rf"(?<=[\d{_CJK}])[ \t\u3000]+(?=[\d{_CJK}])")
# Pieces that nearly every project of neighbours holds, and so say nothing of what it is about.
EVERYDAY: Final = frozenset(
    re.findall(
        "..",
        "社区居民小区我们邻居邻里活动项目可以一个没有进行开展组织大家以及通过需要提供服务志愿愿者每周每月一次老人孩子人员"
        "参加参与培训问题很多希望能够他们自己一起因为所以但是如果已经还有不少其中公布公示公告院里楼里家庭生活安全管理现有"
        "目前今年去年以上左右及其并且用于计划方案实施宣传总结座谈走访征求求意意见周末采购清点户居位居的居民的区的的老的孩",
    )
)
EVERYDAY_WORDS: Final = frozenset(
    re.findall(
        "[a-z]+",
        "the and for with that this from are our their have has will who all one can not was were they them into out "
        "project community neighbours residents people",
    )
)
LEAST_LETTERS: Final = 3
# What says nothing at either end of a run of words.
PARTICLES: Final = "的了和与在是人把将请"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two projects are, of 100, in all and part by part; None where one of the two lacks the part."""

    score: int
    parts: Mapping[str, int | None]

    @property
    def alike(self) -> bool:
        """Tell whether it reaches the threshold."""
        return self.score >= THRESHOLD


def plain(text: str) -> str:
    """Write a text in one way: full width as half, small letters, '三 单元' as '3单元'."""
    found = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    return _NUMERAL.sub(lambda one: _DIGITS[one.group(1)], _GAP.sub("", found))


def pieces(text: str) -> list[str]:
    """Cut a text into the pieces that are compared, in order: neighbouring characters, a number as one, and words.

    Buildings and entrances are left out: that two projects are for the same house makes them alike in place alone.
    """
    found = []
    for run in _RUN.findall(_PLACE.sub(" ", plain(text))):
        if run[0].isalpha() and run[0] < "\u3400":
            if len(run) >= LEAST_LETTERS and run not in EVERYDAY_WORDS:
                found.append(run)
            continue
        units = _UNIT.findall(run)
        pairs = (first + second for first, second in pairwise(units))
        found += [pair for pair in pairs if pair not in EVERYDAY]
    return found


def places(texts: Iterable[str]) -> list[str]:
    """Find the buildings, entrances and yards that texts name."""
    return list(dict.fromkeys(name for text in texts for name in _PLACE.findall(plain(text))))


def marks(found: Iterable[str]) -> list[int]:
    """Write pieces as sorted distinct numbers of 32 bits, signed as the database keeps them; no text is kept."""
    return sorted({crc32(one.encode()) - 2**31 for one in found})


def keys(parts: Mapping[str, Iterable[int]]) -> list[int]:
    """Give the few marks by which a twin is found through an index: those of the title, the least ones of the rest.

    Two texts that share much share some of their least marks too, however long they are.
    """
    rest = {one for name in ("need", "activities") for one in parts[name]}
    return sorted({*parts["title"], *sorted(rest)[:MOST_KEYS]})


def likeness(one: Mapping[str, Iterable[int]], other: Mapping[str, Iterable[int]]) -> Likeness:
    """Compare two projects by the marks of their parts."""
    parts = {name: dice(set(one[name]), set(other[name])) for name in WEIGHTS}
    counted = {name: value for name, value in parts.items() if value is not None}
    weight = sum(WEIGHTS[name] for name in counted)
    score = sum(WEIGHTS[name] * value for name, value in counted.items()) / weight if weight else 0
    return Likeness(round(score), parts)


def dice(one: set[int], other: set[int]) -> int | None:
    """Give Dice's measure of 100; None where one of the two is empty."""
    if not one or not other:
        return None
    return round(200 * len(one & other) / (len(one) + len(other)))


def shared(one: str, other: str, *, most: int = 6) -> list[str]:
    """Name the longest runs that both texts have, as they are compared; it says why two texts are alike."""
    known, second = set(pieces(other)), plain(other)
    found = [name for name in places([one]) if name in places([other])]
    for run in _RUN.findall(_PLACE.sub(" ", plain(one))):
        found += [run] if run in known and run[0] < "\u3400" and run[0].isalpha() else _runs(run, known, second)
    longest = sorted(dict.fromkeys(found), key=len, reverse=True)
    kept: list[str] = []
    for words in longest:
        if not any(words in taken for taken in kept):
            kept.append(words)
    return kept[:most]


def _runs(run: str, known: set[str], second: str) -> list[str]:
    units, found, place = _UNIT.findall(run), [], 0
    while place < len(units) - 1:
        end = place + 2
        if units[place] + units[place + 1] not in known:
            place += 1
            continue
        while end < len(units) and "".join(units[place : end + 1]) in second:
            end += 1
        found.append("".join(units[place:end]).strip(PARTICLES))
        place = end - 1
    return [words for words in found if len(words) > 1]
