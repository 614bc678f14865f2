"""Photos of receipts, kept in two sizes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from PIL import Image

from shanzhi.funding.refusals import NoPhoto
from shanzhi.work import files, pictures
from shanzhi.work.scanner import scan

ROOM: Final = "funding"
LONGEST_SMALL: Final = 900


@dataclass(frozen=True, slots=True)
class Photo:
    """Digests of the photo as it was sent, of what was kept, and of the smaller one for pages."""

    original: str
    picture: str
    small: str


def read(content: bytes, field: str = "photo") -> Image.Image:
    """Decode a photo whole. Raises NoPhoto, PictureTooLarge, NotAPicture."""
    if not content:
        raise NoPhoto(field=field)
    return pictures.read(content, field=field)


def keep(content: bytes, field: str = "photo") -> Photo:
    """Keep a photo, written anew, so that neither place nor device is in it. Raises what `read` and `scan` raise."""
    picture = read(content, field)
    scan(content, field=field)
    mark = f"sha256:{hashlib.sha256(content).hexdigest()}"
    whole, small = pictures.anew(picture), pictures.anew(picture, longest=LONGEST_SMALL)
    return Photo(mark, files.store(whole, room=ROOM), files.store(small, room=ROOM))
