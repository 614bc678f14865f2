"""The application form that offices know, as plain parts: Word and PDF set the same ones."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from shanzhi.kernel.actor import Actor
from shanzhi.places.queries import full_names
from shanzhi.ui import formatting
from shanzhi.ui.papers import Paper, Part, Table
from shanzhi.ventures.lifecycle import PROPOSAL
from shanzhi.ventures.models import Proposal
from shanzhi.ventures.models.proposals import SOURCES, TEAM_KINDS
from shanzhi.ventures.queries import people_of
from shanzhi.ventures.queries.budget import Share, verdict_of


def file_name(proposal: Proposal, ending: str) -> str:
    """Give the name under which the document is saved: number and title."""
    number = f"{proposal.number:03d}-" if proposal.number else ""
    return f"{number}{slugify(proposal.title, allow_unicode=True)[:60] or 'proposal'}.{ending}"


def paper_form(*, viewer: Actor, proposal: Proposal) -> Paper:
    """Write a proposal that `queries.proposal` gave as a form; names are masked as on the page."""
    remarks = [_("Example form, not official")]
    if proposal.synthetic:
        remarks.append(_("Made-up proposal of a demonstration"))
    texts = (
        (_("Summary"), proposal.summary),
        (_("The need it answers"), proposal.need),
        (_("Aims"), proposal.aims),
        (_("Risks and how you meet them"), proposal.risks),
    )
    parts = [
        Part("", (), _particulars(viewer, proposal)),
        *(Part(label, (text or formatting.NONE).split("\n")) for label, text in texts),
        Part(_("Activities and schedule"), (), _schedule(proposal)),
        Part(_("Budget"), (), _budget(proposal)),
        *_shares(proposal),
    ]
    members = people_of(viewer=viewer, found=proposal)["members"]
    if members:
        rows = [(str(place), one["name"], one["part"]) for place, one in enumerate(members, 1)]
        head = (_("No."), _("Name"), _("Part"))
        parts.append(Part(_("Members of the team"), (), Table(rows, (1.2, 6.0, 8.8), head)))
    declared = _("We declare that everything stated here is true, and that we keep open accounts.")
    parts.append(Part(_("Statement of truth"), (declared,), _signatures()))
    return Paper(_("Application for a micro-venture project"), remarks, parts)


def _particulars(viewer: Actor, proposal: Proposal) -> Table:
    people = people_of(viewer=viewer, found=proposal)
    where = full_names([proposal.community]).get(proposal.community, proposal.community)
    rows: list[tuple[str, Any]] = [
        (_("Call"), proposal.call.title),
        (_("No."), f"{proposal.number:03d}" if proposal.number else formatting.NONE),
        (_("Name of the project"), proposal.title),
        (_("State"), str(PROPOSAL.states[proposal.state])),
        (_("Kind of team"), str(TEAM_KINDS[proposal.team_kind])),
        (_("Name of the team"), proposal.team_name),
        (_("Contact person"), people["contact"]),
        (_("Community"), where),
        (_("Theme"), proposal.theme),
        (_("Period"), f"{_day(proposal.starts_on)} – {_day(proposal.ends_on)}"),
        (_("People reached"), f"{formatting.count(proposal.people_reached)} {proposal.people_note}".strip()),
        (_("Asked from the call"), formatting.money(proposal.amount_fen, proposal.call.currency)),
        (_("Own and other money"), formatting.money(proposal.other_fen, proposal.call.currency)),
    ]
    return Table([(label, str(value or formatting.NONE)) for label, value in rows], (4.0, 12.0))


def _day(value: date | None) -> str:
    return formatting.day(value) if value else formatting.NONE


def _schedule(proposal: Proposal) -> Table:
    rows = [
        (
            str(place),
            row.title + (f"\n{row.detail}" if row.detail else ""),
            _day(row.starts_on) + (f" – {_day(row.ends_on)}" if row.ends_on else ""),
            row.place or formatting.NONE,
            formatting.count(row.people),
        )
        for place, row in enumerate(proposal.activities.all(), 1)
    ]
    head = (_("No."), _("Activity"), _("When"), _("Where"), _("People"))
    return Table(rows, (1.2, 6.0, 4.0, 3.2, 1.6), head)


def _budget(proposal: Proposal) -> Table:
    currency = proposal.call.currency
    rows = [
        (
            str(place),
            "\n".join(filter(None, (line.item, line.category_name, line.note))),
            f"{line.quantity.normalize():f} {line.unit}".strip(),
            formatting.money(line.unit_price_fen, currency),
            formatting.money(line.amount_fen, currency),
            str(SOURCES[line.source]),
        )
        for place, line in enumerate(proposal.budget.all(), 1)
    ]
    rows.append(("", _("Sum"), "", "", formatting.money(proposal.total_fen, currency), ""))
    head = (_("No."), _("Item"), _("Quantity"), _("Unit price"), _("Amount"), _("From"))
    return Table(rows, (1.2, 5.0, 2.2, 2.4, 2.6, 2.6), head)


def _shares(proposal: Proposal) -> list[Part]:
    """Give what each category takes of the money asked, where the call's rules name categories."""
    call = proposal.call
    rows = [
        (one.name, formatting.money(one.fen, call.currency), one.written, _limit(one))
        for one in verdict_of(proposal).shares
    ]
    head = (_("Category"), _("Amount"), _("Share of what is asked"), _("Limit"))
    return [Part(_("Shares of what is asked"), (), Table(rows, (5.0, 3.6, 3.6, 3.8), head))] if rows else []


def _limit(share: Share) -> str:
    if share.forbidden:
        return _("Not paid for by this call")
    return _("At most %(limit)s %%") % {"limit": share.limit} if share.limit else _("No limit of its own")


def _signatures() -> Table:
    line = "＿" * 12
    rows = [
        (_("Contact person (signature)"), line),
        (_("Opinion and seal of the community"), "\n\n"),
        (_("Opinion of the supervising unit"), "\n\n"),
        (_("Date"), line),
    ]
    return Table(rows, (5.0, 11.0))
