"""The forms of mergers: words to the other team, the plan, why one refuses or undoes."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import PageForm, offer
from shanzhi.ventures.models.mergers import SIDES
from shanzhi.ventures.operations.mergers import LONGEST_WORDS
from shanzhi.ventures.queries.combining import GROUP_LABELS, GROUPS, JOINABLE, TABLES

SIDE_WORDS: Final[dict[str, Any]] = {
    "first": _("The first: %(text)s"),
    "second": _("The second: %(text)s"),
}
BOTH: Final = _("Both texts, one after the other")
SHOWN: Final = 80
ROW_LABELS: Final[dict[str, dict[str, Any]]] = {
    "activities": {"first": _("Activities of the first"), "second": _("Activities of the second")},
    "budget": {"first": _("Budget lines of the first"), "second": _("Budget lines of the second")},
}


def _words(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea({"rows": 4})
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST_WORDS, widget=widget, required=required, strip=False
    )


class InviteForm(PageForm):
    """Words to the other team."""

    message = _words(_("Words to the other team"), _("For example: we could share the ladder and the electrician."))


class SuggestForm(PageForm):
    """Words to both teams."""

    message = _words(_("Words to both teams"), _("Say why the two could be one. Both teams read it."), required=True)


class RefuseForm(PageForm):
    """A word why not."""

    reason = _words(_("A word to the other team"), _("Not needed; the other team reads it."))


class UndoForm(PageForm):
    """Why a merging is undone."""

    reason = _words(_("Why is it undone?"), _("Both teams read it."), required=True)


class PlanForm(PageForm):
    """What the one proposal will be: whose text is taken, and which rows stay."""

    stays = forms.ChoiceField(
        label=_("Which of the two stays"),
        help_text=_("It keeps its number and address, and its contact person speaks for the one team."),
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        plan: dict[str, Any],
        may_stay: tuple[str, ...],
        texts: dict[str, dict[str, str]],
        rows: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        """Offer the texts of both where they differ, and the rows of both by table and side, as the plan has them."""
        super().__init__(*args, **kwargs)
        self.plan = plan
        names = {"first": gettext("The first proposal"), "second": gettext("The second proposal")}
        offer(self, "stays", [(side, names[side]) for side in may_stay])
        self.initial["stays"] = plan["stays"]
        for name in (name for name in GROUPS if texts[name]["first"] != texts[name]["second"]):
            offered = [(side, SIDE_WORDS[side] % {"text": Truncator(texts[name][side] or "–").chars(SHOWN)})
                       for side in SIDES]  # fmt: skip
            self.fields[f"text_{name}"] = forms.ChoiceField(
                label=GROUP_LABELS[name],
                choices=[*offered, ("both", BOTH)] if name in JOINABLE else offered,
                widget=forms.RadioSelect,
                initial=plan["texts"][name],
            )
        for table in TABLES:
            for side in SIDES:
                if rows[table][side]:
                    self.fields[f"{table}_{side}"] = forms.MultipleChoiceField(
                        label=ROW_LABELS[table][side],
                        choices=[(str(place), words) for place, words in enumerate(rows[table][side])],
                        widget=forms.CheckboxSelectMultiple,
                        required=False,
                        initial=[str(place) for place in plan[table][side]],
                    )

    def given(self) -> dict[str, Any]:
        """Give what was chosen, as the operation reads it."""
        chosen = self.cleaned_data
        rows = {
            table: {side: [int(one) for one in chosen.get(f"{table}_{side}", ())] for side in SIDES} for table in TABLES
        }
        return {
            "stays": chosen["stays"],
            "texts": {name: chosen.get(f"text_{name}", self.plan["texts"][name]) for name in GROUPS},
            **rows,
        }
