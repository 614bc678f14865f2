"""Forms of records: many at once, reasons, corrections, complaints and their answers, thanks."""

from __future__ import annotations

from datetime import date, time
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.service.forms.organised import OrganisedForm
from shanzhi.service.models import DAY, LONGEST_CONTENT, LONGEST_EVIDENCE, LONGEST_REASON, LONGEST_THANKS
from shanzhi.service.operations import Organiser, Row
from shanzhi.ui.forms import PageForm, offer

SHORT: Final = {"class": "short", "inputmode": "numeric"}


def _text(label: Any, rows: int, most: int, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea({"rows": rows}), **more)


def minute_of(value: time | None) -> int | None:
    """Give the minute of the day of a time."""
    return None if value is None else value.hour * 60 + value.minute


def time_of(minute: int | None) -> time | None:
    """Give the time of a minute of the day."""
    return None if minute is None else time(minute // 60, minute % 60)


class TableForm(PageForm):
    """What was done on a day, the same for all; which volunteers, in the subclasses."""

    served_on = forms.DateField(label=_("Day of service"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    task_code = forms.ChoiceField(label=_("Kind of task"))
    content = _text(_("What the service was"), 3, LONGEST_CONTENT)
    minutes = forms.IntegerField(
        label=_("Minutes, the same for all"), min_value=1, max_value=DAY, widget=forms.NumberInput(SHORT)
    )
    starts = forms.TimeField(
        label=_("Began at"), help_text=_("Where it is known, for example 9:30. Two records of a time are refused."),
        required=False, widget=forms.TimeInput({"type": "time", "class": "short"}, format="%H:%M"),
    )  # fmt: skip
    people_served = forms.IntegerField(
        label=_("People served"), min_value=0, max_value=100_000, required=False, widget=forms.NumberInput(SHORT)
    )
    evidence = forms.CharField(
        label=_("Evidence"), help_text=_("For example: photos in the team's album, sheet of signatures."),
        max_length=LONGEST_EVIDENCE, required=False, widget=forms.TextInput({"autocomplete": "off"}),
    )  # fmt: skip
    later = forms.BooleanField(
        label=_("Put it under notice later"), required=False,
        help_text=_("For what you have to look at again. Nobody verifies it before it was under notice."),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        """Take the kinds of tasks of the area."""
        super().__init__(*args, **kwargs)
        offer(self, "task_code", kinds)

    def _row(self, volunteer: UUID, minutes: int | None = None) -> Row:
        clean = self.cleaned_data
        own = clean["minutes"] if minutes is None else minutes  # a nought of one's own is refused, not overlooked
        return Row(volunteer, own, minute_of(clean["starts"]), clean["people_served"], clean["evidence"])

    def common(self) -> dict[str, Any]:
        """Give what all rows share."""
        clean = self.cleaned_data
        same = {name: clean[name] for name in ("served_on", "task_code", "content")}
        return {**same, "notice": not clean["later"]}


class TeamTableForm(TableForm):
    """Service of members of a team: ticked, with minutes of their own where they differ."""

    def __init__(self, *args: Any, members: list[tuple[UUID, str]], **kwargs: Any) -> None:
        """Take the members who may be recorded, by number and masked name."""
        super().__init__(*args, **kwargs)
        self.members = members
        for pk, words in members:
            self.fields[f"who_{pk}"] = forms.BooleanField(label=words, required=False)
            label = gettext("Other minutes of %(who)s") % {"who": words}
            self.fields[f"own_{pk}"] = forms.IntegerField(
                label=label, min_value=1, max_value=DAY, required=False, widget=forms.NumberInput(SHORT)
            )

    @property
    def shared(self) -> list[forms.BoundField]:
        """The fields that all rows share."""
        return [self[name] for name in TableForm.base_fields]

    @property
    def table(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows: tick and own minutes."""
        return [(self[f"who_{pk}"], self[f"own_{pk}"]) for pk, _words in self.members]

    def clean(self) -> dict[str, Any]:
        """Refuse a table in which nobody is ticked."""
        clean = super().clean() or self.cleaned_data
        if not any(clean.get(f"who_{pk}") or clean.get(f"own_{pk}") for pk, _words in self.members):
            raise ValidationError(gettext("Tick who took part."), code="nobody")
        return clean

    def rows(self) -> list[Row]:
        """Give a row for everybody who is ticked or has minutes of their own."""
        clean = self.cleaned_data
        return [
            self._row(pk, clean.get(f"own_{pk}"))
            for pk, _words in self.members
            if clean.get(f"who_{pk}") or clean.get(f"own_{pk}")
        ]


class OfficeTableForm(OrganisedForm, TableForm):
    """Service that an organisation, or the committee or office of an area, organised itself; volunteers by numbers.

    `NAMES` are fields by the names that operations have for them.
    """

    NAMES: ClassVar = {"rows": "numbers"}

    numbers = forms.CharField(
        label=_("Volunteers"),
        help_text=_("A volunteer number in each line, as pasted from a sheet; after it other minutes, if any."),
        max_length=5000, widget=forms.Textarea({"rows": 6}),
    )  # fmt: skip

    @property
    def organiser(self) -> Organiser:
        """Who organised: the organisation, or with none the office of the area."""
        return Organiser(None, *self.by)

    def clean_numbers(self) -> list[tuple[str, int | None]]:
        """Read numbers, and minutes after them."""
        found: list[tuple[str, int | None]] = []
        for line in self.cleaned_data["numbers"].splitlines():
            parts = line.replace(",", " ").replace("，", " ").split()
            if not parts:
                continue
            if len(parts) > 2 or not all(part.isascii() and part.isdigit() and len(part) <= 15 for part in parts):
                words = gettext("This line is not understood: %(line)s") % {"line": line.strip()[:40]}
                raise ValidationError(words, code="line")
            found.append((parts[0], int(parts[1]) if len(parts) == 2 else None))
        return found

    def rows(self, people: dict[str, UUID]) -> list[Row]:
        """Give a row for each number that is known."""
        return [self._row(people[number], minutes) for number, minutes in self.cleaned_data["numbers"]]


class YesForm(PageForm):
    """Only a yes."""


class WhyForm(PageForm):
    """A reason that goes on record."""

    reason = _text(_("Reason"), 3, LONGEST_REASON, help_text=_("It is kept on record, and the volunteer reads it."))


class EvidenceForm(PageForm):
    """A file beside a record."""

    file = forms.FileField(
        label=_("Photo or PDF"), allow_empty_file=True,
        help_text=_("A photo of a sheet of signatures or of the work (JPEG, PNG or WebP), or a PDF. Place, time and "
                    "device are taken out of a photo; a PDF stays as it is, with what the scanner wrote into it."),
        widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )  # fmt: skip


class ReverseForm(WhyForm):
    """Why a record is reversed, and what is right where something is; day and hour are at first those of the record."""

    minutes = forms.IntegerField(
        label=_("Right minutes"), help_text=_("Empty: nothing is recorded in its place."), min_value=1, max_value=DAY,
        required=False, widget=forms.NumberInput(SHORT),
    )  # fmt: skip
    served_on = forms.DateField(
        label=_("Right day"), required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    starts = forms.TimeField(
        label=_("Began at"), required=False, widget=forms.TimeInput({"type": "time", "class": "short"}, format="%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse another day or hour without minutes: nothing would be recorded in its place."""
        clean = super().clean() or self.cleaned_data
        moved = any(clean.get(name) not in (None, self.initial.get(name)) for name in ("served_on", "starts"))
        if moved and clean.get("minutes") is None and "minutes" not in self.errors:
            words = gettext("Write the right minutes too; without them nothing is recorded in its place.")
            self.add_error("minutes", ValidationError(words, code="minutes"))
        return clean

    def right(self, day: date) -> dict[str, Any] | None:
        """Give what is recorded in its place, None for nothing."""
        clean = self.cleaned_data
        if clean["minutes"] is None:
            return None
        return {
            "minutes": clean["minutes"], "served_on": clean["served_on"] or day, "starts": minute_of(clean["starts"]),
        }  # fmt: skip


class ComplaintForm(PageForm):
    """What is wrong with a record."""

    words = _text(_("What is wrong"), 4, LONGEST_REASON)


class AnswerForm(PageForm):
    """The answer to a complaint."""

    upheld = forms.ChoiceField(
        label=_("Your decision"), widget=forms.RadioSelect,
        choices=[("yes", _("The complaint is right: the record is refused or reversed")),
                 ("no", _("The record stands"))],
    )  # fmt: skip
    answer = _text(_("Answer with reasons"), 4, LONGEST_REASON)


class ThanksForm(PageForm):
    """A note of thanks to a volunteer."""

    number = forms.CharField(
        label=_("Volunteer number"), help_text=_("15 digits; ask the volunteer for it."), max_length=20,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "numeric"}),
    )  # fmt: skip
    words = _text(
        _("Thanks"), 3, LONGEST_THANKS, help_text=_("Name nobody in it; staff read it before the volunteer sees it.")
    )


class ReadForm(PageForm):
    """Whether a note is shown."""

    decision = forms.ChoiceField(
        label=_("Show it to the volunteer"), choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect
    )
    reason = _text(_("Reason"), 2, LONGEST_REASON, required=False, help_text=_("Needed for a no."))
