"""What this room holds about people: who plans, reports, reviews, visits, objects, and words said of activities."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.personal import (
    REGISTRY,
    Activity,
    Erase,
    Ground,
    Kind,
    Special,
    describe,
    name_field,
    name_fields,
    register_activity,
)
from shanzhi.projects.operations.erasing import erase_photos

K, E = Kind, Erase
EXECUTION: Final = register_activity(
    Activity(
        "execution",
        _("Projects being carried out"),
        _("Neighbours see what became of the money they voted on, and somebody answers for it."),
        Ground.CONTRACT,
        _("Personal Information Protection Law, article 13 (2); the published terms of the round"),
        _("As long as the record of the round; after erasure without the name, and without the photos one added."),
        _("Everybody reads figures and shown photos, without names; visits, sheets and words the team and staff."),
        _("A photo shows a face, or a text names a person."),
        _("Photos lose what the camera noted, and are shown to everybody only when the team says those in them agree."),
        order=46,
    )
)
_activities, _reports = _("Activities of your projects"), _("Reports you handed in")
describe("projects.Activity", _activities, "planned_by_id", EXECUTION,
         planned_by=(K.LINK, E.KEEP), title=(K.TEXT, E.SCRUB), about=(K.TEXT, E.SCRUB), place=(K.TEXT, E.SCRUB),
         summary=(K.TEXT, E.SCRUB), cancelled_reason=(K.TEXT, E.SCRUB), created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("projects.Photo", _("Photos you added"), "added_by_id", EXECUTION,
         added_by=(K.LINK, E.SPECIAL), caption=(K.TEXT, E.SPECIAL), digest=(K.FILE, E.SPECIAL),
         created_at=(K.RECORD, E.SPECIAL))  # fmt: skip
# Nobody is asked who said it, so nobody's it can be found to be.
describe("projects.Feedback", _("Feedback on activities"), "", EXECUTION, said=(K.TEXT, E.KEEP))
describe("projects.Report", _reports, "handed_in_by_id", EXECUTION,
         handed_in_by=(K.LINK, E.KEEP), done=(K.TEXT, E.SCRUB), problems=(K.TEXT, E.SCRUB), ahead=(K.TEXT, E.SCRUB),
         handed_in_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("projects.Sheet", _("Points you gave to reports"), "reviewer_id", EXECUTION,
         reviewer=(K.LINK, E.KEEP), points=(K.RECORD, E.KEEP), comment=(K.TEXT, E.SCRUB),
         created_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("projects.Decision", _("Decisions you took on reports"), "decided_by_id", EXECUTION,
         decided_by=(K.LINK, E.KEEP), comment=(K.TEXT, E.SCRUB), decided_at=(K.RECORD, E.KEEP))  # fmt: skip
describe("projects.Objection", _("Objections and appeals about projects"), "filed_by_id", EXECUTION,
         filed_by=(K.LINK, E.KEEP), text=(K.TEXT, E.SCRUB), filed_at=(K.RECORD, E.KEEP),
         state=(K.RECORD, E.KEEP))  # fmt: skip
describe("projects.Objection", _("Objections and appeals about projects"), "ruled_by_id", EXECUTION,
         ruled_by=(K.LINK, E.KEEP), ruling=(K.TEXT, E.SCRUB))  # fmt: skip
describe("projects.Visit", _("Visits you wrote about"), "visitor_id", EXECUTION,
         visitor=(K.LINK, E.KEEP), overall=(K.TEXT, E.SCRUB), strengths=(K.TEXT, E.SCRUB),
         problems=(K.TEXT, E.SCRUB), outlook=(K.TEXT, E.SCRUB), visited_on=(K.RECORD, E.KEEP))  # fmt: skip
describe("projects.Step", _("Steps agreed on in your visits"), "visit__visitor_id", EXECUTION,
         what=(K.TEXT, E.SCRUB), who=(K.TEXT, E.SCRUB))  # fmt: skip
describe("projects.Project", _("Projects in your care"), "mentor_id", EXECUTION, mentor=(K.LINK, E.KEEP))
describe("projects.Project", _("Projects in your care"), "begun_by_id", EXECUTION, begun_by=(K.LINK, E.KEEP))
describe("projects.Project", _("Projects in your care"), "stopped_by_id", EXECUTION,
         stopped_by=(K.LINK, E.KEEP), stopped_reason=(K.TEXT, E.SCRUB), settlement=(K.TEXT, E.SCRUB))  # fmt: skip
describe("projects.Ceremony", _("Graduations you planned"), "created_by_id", EXECUTION,
         created_by=(K.LINK, E.KEEP), cancelled_reason=(K.TEXT, E.SCRUB))  # fmt: skip
describe("projects.Rules", _("Rules you wrote"), "written_by_id", EXECUTION, written_by=(K.LINK, E.KEEP))
name_fields(
    planned_by=_("Planned by"), about=_("What it is about"), cancelled_reason=_("Why it was cancelled"),
    caption=_("What the photo shows"), said=_("Words"), handed_in_by=_("Handed in by"), done=_("What we did"),
    problems=_("Problems"), ahead=_("What comes next"), handed_in_at=_("Handed in on"), points=_("Points"),
    decided_by=_("Decided by"), visitor=_("Visitor"), overall=_("Overall"), strengths=_("Strengths"),
    outlook=_("Outlook"), visited_on=_("Visited on"), what=_("What"), who=_("Who does it"), mentor=_("Mentor"),
    stopped_by=_("Stopped by"), stopped_reason=_("Why it was stopped"), settlement=_("How it was settled"),
    written_by=_("Written by"), begun_by=_("Begun by"), comment=_("Comment"),
)  # fmt: skip
name_field("projects.Activity", "title", _("Activity"))
name_field("projects.Photo", "digest", _("Digest of the file"))
REGISTRY.specials["projects.photos"] = Special("projects", erase_photos)
