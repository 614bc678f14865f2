"""Photos keep their picture, upright, and lose what the camera wrote beside it; what is no whole picture is refused."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from shanzhi.work import pictures

SECRETS = (b"E117", b"adobe", b"somebody", b"Phone", b"2026:03")
ORIENTATION, MAKER, TAKEN, PLACE = 0x0112, 0x010F, 0x0132, 0x8825


def a_jpeg(way: int = 1) -> bytes:
    """A picture that is red on the left and blue on the right, with all that a camera writes."""
    picture = Image.new("RGB", (64, 32), "red")
    picture.paste("blue", (32, 0, 64, 32))
    notes = Image.Exif()
    notes[ORIENTATION], notes[MAKER], notes[TAKEN] = way, "Phone", "2026:03:01 09:00:00"
    notes.get_ifd(PLACE)[29] = "E117"
    out = BytesIO()
    picture.save(out, "JPEG", quality=95, exif=notes, comment=b"by somebody", xmp=b"<adobe/>")
    return out.getvalue()


def a_png() -> bytes:
    beside = PngImagePlugin.PngInfo()
    beside.add_text("Author", "somebody")
    out = BytesIO()
    Image.new("RGB", (64, 32), "green").save(out, "PNG", pnginfo=beside)
    return out.getvalue()


@pytest.mark.parametrize(("way", "size", "red"), [(1, (64, 32), (5, 5)), (6, (32, 64), (5, 5)), (3, (64, 32), (60, 5))])
def test_a_photo_stands_upright_and_tells_nothing_of_the_camera(
    way: int, size: tuple[int, int], red: tuple[int, int]
) -> None:
    sent = a_jpeg(way)
    assert all(secret in sent for secret in SECRETS)
    kept = pictures.anew(pictures.read(sent))
    assert not any(secret in kept for secret in SECRETS)
    with Image.open(BytesIO(kept)) as found:
        assert (found.format, found.size) == ("JPEG", size)
        assert not found.getexif()
        assert found.getpixel(red)[0] > 200  # type: ignore[index]  # of three colours
    assert pictures.anew(pictures.read(kept, field="photo"))[:2] == b"\xff\xd8"


def test_a_drawing_loses_its_author_and_a_large_one_its_size() -> None:
    kept = pictures.anew(pictures.read(a_png()), longest=16)
    assert b"somebody" in a_png()
    assert b"somebody" not in kept
    with Image.open(BytesIO(kept)) as found:
        assert found.size == (16, 8)


def test_what_is_no_whole_picture_is_refused() -> None:
    jpeg, png = a_jpeg(), a_png()
    broken = [b"", b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xd9", png[:20], png[:-4], png.replace(b"IDAT", b"IDAX"), *(
        jpeg[:cut] for cut in range(2, len(jpeg) - 1, 7)
    )]  # fmt: skip
    for content in broken:
        with pytest.raises(pictures.NotAPicture):
            pictures.read(content)


def test_one_that_is_too_large_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(pictures.PictureTooLarge):
        pictures.read(a_png(), most_bytes=50)
    wide = BytesIO()
    Image.new("1", (10_000, 5_001)).save(wide, "PNG")
    with pytest.raises(pictures.PictureTooLarge) as met:
        pictures.read(wide.getvalue())
    assert "50" in met.value.text


def test_a_drawing_cut_anywhere_is_refused_and_never_a_fault() -> None:
    png = a_png()
    for cut in range(len(png) - 1):
        with pytest.raises(pictures.NotAPicture):
            pictures.read(png[:cut])


def test_a_whole_picture_with_broken_remarks_is_kept_without_them() -> None:
    plain = a_jpeg()
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xffsomebody"
    jpeg = plain[:2] + b"\xff\xe1" + (len(broken) + 2).to_bytes(2, "big") + broken + plain[2:]
    kept = pictures.anew(pictures.read(jpeg))
    assert b"somebody" not in kept
