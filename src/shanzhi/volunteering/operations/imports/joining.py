"""Volunteers of a list come into the teams that it names; they sign the agreement when they are next there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shanzhi.audit.operations import event_of, record_many
from shanzhi.kernel.actor import Actor
from shanzhi.volunteering.exchange.rows import Line
from shanzhi.volunteering.lifecycle import HELD
from shanzhi.volunteering.models import Team, TeamAgreement, TeamMember, Volunteer, VolunteerRow
from shanzhi.volunteering.operations.imports.vocabulary import Vocabulary

SOME: Final = 200


class Joining:
    """The places in teams that a batch makes."""

    def __init__(self, actor: Actor, at: datetime, words: Vocabulary) -> None:
        """Take who acts, the moment, and the teams by their names."""
        self._actor, self._at, self._words = actor, at, words

    def join(self, rows: Sequence[tuple[VolunteerRow, Line, Volunteer | None]]) -> None:
        """Put who serves into the team that the row names, unless the place is there or was asked for.

        The caller has locked the teams.
        """
        wanted = [
            (row, team, volunteer)
            for row, line, volunteer in rows
            if volunteer is not None and volunteer.state == "active" and (team := self._words.team(line)) is not None
        ]
        if not wanted:
            return
        living = set(Team.objects.filter(pk__in={team.pk for _r, team, _v in wanted}, state="active"
                                         ).values_list("pk", flat=True))  # fmt: skip
        held = set(
            TeamMember.objects.filter(volunteer__in={one.pk for _r, _t, one in wanted}, state__in=HELD).values_list(
                "team", "volunteer"
            )
        )
        newest = self._agreements(living)
        made, events = [], []
        for row, team, volunteer in wanted:
            if team.pk not in living or (team.pk, volunteer.pk) in held:
                continue
            held.add((team.pk, volunteer.pk))
            place = TeamMember(
                team=team, volunteer=volunteer, state="member", agreement=newest[team.pk], signed_at=None,
                asked_at=self._at, joined_at=self._at, decided_by_id=self._actor.person_id, decided_at=self._at,
            )  # fmt: skip
            made.append(place)
            row.made = {**row.made, "place": str(place.pk)}
            change = {"number": volunteer.number, "role": place.role, "import": str(row.of_import_id)}
            events.append(event_of(actor=self._actor, verb="volunteering.member.import", subject=team, area=team.area,
                                   change=change, at=self._at))  # fmt: skip
        TeamMember.objects.bulk_create(made, batch_size=SOME)
        record_many(events)

    def _agreements(self, teams: set[UUID]) -> dict[UUID, TeamAgreement]:
        rows = TeamAgreement.objects.filter(team__in=teams).order_by("team", "version")
        return {one.team_id: one for one in rows}
