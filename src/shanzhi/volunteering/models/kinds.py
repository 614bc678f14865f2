"""The words that an area works with: skills, qualifications, kinds of tasks. An area hands its words down the tree.

Of rows with the same code the nearest one up the tree counts; "" is the whole country. Rows are never removed, since
people and tasks point to them: they are retired.
"""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.ui.formatting import chinese

CODE_SHAPE: Final = r"^[a-z][a-z0-9_]{1,39}$"
AREA_SHAPE: Final = r"^([0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?)?$"
OLDEST: Final = 120


class Word(models.Model):
    """A word of an area, in both languages. `example` says that it is made up and no official one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    code = models.CharField(_("Short code"), max_length=40, db_collation="C")
    name = models.CharField(_("Name in Chinese"), max_length=40)
    name_en = models.CharField(_("Name in English"), max_length=80)
    example = models.BooleanField(_("Example, not official"), default=False)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Shared by skills, qualifications and kinds of tasks."""

        abstract = True

    def __str__(self) -> str:
        """Give the name in the reader's language."""
        return self.name if chinese() else self.name_en


def _named(table: str) -> list[models.BaseConstraint]:
    """Give what holds for the words of every table."""
    return [
        models.UniqueConstraint(fields=["area", "code"], name=f"volunteering_{table}_once"),
        models.CheckConstraint(
            condition=Q(area__regex=AREA_SHAPE, code__regex=CODE_SHAPE), name=f"volunteering_{table}_shape"
        ),
        models.CheckConstraint(condition=Q(name__regex=r"\S", name_en__regex=r"\S"), name=f"volunteering_{table}_name"),
        models.CheckConstraint(
            condition=Q(retired_at__isnull=True) | Q(retired_at__gte=F("created_at")),
            name=f"volunteering_{table}_retired",
        ),
    ]


class Skill(Word):
    """Something that a volunteer can do."""

    class Meta:
        """One word a code and area."""

        constraints = _named("skill")


class Sort(models.TextChoices):
    """What a qualification is."""

    TRAINING = "training", pgettext_lazy("qualification", "Training")
    CHECK = "check", _("Background check")


class QualificationKind(Word):
    """A training or a background check that tasks may ask for; `months` is how long one holds, none for ever."""

    sort = models.CharField(_("Training or check"), max_length=8, choices=Sort.choices)
    months = models.PositiveSmallIntegerField(_("Months of validity"), null=True)

    class Meta:
        """A sort, and a validity within reason."""

        constraints = [
            *_named("qualificationkind"),
            models.CheckConstraint(condition=Q(sort__in=Sort.values), name="volunteering_qualificationkind_sort"),
            models.CheckConstraint(
                condition=Q(months__isnull=True) | Q(months__range=(1, 240)),
                name="volunteering_qualificationkind_months",
            ),
        ]


class TaskKind(Word):
    """A kind of task, with whom it suits: service fits age and ability (志愿服务条例 art. 15).

    Ages are full years, both ends within. `demands` are codes of qualifications, each looked up where the task is.
    Before a dangerous task the organiser insures the volunteers (art. 17).
    """

    least_age = models.PositiveSmallIntegerField(_("Least age"), null=True)
    greatest_age = models.PositiveSmallIntegerField(_("Greatest age"), null=True)
    demands = ArrayField(models.CharField(max_length=40), verbose_name=_("Asks for"), default=list)
    dangerous = models.BooleanField(_("Dangerous: needs accident insurance"), default=False)

    class Meta:
        """Ages within reason, the least not above the greatest."""

        constraints = [
            *_named("taskkind"),
            models.CheckConstraint(
                condition=(Q(least_age__isnull=True) | Q(least_age__lte=OLDEST))
                & (Q(greatest_age__isnull=True) | Q(greatest_age__lte=OLDEST)),
                name="volunteering_taskkind_ages",
            ),
            models.CheckConstraint(
                condition=Q(least_age__isnull=True)
                | Q(greatest_age__isnull=True)
                | Q(least_age__lte=F("greatest_age")),
                name="volunteering_taskkind_span",
            ),
        ]
