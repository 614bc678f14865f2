"""Photos of activities: freed of the camera's notes, kept under their digest, shown to everybody only by consent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.canonical import digest_bytes
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.projects import policies
from shanzhi.projects.models import Activity, Photo
from shanzhi.projects.operations.common import locked_project, note, words
from shanzhi.work import pictures
from shanzhi.work.files import drop_unused, store
from shanzhi.work.scanner import scan

ROOM: Final = "projects"
MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PHOTOS: Final = 12


class TooManyPhotos(Conflict):
    """The activity has as many photos as it may."""

    code = "too_many_photos"
    message = _("An activity holds at most %(most)s photos. Choose the best, or remove one first.")


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo as it was sent; `shown` says that those in it agree to be seen by everybody."""

    content: bytes
    caption: str
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo that was looked at and written anew."""

    kind: str
    content: bytes
    caption: str
    shown: bool

    @property
    def digest(self) -> str:
        """Give the digest under which it is kept."""
        return digest_bytes(self.content)


def taken(shot: Shot) -> Taken:
    """Look at a photo and give it written anew. Raises PictureTooLarge, NotAPicture, FileInfected, ScannerAway."""
    picture = pictures.read(shot.content, most_bytes=MOST_BYTES)
    scan(shot.content)
    content = pictures.anew(picture)
    caption = words(shot.caption, "caption", most=120)
    return Taken("jpg", content, caption, shot.shown)


def put(actor: Actor, activity: Activity, shot: Taken, at: datetime) -> None:
    """Put a photo beside an activity, inside the caller's transaction; the same one again changes nothing."""
    if activity.photos.filter(digest=shot.digest).exists():
        return
    if activity.photos.count() >= MOST_PHOTOS:
        raise TooManyPhotos(field="photo", most=MOST_PHOTOS)
    Photo.objects.create(
        activity=activity, kind=shot.kind, digest=store(shot.content, room=ROOM), size=len(shot.content),
        caption=shot.caption, shown=shot.shown, added_by_id=actor.person_id, created_at=at,
    )  # fmt: skip


def remove_photo(*, actor: Actor, activity_id: UUID, photo_id: UUID, at: datetime) -> None:
    """Take a photo away, as the team, or as staff who run the round. Raises NotFound, NotYourProject."""
    with transaction.atomic():
        key = Activity.objects.filter(pk=activity_id).values_list("project", flat=True).first()
        if key is None:
            raise NotFound
        project = locked_project(project_id=key)
        if not policies.runs(actor, project):
            policies.require_writer(actor, project)
        found = Photo.objects.filter(activity=activity_id, pk=photo_id).first()
        if found is None:
            raise NotFound
        digest = found.digest
        found.delete()
        note(actor, "photo.remove", project, {"activity": str(activity_id), "digest": digest}, at)
        drop_photos(digest)


def drop_photos(*digests: str) -> None:
    """Delete the bytes of photos after the commit, where no other activity holds the same."""
    drop_unused(digests, room=ROOM)
