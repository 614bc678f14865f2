"""Files beside a proposal, kept as `work.files` does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Invalid, NotFound
from shanzhi.people.policies import require_taking_part
from shanzhi.ventures.models import Attachment
from shanzhi.ventures.operations.fields import text
from shanzhi.ventures.operations.proposals import locked_proposal, note, require_editable
from shanzhi.ventures.policies import require_writer
from shanzhi.work.files import checked, store

ROOM: Final = "ventures"
MOST_FILES: Final = 10


class TooManyFiles(Invalid):
    """The proposal has as many files as it may."""

    code = "too_many_files"
    message = _("A proposal holds at most %(most)s files. Remove one first.")


def attach(*, actor: Actor, proposal_id: UUID, name: str, content: bytes, at: datetime) -> Attachment:
    """Put a file beside a draft; the same file again is answered with the first. `name` is only shown.

    Raises UnknownFile, FileTooLarge, FileInfected, ScannerAway, TooManyFiles, NotEditable, NotYourProposal.
    """
    kind = checked(content)
    with transaction.atomic():
        proposal = locked_proposal(actor=actor, proposal_id=proposal_id, with_call=False)
        require_writer(actor, proposal)
        require_taking_part(actor)
        require_editable(proposal, at)
        digest = digest_bytes(content)
        known = proposal.attachments.filter(digest=digest).first()
        if known is not None:
            return known
        if proposal.attachments.count() >= MOST_FILES:
            raise TooManyFiles(field="file", most=MOST_FILES)
        shown = text(10_000)(Path(name.replace("\\", "/")).name)[-100:] or f"file.{kind}"
        made = Attachment.objects.create(
            proposal=proposal, name=shown, kind=kind, digest=store(content, room=ROOM), size=len(content),
            added_by_id=actor.person_id, created_at=at,
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
