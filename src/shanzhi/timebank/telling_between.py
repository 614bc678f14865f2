"""What banks tell of one another: keepers of proposals and answers, members of credits that came from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.ledger.models import Keeper
from shanzhi.ledger.policies import MANAGERS
from shanzhi.notices.kinds import APP, EMAIL, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, TITLE, To
from shanzhi.people.models import Person, RoleGrant
from shanzhi.timebank.models import Bank, Crossing, Link
from shanzhi.timebank.telling import CREDITS, MINE

AGREEMENTS: Final = Category(
    "time_bank_agreements",
    _("Agreements between time banks"),
    _(
        "Another bank proposed an agreement or a limit to the one you keep, took it back, answered, or ended the "
        "agreement."
    ),
    order=50,
)
REACHED: Final = frozenset({APP, EMAIL, WECHAT})
SAID: Final = {"bank": TITLE, "other": TITLE, "link": LINK}


def _kind(key: str, category: Category, title: Any, text: Any) -> Kind:
    return Kind(f"{category.key}.{key}", category, title, text, SAID, channels=REACHED)


ASKED: Final = _kind(
    "asked", AGREEMENTS, _("%(other)s asks %(bank)s for an agreement"),
    _("It proposes to take each other's credits, or another limit. Look at it, and agree or not."),
)  # fmt: skip
ANSWERED: Final = _kind(
    "answered", AGREEMENTS, _("%(other)s answered %(bank)s"),
    _("The page of the agreement says what it answered."),
)  # fmt: skip
WITHDRAWN: Final = _kind(
    "withdrawn", AGREEMENTS, _("%(other)s took back what it asked %(bank)s for"),
    _("Nothing waits for an answer any more. What stood stays as it is."),
)  # fmt: skip
ENDED: Final = _kind(
    "ended", AGREEMENTS, _("%(other)s ended the agreement with %(bank)s"),
    _("Nothing passes between the two banks any more. What one owes the other stays to be settled."),
)  # fmt: skip
PASSED: Final = _kind(
    "passed", CREDITS, _("Credits from %(other)s came to you at %(bank)s"),
    _("A relative passed them on to you; they stand on your statement."),
)  # fmt: skip
register(ASKED, ANSWERED, WITHDRAWN, ENDED, PASSED)
_CODES: Final = {12: (12, 9)}
"""Who is told beside the keepers: the officers of a bank's own area; of a community's, those of its subdistrict too."""
_STEPS: Final = (12, 9, 6, 4, 2, 0)
"""The lengths of codes, from a community up to the country."""


def keepers_of(bank: Bank, at: datetime) -> set[UUID]:
    """Give whom a matter of a bank is told: who keeps its book, and the officers of its area.

    Where there are none of these, the officers of the next area above that has some.
    """
    own = len(bank.area)
    around = [bank.area[:length] for length in _STEPS if length <= own]
    running = Q(starts_at__lte=at) & (Q(ends_at__isnull=True) | Q(ends_at__gt=at))
    officers = RoleGrant.objects.filter(running, role__in=MANAGERS, area__in=around, organization__isnull=True)
    found: dict[str, set[UUID]] = {}
    for area, person in officers.values_list("area", "person"):
        found.setdefault(area, set()).add(person)
    told = set(Keeper.objects.filter(book=bank.book_id, until__isnull=True).values_list("person_id", flat=True))
    for length in _CODES.get(own, (own,)):
        told |= found.get(bank.area[:length], set())
    return told or next((found[area] for area in around if area in found), set())


def tell_asked(*, actor: Actor, link: Link, bank: Bank, at: datetime) -> None:
    """Tell the keepers of a bank that the other asks for an agreement, or for another limit."""
    _tell(actor, ASKED, link, bank, f"{link.pk}:{link.asked_most or ''}:{at.isoformat()}", at)


def tell_answered(*, actor: Actor, link: Link, bank: Bank, at: datetime) -> None:
    """Tell the keepers of a bank that the other answered."""
    _tell(actor, ANSWERED, link, bank, f"{link.pk}:{at.isoformat()}", at)


def tell_withdrawn(*, actor: Actor, link: Link, bank: Bank, at: datetime) -> None:
    """Tell the keepers of a bank that the other took back what it asked for."""
    _tell(actor, WITHDRAWN, link, bank, f"{link.pk}:{at.isoformat()}", at)


def tell_ended(*, actor: Actor, link: Link, bank: Bank, at: datetime) -> None:
    """Tell the keepers of a bank that the other ended the agreement."""
    _tell(actor, ENDED, link, bank, str(link.pk), at)


def _tell(actor: Actor, kind: Kind, link: Link, bank: Bank, key: str, at: datetime) -> None:
    values = {"bank": bank, "other": link.beside(bank.pk), "link": To("timebank:link", (bank.pk, link.pk))}
    whom = _living(one for one in keepers_of(bank, at) if not actor.is_person(one))
    if whom:
        notify(actor=actor, kind=kind, values=values, to=whom, key=key, subject=link, area=bank.area, at=at)


def _living(keys: Iterable[UUID]) -> list[UUID]:
    """Give the records that are kept, where some were merged into others."""
    rows = Person.objects.filter(pk__in=list(keys)).values_list("pk", "merged_into")
    return sorted({merged or key for key, merged in rows})


def tell_passed(*, actor: Actor, crossing: Crossing, at: datetime) -> None:
    """Tell who received credits from another bank, unless it is oneself."""
    receiver = crossing.receiver
    if receiver is None or actor.is_person(receiver.human.pk) or actor.is_person(receiver.person_id):
        return
    values = {"bank": crossing.target, "other": crossing.source, "link": MINE}
    notify(
        actor=actor, kind=PASSED, values=values, to=[receiver.human.pk], key=str(crossing.pk), subject=crossing,
        area=crossing.target.area, at=at,
    )  # fmt: skip
