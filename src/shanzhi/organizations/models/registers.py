"""Registers that offices keep in Excel: what was sent, what each row would do and did, and what a register says."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.organizations.lifecycle import REGISTER
from shanzhi.organizations.models.organizations import Organization
from shanzhi.people.fields import SealedField
from shanzhi.people.models import Person


class RegisterImport(models.Model):
    """A register that was sent: the file until it is taken, the columns chosen, and how far it has come.

    `area` is the code inside which its rows must lie, "" for the country (the command alone). `columns` gives for each
    field the heading of its column, `sheets` what the file holds: name, headings, rows, chosen or not. `sample` holds
    the first rows for the page on which columns are chosen. File and sample are sealed; triggers hold the moves.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    name = models.CharField(_("Name of the file"), max_length=200)
    state = models.CharField(_("State"), max_length=12, choices=REGISTER.choices(), default=REGISTER.first)
    file = SealedField(purpose="organizations.register.file", null=True)
    sample = SealedField(purpose="organizations.register.sample", null=True)
    sheets: models.JSONField[Any] = models.JSONField(default=list)
    columns: models.JSONField[Any] = models.JSONField(default=dict)
    counts: models.JSONField[Any] = models.JSONField(default=dict)
    job = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """The file is there as long as it may still be read again."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(REGISTER.states)), name="organizations_register_state"),
            models.CheckConstraint(
                condition=Q(state__in=("writing", "written", "undoing", "undone")) | Q(file__isnull=False),
                name="organizations_register_file",
            ),
            models.CheckConstraint(
                condition=~Q(state="written") | Q(written_at__isnull=False), name="organizations_register_written"
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="organizations_registers_newest")]

    def __str__(self) -> str:
        """Give the name of the file."""
        return self.name


class Outcome(models.TextChoices):
    """What comes of a row."""

    NEW = "new", pgettext_lazy("register", "New")
    MERGE = "merge", _("Goes into one on record")
    DOUBTFUL = "doubtful", _("Doubtful, decide")
    REFUSED = "refused", pgettext_lazy("register", "Refused")


class Mark(models.TextChoices):
    """By what a row was found to be an organisation on record."""

    CODE = "code", _("Credit code")
    NAME = "name", pgettext_lazy("register", "Name")
    FORMER = "former", _("Former name")
    PHONE = "phone", _("Phone")


class Decision(models.TextChoices):
    """What an officer says of a doubtful row."""

    SAME = "same", _("The same organisation")
    ANOTHER = "another", _("Another one: new")
    LEAVE_OUT = "leave_out", _("Leave the row out")


class Step(models.TextChoices):
    """How far a row is."""

    WAITING = "waiting", _("Waiting")
    WRITTEN = "written", pgettext_lazy("register", "Written")
    PASSED = "passed", pgettext_lazy("register", "Left out")
    UNDONE = "undone", pgettext_lazy("register", "Taken back")
    STAYS = "stays", _("Stays")


class RegisterRow(models.Model):
    """A row of a register. `told` is sealed: what was read, what is wrong, what differs from the record.

    `organization` is the one that the row makes or goes into, by its number alone, for one that was made is removed
    when the import is taken back. `twins` are the candidates of a doubtful row, each with its mark. `made` says what
    was added and what stood before, `version_after` the version of the organisation that the row left behind.
    """

    id = models.BigAutoField(primary_key=True)
    register = models.ForeignKey(RegisterImport, on_delete=models.CASCADE, related_name="lines")
    sheet = models.CharField(_("Worksheet"), max_length=100)
    number = models.PositiveIntegerField(_("Row"))
    name = models.CharField(_("Name of the organisation"), max_length=100, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=12, choices=Outcome.choices)
    mark = models.CharField(_("Known by"), max_length=8, choices=Mark.choices, blank=True)
    organization = models.UUIDField(null=True)
    of_row = models.PositiveIntegerField(null=True)
    twins: models.JSONField[Any] = models.JSONField(default=list)
    field = models.CharField(_("Column"), max_length=20, blank=True)
    differs = models.BooleanField(default=False)
    told = SealedField(purpose="organizations.register.row", null=True)
    decision = models.CharField(
        pgettext_lazy("register", "Decision"), max_length=12, choices=Decision.choices, blank=True
    )
    step = models.CharField(max_length=8, choices=Step.choices, default=Step.WAITING)
    why = models.CharField(max_length=20, blank=True)
    made: models.JSONField[Any] = models.JSONField(default=dict)
    version_after = models.PositiveIntegerField(null=True)

    class Meta:
        """A row of a sheet once; what goes into one on record names it and the mark."""

        constraints = [
            models.UniqueConstraint(fields=["register", "sheet", "number"], name="organizations_register_row_once"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="organizations_register_outcome"),
            models.CheckConstraint(
                condition=~Q(outcome="merge") | (Q(organization__isnull=False) & ~Q(mark="")),
                name="organizations_register_merge",
            ),
        ]
        indexes = [
            models.Index(fields=["register", "outcome", "id"], name="organizations_register_rows"),
            models.Index(fields=["organization"], name="organizations_register_of"),
        ]

    def __str__(self) -> str:
        """Name the row as Excel does."""
        return f"{self.sheet} {self.number}"


class RegisterMapping(models.Model):
    """The columns that an office chose for a register with these headings, remembered for the next time."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(max_length=12, db_collation="C")
    headings = models.CharField(max_length=71)
    columns: models.JSONField[Any] = models.JSONField(default=dict)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One for each office and register."""

        constraints = [
            models.UniqueConstraint(fields=["area", "headings"], name="organizations_register_mapping_once"),
        ]

    def __str__(self) -> str:
        """Show the area."""
        return self.area


class Exact(models.TextChoices):
    """How much of a day a register states."""

    DAY = "day", pgettext_lazy("period", "Day")
    MONTH = "month", pgettext_lazy("period", "Month")
    YEAR = "year", pgettext_lazy("period", "Year")


class RegisterEntry(models.Model):
    """What an office's own register says of an organisation; it is stated there, and no filing of this site.

    `former` are names that it bore before; a register does not say until when, so they are no `PastName`.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.PROTECT, related_name="register_entry", primary_key=True
    )
    number = models.CharField(_("Filing number"), max_length=60, blank=True)
    filed_on = models.DateField(_("Date of filing"), null=True)
    filed_exact = models.CharField(max_length=5, choices=Exact.choices, blank=True)
    founded_on = models.DateField(pgettext_lazy("register", "Founded on"), null=True)
    founded_exact = models.CharField(max_length=5, choices=Exact.choices, blank=True)
    sort = models.CharField(_("Sort"), max_length=60, blank=True)
    former: models.JSONField[Any] = models.JSONField(default=list)
    register = models.ForeignKey(RegisterImport, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """A day comes with how much of it is stated."""

        constraints = [
            models.CheckConstraint(
                condition=Q(filed_on__isnull=True, filed_exact="")
                | Q(filed_on__isnull=False, filed_exact__in=Exact.values),
                name="organizations_entry_filed",
            ),
            models.CheckConstraint(
                condition=Q(founded_on__isnull=True, founded_exact="")
                | Q(founded_on__isnull=False, founded_exact__in=Exact.values),
                name="organizations_entry_founded",
            ),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return self.number
