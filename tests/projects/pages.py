"""Projects on the demo's site, for the tests that look at every page: brought along from the finished round once."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from shanzhi.projects import demo, operations
from shanzhi.projects.models import Activity, Ceremony, Project, Report
from shanzhi.projects.operations.feedback import link_of
from shanzhi.ventures.demo.people import as_actor, ensure_helpers
from shanzhi.ventures.models import Proposal, TeamSeat
from tests.support.site import Site

DAY = timedelta(days=1)


def carried_out(site: Site) -> list[Project]:
    """Have the finished round's projects on record, one with an objection, one terminated; the resident sits in one."""
    known = list(Project.objects.filter(proposal__call=site.finished).order_by("created_at", "proposal__number"))
    if known:
        return known
    begun = demo.carry_out(call=site.finished, since=site.at, at=site.at + 157 * DAY)
    staff = ensure_helpers(at=site.at)
    later = site.at + 158 * DAY
    stranger = as_actor(Proposal.objects.get(pk=begun[0].proposal_id).contact, later)  # type: ignore[arg-type]
    operations.file_objection(actor=stranger, project_id=begun[3].pk, grounds="签到表不全（示例）", at=later)
    operations.write_rules(actor=staff["district"], area="370102", content={}, at=site.at)
    operations.plan_ceremony(
        actor=staff["district"], area="370102", title="下一次结业礼（示例）", place="街道", at=site.at,
        held_on=timezone.localdate(later),
    )  # fmt: skip
    operations.terminate(
        actor=staff["district"], project_id=begun[-1].pk, version=Project.objects.get(pk=begun[-1].pk).version,
        reason="团队解散（示例）", at=later,
    )  # fmt: skip
    TeamSeat.objects.create(proposal=begun[2].proposal, person=site.person("resident"), role="editor", since=site.at)
    return begun


def public(site: Site) -> dict[str, str]:
    """Give what everybody may read."""
    begun = carried_out(site)
    graduated, noticed, ended = begun[0], begun[3], begun[-1]
    told = Activity.objects.filter(project=graduated, state="reported").earliest("starts_at")
    # An activity of today, so that its feedback is open: moved there in the table, since the demo's lie elsewhere.
    now = Activity.objects.filter(project=begun[1]).earliest("starts_at")
    Activity.objects.filter(pk=now.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    return {
        "projects:projects": reverse("projects:projects"),
        "projects:project": reverse("projects:project", args=[graduated.pk]),
        "projects:project noticed": reverse("projects:project", args=[noticed.pk]),
        "projects:project ended": reverse("projects:project", args=[ended.pk]),
        "projects:activity": reverse("projects:activity", args=[told.pk]),
        "projects:feedback": reverse("projects:feedback", args=[link_of(now)]),
        "projects:ceremonies": reverse("projects:ceremonies"),
        "projects:ceremony": reverse("projects:ceremony", args=[graduated.ceremony_id or _held().pk]),
    }


def _held() -> Ceremony:
    return Ceremony.objects.get(state="held")


def team(site: Site) -> dict[str, str]:
    """Give the pages of the resident, who sits in the team of a project that passed its mid-term."""
    project = carried_out(site)[2]
    own = [project.pk]
    when = site.at + 100 * DAY
    actor = as_actor(site.person("resident"), when)
    ahead = operations.Given("收尾会（示例）", "活动室", when)
    one = operations.plan_activity(actor=actor, project_id=project.pk, given=ahead, at=site.at + 90 * DAY)
    told = Activity.objects.filter(project=project, state="reported").earliest("starts_at")
    Activity.objects.filter(pk=told.pk).update(starts_at=site.at - DAY)
    return {
        "projects:mine": reverse("projects:mine"),
        "projects:project team": reverse("projects:project", args=own),
        "projects:activity team": reverse("projects:activity", args=[told.pk]),
        **{f"projects:{name}": reverse(f"projects:{name}", args=own) for name in ("plan", "midterm", "completion")},
        **{f"projects:{n}": reverse(f"projects:{n}", args=[one.pk]) for n in ("change_activity", "cancel_activity")},
        "projects:report_activity": reverse("projects:report_activity", args=[told.pk]),
    }


def desk(site: Site) -> dict[str, str]:
    """Give the desk's pages."""
    begun = carried_out(site)
    passed, noticed, ended = begun[2], begun[3], begun[-1]
    report = Report.objects.filter(project=noticed).latest("number")
    planned = Ceremony.objects.get(state="planned")
    return {
        **{f"projects:{name}": reverse(f"projects:{name}") for name in
           ("desk", "desk_due", "desk_rules", "write_rules", "desk_ceremonies", "new_ceremony")},
        "projects:begin": reverse("projects:begin", args=[site.finished.pk]),
        **{f"projects:{n}": reverse(f"projects:{n}", args=[passed.pk]) for n in
           ("days", "grant", "mentor", "visit", "terminate")},
        "projects:settle": reverse("projects:settle", args=[ended.pk]),
        "projects:review": reverse("projects:review", args=[report.pk]),
        "projects:decide": reverse("projects:decide", args=[report.pk]),
        "projects:project desk": reverse("projects:project", args=[noticed.pk]),
        **{f"projects:{n}": reverse(f"projects:{n}", args=[planned.pk]) for n in
           ("ceremony_list", "hold_ceremony", "cancel_ceremony")},
    }  # fmt: skip
