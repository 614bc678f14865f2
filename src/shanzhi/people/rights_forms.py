"""Forms of people's rights and safety."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.people.forms import PhoneNumberField, ReasonForm, RoleForm
from shanzhi.people.guardianship import KINDS, PROOFS
from shanzhi.people.models import Person
from shanzhi.ui.forms import DayField, PageForm, offer


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
    field_order = ("phone", "role", "area", "organization", "reason")


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


class EraseWardForm(PageForm):
    """The same for a ward."""

    confirmed = forms.BooleanField(label=_("Erase what is held about my ward. I know that this cannot be undone."))


class GuardianForm(PageForm):
    """Who the guardian is, and what staff read in the documents."""

    guardian_number = forms.CharField(
        label=_("Guardian's document number"),
        help_text=_("The whole number, from the document in the guardian's hand. It must be verified here already."),
        max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )
    kind = forms.ChoiceField(label=_("Guardian by"), choices=list(KINDS.items()), widget=forms.RadioSelect)
    document = forms.ChoiceField(label=_("Proof seen"), choices=list(PROOFS.items()), widget=forms.RadioSelect)
    document_tail = forms.CharField(
        label=_("Last characters of its number"),
        help_text=_("2 to 6 letters and digits. They are kept encrypted; take no photo and no copy."),
        max_length=8,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )
    starts_on = DayField(label=_("Guardian since"))
    ends_on = DayField(
        label=_("Last day"),
        help_text=_("Only where the decision names one. Without it the link ends when the ward is 18."),
        required=False,
    )

    def __init__(self, *args: Any, born: bool, **kwargs: Any) -> None:
        """Take whether the date of birth is on record; else it is read from the same document."""
        super().__init__(*args, **kwargs)
        if not born:
            self.fields["born_on"] = DayField(label=_("Minor's date of birth"))


class MergeForm(ReasonForm):
    """Which of two records stays, and how one knows that they are one person's."""

    keep = forms.ChoiceField(label=_("Which record stays"), widget=forms.RadioSelect)
    field_order = ("keep", "reason")

    def __init__(self, *args: Any, sides: tuple[Person, Person], **kwargs: Any) -> None:
        """Offer both, the first one marked."""
        super().__init__(*args, **kwargs)
        labels = (_("The record on the left (or above)"), _("The record on the right (or below)"))
        offer(self, "keep", [(str(one.pk), label) for one, label in zip(sides, labels, strict=True)])
        self.fields["keep"].initial = str(sides[0].pk)
