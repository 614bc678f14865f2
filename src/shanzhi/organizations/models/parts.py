"""What hangs on an organisation: its former names, its people over time, its links to others, its documents."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel.identifiers import mask_phone
from shanzhi.organizations.models.organizations import Organization
from shanzhi.people.fields import SealedField, mask_person
from shanzhi.people.models import Person
from shanzhi.work.files import KINDS


class PastName(models.Model):
    """A name that an organisation bore until a moment. Rows are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="past_names")
    name = models.CharField(_("Former name"), max_length=100)
    until = models.DateTimeField()

    class Meta:
        """One name ends at one moment."""

        constraints = [
            models.UniqueConstraint(fields=["organization", "until"], name="organizations_past_name_once"),
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="organizations_past_named"),
        ]
        ordering = ["-until"]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Part(models.TextChoices):
    """What somebody is in an organisation."""

    IN_CHARGE = "in_charge", _("Person in charge")
    CONTACT = "contact", pgettext_lazy("part", "Contact")
    FINANCE = "finance", _("Keeps the accounts")
    SUPERVISOR = "supervisor", pgettext_lazy("part", "Supervisor")
    MEMBER = "member", pgettext_lazy("part", "Member")


class Membership(models.Model):
    """Somebody in an organisation from a day until another. The name is sealed, and the phone of a contact.

    `person` where the member is on record. The size counted is the number of different people whose time runs.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    name = SealedField(mask=mask_person, purpose="organizations.membership.name")
    phone = SealedField(mask=mask_phone, purpose="organizations.membership.phone", null=True)
    part = models.CharField(_("Part"), max_length=12, choices=Part.choices, default=Part.MEMBER)
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"), null=True)
    created_at = models.DateTimeField()

    class Meta:
        """A person once in a part at a time; it ends after it began."""

        constraints = [
            models.CheckConstraint(condition=Q(part__in=Part.values), name="organizations_membership_part"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="organizations_membership_period",
            ),
            models.UniqueConstraint(
                fields=["organization", "person", "part"],
                condition=Q(ends_on__isnull=True, person__isnull=False),
                name="organizations_membership_once",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-created_at", "id"], name="organizations_members")]

    def __str__(self) -> str:
        """Show the masked name."""
        return str(self.name)


class Tie(models.TextChoices):
    """How one organisation hangs on another."""

    PARENT = "parent", _("Belongs to")
    INCUBATED_BY = "incubated_by", _("Incubated by")
    GREW_OUT_OF = "grew_out_of", _("Grew out of")


class Link(models.Model):
    """An organisation hangs on another one from a moment until it is ended.

    Triggers: no circle of parents, and an ended link stays as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="links_to")
    tie = models.CharField(_("Kind of link"), max_length=12, choices=Tie.choices)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One parent at a time, the same link once, never to itself."""

        constraints = [
            models.CheckConstraint(condition=Q(tie__in=Tie.values), name="organizations_link_tie"),
            models.CheckConstraint(condition=~Q(other=F("organization")), name="organizations_link_to_another"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("created_at")), name="organizations_link_period"
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(tie="parent", ended_at__isnull=True),
                name="organizations_one_parent",
            ),
            models.UniqueConstraint(
                fields=["organization", "other", "tie"], condition=Q(ended_at__isnull=True),
                name="organizations_link_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        """Show the tie."""
        return self.tie


class Paper(models.TextChoices):
    """What a document of an organisation is."""

    CHARTER = "charter", _("Charter")
    PREMISES = "premises", _("Proof of premises")
    MEMBERS = "members", _("List of members")
    OTHER = "other", pgettext_lazy("document", "Other document")


class Document(models.Model):
    """A file of an organisation, checked by its content and kept under its digest; `name` is only shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="documents")
    paper = models.CharField(_("Kind of document"), max_length=12, choices=Paper.choices)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=list(KINDS.items()))
    digest = models.CharField(max_length=71)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """The same file once an organisation."""

        constraints = [
            models.UniqueConstraint(fields=["organization", "digest"], name="organizations_document_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="organizations_document_size"),
            models.CheckConstraint(condition=Q(paper__in=Paper.values), name="organizations_document_paper"),
        ]
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        """Show the name."""
        return self.name
