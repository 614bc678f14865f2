"""Lists of volunteers that offices keep in Excel: what was sent, what each row would do and did, hours of before."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.people.fields import SealedField
from shanzhi.people.models import Person
from shanzhi.volunteering.lifecycle import IMPORT
from shanzhi.volunteering.models.volunteers import Volunteer


class VolunteerImport(models.Model):
    """A list that was sent: the file until it is taken, the columns chosen, and how far it has come.

    `area` is the code inside which its rows must lie, "" for the country (the command alone). `digest` is that of area
    and file: the same list is read once. `columns` gives for each field the heading of its column, `sheets` what the
    file holds. `sample` holds the first rows for the page on which columns are chosen. File and sample are sealed;
    triggers hold the moves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    name = models.CharField(_("Name of the file"), max_length=200)
    digest = models.CharField(max_length=71)
    state = models.CharField(_("State"), max_length=12, choices=IMPORT.choices(), default=IMPORT.first)
    file = SealedField(purpose="volunteering.import.file", null=True)
    sample = SealedField(purpose="volunteering.import.sample", null=True)
    sheets: models.JSONField[Any] = models.JSONField(default=list)
    columns: models.JSONField[Any] = models.JSONField(default=dict)
    counts: models.JSONField[Any] = models.JSONField(default=dict)
    job = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """The file is there as long as it may still be read again; a list once, unless it was taken back."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(IMPORT.states)), name="volunteering_import_state"),
            models.CheckConstraint(
                condition=Q(state__in=("writing", "written", "undoing", "undone")) | Q(file__isnull=False),
                name="volunteering_import_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="written") | Q(written_at__isnull=False, file__isnull=True),
                name="volunteering_import_written",
            ),
            models.UniqueConstraint(fields=["digest"], condition=~Q(state="undone"), name="volunteering_import_once"),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="volunteering_imports_newest")]

    def __str__(self) -> str:
        """Give the name of the file."""
        return self.name


class RowOutcome(models.TextChoices):
    """What comes of a row."""

    NEW = "new", pgettext_lazy("register", "New")
    MERGE = "merge", pgettext_lazy("volunteer list", "Goes into one on record")
    DOUBTFUL = "doubtful", _("Doubtful, decide")
    REFUSED = "refused", pgettext_lazy("register", "Refused")


class RowMark(models.TextChoices):
    """By what a row was found to be somebody on record, or in a row before."""

    ID = "id", _("Identity number")
    PHONE = "phone", _("Phone")
    NUMBER = "number", _("Volunteer number")
    BIRTH = "birth", _("Name and day of birth")


class RowDecision(models.TextChoices):
    """What an officer says of a doubtful row."""

    SAME = "same", _("The same person")
    ANOTHER = "another", _("Another person: new")
    LEAVE_OUT = "leave_out", _("Leave the row out")


class RowStep(models.TextChoices):
    """How far a row is."""

    WAITING = "waiting", _("Waiting")
    WRITTEN = "written", pgettext_lazy("register", "Written")
    PASSED = "passed", pgettext_lazy("register", "Left out")
    UNDONE = "undone", pgettext_lazy("register", "Taken back")
    STAYS = "stays", _("Stays")


class VolunteerRow(models.Model):
    """A row of a list. `told` is sealed: what was read, what is wrong, what differs from the record.

    `person` is whom the row makes or goes into and `volunteer` the entry, by their numbers alone, for those that were
    made are removed when the import is taken back. `of_row` is a row before with the same person. `made` says what was
    added and filled in, `version_after` the version of the volunteer that the row left behind.
    """

    id = models.BigAutoField(primary_key=True)
    of_import = models.ForeignKey(VolunteerImport, on_delete=models.CASCADE, related_name="lines")
    sheet = models.CharField(_("Worksheet"), max_length=100)
    number = models.PositiveIntegerField(_("Row"))
    outcome = models.CharField(_("Outcome"), max_length=12, choices=RowOutcome.choices)
    mark = models.CharField(_("Known by"), max_length=8, choices=RowMark.choices, blank=True)
    person = models.UUIDField(null=True)
    volunteer = models.UUIDField(null=True)
    of_row = models.PositiveIntegerField(null=True)
    field = models.CharField(_("Column"), max_length=20, blank=True)
    differs = models.BooleanField(default=False)
    told = SealedField(purpose="volunteering.import.row", null=True)
    decision = models.CharField(
        pgettext_lazy("register", "Decision"), max_length=12, choices=RowDecision.choices, blank=True
    )
    step = models.CharField(max_length=8, choices=RowStep.choices, default=RowStep.WAITING)
    why = models.CharField(max_length=20, blank=True)
    made: models.JSONField[Any] = models.JSONField(default=dict)
    version_after = models.PositiveIntegerField(null=True)

    class Meta:
        """A row of a sheet once; what goes into somebody names the person and the mark."""

        constraints = [
            models.UniqueConstraint(fields=["of_import", "sheet", "number"], name="volunteering_row_once"),
            models.CheckConstraint(condition=Q(outcome__in=RowOutcome.values), name="volunteering_row_outcome"),
            models.CheckConstraint(
                condition=~Q(outcome__in=("merge", "doubtful")) | (Q(person__isnull=False) & ~Q(mark="")),
                name="volunteering_row_merge",
            ),
        ]
        indexes = [
            models.Index(fields=["of_import", "outcome", "id"], name="volunteering_rows"),
            models.Index(fields=["volunteer"], name="volunteering_row_of"),
        ]

    def __str__(self) -> str:
        """Name the row as Excel does."""
        return f"{self.sheet} {self.number}"


class VolunteerColumns(models.Model):
    """The columns that an office chose for a list with these headings, remembered for the next time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=12, db_collation="C")
    headings = models.CharField(max_length=71)
    columns: models.JSONField[Any] = models.JSONField(default=dict)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One for each office and kind of list."""

        constraints = [models.UniqueConstraint(fields=["area", "headings"], name="volunteering_columns_once")]

    def __str__(self) -> str:
        """Show the area."""
        return self.area


class EarlierHours(models.Model):
    """What an office's list says that a volunteer had served before, in whole minutes, as counted on a day.

    It is an opening statement and no record of service: nobody certified it here. Rows are never changed; they go only
    with the import that is taken back (trigger).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="earlier_hours")
    minutes = models.PositiveIntegerField(_("Minutes of service before"))
    as_of = models.DateField(_("Hours counted until"))
    source = models.CharField(_("Name of the file"), max_length=200)
    of_import = models.ForeignKey(VolunteerImport, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One of a volunteer, for the sum of a later list holds that of an earlier one; more than none."""

        constraints = [
            models.UniqueConstraint(fields=["volunteer"], name="volunteering_earlier_once"),
            models.CheckConstraint(condition=Q(minutes__gt=0), name="volunteering_earlier_minutes"),
        ]

    def __str__(self) -> str:
        """Give the minutes."""
        return str(self.minutes)
