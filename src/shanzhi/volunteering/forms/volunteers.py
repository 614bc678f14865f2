"""The form of a volunteer's entry: few fields, on one page of a phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel import identifiers
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, DayField, PageForm, offer
from shanzhi.volunteering.models import LANGUAGES, MOST_METRES
from shanzhi.volunteering.models.volunteers import clock

WEEKDAYS: Final = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
PARTS: Final = ((360, 720, _("morning")), (720, 1080, _("afternoon")), (1080, 1320, _("evening")))
"""The parts of a day: 6 to 12, 12 to 18, 18 to 22. They touch, so that a shift over noon lies in two of them.

Other hours come by the API and stay as they are.
"""
Span = tuple[int, int, int]


def key_of(span: Span) -> str:
    """Write a span as the form sends it."""
    return "-".join(map(str, span))


def span_of(key: str) -> Span:
    """Read a span that the form sent."""
    day, starts, ends = map(int, key.split("-"))
    return day, starts, ends


def spans_of(keys: Iterable[str]) -> tuple[Span, ...]:
    """Read the spans that the form sent; one inside another says nothing more, as own hours in a part of a day."""
    found = [span_of(key) for key in keys]
    return tuple(
        one
        for one in found
        if not any(other != one and other[0] == one[0] and other[1] <= one[1] and one[2] <= other[2] for other in found)
    )


def hours_words(span: Span) -> str:
    """Say a span in words: Wednesday 9:00–12:00."""
    day, starts, ends = span
    return f"{WEEKDAYS[day - 1]} {clock(starts)}–{clock(ends)}"


def choices_of_hours(own: Iterable[Span]) -> list[tuple[str, str]]:
    """Offer the parts of each day, a day in a row, and after them the volunteer's own hours that are none of these."""
    usual = {
        (day, starts, ends): gettext("%(day)s %(part)s") % {"day": WEEKDAYS[day - 1], "part": words}
        for day in range(1, 8)
        for starts, ends, words in PARTS
    }
    others = {span: hours_words(span) for span in sorted(set(own) - set(usual))}
    return [(key_of(span), words) for span, words in (usual | others).items()]


def _boxes(css: str = "boxes") -> forms.CheckboxSelectMultiple:
    """Give boxes side by side: as many as fit, or a day in a row."""
    return forms.CheckboxSelectMultiple({"class": css})


class VolunteerForm(PageForm):
    """What a volunteer says; name, phone and age are those of the account."""

    skills = Checklist(label=_("What you can do"), required=False, widget=_boxes())
    hours = Checklist(
        label=_("When you are free"),
        help_text=_("Tick what fits in a usual week: morning 6 to 12, afternoon 12 to 18, evening 18 to 22."),
        required=False, widget=_boxes("boxes by-three"),
    )  # fmt: skip
    languages = Checklist(label=_("Languages"), choices=list(LANGUAGES.items()), required=False, widget=_boxes())
    metres = forms.IntegerField(
        label=_("How far you go, in metres"), help_text=_("For example 2000. Empty: anywhere in the area."),
        min_value=100, max_value=MOST_METRES, required=False,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip
    tasks = Checklist(
        label=_("Kinds of tasks you would like"), help_text=_("None ticked: any kind is as welcome as another."),
        required=False, widget=_boxes(),
    )  # fmt: skip
    wish = forms.CharField(
        label=_("What you would like to do"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )
    health = forms.CharField(
        label=_("What your health does not allow"),
        help_text=_("For example: no heavy lifting. Kept sealed; staff of your area see it for a reason alone."),
        max_length=300, required=False, widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
    )  # fmt: skip
    health_agreed = forms.BooleanField(
        label=_("I agree that this about my health is kept, so that tasks suit it"),
        help_text=_("Empty the field above to take this back."), required=False,
    )  # fmt: skip
    emergency_name = forms.CharField(
        label=_("Whom to call in an emergency"), max_length=60, required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    emergency_phone = forms.CharField(
        label=_("Phone of this person"), max_length=30, required=False,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "tel", "class": "short"}),
    )  # fmt: skip

    def __init__(
        self, *args: Any, areas: AreaSource, skills: list[tuple[str, str]], tasks: list[tuple[str, str]],
        own: Iterable[Span] = (), minor: bool = False, **kwargs: Any,
    ) -> None:  # fmt: skip
        """Take the areas, the skills and tasks of the area, the hours that one has, and whether this is a minor."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Where you serve"))
        offer(self, "skills", skills)
        offer(self, "tasks", tasks)
        offer(self, "hours", choices_of_hours(own))
        for name, choices in (("skills", skills), ("tasks", tasks)):
            if not choices:
                del self.fields[name]
        if minor:  # a guardian's consent does not reach to health
            del self.fields["health"], self.fields["health_agreed"]
        self.order_fields(["area", "skills", "hours", "languages", "metres", "tasks", "wish"])

    def clean_emergency_phone(self) -> str:
        """Check the number beside its field."""
        text = str(self.cleaned_data["emergency_phone"]).strip()
        try:
            return identifiers.phone(text) if text else ""
        except identifiers.NotAPhone as wrong:
            raise ValidationError(wrong.text, code=wrong.code) from wrong

    def details(self) -> dict[str, Any]:
        """Give what was filled in as the operation takes it."""
        given = dict(self.cleaned_data)
        given["hours"] = spans_of(given.get("hours", ()))
        return given


class QualificationForm(PageForm):
    """A training or check that staff saw."""

    code = forms.ChoiceField(label=_("Training or check"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(
        label=_("Until"), help_text=_("Empty: as long as such a qualification usually holds."), required=False
    )
    evidence = forms.CharField(
        label=_("What was seen"), help_text=_("For example the certificate with its number and who issued it."),
        max_length=200, widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the trainings and checks of the area."""
        super().__init__(*args, **kwargs)
        offer(self, "code", [("", gettext("Choose one")), *kinds])


class ReasonForm(PageForm):
    """A reason that goes on record."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Kept on record with your name."), max_length=500,
        widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip


class ConfirmForm(PageForm):
    """A yes to something that cannot simply be taken back."""

    sure = forms.BooleanField(label=_("Yes, I am sure"))
