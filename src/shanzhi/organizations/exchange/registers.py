"""Registers of organisations that offices keep in Excel: read as any list of an office, by their own headings."""

from __future__ import annotations

from shanzhi.organizations.exchange.headings import KNOWN
from shanzhi.places.exchange.lists.reading import Sheet, read_list


def read_register(content: bytes, name: str) -> list[Sheet]:
    """Read all sheets that hold something, those with a column of names first. Raises as `read_list` does."""
    return read_list(content, name, KNOWN)
