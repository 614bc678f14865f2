"""Words on a public project, and the reason for hiding some."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.forms import PageForm


class CommentForm(PageForm):
    """A neighbour's comment, or the team's answer; the operation judges it."""

    text = forms.CharField(
        label=_("Your words"),
        help_text=_("2 to 500 characters. Plain text; name no person. Everybody can read it."),
        widget=forms.Textarea({"rows": 5, "maxlength": 500}),
        required=False,
    )


class HideForm(PageForm):
    """Why words are hidden."""

    reason = forms.CharField(
        label=_("Why are these words hidden?"),
        help_text=_("Everybody reads this in their place. At most 300 characters."),
        widget=forms.Textarea({"rows": 3, "maxlength": 300}),
        required=False,
    )
