"""Words in a row, as each language joins them."""

from __future__ import annotations

from collections.abc import Iterable

from shanzhi.ui import formatting


def listed(words: Iterable[object]) -> str:
    """Join words of one kind: 甲、乙 in Chinese, a, b elsewhere."""
    return ("、" if formatting.chinese() else ", ").join(str(word) for word in words)
