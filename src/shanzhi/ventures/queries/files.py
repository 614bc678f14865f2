"""Where the files of proposals lie."""

from __future__ import annotations

from pathlib import Path

from shanzhi.ventures.models import Attachment
from shanzhi.work import files


def path_of(attachment: Attachment) -> Path:
    """Give the path of a stored file, which its digest alone decides. Raises NotFound when the file is not there."""
    return files.path_of(attachment.digest, room="ventures")
