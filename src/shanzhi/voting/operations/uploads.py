"""Files of others that wait for their importer's yes: kept, treated, given to a worker, used up.

They are left out of the audited tables: what becomes of one is a poll, and that has its events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Forbidden, NotFound
from shanzhi.voting.lifecycle import MANAGERS
from shanzhi.voting.models import Poll, Upload

KEPT: Final = timedelta(days=7)


class MayNotImport(Forbidden):
    """Only those who run polls import them."""

    code = "may_not_import"
    message = _("Elections are imported by operators and officers. Ask the one in charge of your area.")


class AlreadyImported(Conflict):
    """The upload has become a poll, or is on the way."""

    code = "already_imported"
    message = _("This file is already being imported. Follow its progress under “Background work”.")


class DoubtsOpen(Conflict):
    """The file has doubtful faults that nobody has decided."""

    code = "doubts_open"
    message = _("This file has faults that could change who wins. Say first how each kind of them is to be treated.")


def require_importer(actor: Actor) -> None:
    """Refuse who runs no polls anywhere."""
    if not actor.areas(MANAGERS):
        raise MayNotImport


def keep_upload(*, actor: Actor, name: str, content: bytes, summary: Mapping[str, Any], at: datetime) -> Upload:
    """Keep a file that was read; old ones that nobody wanted are dropped. Raises MayNotImport."""
    require_importer(actor)
    Upload.objects.filter(poll__isnull=True, created_at__lt=at - KEPT).delete()
    return Upload.objects.create(
        owner_id=actor.person(), name=name[:200], content=content, summary=dict(summary), created_at=at
    )


def waiting_upload(*, actor: Actor, upload_id: UUID) -> Upload:
    """Lock an own upload that has not become a poll. Raises NotFound, AlreadyImported."""
    actor.person()  # who is nobody signs in first
    found = Upload.objects.select_for_update().filter(pk=upload_id, owner_id__in=actor.persons).first()
    if found is None:
        raise NotFound
    if found.job is not None or found.content is None:
        raise AlreadyImported
    return found


def ready_upload(*, actor: Actor, upload_id: UUID) -> Upload:
    """Lock an own upload that can become a poll. Raises NotFound, AlreadyImported, DoubtsOpen."""
    found = waiting_upload(actor=actor, upload_id=upload_id)
    if found.summary.get("open"):
        raise DoubtsOpen
    return found


def treat_upload(*, upload: Upload, summary: Mapping[str, Any], treatments: Mapping[str, str]) -> Upload:
    """Keep what was chosen for a locked upload, with what was read under it."""
    upload.summary, upload.treatments = dict(summary), dict(treatments)
    upload.save(update_fields=["summary", "treatments"])
    return upload


def give_upload(*, upload: Upload, job: UUID) -> None:
    """Give a locked upload to a worker."""
    upload.job = job
    upload.save(update_fields=["job"])


def free_upload(*, upload_id: UUID) -> None:
    """Take an upload back from a worker that could not use it, so that it can be tried again."""
    Upload.objects.filter(pk=upload_id).update(job=None)


def taken_upload(*, upload_id: UUID) -> Upload:
    """Lock an upload for the worker that has it."""
    return Upload.objects.select_for_update().get(pk=upload_id)


def use_upload(*, upload: Upload, poll: Poll | None) -> None:
    """Say what a locked upload became; its content is dropped."""
    upload.content, upload.poll = None, poll
    upload.save(update_fields=["content", "poll"])
