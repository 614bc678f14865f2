"""The organisation: a body with a name, a sort and a seat, in which people hold roles."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.organizations.lifecycle import ORGANIZATION, RESTING
from shanzhi.work.search import search_index


class Kind(models.TextChoices):
    """What sort of body an organisation is, in the terms of the field (docs/glossary)."""

    SUPPORT = "support_organization", _("Support organisation")
    HUB = "hub", _("Hub organisation")
    COMMUNITY = "community_organization", _("Community organisation")
    VOLUNTEERS = "volunteer_team", _("Volunteer team")
    ASSOCIATION = "social_association", _("Social association")
    INSTITUTION = "social_service_institution", _("Social service institution")
    FOUNDATION = "foundation", _("Foundation")
    ENTERPRISE = "social_enterprise", _("Social enterprise")


class Purpose(models.TextChoices):
    """What a community organisation is for (豫民文〔2021〕235号 names these activities)."""

    PUBLIC_BENEFIT = "public_benefit", _("Public benefit and charity")
    GOVERNANCE = "governance", _("Community affairs and governance")
    MUTUAL_HELP = "mutual_help", _("Mutual help")
    SERVICE = "service", _("Services for residents")
    CULTURE_SPORT = "culture_sport", _("Culture and sport")


# How the code of a registered body begins (GB 32100-2015); a hub or a support organisation may be any of these.
PREFIXES: Final = {Kind.ASSOCIATION: "51", Kind.INSTITUTION: "52", Kind.FOUNDATION: "53"}
# Digits and capital letters without I, O, S, V and Z; the last character, which checks the rest, is counted elsewhere.
CODE_SHAPE: Final = r"^[0-9A-HJ-NPQRTUWXY]{18}$"
SEAT_SHAPE: Final = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"


def _begins_right() -> Q:
    fits = Q(credit_code__isnull=True) | ~Q(kind__in=list(PREFIXES))
    for kind, prefix in PREFIXES.items():
        fits |= Q(kind=kind, credit_code__startswith=prefix)
    return fits


class Organization(models.Model):
    """A body in which people hold roles.

    `area` is the code of its seat: a district, a subdistrict or a community; it tells whose staff look after it. A
    closed organisation stays on record as it was, and takes no roles (both held by triggers of migration 0002).
    `state` is where its life stands (`lifecycle.ORGANIZATION`, held by a trigger), `rests_from` the state to which a
    dormant or suspended one comes back. `size_stated` is the number of members that it gives itself.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("Name of the organisation"), max_length=100)
    kind = models.CharField(_("Sort"), max_length=32, choices=Kind.choices)
    area = models.CharField(_("Seat"), max_length=12, db_collation="C")
    # NULL and not "" for none: the unique index must let many organisations be without one.
    credit_code = models.CharField(  # noqa: DJ001 - see above
        _("Unified social credit code"), max_length=18, null=True, db_collation="C"
    )
    purpose = models.CharField(_("Purpose"), max_length=16, choices=Purpose.choices, blank=True, db_default="")
    size_stated = models.PositiveIntegerField(_("Members, as stated"), null=True)
    state = models.CharField(
        _("State"), max_length=12, choices=ORGANIZATION.choices(), default=ORGANIZATION.first,
        db_default=ORGANIZATION.first,
    )  # fmt: skip
    rests_from = models.CharField(max_length=12, blank=True, db_default="")
    synthetic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """A name once at a seat while it is open, a code once in all; closed for a reason, after its beginning."""

        constraints = [
            models.CheckConstraint(condition=Q(name__regex=r"\S"), name="organizations_named"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="organizations_kind"),
            models.CheckConstraint(condition=Q(area__regex=SEAT_SHAPE), name="organizations_seat"),
            models.CheckConstraint(
                condition=Q(credit_code__isnull=True) | Q(credit_code__regex=CODE_SHAPE), name="organizations_code"
            ),
            models.CheckConstraint(condition=_begins_right(), name="organizations_code_fits_kind"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_reason="")
                | Q(closed_at__gte=F("created_at"), closed_reason__regex=r"\S"),
                name="organizations_closed_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(purpose="") | Q(purpose__in=Purpose.values), name="organizations_purpose"
            ),
            models.CheckConstraint(condition=Q(state__in=list(ORGANIZATION.states)), name="organizations_state"),
            models.CheckConstraint(
                condition=Q(state="dissolved", closed_at__isnull=False)
                | (~Q(state="dissolved") & Q(closed_at__isnull=True)),
                name="organizations_dissolved_is_closed",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=RESTING) & ~Q(rests_from="")) | (~Q(state__in=RESTING) & Q(rests_from="")),
                name="organizations_rests_from",
            ),
            models.UniqueConstraint(fields=["credit_code"], name="organizations_code_once"),
            models.UniqueConstraint(
                fields=["area", "name"], condition=Q(closed_at__isnull=True), name="organizations_name_at_seat"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="organizations_newest"),
            models.Index(fields=["area", "name"], name="organizations_seats"),
            models.Index(fields=["state", "area"], name="organizations_states"),
            search_index("name", name="organizations_by_name"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name

    @property
    def open(self) -> bool:
        """Tell whether it still takes roles."""
        return self.closed_at is None
