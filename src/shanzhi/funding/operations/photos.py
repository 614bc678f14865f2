"""Photos of receipts: known by decoding them whole, kept anew without what a camera writes beside the picture."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from shanzhi.funding.refusals import NoPhoto, NotAPicture, PictureTooLarge
from shanzhi.work import files
from shanzhi.work.scanner import scan

ROOM: Final = "funding"
MOST_BYTES: Final = 20 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
LONGEST_SIDE: Final = 2400
LONGEST_SMALL: Final = 900


@dataclass(frozen=True, slots=True)
class Photo:
    """Digests of the photo as it was sent, of what was kept, and of the smaller one for pages."""

    original: str
    picture: str
    small: str


def read(content: bytes, field: str = "photo") -> Image.Image:
    """Decode a picture whole, upright and in plain colours. Raises NoPhoto, PictureTooLarge, NotAPicture.

    Its size in pixels is read from its head and checked before the rest is decoded.
    """
    if not content:
        raise NoPhoto(field=field)
    too_large = PictureTooLarge(field=field, bytes=MOST_BYTES // 1024**2, pixels=MOST_PIXELS // 10**6)
    if len(content) > MOST_BYTES:
        raise too_large
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=FORMATS) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise too_large
                found.load()
                return ImageOps.exif_transpose(found).convert("RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise too_large from bomb
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as wrong:
        raise NotAPicture(field=field) from wrong


def keep(content: bytes, field: str = "photo") -> Photo:
    """Keep a photo in two sizes, written anew as JPEG, so that neither place nor device is in it."""
    picture = read(content, field)
    scan(content, field=field)
    mark = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return Photo(mark, _write(picture, LONGEST_SIDE), _write(picture, LONGEST_SMALL))


def _write(picture: Image.Image, longest: int) -> str:
    copy = picture.copy()
    copy.thumbnail((longest, longest))
    out = BytesIO()
    copy.save(out, "JPEG", quality=85, optimize=True, exif=b"")
    return files.store(out.getvalue(), room=ROOM)
