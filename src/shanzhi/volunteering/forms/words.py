"""Forms of the words of an area."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, PageForm, offer
from shanzhi.volunteering.models import Sort


def _age(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=120, required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip


class WordForm(PageForm):
    """A word with its code in both languages. An existing one keeps code and area, and can be retired."""

    code = forms.CharField(
        label=_("Short code"), help_text=_("Small letters, digits and _, for example law. It stays."),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "class": "short"}),
    )  # fmt: skip
    name = forms.CharField(label=_("Name in Chinese"), max_length=40, widget=forms.TextInput({"autocomplete": "off"}))
    name_en = forms.CharField(
        label=_("Name in English"), max_length=80, widget=forms.TextInput({"autocomplete": "off"})
    )
    example = forms.BooleanField(label=_("Example, not official"), required=False)
    retired = forms.BooleanField(label=_("Retired: nothing new points to it"), required=False)

    def __init__(self, *args: Any, areas: AreaSource | None, **kwargs: Any) -> None:
        """Take the areas whose words the actor sets; None for a word that is there."""
        super().__init__(*args, **kwargs)
        if areas is None:
            del self.fields["code"]
        else:
            self.fields["area"] = AreaField(source=areas, label=_("Area"))
            del self.fields["retired"]
            self.order_fields(["area", "code"])


class QualificationKindForm(WordForm):
    """A training or check."""

    sort = forms.ChoiceField(label=_("Training or check"), choices=Sort.choices, widget=forms.RadioSelect)
    months = forms.IntegerField(
        label=_("Months of validity"), help_text=_("Empty: for ever."), min_value=1, max_value=240, required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip


class TaskKindForm(WordForm):
    """A kind of task, and whom it suits."""

    least_age = _age(_("Least age"))
    greatest_age = _age(_("Greatest age"))
    demands = Checklist(label=_("Asks for"), required=False)
    dangerous = forms.BooleanField(label=_("Dangerous: needs accident insurance"), required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the qualifications that may be asked for."""
        super().__init__(*args, **kwargs)
        offer(self, "demands", kinds)
        if not kinds:
            del self.fields["demands"]
