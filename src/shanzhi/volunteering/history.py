"""How the history of volunteers and teams reads."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from shanzhi.audit.subjects import Shown, Subject, register, register_verbs, uuid_of
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import NotFound
from shanzhi.places import queries as places
from shanzhi.ui.formatting import NONE
from shanzhi.volunteering import policies
from shanzhi.volunteering.lifecycle import TEAM, VOLUNTEER
from shanzhi.volunteering.models import (
    LANGUAGES,
    JoinWay,
    QualificationKind,
    RowDecision,
    Skill,
    Sort,
    TaskKind,
    Team,
    TeamKind,
    TeamRole,
    Volunteer,
    VolunteerImport,
)
from shanzhi.volunteering.queries import naming


def _volunteer(viewer: Actor, volunteer_id: str, at: datetime) -> Shown | None:
    found = Volunteer.objects.filter(policies.volunteers_readable(viewer), pk=uuid_of(volunteer_id)).first()
    if found is None:
        if Volunteer.objects.filter(pk=uuid_of(volunteer_id)).exists():
            raise NotFound
        return None
    # What was done in an earlier area belongs to the whole of the history.
    return Shown(found.number, reverse("volunteering:volunteer", args=[found.pk]), whole=True)


def _volunteers(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Volunteer.objects.filter(policies.volunteers_readable(viewer)), "number"


def _team(viewer: Actor, team_id: str, at: datetime) -> Shown | None:
    found = Team.objects.filter(pk=uuid_of(team_id)).first()
    if found is None:
        return None
    if not viewer.holds(policies.READERS, found.area) and not policies.leads(viewer, found):
        raise NotFound
    return Shown(found.name, reverse("volunteering:team_desk", args=[found.pk]), whole=True)


def _teams(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return Team.objects.filter(places.within_any("area", viewer.areas(policies.READERS))), "name"


def _sides(value: Any) -> Any:
    """Say for which area somebody gave a yes."""
    return {"left": _("that it leaves"), "taken": _("that it comes to")}.get(value, value)


def _import(viewer: Actor, import_id: str, at: datetime) -> Shown | None:
    found = VolunteerImport.objects.filter(pk=uuid_of(import_id)).defer("file", "sample").first()
    if found is None:
        return None
    if not VolunteerImport.objects.filter(policies.imports_readable(viewer), pk=found.pk).exists():
        raise NotFound
    return Shown(found.name, reverse("volunteering:import", args=[found.pk]), whole=True)


def _imports(viewer: Actor) -> tuple[QuerySet[Any], str]:
    return VolunteerImport.objects.filter(policies.imports_readable(viewer)), "name"


def _spoken(value: list[str]) -> str:
    """Name languages in the reader's own."""
    return pgettext("between items", ", ").join(str(LANGUAGES.get(one, one)) for one in value) or NONE


FIELDS = {
    "import": _("Number of the import"),
    "row": _("Row"),
    "minutes": _("Minutes of service before"),
    "number": _("Volunteer number"),
    "area": _("Area of service"),
    "state": _("State"),
    "skills": _("Skills"),
    "hours": _("Free hours, spans"),
    "languages": _("Languages"),
    "metres": _("How far you go"),
    "tasks": _("Kinds of tasks you would like"),
    "places": _("Places in teams ended"),
    "qualification": _("Qualification"),
    "from": _("From"),
    "until": _("Until"),
}
register(
    Subject(
        type="volunteering.volunteer",
        label=_("Volunteer"),
        find=_volunteer,
        titles=_volunteers,
        readers=policies.READERS,
        fields=FIELDS,
        values={"state": lambda value: VOLUNTEER.states.get(value, value), "languages": _spoken},
        codes={
            "skills": partial(naming, Skill),
            "tasks": partial(naming, TaskKind),
            "qualification": partial(naming, QualificationKind),
            "area": places.named,
        },
    )
)
register(
    Subject(
        type="volunteering.team",
        label=_("Volunteer team"),
        find=_team,
        titles=_teams,
        readers=policies.READERS,
        fields={
            "name": _("Name of the team"),
            "kind": _("Kind of team"),
            "about": _("What the team does"),
            "join_way": _("How one joins"),
            "state": _("State"),
            "leader": _("Leader's volunteer number"),
            "number": _("Volunteer number"),
            "role": _("Part in the team"),
            "agreement": _("Version of the agreement"),
            "import": _("Number of the import"),
            "area": _("Area of service"),
            "sides": _("Yes of the area"),
            "places": _("Places in teams ended"),
            "until": _("Until"),
        },
        values={
            "kind": lambda value: dict(TeamKind.choices).get(value, value),
            "join_way": lambda value: dict(JoinWay.choices).get(value, value),
            "sides": _sides,
            "role": lambda value: dict(TeamRole.choices).get(value, value),
            "state": lambda value: TEAM.states.get(value, value),
        },
        codes={"area": places.named},
    )
)
WORD = {
    "code": _("Short code"),
    "name": _("Name in Chinese"),
    "name_en": _("Name in English"),
    "example": _("Example, not official"),
    "sort": _("Training or check"),
    "months": _("Months of validity"),
    "least_age": _("Least age"),
    "greatest_age": _("Greatest age"),
    "demands": _("Asks for"),
    "dangerous": _("Dangerous: needs accident insurance"),
}
for _type, _label in (
    ("skill", _("Skill")), ("qualificationkind", _("Kind of qualification")), ("taskkind", _("Kind of task")),
):  # fmt: skip
    register(
        Subject(
            type=f"volunteering.{_type}",
            label=_label,
            readers=policies.READERS,
            fields=WORD,
            values={"sort": lambda value: dict(Sort.choices).get(value, value)},
            codes={"demands": partial(naming, QualificationKind)},
        )
    )
register(
    Subject(
        type="volunteering.volunteerimport",
        label=_("Import of volunteers"),
        find=_import,
        titles=_imports,
        readers=policies.OFFICERS,
        fields={
            "rows": pgettext_lazy("register", "Rows"),
            "new": pgettext_lazy("register", "New"),
            "merge": pgettext_lazy("volunteer list", "Goes into one on record"),
            "doubtful": _("Doubtful, decide"),
            "refused": pgettext_lazy("register", "Refused"),
            "differs": _("Differs from the record"),
            "passed_over": _("Sums and notes passed over"),
            "made": _("Put on record"),
            "merged": _("Filled in"),
            "left_out": pgettext_lazy("register", "Left out"),
            "undone": pgettext_lazy("register", "Taken back"),
            "stays": _("Stays"),
            "row": _("Row"),
            "decision": pgettext_lazy("register", "Decision"),
            "people": _("People"),
        },
        values={"decision": lambda value: dict(RowDecision.choices).get(value, value)},
    )
)
register(
    Subject(type="volunteering.volunteercolumns", label=_("Columns of a list of volunteers"), readers=policies.OFFICERS)
)
register_verbs(
    {
        "volunteering.volunteer.import": _("Put on record from a list"),
        "volunteering.volunteer.import_merge": _("Filled in from a list"),
        "volunteering.volunteer.import_removed": _("Removed: the list was taken back"),
        "volunteering.volunteer.import_restored": _("List taken back, what it filled in emptied"),
        "volunteering.member.import": _("Came into the team from a list"),
        "volunteering.import.read": _("List of volunteers read"),
        "volunteering.import.remember": _("Columns remembered"),
        "volunteering.import.check": _("List of volunteers checked"),
        "volunteering.import.decide": _("Doubtful row decided"),
        "volunteering.import.take": _("List of volunteers confirmed"),
        "volunteering.import.written": _("List of volunteers taken"),
        "volunteering.import.forget": _("List of volunteers dropped untaken"),
        "volunteering.import.undo": pgettext_lazy("volunteer list", "Taking back begun"),
        "volunteering.import.undone": _("List of volunteers taken back"),
        "volunteering.volunteer.register": _("Registered as a volunteer"),
        "volunteering.volunteer.change": _("Volunteer's entry changed"),
        "volunteering.volunteer.activate": _("Volunteer active"),
        "volunteering.volunteer.lapse": _("Volunteer waits for a consent"),
        "volunteering.volunteer.pause": _("Volunteer pauses"),
        "volunteering.volunteer.resume": _("Volunteer resumes"),
        "volunteering.volunteer.leave": _("Volunteer left"),
        "volunteering.volunteer.return": _("Volunteer came back"),
        "volunteering.volunteer.unmask": _("Volunteer shown in full"),
        "volunteering.qualification.add": _("Qualification entered"),
        "volunteering.qualification.revoke": _("Qualification taken back"),
        "volunteering.team.found": _("Team founded"),
        "volunteering.team.change": _("Team changed"),
        "volunteering.team.agree": _("Team agreed to by the committee"),
        "volunteering.team.agree_by_unit": _("Team agreed to by its organisation"),
        "volunteering.team.decline": _("Team not agreed to"),
        "volunteering.team.dissolve": _("Team dissolved"),
        "volunteering.team.agreement": _("New version of the team's agreement"),
        "volunteering.team.move_ask": _("Move to another area asked for"),
        "volunteering.team.move_agree": _("Move agreed to"),
        "volunteering.team.move_refuse": _("Move not agreed to"),
        "volunteering.team.move_withdraw": _("Move taken back"),
        "volunteering.team.move_lapse": _("Move ended with the team"),
        "volunteering.team.move": _("Team moved to another area"),
        "volunteering.team.code": _("New joining code"),
        "volunteering.member.ask": _("Asked to join the team"),
        "volunteering.member.join": _("Joined the team by its code"),
        "volunteering.member.accept": _("Taken into the team"),
        "volunteering.member.refuse": _("Not taken into the team"),
        "volunteering.member.withdrawn": _("Request to join taken back"),
        "volunteering.member.left": _("Left the team"),
        "volunteering.member.end": _("Place in the team ended"),
        "volunteering.member.part": _("Part in the team changed"),
        "volunteering.member.sign": _("Agreement signed anew"),
        "volunteering.word.put": _("Word of the area added"),
        "volunteering.word.change": _("Word of the area changed"),
        "volunteering.word.retire": _("Word of the area retired"),
    },
    tones={"volunteering.team.dissolve": "warn", "volunteering.volunteer.unmask": "accent"},
)
