"""Ballot sheets as PDF: large type, the frozen projects, what makes a sheet invalid, the stub with the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shanzhi.ui.formatting import chinese, money
from shanzhi.ui.pdf import qr_svg, typeset
from shanzhi.voting.models import Option, Poll
from shanzhi.voting.operations.envelopes import grouped
from shanzhi.voting.operations.serials import grouped_serial
from shanzhi.voting.views.ballot import localized

LAYOUT: Final = Path(__file__).resolve().parents[1] / "templates" / "voting" / "sheets.typ"


def sheets_pdf(
    poll: Poll, options: Sequence[Option], sheets: Sequence[tuple[str, str]], *, address: str, at: datetime
) -> bytes:
    """Set sheets of (serial, receipt), in the order given."""
    rows = [
        {"serial": grouped_serial(serial), "qr": qr_svg(serial), "receipt": grouped(receipt)}
        for serial, receipt in sheets
    ]
    return typeset(LAYOUT, {**_common(poll, options, address), "specimen": False, "sheets": rows}, at=at)


def specimen_pdf(poll: Poll, options: Sequence[Option], *, address: str, at: datetime) -> bytes:
    """Set one sheet that cannot be cast."""
    row = {"serial": "", "qr": "", "receipt": ""}
    return typeset(LAYOUT, {**_common(poll, options, address), "specimen": True, "sheets": [row]}, at=at)


def _common(poll: Poll, options: Sequence[Option], address: str) -> dict[str, Any]:
    projects = [
        {"number": one.code, "title": one.name, "cost": str(money(one.cost_fen, poll.currency))} for one in options
    ]
    return {
        "lang": "zh" if chinese() else "en",
        "kind": poll.ballot_kind,
        "title": localized(poll),
        "projects": projects,
        "words": {
            "ballot": _("Ballot"),
            "how": _how(poll),
            "rules": _rules(poll),
            "invalid_title": _("A sheet is invalid when"),
            "invalid": _invalid(poll),
            "tear": _("✂ tear off here and keep"),
            "stub": _("Your receipt"),
            "check": _("After the close it shows how this sheet was counted:") + f" {address}",
            "specimen": _("Specimen"),
        },
    }


def _how(poll: Poll) -> str:
    if poll.ballot_kind == "points":
        return _("Write points into the boxes of the projects that you support.")
    if poll.ballot_kind == "ranked":
        return _("Number the projects: 1 is the one you want most.")
    return _("Put a ✓ into the box before each project that you support.")


def _rules(poll: Poll) -> list[str]:
    rules = []
    if poll.max_choices:
        words = ngettext("At most %(most)s project.", "At most %(most)s projects.", poll.max_choices)
        rules.append(words % {"most": poll.max_choices})
    if poll.min_choices > 1:
        rules.append(_("At least %(least)s projects.") % {"least": poll.min_choices})
    if poll.points_total:
        rules.append(_("Together at most %(total)s points.") % {"total": poll.points_total})
    if poll.purse_limit:
        rules.append(_("Together they may cost at most %(purse)s.") % {"purse": money(poll.budget_fen, poll.currency)})
    if poll.blank_allowed:
        rules.append(_("Nothing marked is a blank vote; it counts as taking part."))
    return rules


def _invalid(poll: Poll) -> list[str]:
    found = [_("· what was chosen cannot be told;"), _("· it breaks one of the limits above;")]
    if not poll.blank_allowed:
        found.append(_("· nothing is marked;"))
    return [*found, _("· it bears a name or another sign of the voter.")]
