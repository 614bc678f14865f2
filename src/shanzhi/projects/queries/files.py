"""Where the photos of projects lie."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from shanzhi.kernel.errors import NotFound
from shanzhi.projects.models import Photo


def folder() -> Path:
    """Give the folder of the photos."""
    return Path(settings.MEDIA_ROOT) / "projects"


def path_of(photo: Photo) -> Path:
    """Give the path of a stored photo, which its digest alone decides. Raises NotFound when it is not there."""
    mark = photo.digest.removeprefix("sha256:")
    path = folder() / mark[:2] / mark
    if len(mark) != 64 or not path.is_file():
        raise NotFound
    return path
