"""What funds tell: donors that a disclosure is published, a team what became of its claims."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.funding.models import Disclosure, Donor, Expense, Fund, Grant, TeamPlace
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.notices.kinds import APP, EMAIL, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import DAY, LINK, MONEY, TITLE, To, public_title
from shanzhi.people.models import RoleGrant

GIVING: Final = Category(
    "giving",
    _("Money I gave"),
    _("A fund that you gave to published how its money is used."),
    order=47,
)
DISCLOSED: Final = Kind(
    "giving.disclosed",
    GIVING,
    _("Published how your money is used: %(title)s"),
    _("The fund “%(title)s” published its figures of %(day)s. Read what came in, what was spent and what is left."),
    {"title": TITLE, "day": DAY, "link": LINK},
    channels=frozenset({APP, EMAIL}),
)
CLAIMS: Final = Category(
    "claims",
    _("Expenses of my team"),
    _("An expense that your team entered was approved or refused."),
    order=29,
)
SAID: Final = {"title": TITLE, "amount": MONEY, "link": LINK}
APPROVED: Final = Kind(
    "claims.approved",
    CLAIMS,
    _("Approved: an expense of %(amount)s of “%(title)s”"),
    _("The expense of %(amount)s of your project “%(title)s” was approved and stands on its line."),
    SAID,
    channels=frozenset({APP}),
)
REFUSED: Final = Kind(
    "claims.refused",
    CLAIMS,
    _("Refused: an expense of %(amount)s of “%(title)s”"),
    _("The expense of %(amount)s of your project “%(title)s” was refused. Its page says why; enter it again, mended."),
    SAID,
    channels=frozenset({APP, EMAIL, WECHAT}),
)
register(DISCLOSED, APPROVED, REFUSED)
public_title(Fund, "name")
public_title(Grant, "title")


def tell_claim(*, actor: Actor, expense: Expense, grant: Grant, at: datetime) -> None:
    """Tell the team, and who entered it, what became of a claim; not who decided."""
    people = set(TeamPlace.objects.filter(grant=grant, until=None).values_list("person_id", flat=True))
    people |= {one for one in (expense.asked_by, expense.person_id) if one}
    to = sorted(one for one in people if not actor.is_person(one))
    if to:
        values = {"title": grant, "amount": expense.amount_fen, "link": To("funding:expense", (expense.pk,))}
        kind = APPROVED if expense.state == "approved" else REFUSED
        notify(
            actor=actor, kind=kind, values=values, to=to, key=str(expense.pk), subject=expense, area=grant.area, at=at
        )  # fmt: skip


def tell_disclosed(*, actor: Actor, fund: Fund, disclosure: Disclosure, at: datetime) -> None:
    """Tell the donors of a fund, and who leads an organisation that gave, that figures were published."""
    donors = Donor.objects.filter(fund=fund)
    people = {one for one in donors.values_list("person_id", flat=True) if one}
    bodies = donors.exclude(organization=None).values_list("organization", flat=True)
    leaders = RoleGrant.objects.filter(
        organization__in=list(bodies), role__in=[Role.TEAM_LEADER.value, Role.OPERATOR.value], starts_at__lte=at,
        ends_at=None,
    )  # fmt: skip
    people |= set(leaders.values_list("person_id", flat=True))
    if people:
        link = To("funding:disclosure", (disclosure.pk,))
        notify(
            actor=actor, kind=DISCLOSED, values={"title": fund, "day": disclosure.on, "link": link},
            to=sorted(people), key=str(disclosure.pk), subject=fund, area=fund.book.area, at=at,
        )  # fmt: skip
