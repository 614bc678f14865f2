"""Every reading of projects. Each function takes the viewer and gives only what that viewer may see."""

from shanzhi.projects.queries.after import After, after_of
from shanzhi.projects.queries.due import Due, desk_dues, own_dues
from shanzhi.projects.queries.granting import funds_for, known_of, may_grant
from shanzhi.projects.queries.listing import (
    activities,
    activity,
    calls_to_begin,
    ceremonies,
    ceremony,
    completed_for,
    desk_projects,
    feedback_of,
    graduates,
    matching,
    matching_due,
    my_projects,
    objection,
    photo,
    project,
    projects,
    read_areas,
    report,
    rules_versions,
    run_areas,
)
from shanzhi.projects.queries.people import mentors
from shanzhi.projects.queries.rules import criteria, in_force
from shanzhi.projects.queries.story import Story, story_of

__all__ = [
    "After", "Due", "Story", "activities", "activity", "after_of", "calls_to_begin", "ceremonies", "ceremony",
    "completed_for", "criteria", "desk_dues", "desk_projects", "feedback_of", "funds_for", "graduates", "in_force",
    "known_of", "matching", "matching_due", "may_grant", "mentors", "my_projects", "objection", "own_dues", "photo",
    "project", "projects", "read_areas", "report", "rules_versions", "run_areas", "story_of",
]  # fmt: skip
