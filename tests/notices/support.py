"""Notices for tests: a kind of their own, people with addresses, gateways that store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices import operations
from shanzhi.notices.kinds import EVERYWHERE, OUTSIDE, Category, Kind, register
from shanzhi.notices.models import Delivery, EmailAddress, Manner, Notice, WeChatLink
from shanzhi.notices.values import LINK, MOMENT, TITLE, To
from shanzhi.people.models import Person
from shanzhi.voting.models import Poll
from tests.support import people as making
from tests.voting import support as voting

NOON: Final = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # twelve o'clock, a Wednesday
CLOCK: Final = Actor.system("test")
HOBBY: Final = Category("hobby", _("Votes"), _("Votes"), order=900)
DUTY: Final = Category(
    "duty",
    _("My roles"),
    _("My roles"),
    needed=_("A role gives duties and rights, and whoever holds it must know."),
    order=901,
)
NEWS: Final = Kind(
    "test.news", HOBBY, _("You can vote now: %(title)s"), _("The vote has closed: %(title)s"),
    {"title": TITLE, "link": LINK}, channels=EVERYWHERE,
)  # fmt: skip
DUTIES: Final = Kind(
    "test.duties", DUTY, _("A role was given to you"), _("A role of yours has ended"),
    {"moment": MOMENT, "link": LINK}, channels=EVERYWHERE,
)  # fmt: skip
ALARM: Final = Kind(
    "test.alarm", DUTY, _("A role was given to you"), _("A role of yours has ended"),
    {"moment": MOMENT, "link": LINK}, channels=EVERYWHERE, urgent=True,
)  # fmt: skip
register(NEWS, DUTIES, ALARM)
HOME: Final = To("people:account")


def a_reader(
    area: str = voting.COMMUNITY, *, phone: bool = True, email: bool = True, wechat: bool = True, **manner: Any
) -> Person:
    """Make a person who can be reached by every channel."""
    person = making.a_person(area, phone=making.a_phone() if phone else None)
    if email:
        EmailAddress.objects.create(
            person=person, address=f"reader{person.pk.hex[:8]}@example.cn", verified_at=NOON, changed_at=NOON
        )
    if wechat:
        WeChatLink.objects.create(person=person, openid=f"o{person.pk.hex}", linked_at=NOON)
    if manner:
        Manner.objects.create(person=person, **manner)
    return person


def tell(*people: Person, kind: Kind = NEWS, at: datetime = NOON, key: str = "", **more: Any) -> Notice:
    """Tell people something."""
    values: dict[str, Any] = {"link": HOME}
    if "title" in kind.values:
        values["title"] = Poll(title="春季微创投", title_en="Spring round")
    if "moment" in kind.values:
        values["moment"] = at
    notice = operations.notify(
        actor=CLOCK, kind=kind, values=values, to=[p.pk for p in people], key=key or str(uuid4()), at=at, **more
    )
    assert notice is not None
    return notice


def send(at: datetime = NOON) -> int:
    """Send all that is due on every channel; gives how many deliveries were taken up."""
    total = 0
    for channel in OUTSIDE:
        operations.settle_left(channel=channel, at=at)
        while taken := operations.send_due(channel=channel, at=at):
            total += taken
    return total


def of(person: Person, channel: str) -> Delivery:
    """Give a person's only delivery on a channel."""
    return Delivery.objects.get(person=person, channel=channel)


MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
