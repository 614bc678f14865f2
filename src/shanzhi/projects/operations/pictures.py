"""Pictures freed of what a camera writes into them: place, time, device, a person's name.

JPEG (ITU-T T.81, Exif 2.32) and PNG (ISO 15948) are taken apart by their own marks and put together again without the
parts that are not needed to draw them. Nothing is decoded, so the picture itself stays as it was, bit for bit. The way
a phone was held is kept, since without it a photo would lie on its side.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Invalid

JPEG: Final = b"\xff\xd8"
PNG: Final = b"\x89PNG\r\n\x1a\n"
_ICC: Final = b"ICC_PROFILE\x00"
_EXIF: Final = b"Exif\x00\x00"
_ORIENTATION: Final = 0x0112
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_DRAWN: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"})


class NotAPicture(Invalid):
    """The content is no whole JPEG or PNG."""

    code = "not_a_picture"
    message = _("Only whole JPEG and PNG photos are taken. Take the photo again, or save it as JPEG.")


def bare(content: bytes) -> tuple[str, bytes]:
    """Give the kind of a picture, 'jpg' or 'png', and its bytes without what was written beside it.

    Raises NotAPicture for anything that is not wholly one.
    """
    try:
        if content.startswith(JPEG):
            return "jpg", _jpeg(content)
        if content.startswith(PNG):
            return "png", _png(content)
    except (IndexError, struct.error, ValueError) as broken:
        raise NotAPicture(field="photo") from broken
    raise NotAPicture(field="photo")


def _jpeg(content: bytes) -> bytes:
    kept, at, way, framed = [JPEG], 2, 1, False
    while (part := _part(content, at)).marker != _END:
        way = _orientation(part.body) if part.marker == 0xE1 and part.body.startswith(_EXIF) else way
        framed |= part.marker in _FRAMES
        if _needed(part.marker, part.body):
            kept.append(content[part.start : part.end])
        at = part.end
    if not framed:
        raise ValueError("no frame")
    if way != 1:
        kept.insert(1, _turned(way))
    return b"".join((*kept, b"\xff\xd9"))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a JPEG: its marker, what it holds, and where it lies with its marker and, of a scan, its data."""

    marker: int
    body: bytes
    start: int
    end: int


def _part(content: bytes, at: int) -> _Part:
    """Read the part that begins here."""
    if content[at] != 0xFF:
        raise ValueError("no marker")
    while content[at + 1] == 0xFF:  # fill bytes
        at += 1
    marker = content[at + 1]
    if marker == _END or marker in _ALONE:
        return _Part(marker, b"", at, at + 2)
    (length,) = struct.unpack_from(">H", content, at + 2)
    body, end = content[at + 4 : at + 2 + length], at + 2 + length
    if length < 2 or len(body) != length - 2:
        raise ValueError("cut off")
    return _Part(marker, body, at, _scan_end(content, end) if marker == _SCAN else end)


def _needed(marker: int, body: bytes) -> bool:
    """Tell whether a part is needed to draw the picture: of those of applications JFIF, colour profiles, Adobe's."""
    if marker == 0xE2:
        return body.startswith(_ICC)
    if 0xE0 <= marker <= 0xEF:
        return marker in (0xE0, 0xEE)
    return marker != _COMMENT


def _scan_end(content: bytes, at: int) -> int:
    """Find the marker after the data of a scan; within them FF is followed by 00 or by a restart."""
    while True:
        at = content.index(b"\xff", at)
        if content[at + 1] not in (0x00, 0xFF, *range(0xD0, 0xD8)):
            return at
        at += 2 if content[at + 1] != 0xFF else 1


def _orientation(body: bytes) -> int:
    """Read how the camera was held, 1 to 8; 1 where that is not told."""
    tiff = body[len(_EXIF) :]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", tiff, 4)
        (number,) = struct.unpack_from(f"{order}H", tiff, start)
        for place in range(min(number, 200)):
            tag, kind, _count, value = struct.unpack_from(f"{order}HHIH", tiff, start + 2 + 12 * place)
            if tag == _ORIENTATION and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1


def _turned(way: int) -> bytes:
    """Write the one thing that is kept of a camera's notes."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, way, 0)
    body = _EXIF + b"MM\x00\x2a" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(content: bytes) -> bytes:
    kept, at, seen = [PNG], len(PNG), set()
    while True:
        (length,) = struct.unpack_from(">I", content, at)
        name, end = content[at + 4 : at + 8], at + 12 + length
        (check,) = struct.unpack_from(">I", content, end - 4)
        if zlib.crc32(content[at + 4 : end - 4]) != check:
            raise ValueError("a chunk is broken")
        seen.add(name)
        if name in _DRAWN:
            kept.append(content[at:end])
        at = end
        if name == b"IEND":
            break
    if not {b"IHDR", b"IDAT"} <= seen:
        raise ValueError("nothing to draw")
    return b"".join(kept)
