"""The forms of members: an account, gifts, donations, help, ratings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shanzhi.timebank.forms.rules import number
from shanzhi.timebank.models import LONGEST_PLACE, RELATION_WORDS, Sort
from shanzhi.timebank.operations.frames import MOST_MINUTES
from shanzhi.timebank.operations.helping import Help, Span
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, DayField, MomentField, PageForm, offer
from shanzhi.volunteering.forms.volunteers import choices_of_hours, spans_of
from shanzhi.volunteering.models import LANGUAGES

HOUR = _("In minutes: 60 is one hour.")
HOW_MUCH = _("How much, in minutes")


def amount(label: Any = HOW_MUCH) -> forms.IntegerField:
    """Make a field for credits, in minutes."""
    return number(label, 1, MOST_MINUTES, help_text=HOUR)


class OpenForm(PageForm):
    """An account at a bank."""

    student = forms.BooleanField(label=_("I am at school"), required=False)


class GiveForm(PageForm):
    """A gift to a relative."""

    number = forms.CharField(
        label=_("Account number of the receiver"), help_text=_("It stands on the receiver’s own page of the bank."),
        max_length=20, widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    relation = forms.ChoiceField(label=_("What the receiver is to you"), widget=forms.RadioSelect)
    minutes = amount()

    def __init__(self, *args: Any, relations: tuple[str, ...], **kwargs: Any) -> None:
        """Take the relatives whom the rules name."""
        super().__init__(*args, **kwargs)
        offer(self, "relation", [(one, RELATION_WORDS[one]) for one in relations])


class PoolField(AreaField):
    """A pool, from a list or by a part of the name of its organisation."""

    choose = _("Choose a pool")
    default_error_messages = {
        "not_open": _("Choose a pool from the list; credits do not go to this one."),
        "unclear": _("More than one pool fits, or none exactly. Choose one of those below."),
        "unknown": _("No pool fits. Type a shorter part of the name of its organisation."),
    }
    search_help = _("Type the kind of the pool, or a part of the name of its organisation, and search.")


class DonateForm(PageForm):
    """A donation to a pool."""

    minutes = amount()

    def __init__(self, *args: Any, pools: AreaSource, **kwargs: Any) -> None:
        """Take the pools of the rules in force."""
        super().__init__(*args, **kwargs)
        self.fields["pool_id"] = PoolField(source=pools, label=_("To which pool"))
        self.order_fields(["pool_id"])


class SureForm(PageForm):
    """Nothing to fill in: the button says it."""


ORDER: Final = (
    "title", "about", "area", "place", "address", "starts_at", "hours", "until", "minutes", "photo", "skills",
    "language",
)  # fmt: skip


class HelpForm(PageForm):
    """What a request of help and an offer have in common."""

    title = forms.CharField(
        label=_("In a few words"), max_length=60, help_text=_("Like: go with me to the hospital"),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    about = forms.CharField(label=_("What is to be done"), max_length=1000, widget=forms.Textarea({"rows": 4}))
    photo = forms.FileField(
        label=_("Photo"), required=False, help_text=_("JPEG, PNG or WebP. Place and time are taken out of it."),
        widget=forms.FileInput({"accept": "image/*"}),
    )  # fmt: skip

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the places inside the bank."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Community"))
        self.order_fields(ORDER)

    def given(self, sort: str) -> Help:
        """Give it as the operation takes it."""
        said = dict(self.cleaned_data)
        photo = said.pop("photo", None)
        return Help(sort=sort, photo=photo.read() if photo else b"", **said)


class RequestForm(HelpForm):
    """A request of help."""

    starts_at = MomentField(label=_("When"))
    address = forms.CharField(
        label=_("Exact address"), max_length=120, required=False,
        help_text=_("Kept sealed; only the helper sees it, from your promise on."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    minutes = amount(_("How many credits you give for it, in minutes"))
    skills = Checklist(
        label=_("Skills that help"), help_text=_("Whoever has them is found first; others can help too."),
        required=False,
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Only if it would be good that the helper speaks it."), required=False,
        choices=[("", _("No matter")), *LANGUAGES.items()],
    )  # fmt: skip

    def __init__(self, *args: Any, skills: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the places inside the bank, and the skills that hold there."""
        super().__init__(*args, **kwargs)
        offer(self, "skills", skills)
        if not skills:
            del self.fields["skills"]


class OfferForm(HelpForm):
    """An offer of help."""

    place = forms.CharField(
        label=_("Where, roughly"), max_length=LONGEST_PLACE, required=False,
        help_text=_("Like: at my home, or in the library. All members read it; leave out street and number."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    address = forms.CharField(
        label=_("Exact address"), max_length=120, required=False,
        help_text=_("Kept sealed; only whom you promise it to sees it, from then on."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    hours = Checklist(
        label=_("When you have time"),
        help_text=_("Tick what fits in a usual week: morning 6 to 12, afternoon 12 to 18, evening 18 to 22."),
        required=False, widget=forms.CheckboxSelectMultiple({"class": "boxes by-three"}),
    )  # fmt: skip
    until = DayField(label=_("Stands until"))
    minutes = amount(_("What an hour of it costs, in minutes of credit"))

    def __init__(self, *args: Any, own: Iterable[Span], **kwargs: Any) -> None:
        """Take the free hours that one said as a volunteer, which are offered to be ticked too."""
        super().__init__(*args, **kwargs)
        offer(self, "hours", choices_of_hours(own))
        self.fields["title"].help_text = _("Like: I show you how your phone works")
        self.fields["about"].label = _("What you can do for others")

    def given(self, sort: str) -> Help:
        """Give it as the operation takes it."""
        return replace(super().given(sort), hours=spans_of(self.cleaned_data["hours"]))


class AnswerForm(PageForm):
    """An answer to a request or an offer."""

    minutes = amount()
    message = forms.CharField(
        label=_("A word to the other"), max_length=200, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, sort: str, **kwargs: Any) -> None:
        """Take what is answered: of a request the credits are said already."""
        super().__init__(*args, **kwargs)
        if sort == Sort.REQUEST:
            del self.fields["minutes"]


class WhyForm(PageForm):
    """A reason."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("It goes on record, and the other reads it."), max_length=500,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class RateForm(PageForm):
    """A rating of the other."""

    stars = forms.TypedChoiceField(
        label=_("Stars"), coerce=int, choices=[(one, "★" * one) for one in range(5, 0, -1)], widget=forms.RadioSelect
    )
    said = forms.CharField(
        label=_("In words"), max_length=200, required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("Shown when both have rated, or after two weeks."),
    )  # fmt: skip
