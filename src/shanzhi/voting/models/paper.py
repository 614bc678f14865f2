"""PaperMark (who voted on paper), PaperEntry (a sheet as one person read it), InvalidSheet (after the close)."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.people.models import Person
from shanzhi.voting.lifecycle import MARK
from shanzhi.voting.models.booths import Booth, Sheet
from shanzhi.voting.models.polls import RECEIPT_LENGTH, Poll

OUTER_LENGTH = 40
MARK_KINDS: list[tuple[str, Any]] = [
    ("booth", _("At the polling place")),
    ("home_visit", _("Home visit")),
    ("provisional", _("Without network, in an outer envelope")),
]
VOID_REASONS: list[tuple[str, Any]] = [
    ("online_first", _("This person had voted online before")),
    ("paper_elsewhere", _("This person had voted on paper before")),
    ("other_entry", _("This person stands on the roll twice and votes by the other entry")),
    ("not_confirmed", _("No second officer confirmed the visit")),
]
INVALID_REASONS: list[tuple[str, Any]] = [
    ("unclear", _("What was chosen cannot be told")),
    ("too_many", _("More projects or points than allowed")),
    ("too_few", _("Fewer projects than asked for")),
    ("over_purse", _("The chosen projects cost more than the purse holds")),
    ("marked", _("The sheet bears a name or another sign of the voter")),
    ("blank", _("Blank, which this vote does not take")),
]
NOT_VOTING = ("returned", "void")


class PaperMark(models.Model):
    """That a person got a ballot sheet: at which booth, from whom, in which minute. Never which sheet.

    A ballot in an outer envelope (`outer`: its serial) can still be taken out unopened; one in the box cannot.
    `envelope_void`: an online envelope was emptied under this mark.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="paper_marks", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    booth = models.ForeignKey(Booth, on_delete=models.PROTECT, related_name="marks")
    officer = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second_officer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    cast_at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=MARK_KINDS)
    state = models.CharField(max_length=12, choices=MARK.choices(), default=MARK.first)
    outer = models.CharField(max_length=OUTER_LENGTH, blank=True, db_collation="C")
    void_reason = models.CharField(max_length=20, choices=VOID_REASONS, blank=True)
    envelope_void = models.BooleanField(default=False)
    reason = models.TextField(blank=True)

    class Meta:
        """A person votes on paper once in a poll; a home visit takes two different officers."""

        constraints = [
            models.UniqueConstraint(
                fields=["poll", "person"], condition=~Q(state__in=NOT_VOTING), name="voting_mark_once"
            ),
            models.UniqueConstraint(
                fields=["booth", "outer"],
                condition=~Q(outer="") & ~Q(state="returned") & ~Q(void_reason="not_confirmed"),
                name="voting_mark_outer_lasting",
            ),
            models.CheckConstraint(condition=~Q(second_officer=F("officer")), name="voting_mark_two_officers"),
            models.CheckConstraint(
                condition=~Q(kind="home_visit", state__in=("accepted", "opened")) | Q(second_officer__isnull=False),
                name="voting_mark_home_by_two",
            ),
            models.CheckConstraint(
                condition=Q(kind="booth", outer="", state__in=("cast", "returned", "carried_off"))
                | (~Q(kind="booth") & ~Q(outer="") & ~Q(state__in=("cast", "carried_off"))),
                name="voting_mark_outer_where_due",
            ),
            models.CheckConstraint(condition=Q(state="void") ^ Q(void_reason=""), name="voting_mark_void_has_reason"),
        ]

    def __str__(self) -> str:
        """Name the booth and the state; the person is not told."""
        return f"{self.booth_id} {self.state}"


class PaperEntry(models.Model):
    """A sheet as one person read it, sealed until the close; `tag` is equal for equal readings of this one sheet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sheet = models.ForeignKey(Sheet, on_delete=models.PROTECT, related_name="entries", db_index=False)
    round = models.PositiveSmallIntegerField()
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    tag = models.BinaryField(max_length=16)

    class Meta:
        """Two readings, and a third where they differ, each by another person."""

        constraints = [
            models.UniqueConstraint(fields=["sheet", "round"], name="voting_entry_round"),
            models.UniqueConstraint(fields=["sheet", "entered_by"], name="voting_entry_another_person"),
            models.CheckConstraint(condition=Q(round__gte=1, round__lte=3), name="voting_entry_three_rounds"),
        ]

    def __str__(self) -> str:
        """Name the round."""
        return str(self.round)


class InvalidSheet(models.Model):
    """A sheet that was found invalid, after the close: the voter finds it by the receipt, with the reason."""

    receipt = models.CharField(primary_key=True, max_length=RECEIPT_LENGTH, db_collation="C")
    poll = models.ForeignKey(Poll, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20, choices=INVALID_REASONS)

    def __str__(self) -> str:
        """Name the poll alone."""
        return str(self.poll_id)
