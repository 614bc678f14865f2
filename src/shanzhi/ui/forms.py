"""Forms: the base form, fields in the users' own units, and refusals put where they belong.

Pages draw a form with `{% error_summary form %}` and `{% field form.name %}`; nothing here knows a database.
"""

import datetime
import re
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Refusal
from shanzhi.kernel.money import NotAnAmount, format_yuan, parse_yuan
from shanzhi.kernel.words import translated
from shanzhi.ui.choosing import Searches

AUTOSAVE_HEADER = "X-Autosave"
_KEY = re.compile(r"^[0-9A-Za-z_-]{8,64}$")


class PageForm(Searches, forms.Form):
    """A form of Shanzhi's pages: labels without colons, controls that say to browsers what they are for."""

    required_css_class = "required"
    use_required_attribute = False
    drafts = False
    """Set where a draft may lack anything: then no field is marked optional, since most are due before it is sent."""
    """The server's own words beside the field are clearer than the browser's bubble, and linked from the summary."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take Django's arguments; label endings are left out unless asked for."""
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.required and field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = _required_words(field)


def _required_words(field: forms.Field) -> str:
    """Say what is missing by its own name instead of 'this field is required'."""
    if isinstance(field, forms.BooleanField):
        words = gettext("Tick “%(label)s” to go on.")
    elif isinstance(field, forms.ChoiceField):
        words = gettext("Choose: %(label)s.")
    elif isinstance(field, forms.FileField):
        words = gettext("Add a file: %(label)s.")
    else:
        words = gettext("Fill in: %(label)s.")
    return words % {"label": field.label or ""}


def apply_refusal(form: forms.BaseForm, refusal: Refusal) -> None:
    """Put a refusal beside its field, or above the form where the field is none of the form's."""
    name = refusal.field if refusal.field in form.fields else None
    if not form.is_bound:
        raise ValueError("a refusal answers a form that was sent")
    form.errors  # noqa: B018 - makes Django validate first, so that add_error has its cleaned data
    form.add_error(name, ValidationError(refusal.text, code=refusal.code))


def idempotency_key(request: HttpRequest) -> str:
    """Read the hidden key of a sent form; a missing or garbled one counts as new."""
    key = request.POST.get("idempotency_key", "")
    return key if _KEY.match(key) else str(uuid.uuid4())


def version(request: HttpRequest) -> int | None:
    """Read the version of the thing that the form was opened on; None where none or garbage was sent."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else None


def is_autosave(request: HttpRequest) -> bool:
    """Tell whether this is the script saving a draft, which wants a short answer and no page."""
    return request.headers.get(AUTOSAVE_HEADER) == "1"


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Say what a field of choices offers, where that is known only when the form is made."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class YuanInput(forms.TextInput):
    """A text control for an amount, with the sign before it and figures to the right."""

    template_name = "ui/widgets/yuan.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Ask phones for a numeric keyboard."""
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """Write whole fen as yuan without the sign; leave what a person typed as it is."""
        if isinstance(value, int):
            return format_yuan(value).replace("¥", "")
        return None if value is None or value == "" else str(value)


class YuanField(forms.Field):
    """An amount typed in yuan and understood in fen: '1,234.5', '￥500', '500元'.

    `least` and `most` are in fen.
    """

    widget = YuanInput
    default_error_messages = {
        "least": _("The amount must be at least %(amount)s."),
        "most": _("The amount must be at most %(amount)s."),
    }

    def __init__(self, *, least: int | None = 0, most: int | None = None, **kwargs: Any) -> None:
        """Take the bounds in fen and Django's field arguments."""
        self.least = least
        self.most = most
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> int | None:
        """Turn what was typed into fen."""
        if value in self.empty_values:
            return None
        if isinstance(value, int):
            return value
        try:
            return parse_yuan(str(value))
        except NotAnAmount as wrong:
            raise ValidationError(translated(wrong.message), code=wrong.code) from wrong

    def validate(self, value: Any) -> None:
        """Hold the amount to its bounds."""
        super().validate(value)
        if value is None:
            return
        if self.least is not None and value < self.least:
            raise ValidationError(
                self.error_messages["least"], code="least", params={"amount": format_yuan(self.least)}
            )
        if self.most is not None and value > self.most:
            raise ValidationError(self.error_messages["most"], code="most", params={"amount": format_yuan(self.most)})

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare in fen, so that '500' and '500.00' are the same."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class DayField(forms.DateField):
    """A day, by the browser's own calendar; also reads 2026年11月23日 and 2026/11/23."""

    def __init__(self, **kwargs: Any) -> None:
        """Take Django's arguments."""
        kwargs.setdefault("widget", forms.DateInput({"type": "date", "class": "short"}, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"])
        super().__init__(**kwargs)


class MomentField(forms.DateTimeField):
    """A day and hour in the time of the place, by the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        """Take Django's arguments."""
        kwargs.setdefault(
            "widget", forms.DateTimeInput({"type": "datetime-local", "class": "short"}, format="%Y-%m-%dT%H:%M")
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"])
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored moment in the time of the place, to the minute."""
        value = super().prepare_value(value)
        return value.replace(second=0, microsecond=0) if isinstance(value, datetime.datetime) else value


class Checklist(forms.MultipleChoiceField):
    """Several choices as boxes to tick."""

    widget = forms.CheckboxSelectMultiple
