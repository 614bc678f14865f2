"""What this room drops when a person is erased: the photos that the person added."""

from __future__ import annotations

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.projects.models import Photo
from shanzhi.projects.operations.photos import drop_photos


def erase_photos(leaving: Leaving) -> Touched:
    """Delete the photos that the person put beside activities, and their bytes where nobody else holds the same."""
    own = Photo.objects.filter(added_by_id=leaving.person_id)
    found = list(own.values_list("pk", "digest"))
    own.delete()
    drop_photos(*(digest for _key, digest in found))
    return {"projects_photo": [str(key) for key, _digest in found]}
