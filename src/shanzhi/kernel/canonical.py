"""One way of writing a value as bytes, so that its digest is the same everywhere."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any, Final
from uuid import UUID


def _plain(value: object) -> Any:
    if isinstance(value, (UUID, Decimal, Fraction)):
        return str(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


_ENCODER: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
)


def canonical(value: object) -> bytes:
    """Write a value as canonical JSON: keys sorted, no spaces, UTF-8, no floats (they differ between machines)."""
    _refuse_floats(value)
    return _ENCODER.encode(value).encode()


def digest(value: object) -> str:
    """Give 'sha256:' and the hexadecimal digest of the canonical form."""
    return digest_bytes(canonical(value))


def digest_bytes(data: bytes) -> str:
    """Give 'sha256:' and the hexadecimal digest of bytes, as published files carry it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, float):
        raise TypeError("a float has no canonical form; use whole numbers, Decimal or Fraction")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item)
