"""The pages of activities, for the tests that look at every page: in every state, with people in and in line."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from shanzhi.activities import operations
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.volunteering.models import TaskKind, Team, TeamMember, Volunteer
from shanzhi.volunteering.operations import load_examples
from tests.activities.support import INSURED, a_shift, a_sign_up, an_activity
from tests.support.people import a_person, actor
from tests.support.site import Site
from tests.volunteering import pages as volunteering
from tests.volunteering.support import a_volunteer

COMMUNITY = volunteering.COMMUNITY
NONE = "?q=没有的东西"


def _team(name: str) -> Team:
    volunteering.public()
    return Team.objects.get(name=name)


@transaction.atomic
def _activity(title: str, team: Team, **fields: Any) -> Activity:
    """Give an activity with shifts from tomorrow on, made once: one with places, one full, one called off."""
    found = Activity.objects.filter(title=title).first()
    if found is not None:
        return found
    if not TaskKind.objects.filter(code="clean_up").exists():
        load_examples(actor=volunteering.SYSTEM, area="", at=timezone.now())
    kind = TaskKind.objects.filter(code="clean_up").earliest("created_at")
    made = an_activity(team, title=title, shifts=0, task_kind=kind, lat=36_660_000, lng=117_040_000, **fields)
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    a_shift(made, starts=now + timedelta(days=1), places=3)
    full = a_shift(made, starts=now + timedelta(days=8), places=1, sequence=1, notice="改到南门集合", place="南门")
    a_shift(made, starts=now + timedelta(days=15), state="cancelled", cancelled_at=now, sequence=1, notice="暴雨")
    if made.state == "published":
        a_sign_up(full, a_volunteer(a_person(COMMUNITY, name="欧阳示例")))
        a_sign_up(full, a_volunteer(a_person(COMMUNITY, name="欧阳示例")), state="waiting")
    return made


def public() -> dict[str, str]:
    """Give what anybody reads, of volunteering too."""
    found = _activity("清洁楼道与绿地（示例）", _team("邻里守望队（示例）"))
    return volunteering.public() | {
        "activities:activities": reverse("activities:activities"),
        "activities:activities none": reverse("activities:activities") + NONE,
        "activities:month": reverse("activities:month"),
        "activities:month empty": reverse("activities:month") + f"?month={timezone.localdate().year - 1}-01",
        "activities:map": reverse("activities:map"),
        "activities:map empty": reverse("activities:map") + "?area=110114",
        "activities:feeds": reverse("activities:feeds"),
        "activities:activity": reverse("activities:activity", args=[found.pk]),
    }


def own(site: Site) -> dict[str, str]:
    """Give a volunteer's pages, and those of the team that she leads; after those of volunteering."""
    person = site.person("resident")
    one = Volunteer.objects.get(person=person)
    team = Team.objects.get(name="示例领队")
    led = _activity("领队的活动（示例）", team)
    other = _activity("清洁楼道与绿地（示例）", _team("邻里守望队（示例）"))
    free, full = Shift.objects.filter(activity=other, state="open").order_by("starts_at")
    if not SignUp.objects.filter(volunteer=one).exists():
        a_sign_up(full, one, state="waiting", kept=0)
        a_sign_up(Shift.objects.filter(activity=led, state="open").earliest("starts_at"), one)
        operations.renew_feed(actor=actor(person), at=timezone.now())
    shift = Shift.objects.filter(activity=led, state="open").earliest("starts_at")
    draft = _activity("筹划中的活动（示例）", team, state="draft", **INSURED)
    return {
        **{f"activities:{name}": reverse(f"activities:{name}") for name in ("mine", "past", "nearby")},
        "activities:sign": reverse("activities:sign", args=[free.pk]),
        "activities:leave": reverse("activities:leave", args=[full.pk]),
        "activities:activity changed": reverse("activities:activity", args=[other.pk]),
        "activities:plan draft": reverse("activities:plan", args=[draft.pk]),
        **{f"activities:{name}": reverse(f"activities:{name}", args=[led.pk])
           for name in ("plan", "edit", "cancel", "emergency", "shift_new")},
        **{f"activities:{name}": reverse(f"activities:{name}", args=[shift.pk])
           for name in ("shift", "shift_edit", "shift_cancel")},
        "activities:team": reverse("activities:team", args=[team.pk]),
        "activities:team none": reverse("activities:team", args=[team.pk]) + NONE,
        "activities:new": reverse("activities:new", args=[team.pk]),
    }  # fmt: skip


def desk() -> dict[str, str]:
    """Give the pages of staff, who plan nothing themselves."""
    leader = TeamMember.objects.filter(role="leader").exclude(team__name="示例领队").earliest("pk")
    waits = _activity("待审核的活动（示例）", leader.team, state="submitted", planned_by=leader.volunteer.person)
    passed = _activity("通过审核的活动（示例）", leader.team, state="checked", planned_by=leader.volunteer.person)
    return {
        "activities:mine none": reverse("activities:mine"),
        "activities:nearby none": reverse("activities:nearby"),
        "activities:desk": reverse("activities:desk"),
        "activities:desk none": reverse("activities:desk") + NONE,
        "activities:checks": reverse("activities:checks"),
        "activities:checks none": reverse("activities:checks") + NONE,
        "activities:check": reverse("activities:check", args=[waits.pk]),
        "activities:check passed": reverse("activities:check", args=[passed.pk]),
        "activities:plan waits": reverse("activities:plan", args=[waits.pk]),
    }
