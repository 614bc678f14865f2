"""Proposals of a call that are much alike: the marks by which they are found, and the pairs that were found."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from shanzhi.ventures.models.calls import Call
from shanzhi.ventures.models.proposals import Proposal


class Marks(models.Model):
    """The marks of what was handed in last, part by part: numbers from which no text can be read back.

    `keys` are the few by which twins are found through the index. `findable` is the team's own choice: teams of the
    same call with a like project are shown this one's name, team and place.
    """

    proposal = models.OneToOneField(Proposal, primary_key=True, on_delete=models.CASCADE, related_name="marks")
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    title = ArrayField(models.IntegerField(), default=list)
    need = ArrayField(models.IntegerField(), default=list)
    activities = ArrayField(models.IntegerField(), default=list)
    place = ArrayField(models.IntegerField(), default=list)
    keys = ArrayField(models.IntegerField(), default=list)
    findable = models.BooleanField(default=False)

    class Meta:
        """Found by any of the keys, with what the core of the database brings."""

        indexes = [GinIndex(fields=["keys"], name="ventures_marks_keys")]

    def __str__(self) -> str:
        """Show how many marks there are."""
        return f"{len(self.title)}+{len(self.need)}+{len(self.activities)}+{len(self.place)}"


class Twin(models.Model):
    """Two proposals of a call, both handed in, that are alike: the points in all and part by part, of 100.

    A part that one of the two lacks has no points. Worked out anew whenever one of the two is handed in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    one = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField()
    title = models.PositiveSmallIntegerField(null=True)
    need = models.PositiveSmallIntegerField(null=True)
    activities = models.PositiveSmallIntegerField(null=True)
    place = models.PositiveSmallIntegerField(null=True)
    found_at = models.DateTimeField()

    class Meta:
        """A pair once, the lower number first (trigger: of one call, both handed in)."""

        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="ventures_twin_once"),
            models.CheckConstraint(condition=~Q(one=F("other")), name="ventures_twin_two"),
            models.CheckConstraint(condition=Q(score__lte=100), name="ventures_twin_score"),
        ]
        indexes = [models.Index(fields=["-score", "id"], name="ventures_twin_most")]

    def __str__(self) -> str:
        """Show the points."""
        return str(self.score)
