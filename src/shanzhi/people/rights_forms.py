"""Forms of people's rights and safety."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.people.forms import PhoneNumberField, ReasonForm, RoleForm
from shanzhi.ui.forms import PageForm


class RecoveryForm(ReasonForm):
    """The number of the document that the person holds up, and what happened."""

    id_number = forms.CharField(
        label=_("Number of the document"),
        help_text=_("Type it from the document that the person shows you. It is compared with the record."),
        max_length=30,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )
    field_order = ("id_number", "reason")


class InviteForm(RoleForm):
    """A phone, a role and a place."""

    phone = PhoneNumberField(label=_("Colleague's mobile phone"))
    field_order = ("phone", "role", "area", "reason")


class TakeForm(PageForm):
    """The code of an invitation."""

    code = forms.CharField(
        label=_("Code of the invitation"),
        help_text=_("8 digits, told to you by who invited you."),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )

    def clean_code(self) -> str:
        """Leave out the spaces that people read codes with."""
        return "".join(str(self.cleaned_data["code"]).split())


class ReviewForm(PageForm):
    """What to do with the roles that were picked."""

    act = forms.ChoiceField(
        label=_("With the roles picked"),
        choices=[("confirm", _("Confirm for another year")), ("end", _("End them now"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed when you end roles; kept on record."), max_length=500, required=False,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class EraseForm(PageForm):
    """A box that says: I know what I do."""

    confirmed = forms.BooleanField(label=_("Erase my data. I know that this cannot be undone."))
