"""Forms of notices: what by which channel, how, and an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.notices.kinds import CHANNELS
from shanzhi.notices.models import DIGESTS, READERS_LANGUAGES, Manner
from shanzhi.notices.queries import CategoryWishes
from shanzhi.ui import formatting
from shanzhi.ui.forms import PageForm


def minutes_of(value: time) -> int:
    """Give a time of day as minutes."""
    return value.hour * 60 + value.minute


def time_of(minutes: int) -> time:
    """Give minutes as a time of day."""
    return time(minutes // 60, minutes % 60)


class ChoicesForm(PageForm):
    """Channels by category, then language, digest and quiet hours; what cannot be switched off is said, not asked."""

    drafts = True  # nothing here must be ticked, so no field is marked optional

    language = forms.ChoiceField(
        label=_("Language of messages"), choices=READERS_LANGUAGES.items(), widget=forms.RadioSelect
    )
    digest = forms.ChoiceField(
        label=_("How often"),
        help_text=_("For what you can switch off, outside this site. What you need comes at once."),
        choices=DIGESTS.items(),
        widget=forms.RadioSelect,
        required=False,
    )
    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        help_text=_(
            "In these hours nothing goes out but warnings about your account. Twice the same time: no quiet hours."
        ),
        widget=forms.TimeInput({"type": "time", "class": "short"}, format="%H:%M"),
    )
    quiet_to = forms.TimeField(
        label=_("Quiet until"), widget=forms.TimeInput({"type": "time", "class": "short"}, format="%H:%M")
    )

    def __init__(self, data: Any = None, *, wishes: Iterable[CategoryWishes], manner: Manner) -> None:
        """Make one field for each category, with the channels that can be chosen for it."""
        self.wishes = list(wishes)
        initial: dict[str, Any] = {
            "language": manner.language,
            "digest": manner.digest,
            "quiet_from": time_of(manner.quiet_from),
            "quiet_to": time_of(manner.quiet_to),
        }
        for one in self.wishes:
            initial[one.key] = [wish.channel for wish in one.wishes if wish.on and not wish.fixed]
        super().__init__(data, initial=initial)
        for one in self.wishes:
            open_ones = [(wish.channel, CHANNELS[wish.channel]) for wish in one.wishes if not wish.fixed]
            if open_ones:
                self.fields[one.key] = forms.MultipleChoiceField(
                    label=one.label,
                    help_text=_help(one),
                    choices=open_ones,
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                )

    @property
    def categories(self) -> list[tuple[CategoryWishes, Any, str]]:
        """List each category with its field, if anything can be chosen, and what is to be said of it."""
        return [(one, self[one.key] if one.key in self.fields else None, _help(one)) for one in self.wishes]

    def chosen(self) -> dict[tuple[str, str], bool]:
        """Give the wishes that were sent, by category and channel."""
        return {
            (one.key, wish.channel): wish.channel in self.cleaned_data.get(one.key, ())
            for one in self.wishes
            for wish in one.wishes
            if not wish.fixed
        }

    def manner(self) -> dict[str, Any]:
        """Give language, digest and quiet hours as the operation takes them."""
        found = self.cleaned_data
        return {
            "language": found["language"],
            "digest": found["digest"],
            "quiet_from": minutes_of(found["quiet_from"]),
            "quiet_to": minutes_of(found["quiet_to"]),
        }


def _always(one: CategoryWishes) -> str:
    return gettext(", ").join(str(CHANNELS[wish.channel]) for wish in one.wishes if wish.fixed)


def _help(one: CategoryWishes) -> str:
    words = [str(one.about)]
    if one.needed:
        words.append(gettext("Always: %(channels)s. %(why)s") % {"channels": _always(one), "why": one.needed})
    return ("" if formatting.chinese() else " ").join(words)


class EmailForm(PageForm):
    """An e-mail address."""

    address = forms.CharField(
        label=_("E-mail address"),
        help_text=_("We send a code of six digits to it. It is stored encrypted and shown to nobody."),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email"}),
    )


class EmailCodeForm(PageForm):
    """The code that came by e-mail."""

    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=12,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "short"}),
    )
