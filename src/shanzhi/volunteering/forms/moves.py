"""Forms of moves of teams."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import PageForm, offer


class MoveForm(PageForm):
    """Where a team is to serve, and why."""

    reason = forms.CharField(label=_("Why the team moves"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take where one can serve."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Moves to"))
        self.order_fields(("area", "reason"))


class MoveAnswerForm(PageForm):
    """What becomes of a move."""

    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), help_text=_("For a no; it stands in the history of the team."), max_length=500,
        required=False, widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, decides: bool, withdraws: bool, **kwargs: Any) -> None:
        """Take what the viewer may do."""
        super().__init__(*args, **kwargs)
        yes_no = [("agree", _("Yes, for my area")), ("refuse", _("No"))] if decides else []
        offer(self, "answer", [*yes_no, *([("withdraw", _("Take the wish back"))] if withdraws else [])])
        if not decides:
            del self.fields["reason"]
