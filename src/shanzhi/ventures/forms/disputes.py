"""The forms of objections, appeals, answers and rulings."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.ui.forms import PageForm, offer
from shanzhi.ventures.operations.disputes import LONGEST

NO_NAMES: Final = _("Whoever sees the proposal reads it. Write no names, telephone numbers or addresses of people.")
# What a ruling can be, by kind: the choice on the form, its words, and what the operation is told.
CHOICES: Final[dict[str, dict[str, Any]]] = {
    "objection": {
        "dismissed": _("Dismiss: the proposal stays in the round"),
        "noted": _("Uphold and note it: the proposal stays, the ruling says what to heed"),
        "disqualify": _("Uphold and disqualify the proposal"),
    },
    "appeal": {
        "dismissed": _("Dismiss: the decision stands"),
        "reinstate": _("Uphold: the proposal comes back"),
    },
}


def _long(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST, widget=forms.Textarea({"rows": 6}), strip=False
    )


class GroundsForm(PageForm):
    """Why one objects or appeals."""

    grounds = _long(_("Grounds"), NO_NAMES)


class AnswerForm(PageForm):
    """What a team answers."""

    answer = _long(pgettext_lazy("to an objection", "Answer"), NO_NAMES)


class RulingForm(PageForm):
    """A ruling and its words."""

    outcome = forms.ChoiceField(label=_("Ruling"), widget=forms.RadioSelect)
    ruling = _long(
        _("The ruling in words"),
        _("Say what was found and why it leads to this. Everyone reads it: write no names of people."),
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        """Offer what is possible for this kind."""
        super().__init__(*args, **kwargs)
        offer(self, "outcome", list(CHOICES[kind].items()))

    @property
    def outcome_chosen(self) -> str:
        """The outcome of the choice."""
        return "dismissed" if self.cleaned_data["outcome"] == "dismissed" else "upheld"
