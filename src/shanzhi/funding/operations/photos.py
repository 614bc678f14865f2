"""Photos of receipts, kept in two sizes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from PIL import Image

from shanzhi.funding.refusals import NoPhoto
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.work import files, pictures
from shanzhi.work.scanner import scan

ROOM: Final = "funding"
LONGEST_SMALL: Final = 900


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo written anew, so that neither place nor device is in it, and a smaller one for pages; not stored yet.

    `original` is the digest of what was sent.
    """

    original: str
    whole: bytes = field(repr=False)
    small: bytes = field(repr=False)


def read(content: bytes, field: str = "photo") -> Image.Image:
    """Decode a photo whole. Raises NoPhoto, PictureTooLarge, NotAPicture."""
    if not content:
        raise NoPhoto(field=field)
    return pictures.read(content, field=field)


def written_anew(content: bytes, field: str = "photo") -> Photo:
    """Write a photo anew in two sizes. Raises what `read` and `scan` raise."""
    picture = read(content, field)
    scan(content, field=field)
    return Photo(digest_bytes(content), pictures.anew(picture), pictures.anew(picture, longest=LONGEST_SMALL))


def keep(content: bytes) -> None:
    """Keep one size under its digest, in the transaction of its row, once nothing refuses that any more."""
    files.store(content, room=ROOM)
