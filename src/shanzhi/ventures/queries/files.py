"""Where the files of proposals lie."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from shanzhi.kernel.errors import NotFound
from shanzhi.ventures.models import Attachment


def folder() -> Path:
    """Give the folder of the files."""
    return Path(settings.MEDIA_ROOT) / "ventures"


def path_of(attachment: Attachment) -> Path:
    """Give the path of a stored file, which its digest alone decides. Raises NotFound when the file is not there."""
    mark = attachment.digest.removeprefix("sha256:")
    path = folder() / mark[:2] / mark
    if len(mark) != 64 or not path.is_file():
        raise NotFound
    return path
