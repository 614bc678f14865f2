"""Areas by their codes, former names, changes of codes, figures with dates, social-work stations.

All of it is public. A subtree is a range of codes under the collation "C" (`queries.within`).
"""

from __future__ import annotations

import uuid
from functools import reduce
from operator import or_
from typing import Final

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.kernel import areas

LEVEL_LABELS: Final = {
    areas.PROVINCE: _("Province"),
    areas.CITY: _("City"),
    areas.DISTRICT: _("District"),
    areas.SUBDISTRICT: _("Subdistrict"),
    areas.COMMUNITY: _("Community"),
    areas.GRID: _("Grid"),
    areas.BUILDING: _("Building"),
    areas.ENTRANCE: _("Entrance"),
}
# Commonest first: the check of the level tries one after the other.
_LEVELS: Final = (areas.COMMUNITY, areas.SUBDISTRICT, areas.GRID, areas.BUILDING, areas.ENTRANCE, areas.DISTRICT,
                  areas.CITY, areas.PROVINCE)  # fmt: skip
_ABOVE: Final = dict(zip(list(areas.LENGTHS)[1:], list(areas.LENGTHS.values())[:-1], strict=True))


class Kind(models.TextChoices):
    """What a community's committee is, by the tenth digit of its code (code rules of the statistics bureau)."""

    RESIDENTS = "residents", _("Residents' committee")
    VILLAGERS = "villagers", _("Villagers' committee")
    LIKE_RESIDENTS = "like_residents", _("Body like a residents' committee")
    LIKE_VILLAGERS = "like_villagers", _("Body like a villagers' committee")
    OTHER = "other", _("Another body")


# By the tenth digit of a community's code.
KINDS: Final = {
    "0": Kind.RESIDENTS,
    "1": Kind.RESIDENTS,
    "2": Kind.VILLAGERS,
    "3": Kind.VILLAGERS,
    "4": Kind.LIKE_RESIDENTS,
    "5": Kind.LIKE_VILLAGERS,
}
LOCAL_LEVELS: Final = (areas.GRID, areas.BUILDING, areas.ENTRANCE)


def _length_of(level: str) -> Q:
    return Q(level=level) & Q(Exact(Length("code"), areas.LENGTHS[level]))


def _parent_of(level: str) -> Q:
    if level == areas.PROVINCE:
        return Q(level=level, parent__isnull=True)
    return Q(level=level, parent__isnull=False) & Q(Exact(F("parent"), Left("code", _ABOVE[level])))


class Area(models.Model):
    """A place of the tree, known by its code; names repeat, codes do not.

    `name` is the name of today; earlier ones stand in FormerName. `valid_to` is the first day on which the code no
    longer holds: rows of former codes stay, so that old records resolve. `kind` and `made_locally` follow from the
    code and are no columns: they would slow the load of a country for nothing.
    """

    code = models.CharField(pgettext_lazy("area", "Code"), max_length=21, primary_key=True, db_collation="C")
    name = models.CharField(pgettext_lazy("area", "Name"), max_length=100)
    level = models.CharField(pgettext_lazy("area", "Level"), max_length=12, choices=list(LEVEL_LABELS.items()))
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children", db_column="parent_code", db_index=False
    )
    valid_from = models.DateField(_("Valid from"), null=True)
    valid_to = models.DateField(_("Valid to"), null=True)

    class Meta:
        """Each code is digits, as long as its level says, and begins with its parent's."""

        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]+$"), name="places_area_digits"),
            models.CheckConstraint(
                condition=reduce(or_, (_length_of(level) for level in _LEVELS)), name="places_area_level_fits"
            ),
            models.CheckConstraint(
                condition=reduce(or_, (_parent_of(level) for level in _LEVELS)), name="places_area_under_parent"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="places_area_named"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="places_area_period",
            ),
        ]
        indexes = [
            # Communities, nine in ten rows, are found under their subdistrict by the range of codes itself.
            models.Index(fields=["parent", "code"], name="places_area_children", condition=~Q(level=areas.COMMUNITY)),
        ]

    def __str__(self) -> str:
        """Name the area with its code, since names repeat."""
        return f"{self.name} {self.code}"

    @property
    def kind(self) -> str:
        """What a community's committee is (a Kind), by the tenth digit; empty for other levels."""
        return KINDS.get(self.code[9], Kind.OTHER).value if self.level == areas.COMMUNITY else ""

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(Kind(self.kind).label) if self.kind else ""

    @property
    def level_label(self) -> str:
        """The level in words."""
        return str(LEVEL_LABELS[self.level])

    @property
    def made_locally(self) -> bool:
        """Tell whether the code was made here and not by the state."""
        return self.level in LOCAL_LEVELS


class FormerName(models.Model):
    """A name that an area had before the one it has now; `valid_from` is empty where nobody knows."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="former_names")
    name = models.CharField(max_length=100)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField()

    class Meta:
        """One name ends on one day."""

        constraints = [
            models.UniqueConstraint(fields=["area", "valid_to"], name="places_formername_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True) | Q(valid_to__gt=F("valid_from")), name="places_formername_period"
            ),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class ChangeKind(models.TextChoices):
    """What can happen to a code."""

    RENAME = "rename", pgettext_lazy("change of an area", "Renamed")
    SPLIT = "split", pgettext_lazy("change of an area", "Split")
    MERGE = "merge", pgettext_lazy("change of an area", "Merged")
    SUCCESSION = "succession", pgettext_lazy("change of an area", "Code replaced")
    TRANSFER = "transfer", pgettext_lazy("change of an area", "Moved to another parent")
    CLOSURE = "closure", pgettext_lazy("change of an area", "Closed")
    FOUNDING = "founding", pgettext_lazy("change of an area", "Founded")


class AreaChange(models.Model):
    """One change of codes or names on a date, with its reason and source; its links say from which code to which."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=ChangeKind.choices)
    on = models.DateField(_("On"))
    reason = models.TextField(_("Reason"), blank=True)
    source = models.CharField(pgettext_lazy("area", "Source"), max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        """Newest first."""

        indexes = [models.Index(fields=["-on", "id"], name="places_change_newest")]

    def __str__(self) -> str:
        """Name the change by kind and day."""
        return f"{self.kind} {self.on}"


class ChangeLink(models.Model):
    """From one code to one code; a rename links a code to itself, a closure to none, a founding from none."""

    change = models.ForeignKey(AreaChange, on_delete=models.PROTECT, related_name="links")
    old = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    old_name = models.CharField(max_length=100, blank=True)
    new_name = models.CharField(max_length=100, blank=True)

    class Meta:
        """A link once per change, and never between nothing and nothing."""

        constraints = [
            models.UniqueConstraint(fields=["change", "old", "new"], name="places_link_once", nulls_distinct=False),
            models.CheckConstraint(condition=Q(old__isnull=False) | Q(new__isnull=False), name="places_link_somewhere"),
        ]

    def __str__(self) -> str:
        """Show both ends."""
        return f"{self.old_id or '-'} > {self.new_id or '-'}"


class Measure(models.TextChoices):
    """What is counted or measured of an area; whole numbers, coordinates in millionths of a degree."""

    POPULATION = "population", pgettext_lazy("area", "Residents")
    HOUSEHOLDS = "households", _("Households")
    SIZE = "size_m2", pgettext_lazy("area", "Size")
    LONGITUDE = "centroid_lon", _("Centre, longitude")
    LATITUDE = "centroid_lat", _("Centre, latitude")


class AreaFigure(models.Model):
    """A figure of an area that holds from a day on, until the next one of the same measure. Rows are never changed.

    A wrong figure is corrected by a row of the next revision for the same measure and day, with the reason; the highest
    revision holds. Its value is empty where the figure was taken back: then that day has none.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="figures")
    measure = models.CharField(_("Measure"), max_length=16, choices=Measure.choices)
    value = models.BigIntegerField(pgettext_lazy("area", "Value"), null=True)
    valid_from = models.DateField(_("Holds from"))
    source = models.CharField(pgettext_lazy("area", "Source"), max_length=200)
    revision = models.PositiveIntegerField(default=1, db_default=1)
    reason = models.CharField(_("Reason"), max_length=500, blank=True, db_default="")
    created_at = models.DateTimeField()

    class Meta:
        """One figure per measure, day and revision; counts are not negative, coordinates lie on the globe."""

        constraints = [
            models.UniqueConstraint(fields=["area", "measure", "valid_from", "revision"], name="places_figure_once"),
            models.CheckConstraint(
                condition=Q(measure=Measure.LONGITUDE, value__gte=-180_000_000, value__lte=180_000_000)
                | Q(measure=Measure.LATITUDE, value__gte=-90_000_000, value__lte=90_000_000)
                | Q(measure__in=[Measure.POPULATION, Measure.HOUSEHOLDS, Measure.SIZE], value__gte=0)
                | Q(measure__in=Measure.values, value__isnull=True),
                name="places_figure_in_range",
            ),
            models.CheckConstraint(
                condition=Q(revision=1, value__isnull=False, reason="") | (Q(revision__gt=1) & ~Q(reason="")),
                name="places_figure_corrected_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        """Name the figure by measure and value."""
        return f"{self.measure} {self.value}"


class Station(models.Model):
    """A social-work station of a district, subdistrict or community. Name, address and phone are public."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="stations")
    name = models.CharField(pgettext_lazy("area", "Name"), max_length=100)
    address = models.CharField(_("Address"), max_length=200, blank=True)
    phone = models.CharField(_("Phone"), max_length=40, blank=True)
    opened_on = models.DateField(_("Opened on"))
    closed_on = models.DateField(_("Closed on"), null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """At one of the three levels; closed after it opened."""

        constraints = [
            models.CheckConstraint(
                condition=reduce(or_, (Q(Exact(Length("area"), length)) for length in (6, 9, 12))),
                name="places_station_level",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="places_station_period"
            ),
            models.UniqueConstraint(fields=["area", "name"], name="places_station_name_in_area"),
        ]
        indexes = [models.Index(fields=["-created_at", "id"], name="places_station_newest")]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class SheetKind(models.TextChoices):
    """What a sheet of an office brings for many areas."""

    FIGURES = "figures", _("Figures of areas")
    STATIONS = "stations", _("Social-work stations")


class SentSheet(models.Model):
    """A sheet that was read and waits for its sender's yes; its rows are dropped when they are written.

    `rows` holds its lines as they are, each with its number, and `given` what was said for all of them; what they would
    do is worked out afresh whenever somebody looks, since the records may have changed meanwhile.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.UUIDField()
    kind = models.CharField(max_length=12, choices=SheetKind.choices)
    name = models.CharField(max_length=200)
    rows = models.JSONField(null=True)
    given = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    class Meta:
        """Rows are there exactly as long as they may still be written."""

        constraints = [
            models.CheckConstraint(
                condition=Q(rows__isnull=True, written_at__isnull=False)
                | Q(rows__isnull=False, written_at__isnull=True),
                name="places_sheet_rows_until_written",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="places_sheet_age")]

    def __str__(self) -> str:
        """Give the name of the file."""
        return self.name
