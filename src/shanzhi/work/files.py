"""Files that people hand in: known by their content, kept under their digest outside the database.

A room keeps a row for each file with its digest and name; the bytes lie in a folder of the room and are found by the
digest alone, never by a path that somebody gave. Each room registers which fields of its rows point to bytes, so that
those to which none points any more can go.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Final

import structlog
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Invalid, NotFound
from shanzhi.work.scanner import scan

MOST_BYTES: Final = 10 * 1024 * 1024
KINDS: Final = {"pdf": "PDF", "jpg": "JPEG", "png": "PNG", "docx": "Word", "xlsx": "Excel"}
STARTS: Final = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
ASKED: Final = 1000
"""Files about whose rows one asks at once."""
FEW: Final = 20
"""As many files of a room may be without a row before that looks wrong, or a tenth of them."""
LEFT: Final = ".new-"
"""How the names of files begin that are being written."""
OFFICE: Final = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"))


log = structlog.get_logger(__name__)
_pointing: Final[dict[str, tuple[str, tuple[str, ...]]]] = {}


class UnknownFile(Invalid):
    """The content is of no kind that is taken."""

    code = "unknown_file"
    message = _("Only PDF, JPEG, PNG, Word (docx) and Excel (xlsx) files without macros are taken. Save it so.")


class FileTooLarge(Invalid):
    """The file is larger than the limit."""

    code = "file_too_large"
    message = _("The file is larger than %(most)s MB. Make it smaller, for example by scanning in lower quality.")


def kind_of(content: bytes) -> str:
    """Tell what a file is by its first bytes, and for Office files by what is packed in it. Raises UnknownFile."""
    for start, kind in STARTS:
        if content.startswith(start):
            return kind
    with suppress(zipfile.BadZipFile, ValueError, OSError):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            names = set(packed.namelist())
        if "[Content_Types].xml" in names and not any(name.endswith("vbaProject.bin") for name in names):
            for name, kind in OFFICE:
                if name in names:
                    return kind
    raise UnknownFile(field="file")


def checked(content: bytes) -> str:
    """Tell what a file is once its size is allowed and it was scanned.

    Raises FileTooLarge, UnknownFile, FileInfected, ScannerAway.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(field="file", most=MOST_BYTES // 1024**2)
    kind = kind_of(content)
    scan(content)
    return kind


def shown_name(name: str, kind: str) -> str:
    """Give the last part of a name that somebody sent, at most 100 characters of it, to be shown."""
    plain = " ".join(Path(name.replace("\\", "/")).name.replace("\0", "").split())
    return plain[-100:] or f"file.{kind}"


def folder(room: str) -> Path:
    """Give the folder of a room's files."""
    return Path(settings.MEDIA_ROOT) / room


def store(content: bytes, *, room: str) -> str:
    """Write bytes under their digest, wholly or not at all; give the digest.

    Called in the transaction that writes the row, after all that may still refuse it: nobody who drops the same bytes
    gets between the two, and bytes without a row are left only where the commit itself fails.
    """
    digest = digest_bytes(content)
    if connection.in_atomic_block:
        _hold(digest, room)
    path = _place(digest, room)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=LEFT)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    return digest


def path_of(digest: str, *, room: str) -> Path:
    """Give the path of a stored file. Raises NotFound when it is not there."""
    path = _place(digest, room)
    if len(path.name) != 64 or not path.is_file():
        raise NotFound
    return path


def _place(digest: str, room: str) -> Path:
    mark = digest.removeprefix("sha256:")
    return folder(room) / mark[:2] / mark


def register(room: str, model: str, *fields: str) -> None:
    """Say which fields of a room's rows ("service.Evidence") hold digests of its files; for an app's `ready`."""
    _pointing[room] = (model, fields)


def used(digests: Collection[str], *, room: str) -> set[str]:
    """Give those of some digests to which a row of the room points; a query for each field."""
    model, fields = _pointing[room]
    rows = apps.get_model(model)._default_manager
    return {
        digest for field in fields for digest in rows.filter(**{f"{field}__in": digests}).values_list(field, flat=True)
    }


def drop_unused(digests: Iterable[str], *, room: str) -> None:
    """Delete after the commit the bytes to which no row of the room points any more then.

    It is asked only then, and while nobody puts the same file anywhere: another row may come or go meanwhile.
    """
    for digest in sorted(set(digests)):
        transaction.on_commit(partial(_drop, digest, room))


def sweep(*, before: datetime) -> int:
    """Delete bytes that lie since before a moment and to which no row points; give how many.

    Such are left where a commit failed after them, or the machine while they were written: a few. Of a room where many
    are without a row none is touched, since then it is rather the database that is the wrong or an earlier one.
    """
    gone = 0
    for room in sorted(_pointing):
        old = [path for path in sorted(folder(room).glob("??/*")) if _since(path) < before.timestamp()]
        whole = [path for path in old if not path.name.startswith(LEFT)]
        unused = _unused([f"sha256:{path.name}" for path in whole], room)
        if len(unused) > max(FEW, len(whole) // 10):
            log.error("files_without_rows", room=room, without=len(unused), files=len(whole))
            continue
        for path in set(old).difference(whole):
            path.unlink(missing_ok=True)
        gone += len(old) - len(whole) + sum(_drop(digest, room) for digest in unused)
    return gone


def _unused(digests: Sequence[str], room: str) -> list[str]:
    found: list[str] = []
    for start in range(0, len(digests), ASKED):
        some = digests[start : start + ASKED]
        found += sorted(set(some) - used(some, room=room))
    return found


def _since(path: Path) -> float:
    """Tell when a file was written; of one that went meanwhile, that it is new."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _drop(digest: str, room: str) -> bool:
    with transaction.atomic():
        _hold(digest, room)
        if used([digest], room=room):
            return False
        _place(digest, room).unlink(missing_ok=True)
        return True


def _hold(digest: str, room: str) -> None:
    """Wait for whoever stores or drops the same bytes, and keep others waiting until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{room}/{digest}"])
