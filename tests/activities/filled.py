"""A row in every table of activities, for the tests of the log; words that tell of somebody, for those of erasure."""

from datetime import datetime, timedelta

from shanzhi.activities import operations
from shanzhi.activities.models import Activity, CalendarFeed, Shift, SignUp
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.volunteering.models import TaskKind, Team, TeamMember, Volunteer
from tests.audit.support import SYSTEM

WHERE = "370102001002"
SLIPPED = {
    "activities_activity": {"title": "'另一项（示例）'"},
    "activities_shift": {"places": "places + 1"},
    "activities_signup": {"state": "'left'", "ended_at": "queued_at"},
    "activities_queuedecision": {"places": "places + 1"},
    "activities_calendarfeed": {"serial": "serial + 1"},
}


def fill_activities(at: datetime) -> None:
    """Have a published activity with a shift for which its leader signed up, and her calendar; after volunteering."""
    team = Team.objects.filter(area=WHERE, state="active").earliest("created_at")
    leader = TeamMember.objects.select_related("volunteer").get(team=team, role="leader", state="member").volunteer
    plan = operations.Plan(
        area=WHERE, task="clean_up", title="清洁楼道（示例）", what="示例", place="一号楼门口", risks="地滑（示例）"
    )
    made = operations.plan_activity(actor=SYSTEM, team_id=team.pk, plan=plan, at=at, synthetic=True)
    begins = at + timedelta(days=3)
    shifts = operations.add_shifts(
        actor=SYSTEM, activity_id=made.pk, starts_at=begins, ends_at=begins + timedelta(hours=2), places=1, at=at
    )
    made = operations.submit_activity(actor=SYSTEM, activity_id=made.pk, at=at)
    operations.check_activity(
        actor=SYSTEM, activity_id=made.pk, version=made.version, passed=True, words="", at=at
    )  # fmt: skip
    operations.publish_activity(actor=SYSTEM, activity_id=made.pk, at=at)
    own = actor_of_person(person_id=leader.person_id, at=at)
    operations.sign_up(actor=own, shift_id=shifts[0].pk, risks_read=True, at=at)
    operations.renew_feed(actor=own, at=at)


def mark_activities(person: Person, *, told: str, at: datetime) -> None:
    """Have somebody plan, hand in, check and sign up, with words that tell who it is in every field that holds any."""
    served = Volunteer.objects.get(person=person)
    kind = TaskKind.objects.filter(code="clean_up").first() or TaskKind.objects.create(
        area="", code="clean_up", name="清洁", name_en="Cleaning", created_at=at
    )
    values = {
        "team": Team.objects.filter(founded_by=person).earliest("pk"), "area": WHERE, "task_kind": kind,
        "title": "示例", "what": told, "place": "示例", "reach": told, "risks": told, "contact": served,
        "created_at": at,
    }  # fmt: skip
    planned = Activity.objects.create(
        **values, planned_by=person, state="cancelled", ended_at=at, reason=told, check_note=told
    )
    Activity.objects.create(
        **values, checked_by=person, submitted_at=at, checked_at=at, check_note=told, state="checked"
    )
    Activity.objects.create(**values, submitted_by=person, submitted_at=at, check_note=told, state="submitted")
    Activity.objects.create(**values, changed_by=person, check_note=told)
    times = {"starts_at": at, "ends_at": at + timedelta(hours=2), "places": 1, "created_at": at, "changed_at": at}
    shift = Shift.objects.create(activity=planned, place=told[:100], notice=told, **times)
    SignUp.objects.create(
        shift=shift, volunteer=served, state="cancelled", turn=1, queued_at=at, kept=0, ended_at=at, reason=told
    )
    CalendarFeed.objects.create(volunteer=served, created_at=at)
