"""Words, tones and ways that the pages of the time bank share."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from shanzhi.timebank import queries
from shanzhi.timebank.lifecycle import DEAL, GOOD, GRANT, MATCH, POST, SIGN, VOUCHER
from shanzhi.timebank.models import Bank, Deal, Good, HelpProposal, Member, PoolGrant, Post, Sign, Voucher
from shanzhi.ui.choosing import AreaSource
from shanzhi.ui.http import viewing

FORM = "timebank/form.html"
TONES = {
    "open": "good", "asked": "accent", "promised": "accent", "disputed": "bad", "paid": "good", "settled": "good",
    "proposed": "warn", "given": "good", "new": "warn", "issued": "accent", "redeemed": "good",
    "answered": "good",
}  # fmt: skip


def post_state(row: Post) -> tuple[str, str]:
    """Say where an offer or request stands."""
    return TONES.get(row.state, "plain"), str(POST.states[row.state])


def deal_state(row: Deal) -> tuple[str, str]:
    """Say where a promise stands."""
    return TONES.get(row.state, "plain"), str(DEAL.states[row.state])


def match_state(row: HelpProposal) -> tuple[str, str]:
    """Say where a member proposed for a request stands."""
    return TONES.get(row.state, "plain"), str(MATCH.states[row.state])


def grant_state(row: PoolGrant) -> tuple[str, str]:
    """Say where a grant stands."""
    return TONES.get(row.state, "plain"), str(GRANT.states[row.state])


def sign_state(row: Sign) -> tuple[str, str]:
    """Say where a sign stands."""
    return TONES.get(row.state, "plain"), str(SIGN.states[row.state])


def good_state(row: Good) -> tuple[str, str]:
    """Say whether something is still given for credits."""
    return TONES.get(row.state, "plain"), str(GOOD.states[row.state])


def voucher_state(row: Voucher) -> tuple[str, str]:
    """Say where a voucher stands."""
    return TONES.get(row.state, "plain"), str(VOUCHER.states[row.state])


def good_name(row: Good) -> str:
    """Give what it is, marked where it is made up."""
    return f"{row.title} · {_('Synthetic')}" if row.synthetic else row.title


def bank_name(row: Bank) -> str:
    """Give the name of a bank, marked where it is made up."""
    return f"{row.name} · {_('Synthetic')}" if row.synthetic else row.name


def shown_name(row: Member) -> str:
    """Show the masked name, marked where the person is made up."""
    return f"{row.human.name} · {_('Synthetic')}" if row.human.synthetic else str(row.human.name)


def everywhere(request: Any) -> AreaSource:
    """Give all areas, for the filter of a public list."""
    return queries.all_areas(at=request.now)


def read_areas(request: Any) -> AreaSource:
    """Give the areas whose banks the viewer reads."""
    return queries.read_areas(**viewing(request))


def frame(heading: str, button: str, back: str, *steps: tuple[Any, str], lead: str = "", kind: str = "main") -> Any:
    """Give what a form shows around its fields."""
    return {
        "heading": heading, "lead": lead, "button": button, "kind": kind, "back": back,
        "crumbs": [(_("Home"), "/"), *steps, (heading, "")],
    }  # fmt: skip


def page(name: str, row: Any) -> str:
    """Give the address of a page of a bank, a post or a promise."""
    return reverse(f"timebank:{name}", args=[row.pk])


def bank_steps(found: Bank) -> list[tuple[Any, str]]:
    """Give the way to the public page of a bank."""
    return [(_("Time banks"), reverse("timebank:banks")), (found.name, page("bank", found))]


def own_steps() -> list[tuple[Any, str]]:
    """Give the way to one's own accounts."""
    return [(_("My time bank"), reverse("timebank:mine"))]


def help_steps(found: Bank) -> list[tuple[Any, str]]:
    """Give the way to what members of a bank ask for and offer."""
    return [*bank_steps(found), (_("Help among members"), page("help", found))]


def desk_steps(*banks: Bank) -> list[tuple[Any, str]]:
    """Give the way to the desk, and to that of a bank."""
    steps = [(_("Desk of time banks"), reverse("timebank:desk"))]
    return [*steps, *((one.name, page("desk_bank", one)) for one in banks)]
