"""Forms with which a team plans: the activity, its shifts, changes, emergencies; and the check."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shanzhi.activities.models import LONGEST_SERVED, MOST_PLACES
from shanzhi.activities.operations import Plan
from shanzhi.ui import formatting
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, DayField, PageForm, offer
from shanzhi.volunteering.models import LANGUAGES

MICRO = 1_000_000
MOST_SKIPPED = 60

DAY: Final = 24 * 60
TOO_LONG: Final = _(
    "That is %(span)s. A shift lasts at most 16 hours; look whether the two times are the right way round."
)


class PlanForm(PageForm):
    """What is planned; shifts are added on the page of the plan."""

    title = forms.CharField(label=_("Title"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    task = forms.ChoiceField(
        label=_("Kind of task"), help_text=_("It says from which age on and with which trainings one may help.")
    )
    what = forms.CharField(label=_("What one does there"), max_length=2000, widget=forms.Textarea({"rows": 5}))
    place = forms.CharField(
        label=_("Meeting place"), help_text=_("So that somebody who does not know the area finds it."), max_length=100
    )
    lat = forms.DecimalField(
        label=_("Latitude in degrees"), help_text=_("For the map, roughly, such as 36.65."), required=False,
        min_value=-90, max_value=90, decimal_places=6,
        widget=forms.TextInput({"class": "short", "inputmode": "decimal"}),
    )  # fmt: skip
    lng = forms.DecimalField(
        label=_("Longitude in degrees"), help_text=_("Such as 117.02."), required=False, min_value=-180,
        max_value=180, decimal_places=6, widget=forms.TextInput({"class": "short", "inputmode": "decimal"}),
    )  # fmt: skip
    reach = forms.CharField(
        label=_("Where to ask"), help_text=_("Anybody reads it: the phone of an office, never somebody's own."),
        max_length=100, required=False,
    )  # fmt: skip
    skills = Checklist(
        label=_("Skills asked for"), help_text=_("Only what one really needs; who lacks it cannot sign up."),
        required=False,
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language that helps"), required=False, choices=[("", _("None in particular")), *LANGUAGES.items()],
        help_text=_("It counts for who speaks it; nobody is kept away. Ask for a skill where it is a must."),
    )  # fmt: skip
    risks = forms.CharField(
        label=_("Risks, and what is done against them"), max_length=1000, required=False,
        help_text=_("Everybody reads it before signing up. It is needed for the check."),
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    insurer = forms.CharField(
        label=_("Insurer"), help_text=_("Accident insurance of the volunteers; dangerous tasks need one."),
        max_length=60, required=False,
    )  # fmt: skip
    policy_number = forms.CharField(label=_("Number of the policy"), max_length=60, required=False)
    insured_from = DayField(label=_("Insured from"), required=False)
    insured_until = DayField(label=_("Insured until"), required=False)

    def __init__(
        self, *args: Any, areas: AreaSource, tasks: list[tuple[str, str]], skills: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        """Take where it may take place, and the words that hold there."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Where it takes place"))
        offer(self, "task", tasks)
        offer(self, "skills", skills)
        if not skills:
            del self.fields["skills"]
        self.order_fields(["title", "task", "area", "what", "place"])

    def plan(self) -> Plan:
        """Give what was typed as the operations take it."""
        given = dict(self.cleaned_data)
        given["lat"], given["lng"] = _micro(given["lat"]), _micro(given["lng"])
        return Plan(**given)


def _micro(degrees: Decimal | None) -> int | None:
    return None if degrees is None else int((degrees * MICRO).to_integral_value())


class TimesForm(PageForm):
    """A day with the hours of a shift."""

    day = DayField(label=_("Day"))
    begins = forms.TimeField(
        label=pgettext_lazy("hour", "From"), widget=forms.TimeInput({"type": "time", "class": "short"}, "%H:%M")
    )
    ends = forms.TimeField(
        label=pgettext_lazy("hour", "Until"), help_text=_("Before the beginning means: on the next day."),
        widget=forms.TimeInput({"type": "time", "class": "short"}, "%H:%M"),
    )  # fmt: skip
    places = forms.IntegerField(
        label=_("Places"), min_value=1, max_value=MOST_PLACES,
        widget=forms.NumberInput({"class": "short", "inputmode": "numeric"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse a slip: the same hour twice, or a beginning and an end that are too far apart."""
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("begins"), given.get("ends")
        if begins is not None and ends is not None:
            span = (ends.hour - begins.hour) * 60 + ends.minute - begins.minute
            if span == 0:
                self.add_error("ends", _("The shift ends when it begins. Give another time."))
            elif span % DAY > LONGEST_SERVED // timedelta(minutes=1):
                self.add_error("ends", TOO_LONG % {"span": formatting.minutes(span % DAY)})
        return given

    def times(self) -> dict[str, datetime]:
        """Give beginning and end in the time of the place."""
        given = self.cleaned_data
        begins = timezone.make_aware(datetime.combine(given["day"], given["begins"]))
        last = given["day"] + timedelta(days=given["ends"] < given["begins"])
        return {"starts_at": begins, "ends_at": timezone.make_aware(datetime.combine(last, given["ends"]))}


class DaysField(forms.CharField):
    """Several days, one a line or with commas between."""

    def clean(self, value: Any) -> list[date]:
        """Read each as a day."""
        words = str(super().clean(value)).replace("，", ",").replace("、", ",").replace("\n", ",")
        one = DayField()
        return [day for text in words.split(",")[:MOST_SKIPPED] if text.strip() and (day := one.clean(text.strip()))]


class ShiftForm(TimesForm):
    """A new shift, once or in repetition."""

    every_weeks = forms.TypedChoiceField(
        label=_("Repeat"), coerce=int, empty_value="", required=False,
        choices=[(0, _("Once")), (1, _("Every week")), (2, _("Every 2 weeks")), (4, _("Every 4 weeks"))],
    )  # fmt: skip
    until = DayField(label=_("Repeat until"), help_text=_("The last possible day."), required=False)
    skip = DaysField(
        label=_("Days to skip"), help_text=_("Such as holidays: 2027-01-01, one a line."), required=False,
        max_length=700, widget=forms.Textarea({"rows": 2}),
    )  # fmt: skip

    def repeats(self) -> dict[str, Any]:
        """Give how often it repeats."""
        given = self.cleaned_data
        weeks = given.get("every_weeks") or None
        return {"every_weeks": weeks, "until": given["until"] if weeks else None, "skip": given["skip"]}


class ChangeShiftForm(TimesForm):
    """Another time, place or number of places."""

    place = forms.CharField(
        label=_("Meeting place, if another one"), help_text=_("Empty: as the activity says."), max_length=100,
        required=False,
    )  # fmt: skip
    following = forms.BooleanField(label=_("Also those of this series that follow"), required=False)

    def __init__(self, *args: Any, in_series: bool, **kwargs: Any) -> None:
        """Ask for those that follow only where there are any."""
        super().__init__(*args, **kwargs)
        if not in_series:
            del self.fields["following"]


class CancelShiftForm(PageForm):
    """Why a shift is called off."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Who signed up reads it."), max_length=300, widget=forms.Textarea({"rows": 3})
    )
    following = forms.BooleanField(label=_("Also those of this series that follow"), required=False)

    def __init__(self, *args: Any, in_series: bool, **kwargs: Any) -> None:
        """Ask for those that follow only where there are any."""
        super().__init__(*args, **kwargs)
        if not in_series:
            del self.fields["following"]


class EmergencyForm(PageForm):
    """An emergency, such as a storm: three fields, sent in half a minute."""

    shift = forms.ChoiceField(label=_("Which shift"), required=False)
    happens = forms.ChoiceField(
        label=_("What happens now"), widget=forms.RadioSelect,
        choices=[
            ("cancel", _("It is called off")), ("place", _("It meets elsewhere")), ("warn", _("It goes on: a warning")),
        ],
    )  # fmt: skip
    words = forms.CharField(
        label=_("What to tell"), max_length=300, widget=forms.Textarea({"rows": 3}),
        help_text=_("The reason, the new meeting place, or the warning; all who signed up or wait are told at once."),
    )  # fmt: skip

    def __init__(self, *args: Any, shifts: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the shifts to come."""
        super().__init__(*args, **kwargs)
        offer(self, "shift", [("", _("All shifts to come")), *shifts])


class CheckForm(PageForm):
    """The check of a plan."""

    decision = forms.ChoiceField(
        label=_("Your decision"), widget=forms.RadioSelect,
        choices=[("yes", _("Passes: risks are told, it suits those who help, it is insured where that is needed")),
                 ("no", _("Send it back"))],
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), help_text=_("Needed for sending it back."), max_length=300, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


class SendBackForm(PageForm):
    """Sending back a plan that passed its check and is not published yet."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Who planned it reads it."), max_length=300, widget=forms.Textarea({"rows": 3})
    )


class ActivityReasonForm(PageForm):
    """Why an activity is called off."""

    reason = forms.CharField(
        label=_("Reason"), help_text=_("Who signed up reads it."), max_length=300, widget=forms.Textarea({"rows": 3})
    )


class GiveBackForm(PageForm):
    """Giving a place back: nothing is asked, the page says what follows."""


class RisksForm(PageForm):
    """Signing up, having read of the risks."""

    risks_read = forms.BooleanField(label=_("I have read which risks there are"))
