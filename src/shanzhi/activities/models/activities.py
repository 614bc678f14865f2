"""An activity of a team of volunteers, and the shifts in which it takes place."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.lifecycle import ACTIVITY, PLANNED, SHIFT
from shanzhi.people.models import Person
from shanzhi.volunteering.models import LANGUAGES, TaskKind, Team, Volunteer
from shanzhi.work.search import search_index

MOST_PLACES: Final = 2000
LONGEST_SHIFT: Final = timedelta(hours=24)
LONGEST_SERVED: Final = timedelta(hours=16)
"""The longest that one may plan: who served longer on a day is looked at as impossible."""
AREA_SHAPE: Final = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"
NORTH: Final = 90_000_000
EAST: Final = 180_000_000


class Activity(models.Model):
    """What a team does for others, where, and what it asks of those who help. When, its shifts say.

    `lat` and `lng` are a rough position in millionths of a degree, both or none. `risks` are told to everybody before
    they sign up (志愿服务条例 art. 12). Least and greatest age and the qualifications are those of the kind of task
    (art. 15); `skills` are codes of skills that one must have on top; a `language`
    helps, and nobody is kept away who does not speak it. Before dangerous work the organiser insures
    (art. 17): the insurer, the number of the policy, and its first and last day. `contact` is who leads on the day;
    the public never sees who that is, and asks by the words in `reach`. `changed_by` changed the plan last before it
    was published, `submitted_by` handed it in: neither checks it, and every change has to be handed in again.

    Triggers: the moves of the state, that it stays on record, and that what is published tells its risks, has a shift,
    and is insured over all its shifts where the task is dangerous.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="activities")
    area = models.CharField(_("Where it takes place"), max_length=12, db_collation="C")
    task_kind = models.ForeignKey(TaskKind, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("Title"), max_length=60)
    what = models.TextField(_("What one does there"))
    place = models.CharField(_("Meeting place"), max_length=100)
    lat = models.IntegerField(_("Latitude, millionths of a degree"), null=True)
    lng = models.IntegerField(_("Longitude, millionths of a degree"), null=True)
    contact = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    reach = models.CharField(_("Where to ask"), max_length=100, blank=True)
    skills = ArrayField(models.CharField(max_length=40), verbose_name=_("Skills asked for"), default=list)
    language = models.CharField(
        _("Language that helps"), max_length=16, choices=list(LANGUAGES.items()), blank=True, default="", db_default=""
    )
    state = models.CharField(_("State"), max_length=12, choices=ACTIVITY.choices(), default=ACTIVITY.first)
    risks = models.TextField(_("Risks, and what is done against them"), blank=True)
    insurer = models.CharField(_("Insurer"), max_length=60, blank=True)
    policy_number = models.CharField(_("Number of the policy"), max_length=60, blank=True)
    insured_from = models.DateField(_("Insured from"), null=True)
    insured_until = models.DateField(_("Insured until"), null=True)
    planned_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    check_note = models.TextField(_("Words of the check"), blank=True)
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Why it was called off"), blank=True)
    synthetic = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Words that say something, a whole position and a whole insurance, dates as the state asks."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ACTIVITY.states)), name="activities_state"),
            models.CheckConstraint(condition=Q(area__regex=AREA_SHAPE), name="activities_area"),
            models.CheckConstraint(condition=Q(language__in=["", *LANGUAGES]), name="activities_language"),
            models.CheckConstraint(
                condition=Q(title__regex=r"\S", what__regex=r"\S", place__regex=r"\S"), name="activities_told"
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lng__isnull=True)
                | Q(lat__isnull=False, lng__isnull=False, lat__range=(-NORTH, NORTH), lng__range=(-EAST, EAST)),
                name="activities_position",
            ),
            models.CheckConstraint(
                condition=Q(insurer="", policy_number="", insured_from__isnull=True, insured_until__isnull=True)
                | Q(
                    insurer__regex=r"\S",
                    policy_number__regex=r"\S",
                    insured_from__isnull=False,
                    insured_until__isnull=False,
                    insured_from__lte=F("insured_until"),
                ),
                name="activities_insurance_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "cancelled"))
                | Q(submitted_at__isnull=False, submitted_at__gte=F("created_at"), risks__regex=r"\S"),
                name="activities_risks_told",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("checked", "published", "finished"))
                | Q(checked_at__isnull=False, checked_at__gte=F("submitted_at")),
                name="activities_checked",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True)
                | (Q(planned_by__isnull=True) | ~Q(checked_by=F("planned_by")))
                & (Q(changed_by__isnull=True) | ~Q(checked_by=F("changed_by")))
                & (Q(submitted_by__isnull=True) | ~Q(checked_by=F("submitted_by"))),
                name="activities_checked_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("published", "finished"))
                | Q(published_at__isnull=False, published_at__gte=F("checked_at")),
                name="activities_published",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PLANNED, ended_at__isnull=True, reason="")
                | Q(state="finished", ended_at__isnull=False, reason="")
                | Q(state="cancelled", ended_at__isnull=False, ended_at__gte=F("created_at"), reason__regex=r"\S"),
                name="activities_ended",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="activities_newest"),
            models.Index(fields=["area", "state"], name="activities_by_area"),
            models.Index(fields=["team", "state"], name="activities_by_team"),
            search_index("title", name="activities_by_title"),
        ]

    def __str__(self) -> str:
        """Give the title."""
        return self.title

    @property
    def living(self) -> bool:
        """Tell whether it is neither called off nor over."""
        return self.state in PLANNED


class Shift(models.Model):
    """A time in which an activity takes place, with places; `starts_at` is within, `ends_at` the first moment outside.

    Repeats are rows of one `series`. `place` is where it takes place if not where the activity says. `sequence` grows
    with every change of time or place, and when it is called off: who signed up before keeps the place or gives it
    back, and calendars take the change over (RFC 5545, 3.8.7.4). `notice` is what was told with the last change.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField(_("Begins"))
    ends_at = models.DateTimeField(_("Ends"))
    places = models.PositiveIntegerField(_("Places"))
    place = models.CharField(_("Meeting place, if another one"), max_length=100, blank=True)
    state = models.CharField(_("State"), max_length=12, choices=SHIFT.choices(), default=SHIFT.first)
    series = models.UUIDField(null=True)
    sequence = models.PositiveIntegerField(default=0)
    notice = models.TextField(_("What was told of the change"), blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        """Some time, at most a day long; places; of an activity the same time once."""

        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(SHIFT.states)), name="activities_shift_state"),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at"), ends_at__lte=F("starts_at") + LONGEST_SHIFT),
                name="activities_shift_span",
            ),
            models.CheckConstraint(condition=Q(places__range=(1, MOST_PLACES)), name="activities_shift_places"),
            models.CheckConstraint(
                condition=Q(state="open", cancelled_at__isnull=True)
                | Q(
                    state="cancelled",
                    cancelled_at__isnull=False,
                    cancelled_at__gte=F("created_at"),
                    notice__regex=r"\S",
                ),
                name="activities_shift_cancelled",
            ),
            models.UniqueConstraint(
                fields=["activity", "starts_at"], condition=Q(state="open"), name="activities_shift_once"
            ),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="activities_shifts_in_time"),
            models.Index(fields=["activity", "starts_at"], name="activities_shifts_of"),
        ]
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)

    @property
    def where(self) -> str:
        """Give the meeting place of this shift."""
        return self.place or self.activity.place
