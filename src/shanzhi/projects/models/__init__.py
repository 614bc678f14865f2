"""The tables of projects."""

from shanzhi.projects.models.activities import Activity, Feedback, Photo
from shanzhi.projects.models.graduation import Ceremony
from shanzhi.projects.models.projects import Project, Rules
from shanzhi.projects.models.reports import Decision, Objection, Report, Sheet
from shanzhi.projects.models.visits import Step, Visit

__all__ = [
    "Activity", "Ceremony", "Decision", "Feedback", "Objection", "Photo", "Project", "Report", "Rules", "Sheet",
    "Step", "Visit",
]  # fmt: skip
