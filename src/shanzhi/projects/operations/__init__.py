"""Every write of the projects."""

from shanzhi.projects.operations.activities import (
    ActivityFixed,
    Given,
    NoSuchLine,
    NotWorking,
    NotYetHeld,
    OutsideTheRun,
    Told,
    announce_activity,
    cancel_activity,
    change_activity,
    hold_activities,
    plan_activity,
    report_activity,
)
from shanzhi.projects.operations.beginning import (
    BadRules,
    NoSuchMentor,
    NothingToBegin,
    Plan,
    ProjectOver,
    RoundNotClosed,
    assign_mentor,
    begin_projects,
    change_days,
    write_rules,
)
from shanzhi.projects.operations.clock import confirm_over, remind, run_clock
from shanzhi.projects.operations.common import BadDays, StaleProject, WordsMissing
from shanzhi.projects.operations.ending import (
    NotCompleted,
    NothingToSettle,
    NotYetDay,
    cancel_ceremony,
    hold_ceremony,
    list_projects,
    plan_ceremony,
    settle,
    terminate,
)
from shanzhi.projects.operations.feedback import FeedbackClosed, TooMuchFeedback, give_feedback
from shanzhi.projects.operations.objections import (
    NotYourObjection,
    ObjectedHere,
    file_appeal,
    file_objection,
    rule,
    withdraw_objection,
)
from shanzhi.projects.operations.photos import PhotoTooLarge, Shot, TooManyPhotos, remove_photo
from shanzhi.projects.operations.pictures import NotAPicture
from shanzhi.projects.operations.reports import (
    BadPoints,
    MarkAgainst,
    MidtermFirst,
    NoMidterm,
    NoticeRuns,
    NotUnderReview,
    SheetGiven,
    SheetsMissing,
    confirm_midterm,
    decide_report,
    give_sheet,
    hand_in_report,
)
from shanzhi.projects.operations.visits import PlannedStep, StepDone, VisitNote, finish_step, write_visit

__all__ = [
    "ActivityFixed", "BadDays", "BadPoints", "BadRules", "FeedbackClosed", "Given",
    "MarkAgainst", "MidtermFirst", "NoMidterm", "NoSuchLine", "NoSuchMentor", "NotAPicture",
    "NotCompleted", "NotUnderReview", "NotWorking", "NotYetDay", "NotYetHeld", "NotYourObjection",
    "NothingToBegin", "NothingToSettle", "NoticeRuns", "ObjectedHere", "OutsideTheRun", "PhotoTooLarge", "Plan",
    "PlannedStep", "ProjectOver", "RoundNotClosed", "SheetGiven", "SheetsMissing", "Shot", "StaleProject", "StepDone",
    "Told", "TooManyPhotos", "TooMuchFeedback", "VisitNote", "WordsMissing", "announce_activity", "assign_mentor",
    "begin_projects", "cancel_activity", "cancel_ceremony", "change_activity", "change_days", "confirm_midterm",
    "confirm_over", "decide_report", "file_appeal", "file_objection", "finish_step", "give_feedback", "give_sheet",
    "hand_in_report", "hold_activities", "hold_ceremony", "list_projects", "plan_activity", "plan_ceremony", "remind",
    "remove_photo", "report_activity", "rule", "run_clock", "settle", "terminate", "withdraw_objection",
    "write_rules", "write_visit",
]  # fmt: skip
