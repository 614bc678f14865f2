"""Where the files of proposals lie."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from shanzhi.ventures.models import Attachment
from shanzhi.work import files

ROOM: Final = "ventures"


def folder() -> Path:
    """Give the folder of the files."""
    return files.folder_of(ROOM)


def path_of(attachment: Attachment) -> Path:
    """Give the path of a stored file, which its digest alone decides. Raises NotFound when the file is not there."""
    return files.find(ROOM, attachment.digest)
