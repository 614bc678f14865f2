"""Text columns as flat bytes, and exact look-ups of many short texts at once.

A column is its rows' UTF-8 bytes, each row ended by a newline. Short texts are compared as 64-bit words, so a look-up
costs no Python object per text; every match found by the mixed key is checked word by word, so it is exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

NEWLINE, COMMA, SEMICOLON = 10, 44, 59
_WIDTH = 8
_NARROW = 6  # a column of so small a share is quicker picked out byte by byte than by looking at all bytes
_MASKS = np.array([(1 << (8 * n)) - 1 for n in range(_WIDTH + 1)], dtype=np.uint64)
_MIXERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)
MOST_WORDS = len(_MIXERS)


def as_bytes(texts: Sequence[str]) -> Bytes:
    """A column from its texts; a newline inside a text becomes a space."""
    joined = "\n".join(texts)
    if joined.count("\n") >= max(len(texts), 1):
        joined = "\n".join(text.replace("\n", " ") for text in texts)
    return np.frombuffer((joined + "\n").encode() if texts else b"", dtype=np.uint8)


def as_texts(column: Bytes) -> list[str]:
    """The texts of a column."""
    return column.tobytes().decode().split("\n")[:-1]


def marks_of(body: bytes, width: int) -> tuple[Bytes, Ints] | None:
    """The bytes of a body, and where each column ends; None unless all its lines have `width` columns.

    The body comes without its last newline.
    """
    data = np.frombuffer(body + b"\n", dtype=np.uint8)
    ends = np.flatnonzero((data == SEMICOLON) | (data == NEWLINE))
    if len(ends) % width:
        return None
    kinds = data[ends].reshape(-1, width) == NEWLINE
    if not kinds[:, -1].all() or kinds[:, :-1].any():
        return None
    return data, ends


def spans(ends: Ints, place: int, width: int) -> tuple[Ints, Ints]:
    """Where each field of a column begins and ends."""
    last = ends[place::width]
    first = np.empty_like(last)
    first[0] = 0 if place == 0 else ends[place - 1] + 1
    first[1:] = ends[width + place - 1 :: width][: len(first) - 1] + 1
    return first, last


def cut_column(data: Bytes, ends: Ints, place: int, width: int) -> Bytes:
    """The column with that place, taken out of the rows."""
    column: Bytes
    if width == 1:
        return data
    first, last = spans(ends, place, width)
    sizes = last - first + 1
    if _NARROW * int(sizes.sum()) < len(data):
        gone = np.cumsum(sizes) - sizes
        column = data[np.arange(int(sizes.sum())) + np.repeat(first - gone, sizes)]
        column[gone[1:] - 1] = column[-1:] = NEWLINE
        return column
    steps = np.zeros(len(data) + 1, dtype=np.int8)
    steps[first] = 1
    steps[last + 1] -= 1
    column = data[np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)]
    if place < width - 1:
        column[column == SEMICOLON] = NEWLINE
    return column


def pieces(column: Bytes, *, commas: bool) -> tuple[Ints, Ints, Ints]:
    """Starts and lengths of all pieces (between commas, or whole rows), and how many pieces each row has."""
    is_end = column == NEWLINE
    ends = np.flatnonzero(is_end | (column == COMMA)) if commas else np.flatnonzero(is_end)
    starts = np.empty_like(ends)
    starts[:1] = 0
    starts[1:] = ends[:-1] + 1
    counts = np.diff(np.flatnonzero(is_end[ends]), prepend=-1)
    return starts, ends - starts, counts


def words(column: Bytes, starts: Ints, lengths: Ints, number: int) -> list[Words]:
    """Each piece as `number` words of eight bytes, zero beyond its end."""
    padded = np.zeros(len(column) + _WIDTH * (number + 1), dtype=np.uint8)
    padded[: len(column)] = column
    every = np.ndarray((len(column) + _WIDTH * number,), dtype="<u8", buffer=padded.data, strides=(1,))
    found = []
    for word in range(number):
        shift = _WIDTH * word
        sizes = np.minimum(lengths - shift, _WIDTH)
        if word:
            np.maximum(sizes, 0, out=sizes)
        found.append(every[starts + shift] & _MASKS[sizes])
    return found


def mixed(parts: list[Words]) -> Words:
    """One key of all words: different keys mean different texts; equal keys mean probably equal ones."""
    key: Words = parts[0] * _MIXERS[0]
    for part, mixer in zip(parts[1:], _MIXERS[1:], strict=False):
        key = (key ^ (key >> np.uint64(29))) * mixer + part
    return key


def find(
    column: Bytes, starts: Ints, lengths: Ints, ids: Sequence[str], *, unknown: int
) -> npt.NDArray[np.int32] | None:
    """The position in `ids` of every piece, or `unknown`; None when the ids are too long or too alike to do so."""
    listed = as_bytes(ids)
    id_starts, id_lengths, _ = pieces(listed, commas=False)
    number = max(1, -(-int(id_lengths.max()) // _WIDTH))
    if number > MOST_WORDS or len(id_starts) != len(ids):
        return None
    id_words = words(listed, id_starts, id_lengths, number)
    keys = mixed(id_words)
    parts = words(column, starts, lengths, number)
    found = _look_up(keys, mixed(parts))
    if found is None:
        return None
    same = lengths == id_lengths[found]
    for part, id_part in zip(parts, id_words, strict=True):
        same &= part == id_part[found]
    return np.where(same, found, np.int32(unknown))


def _look_up(keys: Words, wanted: Words) -> npt.NDArray[np.int32] | None:
    """For each wanted key the one position that may hold it, by a table without collisions; else None."""
    for bits in range(12, 23, 2):
        shift = np.uint64(64 - bits)
        for mixer in _MIXERS:
            slots = (keys * mixer) >> shift
            table = np.zeros(1 << bits, dtype=np.int32)
            table[slots] = np.arange(len(keys), dtype=np.int32)
            if (table[slots] == np.arange(len(keys))).all():
                found: npt.NDArray[np.int32] = table[(wanted * mixer) >> shift]
                return found
    return None


def all_differ(column: Bytes, starts: Ints, lengths: Ints) -> bool:
    """Whether no piece is empty and no two are alike; False also when that cannot be told quickly."""
    if not len(starts):
        return True
    number = -(-int(lengths.max()) // _WIDTH)
    if number > MOST_WORDS or not lengths.min():
        return False
    keys = np.sort(mixed(words(column, starts, lengths, number)))
    return not (keys[1:] == keys[:-1]).any()
