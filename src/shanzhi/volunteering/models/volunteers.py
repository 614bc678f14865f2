"""The volunteer with what one can do, when one is free, and what one has been trained and checked for."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.identifiers import mask_phone
from shanzhi.people.fields import SealedField, mask_person
from shanzhi.people.models import Person
from shanzhi.volunteering.lifecycle import VOLUNTEER
from shanzhi.volunteering.models.kinds import QualificationKind, Skill

# Six digits of the district, eight drawn at random, one that checks the rest (`volunteering.numbers`).
NUMBER_SHAPE: Final = r"^[0-9]{15}$"
SEAT_SHAPE: Final = r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$"
LANGUAGES: Final = {
    "mandarin": _("Standard Chinese"),
    "dialect": _("The local dialect"),
    "sign": _("Chinese sign language"),
    "english": _("English"),
    "other_chinese": _("Another dialect of Chinese"),
    "minority": _("A language of another people of China"),
    "japanese": _("Japanese"),
    "korean": _("Korean"),
    "russian": _("Russian"),
    "french": _("French"),
    "german": _("German"),
    "spanish": _("Spanish"),
    "arabic": _("Arabic"),
}
MOST_METRES: Final = 100_000
MOST_TASKS: Final = 20
NONE_SAID: Final = Value([], ArrayField(models.CharField(max_length=40)))
LAST_MINUTE: Final = 24 * 60


class Volunteer(models.Model):
    """A person who serves (志愿服务条例 art. 7). `number` stands in for the identity number in public (MZ/T 061-2015).

    `area` is where one serves. Name, phone and age are those of the person and stand nowhere else. What the health does
    not allow, and whom to call, is sealed; the former only after a consent of its own, since it is sensitive
    (个人信息保护法 art. 29), and never of a minor. `metres` is how far one goes, `tasks` are codes of the kinds of
    tasks that one would like, none for any. `earlier_number` is the one that the office's own list had. A trigger holds
    the moves of the state, and that number, person and beginning stay.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="volunteer")
    number = models.CharField(_("Volunteer number"), max_length=15, db_collation="C", unique=True)
    area = models.CharField(_("Area of service"), max_length=12, db_collation="C")
    state = models.CharField(_("State"), max_length=12, choices=VOLUNTEER.choices(), default=VOLUNTEER.first)
    languages = ArrayField(
        models.CharField(max_length=16, choices=list(LANGUAGES.items())), verbose_name=_("Languages"), default=list
    )
    metres = models.PositiveIntegerField(_("How far you go"), null=True)
    tasks = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("Kinds of tasks you would like"),
        default=list,
        db_default=NONE_SAID,
    )  # fmt: skip
    wish = models.TextField(_("What you would like to do"), blank=True)
    health = SealedField(purpose="volunteering.volunteer.health", null=True)
    health_agreed_at = models.DateTimeField(null=True)
    emergency_name = SealedField(mask=mask_person, purpose="volunteering.volunteer.emergency_name", null=True)
    emergency_phone = SealedField(mask=mask_phone, purpose="volunteering.volunteer.emergency_phone", null=True)
    earlier_number = models.CharField(_("Number at the office before"), max_length=30, db_collation="C", blank=True)
    joined_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Numbers and areas have their shape; health only after a consent, an emergency contact with name and phone."""

        constraints = [
            models.CheckConstraint(condition=Q(number__regex=NUMBER_SHAPE), name="volunteering_number"),
            models.CheckConstraint(condition=Q(area__regex=SEAT_SHAPE), name="volunteering_area"),
            models.CheckConstraint(condition=Q(state__in=list(VOLUNTEER.states)), name="volunteering_state"),
            models.CheckConstraint(condition=Q(languages__contained_by=list(LANGUAGES)), name="volunteering_languages"),
            models.CheckConstraint(
                condition=Q(metres__isnull=True) | Q(metres__range=(100, MOST_METRES)), name="volunteering_metres"
            ),
            models.CheckConstraint(condition=Q(tasks__len__lte=MOST_TASKS), name="volunteering_tasks"),
            models.CheckConstraint(
                condition=Q(health__isnull=True, health_agreed_at__isnull=True)
                | Q(health__isnull=False, health_agreed_at__isnull=False),
                name="volunteering_health_agreed",
            ),
            models.CheckConstraint(
                condition=Q(emergency_name__isnull=True, emergency_phone__isnull=True)
                | Q(emergency_name__isnull=False, emergency_phone__isnull=False),
                name="volunteering_emergency_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["-joined_at", "id"], name="volunteering_newest"),
            models.Index(fields=["area", "state"], name="volunteering_by_area"),
            models.Index(
                fields=["earlier_number"], condition=~Q(earlier_number=""), name="volunteering_by_earlier_number"
            ),
        ]

    def __str__(self) -> str:
        """Give the number."""
        return self.number

    @property
    def human(self) -> Person:
        """Give the record of the person that is kept; the entry may hang on one that was merged into it."""
        return self.person.merged_into or self.person


class VolunteerSkill(models.Model):
    """That a volunteer says to have a skill."""

    id = models.BigAutoField(primary_key=True)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each skill once."""

        constraints = [models.UniqueConstraint(fields=["volunteer", "skill"], name="volunteering_skill_of_once")]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


class Availability(models.Model):
    """Hours of a week in which a volunteer is free: minutes of the day, `starts` within, `ends` the first one outside.

    Weekdays are 1 (Monday) to 7. A trigger lets no two of a volunteer overlap.
    """

    id = models.BigAutoField(primary_key=True)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()

    class Meta:
        """Inside one day, and not empty."""

        constraints = [
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="volunteering_weekday"),
            models.CheckConstraint(
                condition=Q(starts__lt=F("ends"), ends__lte=LAST_MINUTE), name="volunteering_hours_span"
            ),
            models.UniqueConstraint(fields=["volunteer", "weekday", "starts"], name="volunteering_hours_once"),
        ]
        ordering = ["weekday", "starts"]

    def __str__(self) -> str:
        """Give weekday and hours."""
        return f"{self.weekday} {clock(self.starts)}-{clock(self.ends)}"


class Qualification(models.Model):
    """That a volunteer was trained or checked, as somebody with the right to say so saw it.

    Good from `starts_on` to the end of `ends_on`. Taken back for a reason it stays on record; a trigger holds that.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="qualifications")
    kind = models.ForeignKey(QualificationKind, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(_("From"))
    ends_on = models.DateField(_("Until"), null=True)
    evidence = models.CharField(_("What was seen"), max_length=200)
    verified_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    verified_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_reason = models.TextField(blank=True)

    class Meta:
        """A span; taken back for a reason; one of a kind from the same day."""

        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="volunteering_qualification_span",
            ),
            models.CheckConstraint(condition=Q(evidence__regex=r"\S"), name="volunteering_qualification_seen"),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_reason="", revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_at__gte=F("verified_at"), revoked_reason__regex=r"\S"),
                name="volunteering_qualification_revoked",
            ),
            models.UniqueConstraint(
                fields=["volunteer", "kind", "starts_on"],
                condition=Q(revoked_at__isnull=True),
                name="volunteering_qualification_once",
            ),
        ]
        ordering = ["-starts_on", "id"]

    def __str__(self) -> str:
        """Name the row."""
        return str(self.pk)


def clock(minutes: int) -> str:
    """Write minutes of the day as people do: 570 is 9:30."""
    return f"{minutes // 60}:{minutes % 60:02}"
