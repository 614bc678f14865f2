"""Two rounds that are one up to the first ballot: everything alike, save what stands on ballots and score sheets.

Both are played on the same rows: what the first one's voters and jurors did is undone before the second one's do the
same with other choices and other points. So whatever the site answers differently, it answers because of them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.people.actors import actor_for, actor_of_person
from shanzhi.people.models import Person
from shanzhi.ventures import operations
from shanzhi.ventures.demo import rounds
from shanzhi.ventures.demo.projects import PROJECTS
from shanzhi.ventures.models import Call, Proposal
from shanzhi.voting import operations as voting
from shanzhi.voting.models import Booth, Envelope, PaperMark, RollEntry
from shanzhi.voting.operations import BoothPlan, SheetCount, SheetReading
from tests.support import people
from tests.support.booths import set_up
from tests.support.site import VISITOR, Site, build
from tests.ventures.jury_support import JURY, PITCH, RULE, phases_with_pitch

VOTERS: Final = 12
ON_PAPER: Final = 4
AREA: Final = "370102001"
Points = tuple[int, int]


@dataclass(frozen=True)
class Side:
    """What one twin's voters choose, online and on paper, and what its jurors give."""

    online: tuple[tuple[str, ...], ...]
    paper: tuple[tuple[str, ...], ...]
    points: tuple[Points, ...]


# As unlike as can be: the one's voters all choose the first project, the other's choose many others, or nothing.
LEFT: Final = Side((("001",),) * VOTERS, (("001",),) * ON_PAPER, ((97, 91), (95, 93), (11, 12)))
RIGHT: Final = Side(
    (("002", "003", "004", "005", "006"), (), ("007",)) * (VOTERS // 3),
    ((), ("002", "003"), ("009",), ("003", "004", "005")),
    ((12, 11), (13, 15), (98, 99)),
)
OWN_CHOICE: Final = ("004",)
OWN_POINTS: Final = (66, 77)


@dataclass
class Round:
    """A vote that runs and a jury that scores, on one site, with those who look at them."""

    site: Site
    jury: Call
    booth: Booth
    voter: Person
    voters: list[Person]
    jurors: list[Actor]
    readers: list[Actor]
    phones: dict[UUID, Client]
    clients: dict[str, Client]

    @property
    def at(self) -> datetime:
        """The one moment of all that is done."""
        return self.site.at

    def projects(self) -> list[Proposal]:
        """Give the jury's projects."""
        return list(self.jury.proposals.filter(state="on_ballot").order_by("number"))

    def play(self, side: Side) -> str:
        """Let all vote and score; give the receipt of the one who votes alike in both."""
        self._vote(side)
        self._read_in(side)
        self._score(side)
        own = self.clients["voter"].get(f"/api/v1/voting/polls/{self.site.poll()}/ballot").json()
        return str(own["receipt"])

    def _vote(self, side: Side) -> None:
        """Cast by the page, one after the other; the first three change their minds twice."""
        poll = self.site.poll()
        ballots = [(self.voter, OWN_CHOICE), *zip(self.voters, side.online, strict=True)]
        for turn, (person, choices) in enumerate([*ballots[:4], *ballots[:4], *ballots]):
            sent: dict[str, Any] = {"choice": list(choices), "idempotency_key": f"twins-{turn:04d}"}
            answer = self.phones[person.pk].post(f"/polls/{poll}/cast/", sent if choices else {**sent, "blank": "1"})
            assert answer.status_code == 302, answer.content.decode()
        assert Envelope.objects.filter(poll=poll).count() >= VOTERS + 1

    def _read_in(self, side: Side) -> None:
        """Read in every paper sheet twice."""
        serials = sorted(self.booth.sheets.values_list("serial", flat=True))
        for serial, choices in zip(serials, side.paper, strict=True):
            for reader in self.readers:
                reading = SheetReading("valid", list(choices)) if choices else SheetReading("blank")
                voting.enter_sheet(actor=reader, booth_id=self.booth.pk, serial=serial, reading=reading, at=self.at)

    def _score(self, side: Side) -> None:
        """Hand in all sheets but one."""
        for place, juror in enumerate(self.jurors):
            operations.declare_interests(actor=juror, call_id=self.jury.pk, interests={}, at=self.at)
            for project, points in zip(self.projects(), side.points if place else [OWN_POINTS] * 3, strict=True):
                operations.save_sheet(
                    actor=juror, call_id=self.jury.pk, proposal_id=project.pk, version=0,
                    scores=dict(zip(("need", "plan"), points, strict=True)),
                    hand_in=place < 2 or project.number != 1, at=self.at,
                )  # fmt: skip


def make_round(at: datetime) -> Round:
    """Build the site with both, and sign everybody in who will look."""
    site = build(at)
    set_up(site)
    jury = make_jury_call(site)
    jurors = [actor_for(account=site.account("juror"), at=at), *(_a_juror(at) for _ in range(2))]
    for place, juror in enumerate(jurors):
        operations.appoint_juror(
            actor=_officer(site), call_id=jury.pk, person_id=juror.person(), chair=not place, at=at
        )
    operations.draw_pitches(actor=_officer(site), call_id=jury.pk, at=at)
    booth, readers = make_booth(site)
    marked = PaperMark.objects.filter(poll=site.poll()).values("person")
    free = _without_sign_in(site).exclude(person__in=marked)[: VOTERS + 1]
    voters = [entry.person for entry in free if entry.person is not None]
    phones = {one.pk: _numbered(people.sign_in(Client(), one)) for one in voters}
    clients = {login: _numbered(site.client(login)) for login in (VISITOR, *LOGINS)}
    clients["voter"] = phones[voters[0].pk]
    for client in (*phones.values(), *clients.values()):
        client.get("/")  # the first request of a session tells of a new device, and when it was seen
    return Round(site, jury, booth, voters[0], voters[1:], jurors, readers, phones, clients)


def _numbered(client: Client) -> Client:
    """Let every request of a browser bear one number."""
    client.defaults["HTTP_X_REQUEST_ID"] = "twins-request"
    return client


LOGINS: Final = (
    "resident", "leader", "juror", "secretary", "subdistrict", "district", "auditor", "administrator",
)  # fmt: skip


def _without_sign_in(site: Site) -> QuerySet[RollEntry]:
    """Give those on the roll of the vote who are none of those who look at the site."""
    on_roll = RollEntry.objects.filter(poll=site.poll(), area__startswith=AREA, person__account=None)
    return on_roll.select_related("person").order_by("pk")


def _officer(site: Site) -> Actor:
    return actor_for(account=site.account("district"), at=site.at)


def _a_juror(at: datetime) -> Actor:
    person = people.a_person("", Role.JUROR, role_area="370102")
    return actor_of_person(person_id=person.pk, at=at)


def make_jury_call(site: Site) -> Call:
    """Bring a call with a jury to its pitches, which began yesterday."""
    officer, at = _officer(site), site.at
    morning = timezone.localtime(at).replace(hour=9, minute=0, second=0, microsecond=0)
    first_day = morning - PITCH - rounds.DAY
    start = first_day - rounds.DAY
    call = rounds.new_call(actor=officer, areas=[AREA], title="有评委的一轮（示例）", first_day=first_day, at=start)
    given = {"rule": RULE, "jury": JURY, "phases": phases_with_pitch(first_day)}
    call = operations.save_call(actor=officer, call_id=call.pk, version=call.version, given=given, at=start).call
    for phase in ("publicity", "submission", "review", "notice", "voting"):
        began = first_day + rounds.PLAN[phase] * rounds.DAY
        if phase == "voting":
            operations.draw_roll(actor=officer, call_id=call.pk, at=began - timedelta(hours=20))
        call = rounds.move(officer, call, began)
        if phase == "submission":
            _propose(site, call, first_day)
        if phase == "review":
            ids = list(call.proposals.values_list("pk", flat=True))
            operations.decide_many(actor=officer, proposal_ids=ids, decision="pass", at=began + rounds.DAY)
    return rounds.move(officer, call, first_day + PITCH)


def _propose(site: Site, call: Call, first_day: datetime) -> None:
    homes = Person.objects.filter(area__startswith=AREA, real_name="verified", account=None).order_by("pk")
    at = first_day + (rounds.PLAN["submission"] + 1) * rounds.DAY
    for project, contact in zip(PROJECTS[:3], homes[:3], strict=True):
        rounds.hand_in(call=call, project=project, contact=contact, first_day=first_day, at=at)


def make_booth(site: Site) -> tuple[Booth, list[Actor]]:
    """Set up a polling place that has closed, with sheets to read in, and two who may read them."""
    officer, at = _officer(site), site.at
    opens_at = Proposal.objects.filter(call=site.voting)[0].call.poll.opens_at  # type: ignore[union-attr]  # it is open
    plan = BoothPlan(
        name="示例活动室（纸质票）", place="示例路 9 号", area=AREA,
        planned_from=opens_at, planned_to=opens_at + timedelta(hours=8),
    )  # fmt: skip
    booth = voting.create_booth(actor=officer, poll_id=site.poll(), plan=plan, at=at)
    readers = []
    for _turn in range(2):
        person = people.a_person("", Role.SOCIAL_WORKER, role_area=AREA)
        readers.append(actor_of_person(person_id=person.pk, at=at))
    for one in readers:
        voting.give_officer(actor=officer, booth_id=booth.pk, person_id=one.person(), at=at)
    voting.print_sheets(actor=officer, booth_id=booth.pk, number=ON_PAPER, at=at)
    voting.open_booth(actor=readers[0], booth_id=booth.pk, received=ON_PAPER, at=at)
    marked = 0
    for entry in _without_sign_in(site):
        if marked == ON_PAPER:
            break
        try:
            voting.mark_voter(
                actor=readers[0], booth_id=booth.pk, voter=entry.pk, document_seen=True, key=secrets.token_hex(8), at=at
            )
        except (voting.VotedOnline, voting.MarkedAlready):
            continue
        marked += 1
    count = SheetCount(unissued=0, spoiled=0, returned=0, cast=ON_PAPER)
    voting.close_booth(actor=readers[0], booth_id=booth.pk, count=count, at=at)
    booth.refresh_from_db()
    return booth, readers
