"""What funds tell: donors that a disclosure is published, a team what became of its claims."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.funding.models import Disclosure, Donor, Fund
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.roles import Role
from shanzhi.notices.kinds import APP, EMAIL, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import DAY, LINK, TITLE, To, public_title
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
register(DISCLOSED)
public_title(Fund, "name")


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
