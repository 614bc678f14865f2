"""Filing with the subdistrict: the rules of an area in versions, applications, and what was filed."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.identifiers import mask_phone
from shanzhi.organizations.lifecycle import APPLICATION, EDITABLE
from shanzhi.organizations.models.organizations import Organization, Purpose
from shanzhi.people.fields import SealedField, mask_person
from shanzhi.people.models import Person


class FilingRules(models.Model):
    """What an area asks of who files there, in versions; the nearest area up the tree that has some counts.

    No national figures are known (domain-rules, section 3), so all of it is data; `example` says that the values are
    made up. Days are calendar days. Rows are never changed: the newest version of an area holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.CharField(_("Area"), max_length=12, db_collation="C", blank=True)
    version = models.PositiveIntegerField()
    least_members = models.PositiveIntegerField(_("Least members"))
    charter = models.BooleanField(_("A charter is asked for"))
    premises = models.BooleanField(_("Premises are asked for"))
    in_charge = models.BooleanField(_("A person in charge is asked for"))
    opinion = models.BooleanField(_("The residents' committee gives an opinion first"))
    opinion_days = models.PositiveSmallIntegerField(_("Days for the opinion"))
    decision_days = models.PositiveSmallIntegerField(_("Days for the decision"))
    validity_years = models.PositiveSmallIntegerField(_("Years of validity"))
    prefix = models.CharField(_("Words before the number"), max_length=20)
    source = models.CharField(_("Source"), max_length=200)
    example = models.BooleanField(_("Example values, not official"), default=True)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One version once; figures within reason."""

        constraints = [
            models.UniqueConstraint(fields=["area", "version"], name="organizations_rules_version"),
            models.CheckConstraint(condition=Q(area__regex=r"^[0-9]*$"), name="organizations_rules_area"),
            models.CheckConstraint(
                condition=Q(least_members__range=(1, 1000), opinion_days__range=(1, 365), decision_days__range=(1, 365))
                & Q(validity_years__range=(1, 50)),
                name="organizations_rules_figures",
            ),
            models.CheckConstraint(
                condition=Q(prefix__regex=r"\S", source__regex=r"\S"), name="organizations_rules_named"
            ),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="organizations_rules_newest")]

    def __str__(self) -> str:
        """Show area and version."""
        return f"{self.area or '-'} {self.version}"


class Ask(models.TextChoices):
    """What is applied for."""

    FIRST = "first", _("First filing")
    RENEWAL = "renewal", _("Renewal of a filing")
    CHANGE = "change", _("Change of a filing")
    CANCELLATION = "cancellation", _("Cancellation of a filing")


class Opinion(models.TextChoices):
    """What the residents' committee says."""

    FOR = "for", _("Supports it")
    AGAINST = "against", _("Does not support it")


class FilingApplication(models.Model):
    """An application to the filing desk. `rules` are frozen when it is handed in; drafts may lack anything.

    `origin` tells what the body grew out of: a kind of thing of a room above, such as a project, and its number.
    A trigger holds the moves of the state and keeps what is over as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="applications")
    ask = models.CharField(_("Applied for"), max_length=12, choices=Ask.choices, default=Ask.FIRST)
    state = models.CharField(_("State"), max_length=16, choices=APPLICATION.choices(), default=APPLICATION.first)
    area = models.CharField(_("Seat"), max_length=12, db_collation="C")
    name = models.CharField(_("Name of the organisation"), max_length=100)
    purpose = models.CharField(_("Purpose"), max_length=16, choices=Purpose.choices, blank=True)
    members = models.PositiveIntegerField(_("Number of members"), null=True)
    premises = models.CharField(_("Premises"), max_length=200, blank=True)
    in_charge = SealedField(mask=mask_person, purpose="organizations.filing.in_charge", null=True)
    phone = SealedField(mask=mask_phone, purpose="organizations.filing.phone", null=True)
    about = models.TextField(_("What the body does, and why it asks"), blank=True)
    origin_kind = models.CharField(max_length=60, blank=True)
    origin_id = models.UUIDField(null=True)
    rules: models.JSONField[Any] = models.JSONField(default=dict)
    applicant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField(null=True)
    opinion = models.CharField(_("Opinion"), max_length=8, choices=Opinion.choices, blank=True)
    opinion_words = models.TextField(blank=True)
    opinion_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    opinion_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason of the decision"), blank=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    due_on = models.DateField(_("Due on"), null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One open application of an organisation at a time; a decision has who made it, when and why."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(APPLICATION.states)), name="organizations_filing_state"),
            models.CheckConstraint(condition=Q(ask__in=Ask.values), name="organizations_filing_ask"),
            models.CheckConstraint(
                condition=Q(origin_kind="", origin_id__isnull=True) | Q(~Q(origin_kind=""), origin_id__isnull=False),
                name="organizations_filing_origin",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(*EDITABLE, "withdrawn")) | Q(handed_in_at__isnull=False),
                name="organizations_filing_handed_in",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("handed_in", "opinion_given")) | Q(due_on__isnull=False),
                name="organizations_filing_due",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("filed", "refused")) | Q(decided_at__isnull=False, reason__regex=r"\S"),
                name="organizations_filing_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(applicant__isnull=True) | ~Q(decided_by=F("applicant")),
                name="organizations_filing_not_the_applicant",
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=("draft", "returned", "handed_in", "opinion_given")),
                name="organizations_filing_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="organizations_filing_newest"),
            models.Index(fields=["area", "state"], name="organizations_filing_area"),
            models.Index(fields=["applicant", "-created_at"], name="organizations_filing_mine"),
        ]

    def __str__(self) -> str:
        """Give the name of the body."""
        return self.name


class Filing(models.Model):
    """That an organisation is filed: its number, and the code of its certificate, which nobody can guess.

    Numbers run without gaps for each area (the subdistrict, or the district of a district's body) and year; a trigger
    holds that, and that number, area and code stay. `valid_to` is the last day. A cancelled one stays as it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="filings")
    application = models.OneToOneField(FilingApplication, on_delete=models.PROTECT, related_name="filing")
    area = models.CharField(max_length=12, db_collation="C")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    number = models.CharField(_("Filing number"), max_length=60, unique=True)
    code = models.CharField(max_length=24, unique=True)
    filed_on = models.DateField(_("Date of filing"))
    valid_to = models.DateField(_("Valid until"))
    cancelled_on = models.DateField(_("Cancelled on"), null=True)
    cancelled_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """One filing of an organisation that is not cancelled; a serial once."""

        constraints = [
            models.UniqueConstraint(fields=["area", "year", "serial"], name="organizations_filing_serial"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(cancelled_on__isnull=True), name="organizations_filing_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__gte=F("filed_on"), serial__gte=1), name="organizations_filing_period"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True, cancelled_reason="")
                | Q(cancelled_on__gte=F("filed_on"), cancelled_reason__regex=r"\S"),
                name="organizations_filing_cancelled",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9A-Za-z_-]{20,24}$"), name="organizations_filing_code"
            ),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return self.number
