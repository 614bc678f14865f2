"""Forms with which a proposal is begun, looked at, asked; and the short one of a call-up."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.assignments.models import MOST_EACH, MOST_WANTED
from shanzhi.assignments.operations import MOST_DAYS
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, DayField, PageForm, offer

LONGEST = 200


class RunForm(PageForm):
    """Over which days, how many shifts each, what for."""

    first_day = DayField(label=_("First day"))
    last_day = DayField(label=_("Last day"))
    most = forms.TypedChoiceField(
        label=_("Most shifts for each"), help_text=_("Turns are shared: who has given little lately comes first."),
        coerce=int, choices=[(number, str(number)) for number in range(1, MOST_EACH + 1)],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("What the matching is for"), help_text=_("For the list, such as: shifts of next week."),
        max_length=LONGEST,
    )  # fmt: skip

    def __init__(self, *args: Any, areas: AreaSource | None, **kwargs: Any) -> None:
        """Take the areas to choose from, None for a team, which has its own."""
        super().__init__(*args, **kwargs)
        self.fields["last_day"].help_text = _("At most %(days)s days.") % {"days": MOST_DAYS}
        if areas is not None:
            self.fields["area"] = AreaField(source=areas, label=_("Area"))
            self.order_fields(["area"])

    @staticmethod
    def first(today: date, last: date) -> dict[str, Any]:
        """Give what the form opens with."""
        return {"first_day": today, "last_day": last, "most": 2}


class CallUpForm(PageForm):
    """An emergency: three fields, sent in half a minute."""

    shift = forms.ChoiceField(label=_("For which shift"))
    reason = forms.CharField(
        label=_("What has happened"), max_length=LONGEST, help_text=_("For the record, in a few words. It is not sent.")
    )
    wanted = forms.IntegerField(
        label=_("How many are needed"), min_value=1, max_value=MOST_WANTED,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, *args: Any, shifts: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the shifts of the next days with free places."""
        super().__init__(*args, **kwargs)
        offer(self, "shift", shifts)


class AskForm(PageForm):
    """Whom to ask; all are ticked from the beginning."""

    pairs = Checklist(label=_("Whom to ask"))

    def __init__(self, *args: Any, pairs: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the pairs that nobody was asked for yet."""
        super().__init__(*args, initial={"pairs": [key for key, _words in pairs]}, **kwargs)
        offer(self, "pairs", pairs)


class DropForm(PageForm):
    """Why somebody is not asked."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("For the record; the volunteer is not told."), max_length=LONGEST
    )
