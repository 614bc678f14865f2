"""The form of a bank and of its rules; each field is a rule of the kernel's policy, named after it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.timebank import Policy
from shanzhi.timebank.models import POOL_NAMES, RELATION_WORDS
from shanzhi.timebank.words import GROUPS, ROUNDING
from shanzhi.ui.choosing import AreaField, AreaSource
from shanzhi.ui.forms import Checklist, DayField, PageForm

NUMBER = {"inputmode": "numeric", "class": "short", "autocomplete": "off"}
POOLS = [("", _("None")), *POOL_NAMES.items()]
SIGNS = {"down": "-", "half_up": "=", "up": "+"}
"""How rounding is written in a line of the form, the same in each language."""


def number(label: Any, least: int, most: int, *, required: bool = True, help_text: Any = "") -> forms.IntegerField:
    """Make a field for a whole number."""
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, required=required, help_text=help_text,
        widget=forms.TextInput(NUMBER),
    )  # fmt: skip


def _rate(parts: list[str]) -> dict[str, Any]:
    """Read the rate of a kind: code, credit, service, and where it differs from the others its step and rounding."""
    numbers = parts[1:4]
    rounding = {sign: name for name, sign in SIGNS.items()}.get(parts[-1])
    whole = all(one.isdecimal() and 0 < int(one) < 10_000 for one in numbers)
    if not whole or not (len(parts) == 3 or (len(parts) == 5 and rounding is not None)):
        raise ValidationError(_("Write code, minutes of credit and minutes of service, like: visit 3 2"))
    found: dict[str, Any] = {"kind": parts[0], "gives": int(parts[1]), "per": int(parts[2])}
    return found if len(parts) == 3 else {**found, "step": int(parts[3]), "rounding": rounding}


class RulesForm(PageForm):
    """New rules, for days to come."""

    from_day = DayField(label=_("In force from"), help_text=_("A day to come, not before the days of notice are over."))
    unit = number(_("Minutes of one credit"), 1, 1440, help_text=_("60: a credit is an hour."))
    rate_gives = number(_("Minutes of credit"), 1, 10_000)
    rate_per = number(_("for so many minutes of service"), 1, 10_000)
    rate_step = number(_("In steps of so many minutes"), 1, 10_000, help_text=_("1: by the minute; 60: whole hours."))
    rate_rounding = forms.ChoiceField(label=_("Rounding to the step"), choices=ROUNDING.items())
    rates = forms.CharField(
        label=_("Own rates of kinds of service"), required=False, max_length=2000,
        help_text=_("One line each: short code of the kind, minutes of credit, minutes of service. Like: visit 3 2. "
                    "Where it has a step of its own, add that and the rounding, - down, = nearest, + up: visit 3 2 30 "
                    "+"),
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    cap_minutes = number(
        _("The most that one may hold, in minutes"), 1, 100_000_000, required=False,
        help_text=_("Empty for no limit. 90,000 minutes are 1,500 hours."),
    )  # fmt: skip
    cap_pool = forms.ChoiceField(label=_("What is above it goes to"), choices=POOLS, required=False)
    members_least_age = number(_("Least age to earn"), 0, 150)
    members_students_from = number(_("Least age of students"), 0, 150, required=False)
    members_guardian = forms.BooleanField(label=_("Students need a guardian’s consent"), required=False)
    group = forms.ChoiceField(
        label=_("Hours of companies and schools"), choices=GROUPS.items(), widget=forms.RadioSelect
    )
    group_pool = forms.ChoiceField(label=_("Pool of donated group hours"), choices=POOLS, required=False)
    spending_least_age = number(_("Least age to spend"), 0, 150)
    spending_gifts_to = Checklist(label=_("Gifts go to"), choices=RELATION_WORDS.items(), required=False)
    spending_receiver_least_age = number(_("Least age of who receives a gift"), 0, 150, required=False)
    pools = Checklist(label=_("Pools for donations"), choices=POOL_NAMES.items(), required=False)
    expiry_months = number(_("Credits expire after so many months"), 1, 1200, required=False)
    expiry_pool = forms.ChoiceField(label=_("What expires goes to"), choices=POOLS, required=False)
    reviewers = number(_("How many others confirm service"), 1, 9)
    notice_days = number(_("Days from a change to its effect"), 0, 366)
    official = forms.BooleanField(label=_("These rules are official, not an example"), required=False)

    def clean_rates(self) -> list[dict[str, Any]]:
        """Read the rates of kinds, one line each."""
        found = []
        for line in self.cleaned_data["rates"].splitlines():
            parts = line.replace("，", " ").replace(",", " ").split()
            if not parts:
                continue
            found.append(_rate(parts))
        return found

    def clean(self) -> dict[str, Any] | None:
        """Refuse a pool that would be for nothing, rather than leave it out."""
        said = super().clean() or self.cleaned_data
        for pool, number, words in (
            ("cap_pool", "cap_minutes", _("Say the most that one may hold too, or choose no pool.")),
            ("expiry_pool", "expiry_months", _("Say after how many months credits expire too, or choose no pool.")),
        ):
            if said.get(pool) and not said.get(number) and number not in self.errors:
                self.add_error(pool, words)
        return said

    def rules(self) -> dict[str, Any]:
        """Give the rules as the kernel's policy writes them."""
        said = self.cleaned_data
        given: dict[str, Any] = {
            "format": 1, "from_day": said["from_day"].isoformat(), "notice_days": said["notice_days"],
            "unit": said["unit"], "reviewers": said["reviewers"], "group": said["group"], "pools": said["pools"],
            "rate": {name: said[f"rate_{name}"] for name in ("gives", "per", "step", "rounding")},
            "rates": [{"step": said["rate_step"], "rounding": said["rate_rounding"], **one} for one in said["rates"]],
            "members": {name: said[f"members_{name}"] for name in ("least_age", "students_from", "guardian")},
            "spending": {name: said[f"spending_{name}"] for name in ("least_age", "gifts_to", "receiver_least_age")},
            "group_pool": said["group_pool"] or None,
        }  # fmt: skip
        if said["cap_minutes"]:
            given["cap"] = {"minutes": said["cap_minutes"], "pool": said["cap_pool"] or None}
        if said["expiry_months"]:
            given["expiry"] = {"months": said["expiry_months"], "pool": said["expiry_pool"] or None}
        return given


def first(policy: Policy) -> dict[str, Any]:
    """Give what the form begins with: the rules as they stand."""
    told = policy.model_dump(mode="json")
    found = {name: told[name] for name in ("unit", "group", "pools", "reviewers", "notice_days", "group_pool")}
    for part in ("rate", "cap", "members", "spending", "expiry"):
        found |= {f"{part}_{name}": value for name, value in (told[part] or {}).items()}
    found["rates"] = "\n".join(_line(one, told["rate"]) for one in told["rates"])
    return found


def _line(rate: dict[str, Any], usual: dict[str, Any]) -> str:
    """Write the rate of a kind as a line of the form."""
    plain = f"{rate['kind']} {rate['gives']} {rate['per']}"
    alike = (rate["step"], rate["rounding"]) == (usual["step"], usual["rounding"])
    return plain if alike else f"{plain} {rate['step']} {SIGNS[rate['rounding']]}"


class BankForm(RulesForm):
    """A new bank with its first rules."""

    name = forms.CharField(label=_("Name of the bank"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}))

    def __init__(self, *args: Any, areas: AreaSource, **kwargs: Any) -> None:
        """Take the areas in which one may found a bank."""
        super().__init__(*args, **kwargs)
        self.fields["area"] = AreaField(source=areas, label=_("Area of the bank"))
        self.order_fields(["name", "area"])
