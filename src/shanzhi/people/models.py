"""Person (the real-name record), Account (the sign-in), RoleGrant (who is what, where, for how long)."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.identifiers import mask_phone, mask_resident_id
from shanzhi.kernel.roles import Role
from shanzhi.people import signals
from shanzhi.people.fields import ID_NUMBER, NAME, PHONE, PHONE_OF_ACCOUNT, ROWS_OF_LIST, SealedField, mask_person
from shanzhi.people.guardianship import Guardianship
from shanzhi.people.lifecycle import BATCH, REAL_NAME
from shanzhi.people.managers import AccountManager
from shanzhi.people.rights import ConsentText, Invitation, PersonMerge, Recovery, SignIn
from shanzhi.people.texts import BY_GUARDIAN

__all__ = [
    "ROLE_LABELS",
    "Account",
    "Consent",
    "ConsentText",
    "Guardianship",
    "ImportBatch",
    "Invitation",
    "Person",
    "PersonMerge",
    "Recovery",
    "RoleGrant",
    "SignIn",
]

ROLE_LABELS = {
    Role.RESIDENT: _("Resident"),
    Role.VOLUNTEER: _("Volunteer"),
    Role.TEAM_LEADER: _("Team leader"),
    Role.SOCIAL_WORKER: _("Social worker"),
    Role.COMMUNITY_SECRETARY: _("Community secretary"),
    Role.SUBDISTRICT_OFFICER: _("Subdistrict officer"),
    Role.DISTRICT_OFFICER: _("District officer"),
    Role.OPERATOR: _("Operator of a support organisation"),
    Role.JUROR: _("Juror"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}


def _together(sealed: str, index: str) -> Q:
    """Hold that a sealed column and its blind index are both there or both missing."""
    both = Q(**{f"{sealed}__isnull": False, f"{index}__isnull": False})
    return both | Q(**{f"{sealed}__isnull": True, f"{index}__isnull": True})


def _once(index: str, name: str) -> models.UniqueConstraint:
    """Hold that a next mark is there once; partial, for outside a change of keys there is none to be indexed."""
    return models.UniqueConstraint(fields=[index], condition=Q(**{f"{index}__isnull": False}), name=name)


class Person(models.Model):
    """A human being under the real name. Sealed columns are encrypted; marks are blind indexes and unique.

    `area` is where the person lives: a community, or a grid, building or entrance in it. `born_on` stays readable for
    the database, which draws electorates by age; it is shown to nobody but the person and those who verify. The mark of
    the name is not unique; it finds a person by the whole name. With `erased_at` the row names nobody and never will.
    With `merged_into` the person goes by that other record, and what hangs on this one is read with it (`PersonMerge`).
    Next marks are those under a newer key while the key of the blind index changes (`operations.keys`), and missing
    otherwise.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = SealedField(mask=mask_person, purpose=NAME)
    name_mark = models.BinaryField(max_length=32, null=True)
    name_mark_next = models.BinaryField(max_length=32, null=True)
    id_number = SealedField(mask=mask_resident_id, purpose=ID_NUMBER, null=True)
    id_mark = models.BinaryField(max_length=32, null=True, unique=True)
    id_mark_next = models.BinaryField(max_length=32, null=True)
    phone = SealedField(mask=mask_phone, purpose=PHONE, null=True)
    phone_mark = models.BinaryField(max_length=32, null=True, unique=True)
    phone_mark_next = models.BinaryField(max_length=32, null=True)
    born_on = models.DateField(null=True)
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    real_name = models.CharField(max_length=20, choices=REAL_NAME.choices(), default=REAL_NAME.first)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    verified_against = models.CharField(max_length=40, blank=True)
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    erased_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    # Roles and merged records, read with the account of a session (`actors.HELD`); None where nobody asked.
    held: Any = None

    class Meta:
        """Verified persons carry when and how; electorates are drawn by area, state and age."""

        constraints = [
            models.CheckConstraint(
                condition=Q(real_name="declared") | (Q(verified_at__isnull=False) & Q(id_mark__isnull=False)),
                name="people_person_verified_has_document",
            ),
            models.CheckConstraint(condition=_together("id_number", "id_mark"), name="people_person_id_with_mark"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(
                    name_mark=None, id_mark=None, phone_mark=None, born_on=None, real_name="declared", verified_at=None
                ),
                name="people_person_erased_is_empty",
            ),
            models.CheckConstraint(condition=_together("phone", "phone_mark"), name="people_person_phone_with_mark"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(name_mark_next=None, id_mark_next=None, phone_mark_next=None),
                name="people_person_erased_has_no_next",
            ),
            _once("id_mark_next", "people_person_id_mark_next"),
            _once("phone_mark_next", "people_person_phone_mark_next"),
        ]
        indexes = [
            models.Index(fields=["area", "real_name", "born_on"], name="people_person_electorate"),
            models.Index(fields=["-created_at", "id"], name="people_person_newest"),
            models.Index(fields=["real_name", "-created_at", "id"], name="people_person_state"),
            models.Index(fields=["area", "id"], name="people_person_area"),
            models.Index(fields=["name_mark"], name="people_person_name"),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="people_person_merged_into"
            ),
        ]

    def __str__(self) -> str:
        """Show the masked name."""
        return str(self.name)


class Account(AbstractBaseUser):
    """A sign-in: by phone code, password or passkey. It may exist before the person behind it is known."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="account")
    # NULL and not "" for none: the unique index must let many accounts be without one.
    login_name = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 - see above
    phone = SealedField(mask=mask_phone, purpose=PHONE_OF_ACCOUNT, null=True)
    phone_mark = models.BinaryField(max_length=32, null=True, unique=True)
    phone_mark_next = models.BinaryField(max_length=32, null=True)
    phone_verified = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    # Counted up to end all sessions at once: those signed in under an earlier count are no longer let in.
    session_count = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField()

    # Read with the account of a session (`backends`); None where nobody asked.
    has_second_factor: bool | None = None

    USERNAME_FIELD = "login_name"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    class Meta:
        """An account can be signed in to somehow."""

        constraints = [
            models.CheckConstraint(
                condition=Q(login_name__isnull=False) | Q(phone_mark__isnull=False), name="people_account_has_sign_in"
            ),
            models.CheckConstraint(condition=_together("phone", "phone_mark"), name="people_account_phone_with_mark"),
            _once("phone_mark_next", "people_account_phone_mark_next"),
        ]

    def __str__(self) -> str:
        """Show the sign-in name or the masked phone."""
        return self.login_name or str(self.phone)

    def check_password(self, raw_password: str | None) -> bool:
        """Check a password. Where its hash is of an older kind, it is made anew by an operation, which is on record."""
        return check_password(raw_password, self.password, self._renew_hash)

    def _renew_hash(self, raw_password: str) -> None:
        signals.hash_outdated.send(Account, account=self, password=raw_password)

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to the count that ends them all; a count of nought changes nothing."""
        return session_proof(super().get_session_auth_hash(), self.session_count)


def session_proof(proof: str, count: int) -> str:
    """Add the count that ends all sessions to the proof of a password; a count of nought changes nothing."""
    return f"{proof}{count}" if count else proof


class RoleGrant(models.Model):
    """A role that a person holds for a period, in an area (its code; empty is the country) or in an organisation.

    The room of organisations sees to it in the database that an organisation is on record, open, and none of an area's
    roles is held in one; here it is a number (`holders`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="role_grants")
    role = models.CharField(max_length=24, choices=[(role.value, label) for role, label in ROLE_LABELS.items()])
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    organization = models.UUIDField(null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    ended_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    # Whether what follows from the dates was carried out: sessions ended, the event written, the holder told.
    begins_later = models.BooleanField(default=False, db_default=False)
    over_at = models.DateTimeField(null=True)

    class Meta:
        """A grant ends after it starts, and lies in an area or in an organisation, not in both."""

        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="people_role_period"
            ),
            models.CheckConstraint(condition=Q(organization__isnull=True) | Q(area=""), name="people_role_one_scope"),
            models.CheckConstraint(
                condition=Q(over_at__isnull=True) | Q(ends_at__isnull=False, begins_later=False),
                name="people_role_over_has_end",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "starts_at"], name="people_role_person"),
            models.Index(fields=["area", "role"], name="people_role_area"),
            models.Index(fields=["starts_at"], condition=Q(begins_later=True), name="people_role_begins"),
            models.Index(
                fields=["ends_at"], condition=Q(over_at__isnull=True, ends_at__isnull=False), name="people_role_ends"
            ),
            models.Index(
                fields=["organization"], condition=Q(organization__isnull=False), name="people_role_organization"
            ),
        ]

    def __str__(self) -> str:
        """Name role and area."""
        return f"{self.role} {self.area or self.organization or '*'}"


class Consent(models.Model):
    """That a person agreed to a text, in the version that was shown; taken back, it stays on record.

    With a `guardianship` it was given for the person by that guardian, to the text on minors.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=40)
    text_version = models.CharField(max_length=20)
    text_digest = models.CharField(max_length=71)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    guardianship = models.ForeignKey(Guardianship, null=True, on_delete=models.PROTECT, related_name="consents")
    withdrawn_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """One standing consent of each who gives it, for each text and version."""

        constraints = [
            models.UniqueConstraint(
                fields=["person", "guardianship", "purpose", "text_version"],
                condition=Q(withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="people_consent_once",
            ),
            models.CheckConstraint(
                condition=Q(guardianship__isnull=True) ^ Q(purpose=BY_GUARDIAN), name="people_consent_of_whom"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_by__isnull=True),
                name="people_consent_withdrawn_by",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at")),
                name="people_consent_withdrawn_after",
            ),
        ]

    def __str__(self) -> str:
        """Name purpose and version."""
        return f"{self.purpose} {self.text_version}"


class ImportBatch(models.Model):
    """A list of residents that was read and waits for a yes; its rows are sealed, and dropped when written."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    area = models.CharField(max_length=21, db_collation="C")
    rows = SealedField(purpose=ROWS_OF_LIST, null=True)
    errors = models.JSONField(default=list)
    fresh = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=BATCH.choices(), default=BATCH.first)
    job = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """Rows are there exactly as long as they may still be written."""

        constraints = [
            models.CheckConstraint(
                condition=Q(rows__isnull=True, state="written") | (Q(rows__isnull=False) & ~Q(state="written")),
                name="people_batch_rows_until_written",
            ),
        ]

    def __str__(self) -> str:
        """Name the batch by area and state."""
        return f"{self.area} {self.state}"
