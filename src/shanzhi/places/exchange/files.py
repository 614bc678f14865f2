"""Text out of files as offices send them: the size, the type and the encoding are checked before anything is read."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid

MOST_BYTES: Final = 100 * 1024 * 1024
# The whole country has 39 MB; what is larger is no list of areas.

_SIGNATURES: Final = (
    (b"PK\x03\x04", _("an Excel or zip file")),
    (b"\xd0\xcf\x11\xe0", _("an old Excel or Word file")),
    (b"\x1f\x8b", _("a compressed file")),
    (b"%PDF", _("a PDF")),
    (b"\x89PNG", _("a picture")),
    (b"\xff\xd8\xff", _("a picture")),
    (codecs.BOM_UTF16_LE, _("a text in UTF-16")),
    (codecs.BOM_UTF16_BE, _("a text in UTF-16")),
)


class BadFile(Invalid):
    """The file as a whole cannot be read."""

    code = "bad_file"
    message = _("This file cannot be read. Send a CSV file in UTF-8 or GB18030.")


def read_bytes(path: Path) -> bytes:
    """Give a file's bytes; raise BadFile when it is missing or too large."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise BadFile(
                _(
                    "%(file)s has %(size)s MB; the largest that is read has %(most)s MB. "
                    "Send only the sheet of areas, or split the file by province."
                ),
                file=path.name,
                size=size // (1024 * 1024),
                most=MOST_BYTES // (1024 * 1024),
            )
        return path.read_bytes()
    except OSError as problem:
        words = _("%(file)s cannot be opened (%(why)s). Check the path and the rights to read it.")
        raise BadFile(words, file=path.name, why=problem.strerror or "") from problem


def as_utf8(data: bytes, name: str) -> bytes:
    """Give a text's bytes in UTF-8 without a mark at the start; GB18030 is recognised and turned into UTF-8.

    Raises BadFile for what is no text, and for a text that was cut in the middle of a character.
    """
    for signature, words in _SIGNATURES:
        if data.startswith(signature):
            found = _("%(file)s is %(kind)s, not a CSV file. Open it and save it as CSV (UTF-8).")
            raise BadFile(found, file=name, kind=words)
    if not data.strip():
        raise BadFile(_("%(file)s is empty. Send the file again."), file=name)
    if b"\0" in data:
        raise BadFile(_("%(file)s is no text but a program's own format. Save it as CSV (UTF-8)."), file=name)
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        data.decode()
    except UnicodeDecodeError as fault:
        if fault.reason == "unexpected end of data" and fault.end >= len(data):
            raise _cut(data, name) from fault
        return _from_gb18030(data, name)
    return data


def _from_gb18030(data: bytes, name: str) -> bytes:
    try:
        return data.decode("gb18030").encode()
    except UnicodeDecodeError as fault:
        if fault.end >= len(data):
            raise _cut(data, name) from fault
        words = _("%(file)s is neither UTF-8 nor GB18030 (line %(line)s). Save it as CSV (UTF-8).")
        raise BadFile(words, file=name, line=data.count(b"\n", 0, fault.start) + 1) from fault


def _cut(data: bytes, name: str) -> BadFile:
    words = _("%(file)s ends in the middle of line %(line)s: it was cut on its way. Fetch or save it again.")
    return BadFile(words, file=name, line=data.count(b"\n") + 1)


def refuse_cut(data: bytes, name: str, fields: int) -> None:
    """Raise BadFile when the last line has fewer fields than the header and no end: the file was cut there."""
    last = data.rsplit(b"\n", 1)[-1]
    if last.strip() and (last.count(b",") < fields - 1 or last.count(b'"') % 2):
        raise _cut(data, name)
