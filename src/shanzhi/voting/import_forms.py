"""How a file that was read is counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.tally.spec import Completion, Spec
from shanzhi.ui.forms import PageForm
from shanzhi.voting.forms import COMPLETIONS, RULES


class CountedForm(PageForm):
    """By what a file is counted where it does not say so itself: a city's decision often names more than its file."""

    rule = forms.ChoiceField(label=_("Rule"), choices=RULES, required=False)
    completion = forms.ChoiceField(
        label=_("Completion of Equal Shares"), choices=COMPLETIONS, required=False, initial="none"
    )
    voters = forms.IntegerField(
        label=_("Least number of voters"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("Leaves out projects that fewer people chose; empty for none."),
    )
    score = forms.IntegerField(
        label=_("Least score"),
        required=False,
        min_value=0,
        max_value=1_000_000_000,
        help_text=_("Leaves out projects with fewer points, rank points or votes; empty for none."),
    )
    by_cost = forms.IntegerField(
        label=_("Least support by cost"),
        required=False,
        min_value=0,
        max_value=1000,
        help_text=_("n leaves out projects supported by less than cost / (n × purse) of the voters; empty for none."),
    )

    @staticmethod
    def opened(usual: Spec) -> dict[str, Any]:
        """Give what the file says as the first values."""
        least = usual.threshold
        found = {"voters": least.voters, "score": least.score, "by_cost": least.by_cost}
        return {"completion": usual.completion, **{name: value or None for name, value in found.items()}}

    def spec(self, usual: Spec) -> Spec:
        """Put what was chosen in the place of what the file says."""
        given = self.cleaned_data
        rule = given["rule"] or usual.rule
        completion: Completion = (given["completion"] or "none") if rule == "equal-shares" else "none"
        least = replace(
            usual.threshold, voters=given["voters"] or 0, score=given["score"] or 0, by_cost=given["by_cost"] or 0
        )
        return replace(usual, rule=rule, completion=completion, threshold=least)
