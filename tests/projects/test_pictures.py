"""Photos keep their picture and lose what the camera wrote beside it."""

from __future__ import annotations

import struct

import pytest

from shanzhi.projects.operations.pictures import NotAPicture, bare
from tests.projects.support import a_png

EOI = b"\xff\xd9"
SCAN = b"\x12\xff\x00\x34\xff\xd0\x56\xff\xd7\x78"  # data with a stuffed FF and two restarts


def part(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(way: int, order: str = "<") -> bytes:
    """Notes of a camera: how it was held, its maker, and where it was."""
    mark = b"II\x2a\x00" if order == "<" else b"MM\x00\x2a"
    held = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, way, 0)
    place = struct.pack(f"{order}HHII", 0x8825, 4, 1, 26)
    return b"Exif\x00\x00" + mark + struct.pack(f"{order}IH", 8, 2) + held + place + b"\x00" * 4 + b"N36.65 E117.02"


def a_jpeg(*beside: bytes, tail: bytes = b"") -> bytes:
    """A JPEG taken apart by its marks, as the module does; what it shows does not matter to it."""
    drawn = (part(0xDB, b"\0" * 65), part(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"), part(0xC4, b"\0" * 17))
    return b"\xff\xd8" + b"".join((*beside, *drawn, part(0xDA, b"\x01\x01\0\0\x3f\0"))) + SCAN + EOI + tail


JFIF, ICC = part(0xE0, b"JFIF\x00\x01\x02"), part(0xE2, b"ICC_PROFILE\x00\x01\x01colours")
NOTES = (
    part(0xE1, b"http://ns.adobe.com/xap/1.0/\x00<name>"),
    part(0xED, b"Photoshop 3.0"),
    part(0xFE, b"by somebody"),
)


@pytest.mark.parametrize("order", "<>")
def test_a_photo_keeps_how_it_was_held_and_nothing_else_of_the_camera(order: str) -> None:
    kind, found = bare(a_jpeg(JFIF, part(0xE1, exif(6, order)), *NOTES, ICC, part(0xE2, b"MPF\x00more"), tail=b"film"))
    assert kind == "jpg"
    for secret in (b"E117", b"adobe", b"Photoshop", b"somebody", b"MPF", b"film"):
        assert secret not in found
    turned = b"Exif\x00\x00MM\x00\x2a" + struct.pack(">IHHHIHH", 8, 1, 0x0112, 3, 1, 6, 0) + b"\0" * 4
    assert found == b"\xff\xd8" + part(0xE1, turned) + a_jpeg(JFIF, ICC)[2:]
    assert bare(found) == ("jpg", found)


def test_a_photo_without_notes_stays_bit_for_bit() -> None:
    for whole in (a_jpeg(JFIF), a_png()):
        assert bare(whole)[1] == whole
    assert bare(a_jpeg(part(0xE1, exif(1))))[1] == a_jpeg()
    assert bare(a_png((b"eXIf", b"x"), (b"tIME", b"x" * 7), (b"sRGB", b"\0")))[1] == a_png((b"sRGB", b"\0"))


def test_what_is_no_whole_picture_is_refused() -> None:
    jpeg, png = a_jpeg(JFIF), a_png()
    broken = [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xd9", png[:20], png.replace(b"IDAT", b"IDAX"), *(
        jpeg[:cut] for cut in range(2, len(jpeg) - 1, 7)
    ), jpeg.replace(part(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0"), b"")]  # fmt: skip
    for content in broken:
        with pytest.raises(NotAPicture):
            bare(content)
