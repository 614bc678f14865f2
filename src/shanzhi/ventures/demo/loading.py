"""What `make demo` loads in 历下区: people; calls to vote in, to review, to propose in; one imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.funding import demo as money
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.organizations import demo as organizations
from shanzhi.people.models import ROLE_LABELS, Person, RoleGrant
from shanzhi.places import demo as places
from shanzhi.tally.pabulib import read, usual_spec
from shanzhi.tally.spec import Threshold
from shanzhi.ventures import operations
from shanzhi.ventures.demo.people import (
    DISTRICT,
    HELPERS,
    PASSWORD,
    SYSTEM,
    Progress,
    ensure_helpers,
    residents,
    silent,
)
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.demo.rounds import DAY, PLAN, cast_ballots, hand_in, move, new_call, passes
from shanzhi.ventures.demo.voices import mend, speak
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting import operations as voting
from shanzhi.voting.operations import BoothPlan

AREAS: Final = ("370102001", "370102002")
COMMUNITIES: Final = (
    "370102001002", "370102001003", "370102001006", "370102001008",
    "370102002002", "370102002003", "370102002004", "370102002005",
)  # fmt: skip
RESIDENTS: Final = 400
BOOTH_OFFICERS: Final = ("worker", "secretary", "volunteer")
BOOTH_SHEETS: Final = 30
EARLY_BALLOTS: Final = 60
# Since when staff hold their roles: long enough for the projects of an earlier round to have graduated.
LONG_BEFORE: Final = 260 * DAY
VOTABLE: Final = "历下区 2026 年微创投：我们的楼院我们来（示例）"
IN_REVIEW: Final = "历下区微创投·秋季小额项目（示例）"
OPEN: Final = "历下区微创投·冬季征集进行中（示例）"
IMPORTED: Final = "希维切市 2023 年参与式预算（真实选举，导入）"
ENGLISH: Final = {
    VOTABLE: "Lixia District micro-ventures 2026: our courtyards, our call (synthetic)",
    IN_REVIEW: "Lixia District micro-ventures: small autumn projects (synthetic)",
    OPEN: "Lixia District micro-ventures: winter round, open for proposals (synthetic)",
    IMPORTED: "Participatory budget of Świecie 2023 (real election, imported)",
}
SWIECIE: Final = Path(__file__).parent / "Poland_Swiecie_2023.pb"


class OlderDemo(Conflict):
    """The demo in the database was laid out by an earlier version."""

    code = "older_demo"
    message = _("The demo in this folder is of an earlier version; its days do not fit. Remove the folder, load anew.")


def load(*, at: datetime, progress: Progress = silent) -> None:
    """Load what is missing of the demo; dates are laid around `at`. Each part is loaded whole or not at all.

    Raises OlderDemo.
    """
    before = at - LONG_BEFORE
    places.load(at=before, progress=progress)
    staff = ensure_helpers(at=before, progress=progress, step="工作人员 Staff")
    people = residents(
        group="LIXIA", communities=COMMUNITIES, count=RESIDENTS, at=before, progress=progress, step="居民 Residents"
    )
    _require_ours(before)
    with transaction.atomic():
        organizations.ensure_registry(actors=staff, at=before)
    parts: tuple[tuple[str, Callable[[], None]], ...] = (
        (VOTABLE, lambda: _votable(staff, people, at)),
        (IN_REVIEW, lambda: _in_review(staff, people, at)),
        (OPEN, lambda: _open(staff, people, at)),
        (IMPORTED, lambda: _imported(at)),
    )
    for place, (title, make) in enumerate(parts, 1):
        if not Call.objects.filter(title=title).exists():
            with transaction.atomic():
                make()
        progress("项目征集 Calls", place, len(parts))
    with transaction.atomic():
        money.ensure(staff=staff, at=at)
    progress("公益资金 Money", 1, 1)


def _require_ours(before: datetime) -> None:
    """Refuse to go on with a demo of an earlier version, in which nobody held a role yet on the days of this one."""
    first = RoleGrant.objects.filter(person__account__login_name="secretary").aggregate(first=Min("starts_at"))["first"]
    if first is not None and first > before:
        raise OlderDemo


def sign_ins() -> list[tuple[str, str, str]]:
    """List one sign-in for each role: role, who it is, login name and password."""
    return [(str(ROLE_LABELS[one.role]), f"{one.name}（示例）", f"{one.login} / {PASSWORD}") for one in HELPERS]


def _morning(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=9, minute=0, second=0, microsecond=0)


def _person(actor: Actor) -> Person:
    return Person.objects.get(pk=actor.person())


def _call(runner: Actor, title: str, first_day: datetime) -> Call:
    return new_call(
        actor=runner, areas=AREAS, title=title, title_en=ENGLISH[title], first_day=first_day, at=first_day - DAY
    )


def _votable(staff: dict[str, Actor], people: list[Person], at: datetime) -> None:
    """Make the call whose vote is open now: it opened two mornings ago and runs for eight days more."""
    runner = staff["district"]
    contacts = [*people[:4], _person(staff["leader"]), *people[5:]]
    first_day = _morning(at) - (PLAN["voting"] + 2) * DAY
    call = _call(runner, VOTABLE, first_day)
    move(runner, call, first_day)
    move(runner, call, first_day + PLAN["submission"] * DAY)
    for place, project in enumerate(PROJECTS):
        handed_in = first_day + (PLAN["submission"] + 1) * DAY + timedelta(hours=place)
        one = hand_in(call=call, project=project, contact=contacts[place], first_day=first_day, at=handed_in)
        if project.exclusive:
            operations.set_exclusive(actor=runner, proposal_id=one.pk, group=project.exclusive, at=handed_in + DAY)
    review = first_day + PLAN["review"] * DAY
    move(runner, call, review)
    mend(call, runner, review + timedelta(hours=2))
    ids = list(call.proposals.values_list("pk", flat=True))
    operations.decide_many(actor=runner, proposal_ids=ids, decision="pass", at=review + DAY)
    move(runner, call, first_day + PLAN["notice"] * DAY)
    speak(call, people[-2 * EARLY_BALLOTS :][:12], first_day + (PLAN["notice"] + 1) * DAY)
    operations.draw_roll(actor=runner, call_id=call.pk, at=first_day + (PLAN["voting"] - 1) * DAY)
    move(runner, call, first_day + PLAN["voting"] * DAY)
    _polling_place(staff, call, at)
    voters = people[-EARLY_BALLOTS:]
    cast_ballots(call=call, voters=voters, seed="shanzhi demo", at=first_day + (PLAN["voting"] + 1) * DAY)


def _polling_place(staff: dict[str, Actor], call: Call, at: datetime) -> None:
    """Set up a polling place for the open vote, with three officers, sheets, and hours from tomorrow morning on."""
    call.refresh_from_db(fields=["poll"])
    runner, poll_id, opens = staff["district"], call.poll_id, _morning(at) + DAY
    assert poll_id is not None  # the roll is drawn
    plan = BoothPlan(
        name="党群服务中心投票点（示例）",
        place="解放路街道党群服务中心一楼（示例地址）",
        area=AREAS[0],
        planned_from=opens,
        planned_to=opens + timedelta(hours=8),
    )
    booth = voting.create_booth(actor=runner, poll_id=poll_id, plan=plan, at=at)
    for login in BOOTH_OFFICERS:
        voting.give_officer(actor=runner, booth_id=booth.pk, person_id=staff[login].person(), at=at)
    voting.print_sheets(actor=runner, booth_id=booth.pk, number=BOOTH_SHEETS, at=at)


def _in_review(staff: dict[str, Actor], people: list[Person], at: datetime) -> None:
    """Make the call under review: some proposals wait, one is returned, one passed, two are the social worker's."""
    runner = staff["district"]
    contacts = [_person(staff["leader"]), *(one for one in people[40:] if one.area.startswith("370102001"))]
    first_day = _morning(at) - (PLAN["review"] + 3) * DAY
    call = _call(runner, IN_REVIEW, first_day)
    move(runner, call, first_day)
    move(runner, call, first_day + PLAN["submission"] * DAY)
    made = [
        hand_in(
            call=call,
            project=project,
            contact=contacts[place],
            first_day=first_day,
            at=first_day + (PLAN["submission"] + 1) * DAY + timedelta(hours=place),
        )
        for place, project in enumerate(PROJECTS[3:9])
    ]
    review = first_day + PLAN["review"] * DAY
    move(runner, call, review)
    _some_reviews(staff, call, made, review, at)


def _some_reviews(staff: dict[str, Actor], call: Call, made: list[Proposal], review: datetime, at: datetime) -> None:
    """Return one proposal, pass one, give two to the social worker."""
    runner = staff["district"]
    operations.decide(
        actor=runner,
        proposal_id=made[0].pk,
        version=made[0].version,
        decision="return",
        answers=[operations.Answer("budget", "fail", "旧物交换日的布置费请分项")],
        reason="预算里“旧物交换日布置”请分项写明，方便居民看懂",
        deadline=at + 3 * DAY,
        at=review + DAY,
    )
    operations.decide(
        actor=runner,
        proposal_id=made[1].pk,
        version=made[1].version,
        decision="pass",
        answers=passes(call),
        at=review + DAY,
    )
    operations.assign(
        actor=runner,
        proposal_ids=[one.pk for one in made[2:4]],
        reviewer_id=staff["worker"].person(),
        deadline=at + DAY,
        at=review + DAY,
    )


def _open(staff: dict[str, Actor], people: list[Person], at: datetime) -> None:
    """Make the call that takes proposals now: one was handed in, and the resident who can sign in has begun a draft."""
    runner = staff["district"]
    first_day = _morning(at) - (PLAN["submission"] + 3) * DAY
    call = _call(runner, OPEN, first_day)
    move(runner, call, first_day)
    move(runner, call, first_day + PLAN["submission"] * DAY)
    handed_in = first_day + (PLAN["submission"] + 1) * DAY
    hand_in(call=call, project=PROJECTS[9], contact=people[20], first_day=first_day, at=handed_in)
    given = {
        "title": "楼下的共享工具箱",
        "summary": "电钻、梯子、打气筒，一个院里有一套就够了。",
        "theme": "楼道与院落",
    }
    operations.create_proposal(actor=staff["resident"], call_id=call.pk, given=given, at=handed_in + DAY)


def _imported(at: datetime) -> None:
    """Import Świecie's election by the rule that the file names, with the threshold that the city set in its terms."""
    election = read(SWIECIE)
    operations.import_round(
        actor=SYSTEM,
        election=election,
        title=IMPORTED,
        title_en=ENGLISH[IMPORTED],
        areas=[DISTRICT],
        source="Pabulib: Poland_Swiecie_2023.pb",
        spec=replace(usual_spec(election), threshold=Threshold(by_cost=3)),
        about="一场真实的选举，用来看一看规则怎样决定、结果怎样复算。金额为波兰兹罗提，与历下区无关。",
        at=at,
    )
