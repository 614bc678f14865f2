"""What voting tells everybody on a roll: opened, last day, closed, result.

All on the roll are told the same at the same moment, whatever they or others did: no notice here knows a ballot, so
none can hint who voted, how many did, or how it stands.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, WECHAT, Category, Kind, register
from shanzhi.notices.operations import end, notify
from shanzhi.notices.values import LINK, MOMENT, TITLE, To, public_title
from shanzhi.voting.models import Poll, RollEntry

VOTING: Final = Category(
    "voting",
    _("Votes"),
    _("A vote in which you may take part opens, has its last day, closes, has its result."),
    listed=True,
    order=30,
)
OPENED: Final = Kind(
    "voting.opened",
    VOTING,
    _("You can vote now: %(title)s"),
    _(
        "The vote “%(title)s” is open until %(closes)s. You stand on its roll. One ballot each; you can change it "
        "until then."
    ),
    {"title": TITLE, "closes": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
LAST: Final = Kind(
    "voting.last_day",
    VOTING,
    _("Last day of the vote: %(title)s"),
    _(
        "The vote “%(title)s” closes at %(closes)s. Everybody on its roll gets this reminder, whether they voted or "
        "not."
    ),
    {"title": TITLE, "closes": MOMENT, "link": LINK},
    channels=EVERYWHERE,
)
CLOSED: Final = Kind(
    "voting.closed",
    VOTING,
    _("The vote has closed: %(title)s"),
    _("The vote “%(title)s” closed at %(closed)s and will be counted. You will be told when the result is there."),
    {"title": TITLE, "closed": MOMENT, "link": LINK},
)
RESULT: Final = Kind(
    "voting.result",
    VOTING,
    _("The result is there: %(title)s"),
    _(
        "The vote “%(title)s” is counted. See what was chosen and why, and check by your receipt that your ballot "
        "counted."
    ),
    {"title": TITLE, "link": LINK},
    channels=frozenset({APP, EMAIL, WECHAT}),
)
register(OPENED, LAST, CLOSED, RESULT)
public_title(Poll, "title", "title_en")


def tell_opened(*, actor: Actor, poll: Poll, area: str, at: datetime) -> None:
    """Tell the roll that the vote is open; `area` is the one that covers all of the poll's."""
    values = {"closes": poll.closes_at, "link": To("voting:vote", (poll.pk,))}
    _tell(actor, OPENED, poll, values, area, at, poll.closes_at)


def tell_last_day(*, actor: Actor, poll: Poll, area: str, at: datetime) -> bool:
    """Tell the roll that the vote closes within a day; False when it was told before."""
    values = {"closes": poll.closes_at, "link": To("voting:vote", (poll.pk,))}
    return _tell(actor, LAST, poll, values, area, at, poll.closes_at)


def tell_closed(*, actor: Actor, poll: Poll, area: str, at: datetime) -> None:
    """Tell the roll that the vote has closed; what still waits to call to the vote goes out no more."""
    end(subject=poll, kinds=(OPENED, LAST), at=at)
    _tell(actor, CLOSED, poll, {"closed": at, "link": To("voting:results", (poll.pk,))}, area, at)


def tell_result(*, actor: Actor, poll: Poll, area: str, at: datetime) -> None:
    """Tell the roll that the result is there."""
    _tell(actor, RESULT, poll, {"link": To("voting:results", (poll.pk,))}, area, at)


def _tell(
    actor: Actor,
    kind: Kind,
    poll: Poll,
    values: dict[str, object],
    area: str,
    at: datetime,
    over_at: datetime | None = None,
) -> bool:
    if poll.imported:
        return False  # held elsewhere; nobody stands on a roll here
    notice = notify(
        actor=actor,
        kind=kind,
        values={"title": poll, **values},
        to=RollEntry.objects.filter(poll=poll).values_list("person_id"),
        key=str(poll.pk),
        subject=poll,
        area=area,
        over_at=over_at,
        at=at,
    )
    return notice is not None
