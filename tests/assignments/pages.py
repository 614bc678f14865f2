"""The pages of assignments, for the tests that look at every page: proposals, call-ups, what is asked."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from shanzhi.activities.models import Activity, Shift
from shanzhi.assignments.models import OpenShift, Proposal, Run
from shanzhi.volunteering.models import Team, Volunteer
from tests.assignments.support import a_pair
from tests.support.people import a_person
from tests.support.site import Site
from tests.volunteering import pages as volunteering
from tests.volunteering.support import a_volunteer

COMMUNITY = volunteering.COMMUNITY
PARTS = [
    ["filled", 100, 100, 1, 1], ["priority", 20, 60, 1, 3], ["skills", 20, 20, 0, 0], ["language", 10, 10, 1, 1],
    ["wish", 10, 20, 1, 2], ["distance", 16, 20, 800, 5000], ["load", 27, 30, 120, 1200], ["again", -10, 0, 2, 2],
]  # fmt: skip


def _run(reason: str, shift: Shift, team: Team | None = None, **fields: Any) -> Run:
    """Give a run with pairs in three states and a shift left open, made once; who said yes gave the place back."""
    found = Run.objects.filter(reason=reason).first()
    if found is not None:
        return found
    now = timezone.now()
    values = {
        "area": shift.activity.area, "team": team, "first_at": now, "last_at": now + timedelta(days=30), "made_at": now,
        "finished_at": now, "state": "proposed", "synthetic": True, "volunteers": 12, "shifts": 2, "places": 5,
        "filled": 3, "plain_filled": 2, "total": 579, "plain_total": 390, "bound": 579, **fields,
    }  # fmt: skip
    run = Run.objects.create(reason=reason, **values)
    for state in ("proposed", "dropped", "accepted"):
        one = a_volunteer(a_person(COMMUNITY, name="欧阳示例"))
        row = a_pair(run, shift, one, state.replace("dropped", "proposed"), score=193, parts=PARTS)
        if state == "dropped":
            Proposal.objects.filter(pk=row.pk).update(state=state, decided_at=now, reason="overlap,skill")
    OpenShift.objects.create(
        run=run, shift=shift, places=3, missing=2, hurdles=[["time", 4, 2], ["skills", 3, 0]], engaged=[["turns", 2]]
    )
    return run


def _of(run: Run) -> dict[str, str]:
    pair = run.proposals.filter(state="proposed").earliest("pk")
    return {
        **{f"assignments:{name}": reverse(f"assignments:{name}", args=[run.pk])
           for name in ("run", "open", "ask", "close")},
        **{f"assignments:{name}": reverse(f"assignments:{name}", args=[pair.pk]) for name in ("pair", "drop")},
    }  # fmt: skip


def own(site: Site) -> dict[str, str]:
    """Give a volunteer's page with something asked, and those of the team that she leads; after activities."""
    person = site.person("resident")
    one = Volunteer.objects.get(person=person)
    team = Team.objects.get(name="示例领队")
    led = Activity.objects.get(title="领队的活动（示例）")
    shift = Shift.objects.filter(activity=led, state="open").earliest("starts_at")
    run = _run("本队下周排班（示例）", shift, team)
    other = Shift.objects.filter(activity__title="清洁楼道与绿地（示例）", state="open").earliest("starts_at")
    if not Proposal.objects.filter(volunteer=one).exists():
        row = a_pair(run, other, one)
        Proposal.objects.filter(pk=row.pk).update(state="asked", decided_at=timezone.now())
    return {
        "assignments:asked": reverse("assignments:asked"),
        **_of(run),
        **{name: reverse(name, args=[team.pk])
           for name in ("assignments:team", "assignments:team_new", "assignments:team_call_up")},
    }  # fmt: skip


def desk() -> dict[str, str]:
    """Give the pages of staff, who are asked nothing themselves."""
    rows = Shift.objects.filter(state="open", starts_at__gt=timezone.now())
    shift = rows.exclude(activity__team__name="示例领队").earliest("starts_at")
    run = _run("街道下周排班（示例）", shift)
    return {
        "assignments:asked none": reverse("assignments:asked"),
        **{f"assignments:{name}": reverse(f"assignments:{name}") for name in ("desk", "new", "call_up")},
        "assignments:desk none": reverse("assignments:desk") + "?q=没有的东西",
        **{f"{name} of the area": path for name, path in _of(run).items()},
    }
