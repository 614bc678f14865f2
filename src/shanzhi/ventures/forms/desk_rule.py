"""The rule of decision as a form: each choice explained in one plain sentence, with when to take it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ventures.forms.desk_parts import Group, PartForm
from shanzhi.ventures.models import Call

RULES: Final = [
    (
        "equal-shares",
        _("Equal Shares: every voter holds an equal part of the purse. Take it when small groups should win too."),
    ),
    (
        "score",
        _("Most votes first, skipping what no longer fits. Take it when everyone knows this rule and groups are even."),
    ),
    (
        "score-no-skip",
        _("Most votes first, stopping at the first that does not fit. Take it only where your own rules demand it."),
    ),
    (
        "per-cost",
        _("Most votes for its money first. Take it when many cheap projects are worth more than a few dear ones."),
    ),
    (
        "phragmen",
        _("Phragmén: supporters earn evenly over time and buy first what they can. Take it for fair order of a list."),
    ),
    (
        "composite",
        _("Jury and votes together, by weights that you set. Take it when experts should judge after a pitch."),
    ),
]
SATISFACTIONS: Final = [
    ("cost", _("by the money of chosen projects (for ballots that choose): dear projects are not held back")),
    ("cardinality", _("by the number of chosen projects (for ballots that choose): helps cheap projects")),
    ("points", _("by the points given (for ballots with points)")),
    ("borda", _("by the rank given (for ballots that rank)")),
]
COMPLETIONS: Final = [
    ("add1u", _("raise all shares evenly, then add by votes what still fits: the usual choice")),
    ("add1", _("raise all shares evenly, and leave what is then left in the purse")),
    ("exhaustive-supported", _("raise all shares until no supported project fits any more")),
    ("exhaustive-all", _("raise all shares until no project at all fits any more")),
    ("none", _("leave it in the purse, for the next round")),
]
TIES: Final = [
    ("", _("nothing more")),
    ("votes", _("more votes")),
    ("cost", _("lower cost")),
    ("listed", _("order on the list")),
    ("id", _("number of the project")),
]
PERCENT: Final = {"class": "short", "inputmode": "decimal"}
NUMBER: Final = {"class": "short", "inputmode": "numeric"}


def _percent(label: Any, help_text: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_value=100,
        decimal_places=2,
        widget=forms.NumberInput({**PERCENT, "step": "any"}),
    )


def _share(percent: Decimal | None) -> str:
    """Write a percentage as the exact fraction that counting takes."""
    return str(Fraction(percent or 0) / 100)


def percent_of(share: Any) -> str:
    """Write a fraction as a percentage of at most two decimals."""
    try:
        return f"{Decimal(round(Fraction(str(share)) * 10_000)) / 100:f}"
    except (ValueError, ZeroDivisionError):
        return ""


class RuleForm(PartForm):
    """Rule, satisfaction, completion, order of ties, least support, weights of the jury, groups of alternatives."""

    rule = forms.ChoiceField(label=_("Rule"), choices=RULES, widget=forms.RadioSelect)
    satisfaction = forms.ChoiceField(
        label=_("How a voter's gain is counted"),
        choices=SATISFACTIONS,
        widget=forms.RadioSelect,
        help_text=_("Only for Equal Shares. It must fit the ballot; the list of checks says when it does not."),
    )
    completion = forms.ChoiceField(
        label=_("When money is left"),
        choices=COMPLETIONS,
        widget=forms.RadioSelect,
        help_text=_("Only for Equal Shares."),
    )
    tie_1 = forms.ChoiceField(
        label=_("Of two equal projects, first the one with"),
        choices=TIES[1:],
        help_text=_("Fixed before the vote, so that no lot and nobody's taste decides."),
    )
    tie_2 = forms.ChoiceField(label=_("Then"), choices=TIES, required=False)
    tie_3 = forms.ChoiceField(label=_("And then"), choices=TIES, required=False)
    voters = forms.IntegerField(
        label=_("Least number of supporters"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        widget=forms.NumberInput(NUMBER),
        help_text=_("Keeps out what almost nobody wants; 3 to 10 in a community. Empty: none."),
    )
    share = _percent(
        _("Least share of the ballots in %"), _("For large electorates, instead of a number. Empty: none.")
    )
    by_cost = forms.IntegerField(
        label=_("Least support by cost"),
        min_value=0,
        max_value=1000,
        required=False,
        widget=forms.NumberInput(NUMBER),
        help_text=_("n asks for supporters of cost / (n × purse) of the voters: dear projects need more. Empty: none."),
    )
    vote_weight = _percent(_("Weight of the votes in %"), _("Only with a jury: the rest is the jury's weight."))
    least_votes_share = _percent(
        _("Least share of votes in % beside a jury"), _("Only with a jury: below it, good scores do not help.")
    )
    least_jury_score = _percent(
        _("Least score of the jury, 0 to 100"), _("Only with a jury: below it, many votes do not help.")
    )
    exclusive_groups = forms.CharField(
        label=_("Groups of alternatives"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line, such as a place that only one project can use. Of each group at most one is chosen."),
    )
    answers = {"rule": "rule", "exclusive_groups": "exclusive_groups"}

    @classmethod
    def opened(cls, call: Call) -> dict[str, Any]:
        """Give the rule's parameters."""
        rule = call.rule
        threshold, parts = rule.get("threshold") or {}, rule.get("composite") or {}
        ties = [*rule.get("ties", []), "", "", ""]
        return {
            "rule": rule.get("rule"),
            "satisfaction": rule.get("satisfaction", "cost"),
            "completion": rule.get("completion", "none"),
            "tie_1": ties[0],
            "tie_2": ties[1],
            "tie_3": ties[2],
            "voters": threshold.get("voters") or None,
            "share": percent_of(threshold["share"]) if str(threshold.get("share") or "0") != "0" else None,
            "by_cost": threshold.get("by_cost") or None,
            "vote_weight": percent_of(parts["vote_weight"]) if "vote_weight" in parts else None,
            "least_votes_share": percent_of(parts["least_votes_share"]) if parts.get("least_votes_share") else None,
            "least_jury_score": Decimal(int(parts["least_jury_score"])) / 100
            if parts.get("least_jury_score")
            else None,
            "exclusive_groups": "\n".join(call.exclusive_groups),
        }

    def clean(self) -> dict[str, Any]:
        """Ask for the weight that a jury needs."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("rule") == "composite" and data.get("vote_weight") is None and "vote_weight" not in self.errors:
            self.add_error("vote_weight", gettext("Say how much the votes weigh beside the jury, for example 50."))
        return data

    def given(self) -> dict[str, Any]:
        """Give the rule as one value; satisfaction and completion only count for Equal Shares."""
        data = self.cleaned_data
        equal = data["rule"] == "equal-shares"
        ties = [data[name] for name in ("tie_1", "tie_2", "tie_3") if data[name]]
        rule = {
            "rule": data["rule"],
            "satisfaction": data["satisfaction"] if equal else "cost",
            "completion": data["completion"] if equal else "none",
            "ties": list(dict.fromkeys(ties)),
            "threshold": {
                "voters": data["voters"] or 0,
                "share": _share(data["share"]),
                "by_cost": data["by_cost"] or 0,
            },
            "composite": self._composite() if data["rule"] == "composite" else None,
        }
        return {"rule": rule, "exclusive_groups": data["exclusive_groups"]}

    def _composite(self) -> dict[str, Any]:
        data = self.cleaned_data
        votes = Fraction(data["vote_weight"] or 0) / 100
        return {
            "vote_weight": str(votes),
            "jury_weight": str(1 - votes),
            "least_votes_share": _share(data["least_votes_share"]),
            "least_jury_score": int((data["least_jury_score"] or 0) * 100),
        }

    def groups(self) -> list[Group]:
        """Lay the rule out: the rule itself, Equal Shares, ties, least support, jury, alternatives."""
        layout: tuple[tuple[Any, tuple[str, ...]], ...] = (
            ("", ("rule",)),
            (_("Equal Shares"), ("satisfaction", "completion")),
            (_("Ties"), ("tie_1", "tie_2", "tie_3")),
            (_("Least support"), ("voters", "share", "by_cost")),
            (_("Jury"), ("vote_weight", "least_votes_share", "least_jury_score")),
            (_("Alternatives"), ("exclusive_groups",)),
        )
        return [(legend, [self[name] for name in names]) for legend, names in layout]
