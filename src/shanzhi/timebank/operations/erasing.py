"""What erasing a person takes from the bank: words, address and photo of help; what moved in credits stays."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from shanzhi.kernel.personal import Leaving, Touched
from shanzhi.timebank.models import Post
from shanzhi.timebank.operations.helping import ROOM
from shanzhi.work.files import drop_file

GONE = "—"


def empty_posts(leaving: Leaving) -> Touched:
    """Take words, address and photo out of somebody's offers and requests; what was promised upon them stays."""
    rows = list(Post.objects.select_for_update(of=("self",)).filter(author__person=leaving.person_id))
    photos = {row.photo for row in rows if row.photo}
    for row in rows:
        row.title, row.about, row.address, row.photo = GONE, GONE, None, ""
    Post.objects.bulk_update(rows, ["title", "about", "address", "photo"])
    for digest in photos:
        if not Post.objects.filter(photo=digest).exists():
            transaction.on_commit(partial(drop_file, digest, room=ROOM))
    return {"timebank_post": [str(row.pk) for row in rows]}
