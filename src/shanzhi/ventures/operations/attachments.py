"""Files beside a proposal: known by their content, kept under their digest outside the database."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Invalid, NotFound
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures.models import Attachment
from shanzhi.ventures.operations.fields import text
from shanzhi.ventures.operations.proposals import locked_proposal, note, require_editable
from shanzhi.ventures.policies import require_writer
from shanzhi.ventures.queries.files import ROOM
from shanzhi.work import files
from shanzhi.work.scanner import scan

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_FILES: Final = 10
STARTS: Final = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
OFFICE: Final = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"))


class UnknownFile(Invalid):
    """The content is of no kind that is taken."""

    code = "unknown_file"
    message = _("Only PDF, JPEG, PNG, Word (docx) and Excel (xlsx) files without macros are taken. Save it so.")


class FileTooLarge(Invalid):
    """The file is larger than the limit."""

    code = "file_too_large"
    message = _("The file is larger than %(most)s MB. Make it smaller, for example by scanning in lower quality.")


class TooManyFiles(Invalid):
    """The proposal has as many files as it may."""

    code = "too_many_files"
    message = _("A proposal holds at most %(most)s files. Remove one first.")


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


def store(content: bytes) -> str:
    """Write bytes under their digest, wholly or not at all; give the digest."""
    return files.keep(ROOM, content)


def attach(*, actor: Actor, proposal_id: UUID, name: str, content: bytes, at: datetime) -> Attachment:
    """Put a file beside a draft; the same file again is answered with the first. `name` is only shown.

    Raises UnknownFile, FileTooLarge, FileInfected, ScannerAway, TooManyFiles, NotEditable, NotYourProposal.
    """
    if len(content) > MOST_BYTES:
        raise FileTooLarge(field="file", most=MOST_BYTES // 1024**2)
    kind = kind_of(content)
    scan(content)
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id, with_call=False)
        require_writer(actor, proposal)
        require_taking_part(actor)
        require_editable(proposal, at)
        digest = store(content)
        known = proposal.attachments.filter(digest=digest).first()
        if known is not None:
            return known
        if proposal.attachments.count() >= MOST_FILES:
            raise TooManyFiles(field="file", most=MOST_FILES)
        shown = text(10_000)(Path(name.replace("\\", "/")).name)[-100:] or f"file.{kind}"
        made = Attachment.objects.create(
            proposal=proposal, name=shown, kind=kind, digest=digest, size=len(content), added_by_id=actor.person_id,
            created_at=at,
        )  # fmt: skip
        note(actor, "attach", proposal, {"digest": digest, "kind": kind, "size": len(content)}, at)
    return made


def detach(*, actor: Actor, proposal_id: UUID, attachment_id: UUID, at: datetime) -> None:
    """Take a file away from a draft; its bytes stay, for another proposal may hold the same."""
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id, with_call=False)
        require_writer(actor, proposal)
        require_taking_part(actor)
        require_editable(proposal, at)
        found = proposal.attachments.filter(pk=attachment_id).first()
        if found is None:
            raise NotFound
        found.delete()
        note(actor, "detach", proposal, {"digest": found.digest}, at)


def drop_file(digest: str) -> None:
    """Delete a file's bytes; the caller knows that nothing points to it any more."""
    files.drop(ROOM, digest)
