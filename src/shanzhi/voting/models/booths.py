"""Booth (a polling place or a round of home visits), its officers, its sheets, the lists it works from offline."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.voting.lifecycle import BOOTH
from shanzhi.voting.models.polls import Poll

BOOTH_KINDS: list[tuple[str, Any]] = [("booth", _("Polling place")), ("home_visit", _("Round of home visits"))]
CODE_LENGTH = 3
SERIAL_LENGTH = 10


class Booth(models.Model):
    """Where people vote on paper. Sheets are whole numbers, counted by hand except where said otherwise.

    Received when it opened and later; unissued, spoiled, handed back (`returned`) and cast when it closed. Worked out
    from the marks and fixed when it is reconciled: issued, void (in outer envelopes that stay shut), carried off, and
    entered. `code` begins the serial of each sheet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="booths")
    name = models.CharField(max_length=80)
    place = models.CharField(max_length=200)
    area = models.CharField(max_length=21, db_collation="C")
    kind = models.CharField(max_length=12, choices=BOOTH_KINDS, default="booth")
    code = models.CharField(max_length=CODE_LENGTH)
    planned_from = models.DateTimeField()
    planned_to = models.DateTimeField()
    state = models.CharField(max_length=12, choices=BOOTH.choices(), default=BOOTH.first)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    sheets_received = models.PositiveIntegerField(null=True)
    sheets_unissued = models.PositiveIntegerField(null=True)
    sheets_spoiled = models.PositiveIntegerField(null=True)
    sheets_returned = models.PositiveIntegerField(null=True)
    sheets_cast = models.PositiveIntegerField(null=True)
    sheets_issued = models.PositiveIntegerField(null=True)
    sheets_void = models.PositiveIntegerField(null=True)
    sheets_carried_off = models.PositiveIntegerField(null=True)
    sheets_entered = models.PositiveIntegerField(null=True)
    reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """A reconciled booth's figures agree; triggers compare them with the marks and entries themselves."""

        constraints = [
            models.UniqueConstraint(fields=["poll", "code"], name="voting_booth_code"),
            models.UniqueConstraint(fields=["poll", "name"], name="voting_booth_name"),
            models.CheckConstraint(condition=Q(planned_to__gt=F("planned_from")), name="voting_booth_hours"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="voting_booth_opens_first"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("open", "closed", "reconciled"))
                | Q(opened_at__isnull=False, sheets_received__isnull=False),
                name="voting_booth_opened",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("closed", "reconciled"))
                | Q(
                    closed_at__isnull=False,
                    sheets_unissued__isnull=False,
                    sheets_spoiled__isnull=False,
                    sheets_returned__isnull=False,
                    sheets_cast__isnull=False,
                ),
                name="voting_booth_closed",
            ),
            models.CheckConstraint(
                condition=~Q(state="reconciled")
                | Q(
                    reconciled_at__isnull=False,
                    sheets_issued__isnull=False,
                    sheets_void__isnull=False,
                    sheets_carried_off__isnull=False,
                    sheets_entered__isnull=False,
                    sheets_received=F("sheets_issued") + F("sheets_unissued"),
                    sheets_issued=F("sheets_cast")
                    + F("sheets_void")
                    + F("sheets_spoiled")
                    + F("sheets_returned")
                    + F("sheets_carried_off"),
                    sheets_cast=F("sheets_entered"),
                ),
                name="voting_booth_reconciled",
            ),
        ]
        indexes = [models.Index(fields=["area", "id"], name="voting_booth_area")]

    def __str__(self) -> str:
        """Show code and name."""
        return f"{self.code} {self.name}"


class BoothOfficer(models.Model):
    """One who works at a booth, from when to when, and by whom that was said."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, related_name="officers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One is an officer of a booth once at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["booth", "person"], condition=Q(ended_at__isnull=True), name="voting_officer_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("given_at")), name="voting_officer_period"
            ),
        ]

    def __str__(self) -> str:
        """Name the booth."""
        return str(self.booth_id)


class Sheet(models.Model):
    """A printed ballot sheet. Who got it is recorded nowhere; its number was drawn by lot."""

    id = models.BigAutoField(primary_key=True)
    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, related_name="sheets", db_index=False)
    serial = models.CharField(max_length=SERIAL_LENGTH, db_collation="C")
    run = models.PositiveSmallIntegerField()
    spoiled = models.BooleanField(default=False)

    class Meta:
        """A serial names one sheet."""

        constraints = [
            models.UniqueConstraint(fields=["booth", "serial"], name="voting_sheet_serial"),
        ]

    def __str__(self) -> str:
        """Show the serial."""
        return self.serial


class BoothList(models.Model):
    """That the roll of a booth was given out as a signed list, with the marks up to a minute. The list is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, related_name="lists")
    number = models.PositiveSmallIntegerField()
    marks_until = models.DateTimeField()
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=71)
    signature = models.CharField(max_length=128)
    public_key = models.CharField(max_length=64)

    class Meta:
        """Lists of a booth are numbered."""

        constraints = [models.UniqueConstraint(fields=["booth", "number"], name="voting_list_number")]

    def __str__(self) -> str:
        """Show the digest."""
        return self.digest
