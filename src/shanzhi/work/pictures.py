"""Photos that people send: known by decoding them whole, written anew without what a camera writes beside the picture.

Place, time, device and names are in no picture that is kept, because nothing is copied but the picture itself; it is
turned upright first, as the phone was held.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO
from typing import Final

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from shanzhi.kernel.errors import Invalid

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE: Final = 2400
# What the decoder raises at content that is no picture, or breaks off in a head or in the data.
BROKEN: Final = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, struct.error, zlib.error,
)  # fmt: skip
PNG_END: Final = b"IEND\xaeB`\x82"  # with the sum that checks it (ISO 15948)
JPEG_SCAN, JPEG_END = b"\xff\xda", b"\xff\xd9"  # ITU-T T.81, annex B


class NotAPicture(Invalid):
    """The content is no picture that can be read whole."""

    code = "not_a_picture"
    message = _("This is no photo that can be read whole. Send a JPEG, PNG or WebP picture.")


class PictureTooLarge(Invalid):
    """The picture is larger than the limit."""

    code = "picture_too_large"
    message = _("The photo is larger than %(bytes)s MB or %(pixels)s megapixels. Take it again in lower quality.")


def too_large(field: str, most_bytes: int = MOST_BYTES) -> PictureTooLarge:
    """Give the refusal of a picture above the limits."""
    return PictureTooLarge(field=field, bytes=most_bytes // 1024**2, pixels=MOST_PIXELS // 10**6)


def read(content: bytes, *, field: str = "photo", most_bytes: int = MOST_BYTES) -> Image.Image:
    """Decode a picture whole, upright and in plain colours. Raises PictureTooLarge, NotAPicture.

    Its size in pixels is read from its head and checked before the rest is decoded.
    """
    refusal = too_large(field, most_bytes)
    if len(content) > most_bytes:
        raise refusal
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise refusal
                found.verify()  # to its last byte, where the format says so; the file must be opened anew after it
            with Image.open(BytesIO(content), formats=FORMATS) as found:
                found.load()
                _require_end(str(found.format), content)
                return _upright(found).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise refusal from bomb
    except BROKEN as wrong:
        raise NotAPicture(field=field) from wrong


def _upright(found: Image.Image) -> Image.Image:
    """Turn a picture as its camera was held; one whose remarks cannot be read stays as it is."""
    try:
        return ImageOps.exif_transpose(found)
    except BROKEN:
        return found


def _require_end(kind: str, content: bytes) -> None:
    """Refuse a picture without its end, which the decoder forgives; what follows the end does not matter."""
    if kind == "PNG" and PNG_END not in content:
        raise ValueError("no end")
    if kind == "JPEG" and content.rfind(JPEG_END) < content.rfind(JPEG_SCAN):
        raise ValueError("no end")


def anew(picture: Image.Image, *, longest: int = LONGEST_SIDE) -> bytes:
    """Write a picture as JPEG with sides of at most `longest` pixels, and nothing beside it."""
    copy = picture.copy()
    copy.info = {}  # a remark or a packet of notes would be written along from here
    copy.thumbnail((longest, longest))
    out = BytesIO()
    copy.save(out, "JPEG", quality=85, optimize=True, exif=b"")
    return out.getvalue()
