"""The forms of projects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.projects.lifecycle import OUTCOMES, RULINGS, VISIT_KINDS
from shanzhi.projects.queries.rules import DAYS
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import DayField, MomentField, PageForm, offer

STEPS: Final = 3
RATINGS: Final = {
    5: _("5 · very good"),
    4: _("4 · good"),
    3: _("3 · fair"),
    2: _("2 · poor"),
    1: _("1 · bad"),
}


def words(label: Any, *, rows: int = 4, most: int = 5000, needed: bool = True, help_text: Any = "") -> forms.CharField:
    """Make a field for several lines."""
    return forms.CharField(
        label=label, help_text=help_text, max_length=most, required=needed, widget=forms.Textarea({"rows": rows})
    )


def line(label: Any, *, most: int = 120, needed: bool = True, help_text: Any = "") -> forms.CharField:
    """Make a field for one line."""
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=needed)


def count(label: Any, *, least: int = 0, most: int = 100_000, needed: bool = True, help_text: Any = "") -> Any:
    """Make a field for a whole number."""
    widget = forms.NumberInput({"class": "short", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=least, max_value=most, required=needed, widget=widget
    )


class ActivityForm(PageForm):
    """An activity that lies ahead: three answers are enough."""

    title = line(_("Name of the activity"), help_text=_("For example: a swap day in the courtyard."))
    starts_at = MomentField(label=_("Begins"))
    place = line(_("Place"))
    expected = count(_("People expected"), needed=False)
    minutes = count(_("Minutes"), least=1, most=1440, help_text=_("How long it lasts."))
    line = forms.ChoiceField(label=_("Row of the budget that pays for it"), required=False)
    about = words(
        _("What it is about"),
        rows=3,
        needed=False,
        help_text=_("Aim and course, and whom to bring. Everybody reads it."),
    )

    def __init__(self, *args: Any, lines: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Take the rows of the project's budget."""
        super().__init__(*args, **kwargs)
        offer(self, "line", [("", _("None")), *lines])


class Photos(forms.ClearableFileInput):
    """Several photos at once; a phone offers its camera."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several files, each looked at as one is."""

    widget = Photos

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Look at each file that was sent."""
        return [super(PhotosField, self).clean(one, initial) for one in data or ()]


class ReportForm(PageForm):
    """How an activity went."""

    attended = count(_("How many people came"))
    helpers = count(_("Of them volunteers who helped"), most=10_000, needed=False)
    summary = words(_("How it went"), help_text=_("A few sentences. Everybody reads them: name nobody."))
    photos = PhotosField(
        label=_("Photos"), required=False, widget=Photos({"accept": "image/jpeg,image/png"}),
        help_text=_("JPEG or PNG, up to 12, each at most 10 MB. Place and time noted by the phone are removed."),
    )  # fmt: skip
    caption = line(_("What the photos show"), needed=False, help_text=_("Read aloud to whoever does not see them."))
    shown = forms.BooleanField(
        label=_("Whoever can be recognised in the photos agrees that everybody sees them"), required=False,
        help_text=_("Else the team and the staff alone see them. Show no child's face without a guardian's consent."),
    )  # fmt: skip


class ReasonForm(PageForm):
    """A reason in words."""

    reason = words(_("Reason"), rows=2, most=500)


class GroundsForm(PageForm):
    """The grounds of an objection or an appeal."""

    grounds = words(_("Grounds"), rows=6, most=2000)


class SelfReportForm(PageForm):
    """What a team reports."""

    done = words(
        _("What we did"), rows=6, help_text=_("Against the plan. Figures of activities are taken from the record.")
    )
    problems = words(_("Problems"), needed=False)
    ahead = words(_("What comes next"), needed=False)


class SheetForm(PageForm):
    """A reviewer's points, one field for each criterion."""

    def __init__(self, *args: Any, criteria: Sequence[dict[str, Any]], **kwargs: Any) -> None:
        """Take the criteria of the project's rules."""
        super().__init__(*args, **kwargs)
        for one in criteria:
            label = _("%(name)s (weight %(weight)s of 100)") % {"name": one["name"], "weight": one["weight"]}
            self.fields[one["key"]] = count(label, most=10, help_text=one["anchors"])
        self.fields["remark"] = words(_("Comment of the reviewer"), needed=False)


class DecisionForm(PageForm):
    """What is decided on a report."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=list(OUTCOMES.items()), widget=forms.RadioSelect)
    comment = words(_("Grounds of the decision"), help_text=_("Everybody reads them when the result is published."))


class RulingForm(PageForm):
    """A ruling on an objection or an appeal."""

    outcome = forms.ChoiceField(label=_("Ruling"), choices=list(RULINGS.items()), widget=forms.RadioSelect)
    ruling = words(_("Grounds of the ruling"), most=2000, help_text=_("Everybody reads them."))


class VisitForm(PageForm):
    """The note of a visit, with up to three steps."""

    visited_on = DayField(label=_("Visited on"))
    kind = forms.ChoiceField(label=_("Kind of visit"), choices=list(VISIT_KINDS.items()))
    overall = words(_("Overall"))
    strengths = words(_("Strengths"), needed=False)
    problems = words(_("Problems and advice"), needed=False)
    outlook = words(_("Outlook"), rows=2, needed=False)
    next_on = DayField(label=_("Next visit"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Add the steps."""
        super().__init__(*args, **kwargs)
        for number in range(1, STEPS + 1):
            place = {"number": number}
            self.fields[f"what_{number}"] = line(_("Step %(number)s: what") % place, most=200, needed=False)
            self.fields[f"who_{number}"] = line(_("Step %(number)s: who") % place, most=80, needed=False,
                                                help_text=_("A part in the team, such as “treasurer”."))  # fmt: skip
            self.fields[f"due_on_{number}"] = DayField(label=_("Step %(number)s: until when") % place, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the whole of a step that was begun."""
        given = dict(super().clean() or {})
        for number in range(1, STEPS + 1):
            parts = [f"{name}_{number}" for name in ("what", "who", "due_on")]
            if any(given.get(part) for part in parts):
                for part in parts:
                    if not given.get(part) and part not in self.errors:
                        self.add_error(part, _("Write all three parts of this step, or none."))
        return given


class FeedbackForm(PageForm):
    """How it was, for somebody who took part."""

    rating = forms.TypedChoiceField(
        label=_("How was it?"), coerce=int, widget=forms.RadioSelect,
        choices=list(RATINGS.items()),
    )  # fmt: skip
    said = words(
        _("In words"),
        rows=3,
        most=500,
        needed=False,
        help_text=_("Only the team and the staff read them. Name nobody."),
    )


class BeginForm(PageForm):
    """From when to when the projects of a round run."""

    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"))


class DaysForm(PageForm):
    """The days of a project."""

    ends_on = DayField(label=_("Until"))
    midterm_due = DayField(label=_("Mid-term report due"), required=False)
    completion_due = DayField(label=_("Completion report due"))


class MentorForm(PageForm):
    """Who looks after a project."""

    person = forms.ChoiceField(label=_("Mentor"))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Take who could."""
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", _("Choose somebody")), *people])


class TerminateForm(PageForm):
    """Why a project is terminated."""

    reason = words(_("Reason"), most=2000, help_text=_("Everybody reads it, and the team may appeal."))


class SettleForm(PageForm):
    """How a terminated project was settled."""

    settlement = words(
        _("How it was settled"), most=2000, help_text=_("What was paid back, and what became of things bought.")
    )


class CeremonyForm(PageForm):
    """A ceremony."""

    title = line(_("Title"))
    held_on = DayField(label=_("Day"))
    place = line(_("Place"))
    field_order = ("title", "area", "held_on", "place")

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas in which the actor runs rounds."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        self.order_fields(self.field_order)


class CeremonyListForm(PageForm):
    """Which projects graduate."""

    projects = forms.MultipleChoiceField(
        label=_("Projects on the list"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, rows: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Take the projects that could."""
        super().__init__(*args, **kwargs)
        offer(self, "projects", list(rows))


class ConfirmForm(PageForm):
    """Nothing but the button."""


DAY_LABELS: Final = {
    "announce_days": _("Days ahead to announce an activity"),
    "report_days": _("Days after an activity for its report"),
    "remind_days": _("Days ahead to remind"),
    "midterm_percent": _("Mid-term report after so many percent of the run"),
    "completion_days": _("Days after the end for the completion report"),
    "review_days": _("Days for a review"),
    "reviewers": _("Sheets needed for a decision"),
    "pass_mark": _("Points of 100 to pass"),
    "notice_days": _("Days of public notice"),
    "ruling_days": _("Days for a ruling"),
    "appeal_days": _("Days for an appeal"),
    "visit_days": _("Days between visits"),
    "settle_days": _("Days for a settlement"),
    "feedback_days": _("Days for feedback"),
}


class RulesForm(PageForm):
    """The rules of an area; criteria come one a line."""

    midterm = forms.BooleanField(label=_("A mid-term report is asked for"), required=False)
    midterm_criteria = words(
        _("Criteria of the mid-term report"), rows=6,
        help_text=_("One a line: name | weight | what 10, 6 and 0 points mean. Weights sum to 100."),
    )  # fmt: skip
    completion_criteria = words(_("Criteria of the completion report"), rows=6, help_text=_("Written likewise."))

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas in which the actor runs rounds."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area"))
        for name in DAYS:
            self.fields[name] = count(DAY_LABELS[name], most=400)
        self.order_fields(("area", *DAYS, "midterm", "midterm_criteria", "completion_criteria"))

    def content(self) -> dict[str, Any]:
        """Give the rules as the operation reads them."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "area"}
        return {**given, **{kind: read_criteria(given[kind]) for kind in ("midterm_criteria", "completion_criteria")}}


def read_criteria(text: str) -> list[dict[str, Any]]:
    """Read criteria, one a line; a weight that is no number stays none, and is refused by the operation."""
    found = []
    for row in text.splitlines():
        if row.strip():
            name, weight, anchors = ([part.strip() for part in row.replace("｜", "|").split("|", 2)] + ["", ""])[:3]
            digits = weight.isascii() and weight.isdigit() and len(weight) < 4
            found.append({"name": name, "weight": int(weight) if digits else None, "anchors": anchors})
    return found


def written_criteria(rows: Iterable[dict[str, Any]]) -> str:
    """Write criteria as they are read."""
    return "\n".join(f"{one['name']} | {one['weight']} | {one['anchors']}" for one in rows)
