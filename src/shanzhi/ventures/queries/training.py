"""Reading the training of a call: its sessions, who attended, and what each team still lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.people.actors import homes_of
from shanzhi.people.models import Person
from shanzhi.people.policies import READERS as PEOPLE_READERS
from shanzhi.people.queries import search
from shanzhi.places.queries import within_any
from shanzhi.ventures.lifecycle import TRAINING
from shanzhi.ventures.models import Attendance, Call, Merger, Proposal, TeamMember, TeamSeat, TrainingSession
from shanzhi.ventures.policies import records_training, require_recorder, visible_calls
from shanzhi.ventures.queries.naming import course


def sessions(*, found: Call) -> QuerySet[TrainingSession]:
    """Give the sessions of a call that was fetched for its viewer, with the number of those who attended."""
    return (
        TrainingSession.objects.filter(call=found)
        .annotate(attended=Count("attendance"), course=course(TRAINING))
        .order_by("starts_at", "id")
    )


def session(*, viewer: Actor, session_id: UUID) -> TrainingSession:
    """Give a session with its call to those who keep its list. Raises NotFound, NotYourCall."""
    found = TrainingSession.objects.select_related("call").filter(pk=session_id).first()
    if found is None or not Call.objects.filter(visible_calls(viewer), pk=found.call_id).exists():
        raise NotFound
    require_recorder(viewer, found.call)
    return found


def attendance(*, viewer: Actor, found: TrainingSession) -> QuerySet[Attendance]:
    """Give who attended a session fetched by `session`, each with the project of the call they belong to."""
    if not records_training(viewer, found.call):
        raise NotFound
    of_call = Proposal.objects.filter(call=found.call_id).order_by("created_at", "id")
    own = of_call.filter(contact=OuterRef("person")).values("title")[:1]
    theirs = of_call.filter(members__person=OuterRef("person")).values("title")[:1]
    return (
        Attendance.objects.filter(session=found)
        .select_related("person", "proposal")
        .annotate(project=Coalesce(F("proposal__title"), Subquery(own), Subquery(theirs)))
        .order_by("-recorded_at", "id")
    )


def attendance_found(rows: QuerySet[Attendance], words: str) -> QuerySet[Attendance]:
    """Find in a list of attendance by whole phone or name, or by part of a team's or project's name."""
    people = search(Person.objects.all(), words).values("pk")
    known = Q(person__in=people) | Q(proposal__title__icontains=words) | Q(proposal__team_name__icontains=words)
    return rows.filter(known)


def candidates(*, viewer: Actor, call: Call) -> QuerySet[Person]:
    """Give whom the viewer may record: people of the own areas, and those of the call's teams."""
    require_recorder(viewer, call)
    teams = TeamMember.objects.filter(proposal__call=call, person__isnull=False).values("person")
    contacts = Proposal.objects.filter(call=call, contact__isnull=False).values("contact")
    seated = TeamSeat.objects.filter(proposal__call=call, ended_at=None).values("person")
    mine = within_any("area", viewer.areas(PEOPLE_READERS))
    return Person.objects.filter(mine | Q(pk__in=teams) | Q(pk__in=contacts) | Q(pk__in=seated))


def teams(*, found: Call) -> list[Proposal]:
    """List the proposals of a call whose team may be recorded without naming anybody."""
    rows = found.proposals.exclude(state__in=("withdrawn", "lapsed", "disqualified", "rejected", "merged"))
    return list(rows.filter(number__isnull=False).order_by("number")[:500])


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a team stands: the sessions attended, the required ones it lacks, how many of the others it still needs."""

    attended: tuple[TrainingSession, ...]
    lacks: tuple[TrainingSession, ...]
    others: int

    @property
    def met(self) -> bool:
        """Tell whether nothing is lacking."""
        return not self.lacks and not self.others

    @property
    def words(self) -> str:
        """Say what is lacking, or that nothing is."""
        found = []
        if self.lacks:
            names = gettext(", ").join(one.title for one in self.lacks)
            found.append(gettext("Required training not attended: %(names)s.") % {"names": names})
        if self.others:
            words = ngettext(
                "%(count)s more of the other sessions is needed.",
                "%(count)s more of the other sessions are needed.",
                self.others,
            )
            found.append(words % {"count": self.others})
        return " ".join(found) or gettext("All the training that this round asks for has been attended.")


def standings(call: Call, proposals: Iterable[Proposal]) -> dict[UUID, Standing]:
    """Work out where each team of a call stands, in a fixed number of queries, however many there are.

    A session that was cancelled is asked of nobody; where fewer others are left than the rule asks for, those left do.
    """
    rows = list(proposals)
    held = [one for one in call.training_sessions.all() if one.state != "cancelled"]
    people, teams_seen = _seen(call, held)
    members: dict[UUID, set[Any]] = {one.pk: {one.contact_id} - {None} for one in rows}
    for proposal, person in TeamMember.objects.filter(proposal__in=list(members), person__isnull=False).values_list(
        "proposal", "person"
    ):
        members[proposal].add(person)
    home = homes_of(one for some in members.values() for one in some)
    others = [one for one in held if not one.required]
    needed = min(int(call.training.get("others", 0)), len(others))
    return {
        one.pk: _standing(held, needed, people, teams_seen, one, {home[person] for person in members[one.pk]})
        for one in rows
    }


def _seen(call: Call, held: list[TrainingSession]) -> tuple[dict[UUID, set[Any]], dict[UUID, set[Any]]]:
    """Give for each session the persons recorded, and the proposals: their teams, or somebody with a seat in one then.

    A seat given after a session brings nobody's attendance along.
    """
    people: dict[UUID, set[Any]] = defaultdict(set)
    teams_seen: dict[UUID, set[Any]] = defaultdict(set)
    recorded = list(Attendance.objects.filter(session__call=call).values_list("session", "person", "proposal"))
    seats = list(TeamSeat.objects.filter(proposal__call=call).values_list("proposal", "person", "since", "ended_at"))
    home = homes_of([*(person for _where, person, _team in recorded), *(row[1] for row in seats)])
    for where, person, _team in recorded:
        if person is not None:
            people[where].add(home[person])
    seen = [(where, proposal) for where, _person, proposal in recorded if proposal is not None]
    for proposal, person, since, ended in seats:
        had = [one for one in held if since <= one.starts_at and (ended is None or ended > one.starts_at)]
        seen += [(one.pk, proposal) for one in had if home[person] in people[one.pk]]
    into = dict(Merger.objects.filter(call=call, state="merged").values_list("goes", "stays"))
    for where, proposal in seen:
        team: Any = proposal
        while team is not None:  # what a team attended counts for the one that it became
            teams_seen[where].add(team)
            team = into.get(team)
    return people, teams_seen


def _standing(
    held: list[TrainingSession],
    needed: int,
    people: dict[UUID, set[Any]],
    teams_seen: dict[UUID, set[Any]],
    proposal: Proposal,
    team: set[Any],
) -> Standing:
    attended = [one for one in held if team & people.get(one.pk, set()) or proposal.pk in teams_seen[one.pk]]
    lacks = tuple(one for one in held if one.required and one not in attended)
    more = needed - sum(not one.required for one in attended)
    return Standing(tuple(attended), lacks, max(more, 0))


def leaving(call: Call) -> list[tuple[Proposal, Standing]]:
    """List the passed proposals that the gate would take out, by number."""
    passed = list(call.proposals.filter(state="passed").order_by("number"))
    found = standings(call, passed)
    return [(one, found[one.pk]) for one in passed if not found[one.pk].met]
