"""What the pages of polling places share: crumbs, one frame for acts with a form, forms that meet refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shanzhi.kernel.errors import Refusal
from shanzhi.places import queries as places
from shanzhi.ui import forms as ui_forms
from shanzhi.ui.http import Request
from shanzhi.voting.models import Booth, Poll
from shanzhi.voting.operations import OfflineLine
from shanzhi.voting.views.ballot import localized

TONES: Final = {"prepared": "plain", "open": "good", "closed": "warn", "reconciled": "accent", "cancelled": "bad"}
MARK_TONES: Final = {
    "cast": "good", "awaiting": "warn", "accepted": "accent", "opened": "good", "returned": "plain",
    "carried_off": "bad", "void": "bad",
}  # fmt: skip
NEVER_SHOWN: Final = (401, 403, 404, 503)


def crumbs(poll: Poll, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way to a page of a poll's booths."""
    return [(_("Home"), "/"), (localized(poll), reverse("voting:booths", args=[poll.pk])), *more]


def booth_crumbs(booth: Booth, *more: tuple[Any, str]) -> list[tuple[Any, str]]:
    """Give the way to a page of a booth."""
    return crumbs(booth.poll, (booth.name, reverse("voting:booth", args=[booth.pk]) if more else ""), *more)


def attempt(form: BaseForm, act: Callable[[], Any]) -> Any:
    """Do what a valid form asks; put a refusal beside its field and give None. What is not open stays an error page."""
    try:
        return act()
    except Refusal as refusal:
        if refusal.status in NEVER_SHOWN:
            raise
        ui_forms.apply_refusal(form, refusal)
        return None


def version_of(request: Request) -> int:
    """Give the version that the page was opened on; a form that sends none saw nothing, and so is stale."""
    return ui_forms.version(request) or 0


def act_page(
    request: Request,
    booth: Booth,
    form: BaseForm,
    *,
    heading: str,
    label: str,
    text: str = "",
    kind: str = "main",
    extra: dict[str, Any] | None = None,
    template: str = "voting/act.html",
) -> HttpResponse:
    """Draw the page of one act with its form."""
    context = {
        "booth": booth,
        "version": version_of(request) if request.method == "POST" else booth.version,
        "form": form,
        "heading": heading,
        "label": label,
        "text": text,
        "kind": kind,
        "back": reverse("voting:booth", args=[booth.pk]),
        "crumbs": booth_crumbs(booth, (heading, "")),
        **(extra or {}),
    }
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def communities_in(areas: Iterable[str], at: datetime) -> list[tuple[str, str]]:
    """List the communities inside some areas, for a select."""
    found: list[tuple[str, str]] = []
    for code in areas:
        found += [(row.code, row.name) for row in places.communities(code, at).order_by("code")[:500]]
    return found


def areas_of(poll: Poll, at: datetime) -> list[tuple[str, str]]:
    """List a poll's areas and the communities inside them, for a select."""
    codes = list(dict.fromkeys((*poll.areas, *places.reach(poll.areas, at))))
    names = places.names(codes)
    own = [(code, names.get(code, code)) for code in codes]
    inside = [(code, f"　{name}") for code, name in communities_in(codes, at) if code not in names]
    return own + inside


def read_lines(text: str, booth: Booth) -> tuple[list[OfflineLine], list[tuple[int, str]]]:
    """Read lines 'number minute [outer serial]'; the minute is HH:MM of the day the booth opened, or a whole moment.

    Gives what was understood and the faults by line, counted from 1.
    """
    lines: list[OfflineLine] = []
    faults: list[tuple[int, str]] = []
    for place, raw in enumerate((line for line in text.splitlines() if line.strip()), 1):
        parts = raw.replace("，", " ").replace(",", " ").split()
        moment = _moment(" ".join(parts[1:2]), booth) if len(parts) >= 2 else None
        if not parts[0].isdecimal() or len(parts[0]) > 15 or moment is None or len(parts) > 3:
            faults.append((place, _("write the voter's number and the minute, for example: 10482 14:05")))
        else:
            lines.append(OfflineLine(int(parts[0]), moment, parts[2] if len(parts) == 3 else ""))
    return lines, faults


def _moment(text: str, booth: Booth) -> datetime | None:
    """Read a minute; HH:MM belongs to the day on which the booth opened, past midnight to the next."""
    try:
        if len(text) <= 5 and booth.opened_at is not None:
            clock = datetime.strptime(text.replace("：", ":"), "%H:%M")
            opened = timezone.localtime(booth.opened_at)
            moment = opened.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
            return moment if moment >= opened.replace(second=0, microsecond=0) else moment + timedelta(days=1)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else timezone.make_aware(moment)
