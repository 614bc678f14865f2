"""An agreement as Word and PDF, to print and sign, in the language of the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext as _

from shanzhi.funding.forms import CONDITIONS
from shanzhi.funding.models import Agreement, Custody, Grant, Party
from shanzhi.funding.operations.grants import parties
from shanzhi.ui import formatting
from shanzhi.ui.papers import Paper, Part, Table, as_pdf, as_word


def paper(agreement: Agreement, grant: Grant) -> Paper:
    """Write a version of an agreement from the terms that were laid before the parties."""
    terms = agreement.terms
    remarks = [
        _("Example agreement, not official"),
        _("Version %(version)s · %(digest)s") % {"version": agreement.version, "digest": agreement.digest[:19]},
    ]
    if grant.synthetic:
        remarks.append(_("Made-up grant of a demonstration"))
    days = [formatting.day(date.fromisoformat(terms[name])) for name in ("starts_on", "ends_on")]
    facts = [
        (_("Project"), terms["title"]),
        (_("Fund"), terms["fund"]),
        (_("Amount"), formatting.yuan(terms["amount_fen"])),
        (_("Runs from and to"), " – ".join(days)),
        (_("Account"), str(Custody(terms["custody"]).label)),
    ]
    lines = [(str(number), name, formatting.yuan(fen)) for number, name, fen in terms["lines"]]
    tranches = [
        (str(number), str(CONDITIONS.get(condition, condition)), formatting.yuan(fen))
        for number, fen, condition in terms["tranches"]
    ]
    signing = [(str(Party(one).label), "＿" * 10, "＿" * 6) for one in parties(grant)]
    return Paper(
        _("Grant agreement"),
        remarks,
        [
            Part("", (), Table(facts, (4.0, 12.0))),
            Part(_("Budget lines"), (), Table(lines, (1.5, 10.0, 4.5), (_("No."), _("Line"), _("Amount")))),
            Part(_("Tranches"), (), Table(tranches, (1.5, 10.0, 4.5), (_("No."), _("Condition"), _("Amount")))),
            Part(_("Duties"), _duties()),
            *([Part(_("Further terms"), (terms["remarks"],))] if terms["remarks"] else []),
            Part(_("Signatures"), (), Table(signing, (5.0, 7.0, 4.0), (_("Party"), _("Signature"), _("Date")))),
        ],
    )


def _duties() -> tuple[str, ...]:
    return (
        _("The money is spent on the lines above only; changes between lines are asked for before."),
        _("Each expense is entered with its receipt; each receipt counts once."),
        _("Figures are published every three months and in full within three months of the end."),
        _("What is not spent goes back to the fund when the project is settled."),
    )


Writer = Callable[[Agreement, Grant, datetime], bytes]
WRITERS: Final[Mapping[str, Writer]] = {
    "docx": lambda agreement, grant, at: as_word(paper(agreement, grant)),
    "pdf": lambda agreement, grant, at: as_pdf(paper(agreement, grant), at=at),
}
TYPES: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
