"""Reading volunteers and teams: each query takes the viewer and gives only what exists for that viewer."""

from shanzhi.volunteering.queries.fitness import Fitness, Reason, fit_for, lacking, may_do
from shanzhi.volunteering.queries.teams import (
    CodeOver,
    agreement,
    code_of,
    desk_teams,
    led_team,
    member,
    members,
    own_team,
    place_in,
    search_members,
    search_teams,
    team,
    team_of_code,
    teams,
)
from shanzhi.volunteering.queries.volunteers import (
    last_day,
    mine,
    places_of,
    qualification,
    qualifications_of,
    read_areas,
    search,
    serving_areas,
    volunteer,
    volunteers,
    with_skill,
)
from shanzhi.volunteering.queries.words import (
    VOCABULARIES,
    desk_skills,
    own_word,
    own_words,
    qualification_kinds,
    skills,
    task_kind,
    task_kinds,
    word_areas,
)

__all__ = [
    "VOCABULARIES", "CodeOver", "Fitness", "Reason", "agreement", "code_of", "desk_skills", "desk_teams", "fit_for",
    "lacking", "last_day", "led_team", "may_do", "member", "members", "mine", "own_team", "own_word", "own_words",
    "place_in", "places_of", "qualification", "qualification_kinds", "qualifications_of", "read_areas", "search",
    "search_members", "search_teams", "serving_areas", "skills", "task_kind", "task_kinds", "team", "team_of_code",
    "teams", "volunteer", "volunteers", "with_skill", "word_areas",
]  # fmt: skip
