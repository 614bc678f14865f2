"""A voter's proof against a published file: is the ballot under the seal, and which one of the file is it?

The proof is the JSON that the receipt page gives. Its leaf is hashed as RFC 6962 says, up its path to a root, which
must be the seal in the file's META. Written here by itself, so that it shares nothing with what made the seal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shanzhi.tally.coarse import contents
from shanzhi.tally.pabulib import Reading

LARGEST: Final = 1_000_000
"""Bytes of a proof; a true one has a few thousand."""
_FIELDS: Final = {"format", "poll", "receipt", "choices", "points", "salt", "index", "size", "path", "seal"}
_UNREADABLE: Final = "this is no proof of a receipt; download it again from the page of the receipt"
_FOUND: Final = {
    "sealed": ("The ballot is under the seal of the file.", "这张选票在文件的封印之下。"),
    "other-poll": ("The receipt belongs to another vote.", "这张回执属于另一次投票。"),
    "other-seal": ("The receipt was proved against another seal than the file's.", "回执所证的封印与文件的封印不同。"),
    "broken": ("The path does not lead to the seal: the ballot is NOT under it.", "路径通不到封印：选票不在封印之下。"),
    "missing": ("The file has no such ballot, and does not say why.", "文件里没有这张选票，也没有说明原因。"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a check: `verdict` is a key of the words, `ballots` the numbers of equal ballots in the file.

    No ballots and a good verdict: the file holds this one back.
    """

    verdict: str
    ballots: list[int]
    merged: bool

    @property
    def holds(self) -> bool:
        """Tell whether the ballot is under the seal, and in the file or held back by it."""
        return self.verdict == "sealed"


def read_proof(path: Path) -> dict[str, Any]:
    """Read a proof; raises ValueError with words for the user."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(_UNREADABLE)
        proof = json.loads(path.read_bytes())
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError(_UNREADABLE) from None
    if not isinstance(proof, dict) or not set(proof) >= _FIELDS or proof["format"] != "shanzhi-receipt-1":
        raise ValueError(_UNREADABLE)
    if not _sound(proof):
        raise ValueError(_UNREADABLE)
    return proof


def _sound(proof: dict[str, Any]) -> bool:
    path, points = proof["path"], proof["points"]
    texts = [proof[name] for name in ("poll", "receipt", "salt", "seal")]
    numbers = [proof["index"], proof["size"], *(points or [])] if isinstance(points, list | None) else [None]
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(proof["choices"], list)
        and all(isinstance(code, str) for code in proof["choices"])
        and all(isinstance(number, int) and not isinstance(number, bool) for number in numbers)
        and (points is None or len(points) == len(proof["choices"]))
        and isinstance(path, list)
        and len(path) <= 64
        and all(isinstance(step, str) and len(step) == 64 and _hexadecimal(step) for step in path)
    )


def _hexadecimal(text: str) -> bool:
    return not set(text) - set("0123456789abcdef")


def check(reading: Reading, proof: dict[str, Any]) -> Checked:
    """Check a proof against a published file."""
    if reading.meta.get("call_id") != proof["poll"]:
        return Checked("other-poll", [], merged=False)
    if reading.meta.get("seal") != proof["seal"]:
        return Checked("other-seal", [], merged=False)
    path = [bytes.fromhex(step) for step in proof["path"]]
    if f"merkle:{_climb(_leaf(proof), proof['index'], proof['size'], path)}" != proof["seal"]:
        return Checked("broken", [], merged=False)
    coarsened = bool(reading.meta.get("coarsened"))
    wanted = _content(reading, proof)
    found = [number for number, one in enumerate(contents(reading), 1) if one == wanted]
    return Checked("sealed" if found or coarsened else "missing", found, merged=coarsened and not found)


def _leaf(proof: dict[str, Any]) -> bytes:
    fields = [proof[name] for name in ("poll", "receipt", "salt", "choices", "points")]
    text = json.dumps(["shanzhi-ballot-1", *fields], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> str:
    """Give the root to which a path leads, '' for a path of the wrong length (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return ""
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return ""
        if here % 2 or here == last:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while here % 2 == 0 and here:
                here, last = here // 2, last // 2
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        here, last = here // 2, last // 2
    return "" if last else found.hex()


def _content(reading: Reading, proof: dict[str, Any]) -> tuple[Any, ...]:
    """Give what the file would say of the ballot: a further count passes over projects that have left the vote."""
    there = {project.id for project in reading.projects}
    one: list[Any] = [code for code in proof["choices"] if code in there]
    if reading.points is not None:
        given = zip(proof["choices"], proof["points"] or [], strict=False)
        one = [(code, worth) for code, worth in given if code in there]
    return tuple(one if reading.kind == "ranked" else sorted(one))


def as_json(file: str, receipt: Path, found: Checked) -> dict[str, Any]:
    """Write what one line of `--json` says of a check."""
    return {
        "file": file,
        "receipt": str(receipt),
        "sealed": found.verdict in ("sealed", "missing"),
        "verdict": found.verdict,
        "ballots": found.ballots,
        "merged": found.merged,
    }


def told(found: Checked, *, chinese: bool) -> list[str]:
    """Say what came of a check."""
    lines = [_FOUND[found.verdict][chinese]]
    if found.merged:
        lines.append(
            "文件没有单独列出它：人数很少，它与其他选票合并或未公布。"
            if chinese
            else "The file does not show it by itself: of so few voters it was merged with others or held back."
        )
    if found.ballots:
        first, last, many = found.ballots[0], found.ballots[-1], len(found.ballots)
        where = f"{first}" if many == 1 else f"{first}–{last}"  # equal ballots stand together in a sorted file
        lines.append(
            f"文件里有 {many} 张选票内容与它相同（第 {where} 号），其中一张是它。"
            if chinese
            else f"Ballots of the file that say the same: {many} (number {where}); it is one of them."
        )
    return lines
