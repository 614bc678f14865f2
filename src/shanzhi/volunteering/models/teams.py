"""Teams, the agreement that one signs before joining, and who is and was in them."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.organizations.models import Organization
from shanzhi.people.models import Person
from shanzhi.volunteering.lifecycle import HELD, LIVING, MEMBER, TEAM
from shanzhi.volunteering.models.volunteers import SEAT_SHAPE, Volunteer
from shanzhi.work.search import search_index


class TeamKind(models.TextChoices):
    """Where a team belongs."""

    COMMUNITY = "community", pgettext_lazy("team", "Of a community")
    ORGANIZATION = "organization", pgettext_lazy("team", "Of an organisation")
    COMPANY = "company", pgettext_lazy("team", "Of a company")
    SCHOOL = "school", pgettext_lazy("team", "Of a school")


class JoinWay(models.TextChoices):
    """How one joins."""

    REQUEST = "request", _("On request, the leader decides; by its code at once")
    CODE = "code", _("Only by the code that the leader hands out")


class Team(models.Model):
    """A team of volunteers. `code_serial` and `code_until` are of its joining code: a new one makes old ones void.

    Triggers: the moves of its state, that it stays on record, and that while it lives it has a leader.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("Kind of team"), max_length=12, choices=TeamKind.choices)
    name = models.CharField(_("Name of the team"), max_length=60)
    area = models.CharField(_("Area of service"), max_length=12, db_collation="C")
    organization = models.ForeignKey(Organization, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(_("Company or school"), max_length=100, blank=True)
    about = models.TextField(_("What the team does"))
    state = models.CharField(_("State"), max_length=12, choices=TEAM.choices(), default=TEAM.first)
    join_way = models.CharField(_("How one joins"), max_length=8, choices=JoinWay.choices, default=JoinWay.REQUEST)
    code_serial = models.PositiveIntegerField(default=0)
    code_until = models.DateTimeField(null=True)
    founded_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    synthetic = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """A living team's name once in its area; what ended did so for a reason."""

        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TeamKind.values), name="volunteering_team_kind"),
            models.CheckConstraint(condition=Q(join_way__in=JoinWay.values), name="volunteering_team_join_way"),
            models.CheckConstraint(condition=Q(state__in=list(TEAM.states)), name="volunteering_team_state"),
            models.CheckConstraint(condition=Q(area__regex=SEAT_SHAPE), name="volunteering_team_area"),
            models.CheckConstraint(condition=Q(name__regex=r"\S", about__regex=r"\S"), name="volunteering_team_named"),
            models.CheckConstraint(
                condition=Q(kind="organization", organization__isnull=False)
                | Q(~Q(kind="organization"), organization__isnull=True),
                name="volunteering_team_of_organization",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=("company", "school")) | Q(unit__regex=r"\S"), name="volunteering_team_of_unit"
            ),
            models.CheckConstraint(
                condition=Q(state__in=LIVING, ended_at__isnull=True, reason="")
                | Q(~Q(state__in=LIVING), ended_at__isnull=False, ended_at__gte=F("created_at"), reason__regex=r"\S"),
                name="volunteering_team_ended",
            ),
            models.UniqueConstraint(
                fields=["area", "name"], condition=Q(state__in=LIVING), name="volunteering_team_name_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "id"], name="volunteering_team_newest"),
            models.Index(fields=["area", "state"], name="volunteering_team_by_area"),
            search_index("name", name="volunteering_team_by_name"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name

    @property
    def living(self) -> bool:
        """Tell whether it is neither declined nor dissolved."""
        return self.state in LIVING


class TeamAgreement(models.Model):
    """The text that one signs before joining, in versions. Rows are never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="agreements")
    version = models.PositiveIntegerField()
    text = models.TextField(_("Agreement"))
    digest = models.CharField(max_length=71)
    created_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        """One version once."""

        constraints = [
            models.UniqueConstraint(fields=["team", "version"], name="volunteering_agreement_version"),
            models.CheckConstraint(condition=Q(text__regex=r"\S"), name="volunteering_agreement_text"),
        ]

    def __str__(self) -> str:
        """Give the version."""
        return str(self.version)


# A check is passed by what cannot be compared, so it is asked besides that the day is there.
JOINED: Final[dict[str, Any]] = {"joined_at__isnull": False, "joined_at__gte": F("asked_at")}


class TeamRole(models.TextChoices):
    """What somebody is in a team."""

    LEADER = "leader", pgettext_lazy("team", "Leader")
    DEPUTY = "deputy", pgettext_lazy("team", "Deputy leader")
    MEMBER = "member", pgettext_lazy("team", "Member")


class TeamMember(models.Model):
    """A place in a team: asked for, held, given up. The agreement is signed when one asks.

    Who came with a list of the office has signed nothing yet (no `signed_at`), and is asked to.

    Who changes from another team names the place that ends when this one begins (`moves_from`). What is over stays as
    it was (trigger), so that a record earned in a team outlives the membership.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="members")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="places")
    role = models.CharField(_("Part in the team"), max_length=8, choices=TeamRole.choices, default=TeamRole.MEMBER)
    state = models.CharField(_("State"), max_length=12, choices=MEMBER.choices(), default=MEMBER.first)
    message = models.CharField(_("A word to the leader"), max_length=200, blank=True)
    by_code = models.BooleanField(default=False)
    agreement = models.ForeignKey(TeamAgreement, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    moves_from = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="moved_to")
    asked_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        """One open place of a volunteer in a team, one leader of a team; dates as the state asks."""

        constraints = [
            models.CheckConstraint(condition=Q(role__in=TeamRole.values), name="volunteering_member_role"),
            models.CheckConstraint(condition=Q(state__in=list(MEMBER.states)), name="volunteering_member_state"),
            models.CheckConstraint(
                condition=Q(state="requested", joined_at__isnull=True, ended_at__isnull=True)
                | Q(state="member", **JOINED, ended_at__isnull=True)
                | Q(state="left", **JOINED, ended_at__isnull=False, ended_at__gte=F("joined_at"))
                | Q(
                    state__in=("refused", "withdrawn"),
                    joined_at__isnull=True,
                    ended_at__isnull=False,
                    ended_at__gte=F("asked_at"),
                ),
                name="volunteering_member_dates",
            ),
            models.CheckConstraint(
                condition=Q(role="member") | Q(state__in=("member", "left")), name="volunteering_member_leads_inside"
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | Q(reason__regex=r"\S"), name="volunteering_member_refused"
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=False) | Q(state__in=("member", "left"), role="member"),
                name="volunteering_member_signed",
            ),
            models.UniqueConstraint(
                fields=["team", "volunteer"], condition=Q(state__in=HELD), name="volunteering_member_once"
            ),
            models.UniqueConstraint(
                fields=["team"], condition=Q(state="member", role="leader"), name="volunteering_one_leader"
            ),
        ]
        indexes = [
            models.Index(fields=["team", "state", "-asked_at", "id"], name="volunteering_members"),
            models.Index(fields=["volunteer", "state"], name="volunteering_places"),
        ]

    def __str__(self) -> str:
        """Name role and state."""
        return f"{self.role} {self.state}"
