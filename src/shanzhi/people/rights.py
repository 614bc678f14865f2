"""Tables of people's rights and of the safety of accounts: texts agreed to, sign-ins, recoveries, invitations."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from shanzhi.kernel.identifiers import mask_phone
from shanzhi.kernel.roles import IN_ORGANIZATION
from shanzhi.people.fields import PHONE_OF_INVITATION, SealedField
from shanzhi.people.lifecycle import INVITATION, MERGE, RECOVERY

PERSON = "people.Person"


class ConsentText(models.Model):
    """A text in one version, as people agreed to it: kept whole in both languages, whatever becomes of the program.

    Append-only; found by its digest, which stands in each consent.
    """

    digest = models.CharField(primary_key=True, max_length=71)
    purpose = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    title = models.JSONField()
    paragraphs = models.JSONField()
    kept_at = models.DateTimeField()

    def __str__(self) -> str:
        """Name purpose and version."""
        return f"{self.purpose} {self.version}"


class SignIn(models.Model):
    """A session of an account as its owner sees it: what device, since when, ended by what.

    `device` is made of the browser's and the system's name alone, `network` tells the kind of address and never the
    address. `seen_at` is right to the hour.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    device = models.CharField(max_length=60, blank=True)
    network = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=12, blank=True)

    class Meta:
        """One that is over names no session."""

        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(session_key=""), name="people_signin_ended_without_key"
            ),
        ]
        indexes = [models.Index(fields=["account", "-started_at"], name="people_signin_account")]

    def __str__(self) -> str:
        """Name the device."""
        return self.device


class Recovery(models.Model):
    """The way back for who lost the second factor: two officers, a document seen in person, a time of waiting."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("people.Account", on_delete=models.PROTECT, related_name="recoveries")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=RECOVERY.choices(), default=RECOVERY.first)
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    document = models.CharField(max_length=40)
    reason = models.TextField()
    approved_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    ended_reason = models.TextField(blank=True)

    class Meta:
        """Two different officers, neither of them the person; one recovery at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=("asked", "waiting")), name="people_recovery_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("person")) & ~Q(approved_by=F("person")) & ~Q(approved_by=F("asked_by")),
                name="people_recovery_two_officers",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("waiting", "done")) | Q(approved_by__isnull=False, ready_at__isnull=False),
                name="people_recovery_approved",
            ),
        ]

    def __str__(self) -> str:
        """Name the state."""
        return self.state


class Invitation(models.Model):
    """A role that waits for a colleague: taken up with the link, the code and the phone, within days."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    phone = SealedField(mask=mask_phone, purpose=PHONE_OF_INVITATION, null=True)
    phone_mark = models.BinaryField(max_length=32, null=True, db_index=True)
    phone_mark_next = models.BinaryField(max_length=32, null=True)
    role = models.CharField(max_length=24)
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    organization = models.UUIDField(null=True)
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=INVITATION.choices(), default=INVITATION.first)
    secret = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    invited_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """Who took it is known exactly when it was taken; it is to one place, and to a role that is held there."""

        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True)
                | Q(area="", role__in=sorted(role.value for role in IN_ORGANIZATION)),
                name="people_invitation_one_place",
            ),
            models.CheckConstraint(
                condition=Q(state="taken", taken_by__isnull=False) | (~Q(state="taken") & Q(taken_by__isnull=True)),
                name="people_invitation_taken_by",
            ),
        ]
        indexes = [models.Index(fields=["area", "-created_at"], name="people_invitation_area")]

    def __str__(self) -> str:
        """Name role and area."""
        return f"{self.role} {self.area}"


class PersonMerge(models.Model):
    """That two records are one person's: `merged` gives way to `kept`, and nothing that hangs on either is rewritten.

    `place` counts the merges into one record, for the last is undone first. Where a second member of staff is needed,
    the one who proposed does not decide. A merge stays on record, undone or not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kept = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=MERGE.choices(), default=MERGE.first)
    place = models.PositiveIntegerField(null=True)
    needs_second = models.BooleanField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        """A record gives way once, and takes one proposal at a time (triggers: no chains, the last is undone first)."""

        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("merged")), name="people_merge_two_records"),
            models.CheckConstraint(
                condition=Q(needs_second=False) | ~Q(state__in=("done", "undone")) | ~Q(decided_by=F("proposed_by")),
                name="people_merge_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("done", "undone"))
                | Q(decided_by__isnull=False, decided_at__isnull=False, place__isnull=False),
                name="people_merge_decided",
            ),
            models.CheckConstraint(
                condition=~Q(state="undone") | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="people_merge_undone_by",
            ),
            models.UniqueConstraint(
                fields=["merged"], condition=Q(state__in=("proposed", "done")), name="people_merge_gives_way_once"
            ),
            models.UniqueConstraint(fields=["kept"], condition=Q(state="proposed"), name="people_merge_one_proposal"),
        ]
        indexes = [models.Index(fields=["-proposed_at", "id"], name="people_merge_newest")]

    def __str__(self) -> str:
        """Name the state."""
        return self.state
