"""The other forms of the desk: a new call, reasons, decisions, reviewers, groups, scores, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import MomentField, PageForm, offer
from shanzhi.ventures.forms.budget import BudgetRulesForm
from shanzhi.ventures.forms.desk_ballot import BallotForm
from shanzhi.ventures.forms.desk_parts import (
    AreasForm,
    BasicsForm,
    DatesForm,
    ElectorateForm,
    MoneyForm,
    PartForm,
    ReviewForm,
    ThemesForm,
    WordsForm,
    english_title,
)
from shanzhi.ventures.forms.desk_rule import RuleForm
from shanzhi.ventures.forms.jury import JuryPartForm
from shanzhi.ventures.forms.training import TrainingPartForm
from shanzhi.ventures.lifecycle import DECISIONS, OUTCOMES
from shanzhi.voting.import_forms import CountedForm

PARTS: Final[dict[str, tuple[Any, type[PartForm]]]] = {
    "basics": (_("Title, purpose, sponsor"), BasicsForm),
    "areas": (_("Areas"), AreasForm),
    "money": (_("Money"), MoneyForm),
    "budget": (_("Rules for budgets"), BudgetRulesForm),
    "themes": (_("Themes and who may propose"), ThemesForm),
    "dates": (_("Dates and days of notice"), DatesForm),
    "electorate": (_("Who may vote"), ElectorateForm),
    "ballot": (_("Ballot"), BallotForm),
    "rule": (_("Rule of decision"), RuleForm),
    "training": (_("Training"), TrainingPartForm),
    "jury": (_("Jury and its criteria"), JuryPartForm),
    "review": (_("Check list of the review"), ReviewForm),
}
# What decides nothing stays open when the rest is frozen.
OPEN_PART: Final = "words"
OPEN_PARTS: Final[dict[str, tuple[Any, type[PartForm]]]] = {
    OPEN_PART: (_("English title, purpose, sponsor"), WordsForm)
}
# Where a check's field is mended.
PART_OF: Final = {
    "title": "basics",
    "about": "basics",
    "sponsor": "basics",
    "areas": "areas",
    "purse_fen": "money",
    "limit_fen": "money",
    "themes": "themes",
    "proposers": "themes",
    "phases": "dates",
    "notice_days": "dates",
    "roll_date": "electorate",
    "ballot": "ballot",
    "rule": "rule",
    "training": "training",
    "budget_rules": "budget",
    "jury": "jury",
    "checklist": "review",
}


class NewCallForm(AreasForm):
    """What a new call needs at first: a title and areas."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("It can be changed until proposals open."))

    def given(self) -> dict[str, Any]:
        """Give title and areas."""
        return {**super().given(), "title": self.cleaned_data["title"]}


class CopyForm(PageForm):
    """The title of a copy."""

    title = forms.CharField(label=_("Title of the new round"), max_length=120)
    title_en = english_title()


class ReasonForm(PageForm):
    """A public reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Everyone reads it, beside the call."),
    )


class ReviewDecisionForm(PageForm):
    """The check list of one proposal, answered, and the decision."""

    decision = forms.ChoiceField(label=_("Decision"), choices=list(DECISIONS.items()), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason for the team"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Needed when you return or reject: say what is to be mended, or why it ends."),
    )
    deadline = MomentField(
        label=_("To be mended until"), required=False, help_text=_("Only when you return it: before the review ends.")
    )

    def __init__(self, *args: Any, checklist: Sequence[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        """Make two fields for each item; what a pass needs may stay open when the proposal is returned or rejected."""
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        passes = self.data.get("decision") not in ("return", "reject")
        for place, item in enumerate(checklist):
            needed = bool(item["required"]) and passes
            self.fields[f"item_{place}"] = forms.ChoiceField(
                label=item["text"], choices=list(OUTCOMES.items()), widget=forms.RadioSelect, required=needed
            )
            self.fields[f"item_{place}"].error_messages["required"] = gettext("Answer item %(number)s: %(item)s") % {
                "number": place + 1,
                "item": item["text"],
            }
            self.fields[f"remark_{place}"] = forms.CharField(
                label=gettext("Remark on item %(number)s") % {"number": place + 1}, required=False, max_length=1000
            )

    def items(self) -> list[tuple[Any, Any]]:
        """Give the fields of each item: outcome and remark."""
        return [(self[f"item_{place}"], self[f"remark_{place}"]) for place in range(len(self.checklist))]

    def answers(self) -> list[tuple[str, str, str]]:
        """Give key, outcome and remark of each item that was answered."""
        data = self.cleaned_data
        return [
            (str(item["key"]), data[f"item_{place}"], data[f"remark_{place}"])
            for place, item in enumerate(self.checklist)
            if data[f"item_{place}"]
        ]


class BatchForm(PageForm):
    """One decision for many proposals."""

    decision = forms.ChoiceField(
        label=_("Decision for all of them"),
        choices=[
            ("pass", _("Pass: I have looked at each, and every item of the check list is met")),
            ("reject", _("Reject, for the one reason below")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Needed when you reject; every team reads it."),
    )


class AssignForm(PageForm):
    """A reviewer for some proposals."""

    reviewer = forms.ChoiceField(label=_("Reviewer"), help_text=_("Staff with a role in that community, not its team."))
    deadline = MomentField(label=_("Due"), required=False, help_text=_("It stands on the reviewer's list of today."))

    def __init__(self, *args: Any, offers: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take who can be chosen, as (id, words)."""
        super().__init__(*args, **kwargs)
        offer(self, "reviewer", [("", _("Choose a reviewer")), *offers])


class ExclusiveForm(PageForm):
    """The group of alternatives of a proposal."""

    exclusive = forms.ChoiceField(label=_("Group of alternatives"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The proposals stand in the public notice, so everyone will read it."),
        max_length=2000,
        widget=forms.Textarea,
    )

    def __init__(self, *args: Any, offers: Iterable[str] = (), announced: bool = False, **kwargs: Any) -> None:
        """Take the groups that the terms name; a reason is asked for once the proposals were announced."""
        super().__init__(*args, **kwargs)
        if not announced:
            del self.fields["reason"]
        pairs = [("", _("None")), *((group, group) for group in offers)]
        offer(self, "exclusive", pairs)


class JuryForm(PageForm):
    """The jury's score of each project, 0 to 100."""

    def __init__(self, *args: Any, projects: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Take the projects as (code on the ballot, title)."""
        super().__init__(*args, **kwargs)
        self.codes = []
        for code, title in projects:
            self.codes.append(code)
            self.fields[f"score_{code}"] = forms.DecimalField(
                label=f"{code} {title}",
                min_value=0,
                max_value=100,
                decimal_places=2,
                widget=forms.NumberInput({"class": "short", "inputmode": "decimal", "step": "any"}),
            )

    def jury(self) -> dict[str, int]:
        """Give the scores in hundredths by code."""
        return {code: int(self.cleaned_data[f"score_{code}"] * 100) for code in self.codes}


class ImportForm(CountedForm):
    """How a file that was read becomes a finished round."""

    title = forms.CharField(label=_("Title"), max_length=120)
    title_en = english_title()

    def __init__(self, *args: Any, source: AreaSource, **kwargs: Any) -> None:
        """Take the areas that the person may import into."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=source, label=_("Area"), help_text=_("Under which the round is listed."))
