"""The forms of roles in a team."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import PageForm

ROLE_WORDS: Final[dict[str, Any]] = {
    "editor": _("Editor: reads and writes everything, hands in, answers comments and objections"),
    "reader": _("Reader: reads all that the team reads, and changes nothing"),
}
MOVE_WORDS: Final[dict[str, Any]] = {
    **ROLE_WORDS,
    "lead": _("Contact person: takes the lead from you; you stay as an editor"),
    "end": _("No longer in the team: finds the proposal no more, unless everybody sees it"),
}


class TeamInviteForm(PageForm):
    """Which role the one who opens the link will have."""

    role = forms.ChoiceField(label=_("Role"), choices=list(ROLE_WORDS.items()), widget=forms.RadioSelect)


class SeatForm(PageForm):
    """What becomes of somebody in the team."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, role: str, may_lead: bool, **kwargs: Any) -> None:
        """Offer the lead only to an editor, and only while the proposal may be changed."""
        super().__init__(*args, initial={"role": role}, **kwargs)
        left_out = () if may_lead and role == "editor" else ("lead",)
        field: Any = self.fields["role"]
        field.choices = [(key, words) for key, words in MOVE_WORDS.items() if key not in left_out]
