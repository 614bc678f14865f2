"""The first round of 历下, played by the operations in told time: call, vote, grants, projects, filing, and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.outcomes.demo.content import ABOUT, PROJECTS, ROUND_FEN, First, first
from shanzhi.outcomes.demo.life import grow
from shanzhi.outcomes.demo.money import Money
from shanzhi.outcomes.demo.people import COMMUNITIES, SUBDISTRICT, Staff, acting, contacts, staff
from shanzhi.people.models import Person
from shanzhi.projects import operations as projects
from shanzhi.projects.models import Project
from shanzhi.projects.queries.rules import EXAMPLE, criteria
from shanzhi.ventures import operations as ventures
from shanzhi.ventures.demo.projects import THEMES
from shanzhi.ventures.demo.rounds import END, PLAN, RULE, hand_in, move, phases
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting import operations as voting

Progress = Callable[[str, int, int], None]
DAY: Final = timedelta(days=1)
STEP: Final = "首轮成效 Outcomes"
TITLE: Final = "历下区首轮微创投（示例）"
TITLE_EN: Final = "Lixia District micro-ventures: first round (synthetic)"
FIRST_DAY: Final = datetime(2018, 5, 7, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
BEGUN: Final = FIRST_DAY + (END + 5) * DAY
RUN: Final = 200
STAFFED_UNTIL: Final = datetime(2020, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
PICKS: Final = 5


def load(*, at: datetime, progress: Progress) -> None:
    """Load the round unless it is there, whole or not at all; `at` is now, until which made-up lives go on."""
    if not Call.objects.filter(title=TITLE).exists():
        with transaction.atomic():
            _play(at)
    progress(STEP, 1, 1)


def _play(at: datetime) -> None:
    before = FIRST_DAY - 20 * DAY
    held = staff(before, STAFFED_UNTIL)
    people = contacts(PROJECTS, before)
    office: Staff = {login: acting(person, FIRST_DAY) for login, person in held.items()}
    given = [first(place) for place in range(PROJECTS)]
    call = _vote(office, people, given)
    money = Money.begin(office, held, call, BEGUN)
    begun = _begin(office, call)
    for number, project in enumerate(begun):
        _carry_out(office, money, given[number], project, number)
    _graduate(office, begun)
    grow(office, begun, given, since=BEGUN + (RUN + 20) * DAY, at=at)


def _vote(office: Staff, people: Sequence[Person], given: Sequence[First]) -> Call:
    """Play the call to its end: every project is handed in, passed, voted for and wins."""
    runner = office["district"]
    call = ventures.create_call(
        actor=runner, areas=COMMUNITIES, title=TITLE, title_en=TITLE_EN, about=ABOUT, sponsor="历下区民政局（示例）",
        operator="创益园（示例）", purse_fen=ROUND_FEN, limit_fen=1_500_00, themes=THEMES,
        proposers=["residents", "teams", "organizations"],
        minimum_age=16, roll_date=timezone.localtime(FIRST_DAY + (PLAN["voting"] - 1) * DAY).date(),
        ballot={"kind": "approval", "minimum": 1, "maximum": PICKS, "blank": True},
        rule={**RULE, "rule": "score", "completion": "none", "threshold": {"voters": 1, "share": "0", "by_cost": 0}},
        notice_days=5, phases=phases(FIRST_DAY), synthetic=True, at=FIRST_DAY - DAY,
    )  # fmt: skip
    sessions = [
        ventures.plan_session(
            actor=runner, call_id=call.pk, at=FIRST_DAY - DAY,
            given={"title": title, "starts_at": FIRST_DAY + (PLAN["review"] + 1 + place) * DAY, "minutes": 120,
                   "place": "街道党群服务中心（示例地址）"},
        )
        for place, title in enumerate(("怎样写项目书（示例）", "怎样记账与公开（示例）"))
    ]  # fmt: skip
    move(runner, call, FIRST_DAY)
    move(runner, call, FIRST_DAY + PLAN["submission"] * DAY)
    for place, (person, one) in enumerate(zip(people, given, strict=True)):
        when = FIRST_DAY + (PLAN["submission"] + 1) * DAY + timedelta(minutes=30 * place)
        hand_in(call=call, project=one.project, contact=person, first_day=FIRST_DAY, at=when)
    review = FIRST_DAY + PLAN["review"] * DAY
    move(runner, call, review)
    made = list(Proposal.objects.filter(call=call).order_by("number"))
    ventures.decide_many(actor=runner, proposal_ids=[one.pk for one in made], decision="pass", at=review + DAY)
    for place, session in enumerate(sessions):
        for team in made[:: place + 1]:  # all teams came to the first session, every other one to the second
            ventures.record_team(actor=runner, session_id=session.pk, proposal_id=team.pk, at=review + 4 * DAY)
    move(runner, call, FIRST_DAY + PLAN["notice"] * DAY)
    ventures.draw_roll(actor=runner, call_id=call.pk, at=FIRST_DAY + (PLAN["voting"] - 1) * DAY)
    move(runner, call, FIRST_DAY + PLAN["voting"] * DAY)
    _cast(call, people)
    move(runner, call, FIRST_DAY + PLAN["award"] * DAY)
    move(runner, call, FIRST_DAY + END * DAY)
    return Call.objects.get(pk=call.pk)


def _cast(call: Call, people: Sequence[Person]) -> None:
    """Each contact votes for the own project and the next four, so that each has five votes."""
    poll = Call.objects.get(pk=call.pk).poll
    assert poll is not None  # the vote is open
    codes = list(poll.options.order_by("position").values_list("code", flat=True))
    when = FIRST_DAY + (PLAN["voting"] + 1) * DAY
    with voting.told_time():
        for place, person in enumerate(people):
            chosen = sorted({codes[(place + step) % len(codes)] for step in range(PICKS)})
            voting.cast(
                actor=acting(person, when), poll_id=poll.pk, choices=chosen, key=f"first-round-{place:05d}", at=when
            )


def _begin(office: Staff, call: Call) -> list[Project]:
    """Begin all projects, under rules without a mid-term report: they were small."""
    runner = office["district"]
    projects.write_rules(actor=runner, area=SUBDISTRICT, content={**EXAMPLE, "midterm": False}, at=BEGUN - DAY)
    start = timezone.localdate(BEGUN)
    plan = projects.Plan(start, start + RUN * DAY)
    begun = projects.begin_projects(actor=runner, call_id=call.pk, plan=plan, at=BEGUN)
    return sorted(begun, key=lambda one: one.proposal.number or 0)


def _carry_out(office: Staff, money: Money, given: First, project: Project, number: int) -> None:
    """Pay, hold an activity, have it visited, spend, complete."""
    contact = project.proposal.contact
    assert contact is not None  # every played proposal has its contact person
    team: Actor = acting(contact, BEGUN)
    grant = money.grant(project, given, BEGUN + DAY)
    held = BEGUN + (20 + number) * DAY
    told = projects.Given(
        title="第一次集中活动（示例）",
        place="社区活动室（示例）",
        starts_at=held,
        expected=30,
        about="欢迎邻居。（示例）",
    )
    one = projects.plan_activity(actor=team, project_id=project.pk, given=told, at=BEGUN + DAY)
    projects.announce_activity(actor=team, activity_id=one.pk, at=held - 8 * DAY)
    report = projects.Told(24 + number % 9, "邻居一起动手，气氛很好。（示例）", 6, [])
    projects.report_activity(actor=team, activity_id=one.pk, told=report, at=held + DAY)
    money.spend(grant, team, 1, 2 * number + 1, held + 2 * DAY)
    for visit in range(1 + number % 3):
        day = BEGUN + (60 + 40 * visit) * DAY
        note = projects.VisitNote(timezone.localdate(day), "进展顺利，骨干稳定。（示例）")
        projects.write_visit(actor=office["worker"], project_id=project.pk, given=note, at=day + DAY)
    _complete(office, project, team)
    money.pay(grant, 2, BEGUN + (RUN + 5) * DAY)
    money.spend(grant, team, 2, 2 * number + 2, BEGUN + (RUN + 6) * DAY)
    money.settle(grant, BEGUN + (RUN + 8) * DAY)


def _complete(office: Staff, project: Project, team: Actor) -> None:
    at = BEGUN + (RUN - 2) * DAY
    report = projects.hand_in_report(
        actor=team, project_id=project.pk, kind="completion", done="按计划完成，队伍留了下来。（示例）", at=at
    )
    keys = [one["key"] for one in criteria(project.rules, "completion")]
    for place, login in enumerate(("operator", "worker")):
        points = {key: 7 + (number + place) % 3 for number, key in enumerate(keys)}
        projects.give_sheet(actor=office[login], report_id=report.pk, points=points, comment="（示例）", at=at + DAY)
    projects.decide_report(
        actor=office["district"], report_id=report.pk, outcome="pass", comment="完成较好。（示例）", at=at + 2 * DAY
    )


def _graduate(office: Staff, begun: Sequence[Project]) -> None:
    officer, day = office["district"], BEGUN + (RUN + 15) * DAY
    made = projects.plan_ceremony(
        actor=officer, area=SUBDISTRICT, title="首轮微创投结业礼（示例）", held_on=timezone.localdate(day),
        place="街道文化中心（示例地址）", synthetic=True, at=day - 5 * DAY,
    )  # fmt: skip
    listed = projects.list_projects(
        actor=officer, ceremony_id=made.pk, version=made.version, project_ids=[one.pk for one in begun], at=day - DAY
    )
    projects.hold_ceremony(actor=officer, ceremony_id=made.pk, version=listed.version, at=day)
