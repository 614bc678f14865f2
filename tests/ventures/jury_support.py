"""A call with a jury, brought to its pitches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_of_person
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.models import Call, Juror, Proposal
from shanzhi.voting import operations as voting
from tests.ventures.support import AT, SUBDISTRICT, World, bring, day, make_call, staff

RULE: dict[str, Any] = {
    **rounds.RULE,
    "rule": "composite",
    "satisfaction": "cost",
    "completion": "none",
    "threshold": {"voters": 0, "share": "0", "by_cost": 0},
    "composite": {"vote_weight": "1/2", "jury_weight": "1/2", "least_votes_share": "0", "least_jury_score": 0},
}
CRITERIA = [
    {"key": "need", "name": "回应需求", "weight": 60, "low": "没有说明需求", "middle": "有需求", "high": "问过居民"},
    {"key": "plan", "name": "做法可行", "weight": 40, "low": "", "middle": "", "high": ""},
]
JURY: dict[str, Any] = {"criteria": CRITERIA, "drop_extremes": False, "normalise": "none"}
PITCH = rounds.DAY * 34  # the pitch follows the vote


def pitching(hours: float = 1) -> datetime:
    """Give a moment in the phase of pitches."""
    return day("publicity", 0) + PITCH + timedelta(hours=hours)


def phases_with_pitch(first_day: datetime) -> list[dict[str, Any]]:
    """Lay out the usual phases with a pitch between vote and award."""
    found = rounds.phases(first_day)
    vote, award = found[-2], found[-1]
    vote["ends_at"] = first_day + PITCH
    pitch = {"kind": "pitch", "starts_at": vote["ends_at"], "ends_at": award["starts_at"]}
    return [*found[:-1], pitch, award]


@dataclass
class Panel:
    """A call under pitch with its jurors; the first is the chair."""

    world: World
    call: Call
    actors: list[Actor]
    jurors: list[Juror]
    projects: list[Proposal]

    def score(self, place: int, project: int, points: tuple[int, int], *, hand_in: bool = True, **more: Any) -> Any:
        """Save or hand in a sheet of the juror at `place`."""
        return operations.save_sheet(
            actor=self.actors[place],
            call_id=self.call.pk,
            proposal_id=self.projects[project].pk,
            version=more.pop("version", 0),
            scores=dict(zip(("need", "plan"), points, strict=True)),
            hand_in=hand_in,
            at=more.pop("at", pitching()),
            **more,
        )

    def declare(self, place: int, interests: dict[int, str] | None = None) -> None:
        """Declare interests in projects by their places."""
        found = {self.projects[project].pk: kind for project, kind in (interests or {}).items()}
        operations.declare_interests(actor=self.actors[place], call_id=self.call.pk, interests=found, at=pitching(0.1))

    def score_all(self, points: dict[tuple[int, int], tuple[int, int]] | None = None) -> None:
        """Declare nothing and hand in every sheet; `points` by juror and project, 70 and 60 otherwise."""
        for place in range(len(self.actors)):
            self.declare(place)
            for project in range(len(self.projects)):
                self.score(place, project, (points or {}).get((place, project), (70, 60)))

    def close(self) -> Any:
        """Have the chair close the jury."""
        return operations.close_jury(actor=self.actors[0], call_id=self.call.pk, at=pitching(5))


def juror(number: int) -> Actor:
    """Give a person who holds the role of juror in the subdistrict."""
    made = staff(Role.JUROR, SUBDISTRICT, number)
    return actor_of_person(person_id=made.person(), at=AT)


def cast(voter: Person, call: Call, codes: list[str]) -> None:
    """Cast a ballot in told time."""
    assert call.poll_id is not None
    with voting.told_time():
        voting.cast(
            actor=actor_of_person(person_id=voter.pk, at=AT), poll_id=call.poll_id, choices=codes,
            key=f"jury-{voter.pk}", at=pitching(-30),
        )  # fmt: skip


def make_panel(world: World, jurors: int = 3, **jury: Any) -> Panel:
    """Bring a call with a jury to its pitches, ballots cast by three residents."""
    call = make_call(world, rule=RULE, jury={**JURY, **jury}, phases=phases_with_pitch(day("publicity", 0)))
    call = bring(world, call, "voting")
    for place in (0, 2, 4):
        cast(world.people[place], call, ["001", "002"][: 1 + place // 4])
    actors = [juror(200 + number) for number in range(jurors)]
    seats = [
        operations.appoint_juror(
            actor=world.officer, call_id=call.pk, person_id=one.person(), chair=place == 0, at=day("voting", 5)
        )
        for place, one in enumerate(actors)
    ]
    call = rounds.move(world.officer, call, pitching(0))
    return Panel(world, call, actors, seats, list(call.proposals.filter(state="on_ballot").order_by("number")))
