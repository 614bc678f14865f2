"""What a time bank tells, and whom: members of help, credits, rules. Nobody is told of what they did themselves.

Neither a name nor what somebody asked for stands in a notice, since that is for members alone: only the bank's name.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.queries import told_under
from shanzhi.notices.values import DAY, LINK, TITLE, To, public_title
from shanzhi.people import minors
from shanzhi.people.models import Guardianship
from shanzhi.timebank.models import Bank, Deal, Gift, HelpProposal, Lot, Member, PolicyVersion, PoolGrant, Voucher

HELP: Final = Category(
    "time_bank_help",
    _("Help among members of a time bank"),
    _(
        "A request suits you; somebody answered, promised, confirmed, called off or disputed help, it was decided on, "
        "or it ended by itself."
    ),
    order=48,
)
CREDITS: Final = Category(
    "time_bank",
    _("My time bank"),
    _("You were given or granted credits; some expire soon, were spent or came back; the rules of the bank change."),
    order=49,
)
REACHED: Final = frozenset({APP, EMAIL, WECHAT})
SAID: Final = {"bank": TITLE, "link": LINK}


def _kind(key: str, category: Category, title: Any, text: Any, **more: Any) -> Kind:
    values = {**SAID, **more}
    return Kind(f"{category.key}.{key}", category, title, text, values, channels=REACHED)


ANSWERED: Final = _kind(
    "answered", HELP, _("Somebody answered you at %(bank)s"),
    _("What you asked for or offered was answered. Promise it, or say no; nothing is held before."),
)  # fmt: skip
GUARDIAN: Final = _kind(
    "guardian", HELP, _("Your yes as a guardian is asked for at %(bank)s"),
    _("Somebody under 18 whom you answer for and a grown-up want to help one another. Look at it, and agree or not."),
)  # fmt: skip
PROMISED: Final = _kind(
    "promised", HELP, _("Help is promised at %(bank)s"),
    _("Your answer was taken and the credits are held. The page of the promise says when and where."),
)  # fmt: skip
REFUSED: Final = _kind(
    "refused", HELP, _("Your answer was not taken at %(bank)s"),
    _("The other decided otherwise this time. Look what else members ask for and offer."),
)  # fmt: skip
CANCELLED: Final = _kind(
    "cancelled", HELP, _("A promise was called off at %(bank)s"),
    _("The held credits went back. The page of the promise says why."),
)  # fmt: skip
DONE: Final = _kind(
    "done", HELP, _("The other says that it is done, at %(bank)s"),
    _("Confirm it, or say that you do not agree. After a week of silence it is paid."),
)  # fmt: skip
PAID: Final = _kind(
    "paid", HELP, _("Help was paid at %(bank)s"),
    _("The credits went to who helped. You can rate one another on the page of the promise."),
)  # fmt: skip
DISPUTED: Final = _kind(
    "disputed", HELP, _("A promise is disputed at %(bank)s"),
    _("The other does not agree that it was done as promised. The credits stay held until a keeper has decided."),
)  # fmt: skip
SETTLED: Final = _kind(
    "settled", HELP, _("A dispute was decided at %(bank)s"),
    _("The page of the promise says how, and why."),
)  # fmt: skip
ENDED: Final = _kind(
    "ended", HELP, _("An answer or a promise has ended at %(bank)s"),
    _("It was taken back or closed, or nobody went on with it in time. What was held for it went back."),
)  # fmt: skip
SUITS: Final = _kind(
    "suits", HELP, _("A neighbour’s request suits you, at %(bank)s"),
    _("Look at it, and offer to help or say that it is not for you. Nobody minds a no."),
)  # fmt: skip
GIVEN: Final = _kind(
    "given", CREDITS, _("You were given credits at %(bank)s"),
    _("A relative gave them to you; they stand on your statement."),
)  # fmt: skip
GRANTED: Final = _kind(
    "granted", CREDITS, _("You were granted credits at %(bank)s"),
    _("They come from what members donated. You can ask neighbours for help with them."),
)  # fmt: skip
EXPIRES: Final = _kind(
    "expires", CREDITS, _("Credits of yours expire on %(day)s at %(bank)s"),
    _("Spend them on help, give them to a relative, or donate them before that day."), day=DAY,
)  # fmt: skip
RULES: Final = _kind(
    "rules", CREDITS, _("The rules of %(bank)s change on %(day)s"),
    _("What changes stands on the page of its rules. Nothing that was earned is changed."), day=DAY,
)  # fmt: skip
REDEEMED: Final = _kind(
    "redeemed", CREDITS, _("A voucher of yours was handed out at %(bank)s"),
    _("The held credits are spent. If you did not fetch it, tell a keeper of the bank at once."),
)  # fmt: skip
LAPSED: Final = _kind(
    "lapsed", CREDITS, _("A voucher of yours lapsed at %(bank)s"),
    _("It was not fetched in time. The held credits went back to your account."),
)  # fmt: skip
register(ANSWERED, GUARDIAN, PROMISED, REFUSED, CANCELLED, DONE, PAID, DISPUTED, SETTLED, ENDED, SUITS)
register(GIVEN, GRANTED, EXPIRES, RULES, REDEEMED, LAPSED)
public_title(Bank, "name")
MINE: Final = To("timebank:mine")
SOON: Final = timedelta(days=30)
"""How long before their day credits that expire are told of."""
MOST: Final = 2000
"""Of how many it is looked up at once whether they were told; the nearest day first, so that none is passed over."""
_HUMAN: Final = Coalesce("person__merged_into", "person")


def tell_deal(*, actor: Actor, kind: Kind, deal: Deal, at: datetime, to: Iterable[Member] = ()) -> None:
    """Tell the two of a promise, or those of them in `to`, of what became of it; each kind comes once for a promise."""
    _tell(actor, kind, deal.post.bank, to or (deal.helper, deal.taker), str(deal.pk), deal, at,
          link=To("timebank:deal", (deal.pk,)))  # fmt: skip


def tell_guardians(*, actor: Actor, deal: Deal, minor: Member, at: datetime) -> None:
    """Ask the guardians of the minor of a promise to look at it."""
    rows = Guardianship.objects.filter(minors.running(at), ward__in={minor.person_id, minor.human.pk})
    others = rows.exclude(guardian__in=actor.persons) if actor.persons else rows
    bank = deal.post.bank
    notify(
        actor=actor, kind=GUARDIAN, values={"bank": bank, "link": To("timebank:deal", (deal.pk,))},
        to=others.values_list("guardian").distinct(), key=str(deal.pk), subject=deal, area=bank.area, at=at,
    )  # fmt: skip


def tell_suits(*, actor: Actor, match: HelpProposal, at: datetime) -> None:
    """Tell a member of a request that suits; the page of the request says which, to members alone."""
    bank, link = match.post.bank, To("timebank:post", (match.post_id,))
    notify(
        actor=actor, kind=SUITS, values={"bank": bank, "link": link}, to=[match.member.human.pk], key=str(match.pk),
        subject=match, area=bank.area, over_at=match.post.starts_at, at=at,
    )  # fmt: skip


def tell_given(*, actor: Actor, gift: Gift, bank: Bank, at: datetime) -> None:
    """Tell who received a gift."""
    if gift.receiver is not None:
        _tell(actor, GIVEN, bank, [gift.receiver], str(gift.pk), gift, at)


def tell_granted(*, actor: Actor, grant: PoolGrant, bank: Bank, at: datetime) -> None:
    """Tell who received a grant."""
    _tell(actor, GRANTED, bank, [grant.member], str(grant.pk), grant, at)


def tell_voucher(*, actor: Actor, kind: Kind, voucher: Voucher, at: datetime) -> None:
    """Tell whose voucher was handed out, or lapsed."""
    _tell(actor, kind, voucher.good.bank, [voucher.member], str(voucher.pk), voucher, at,
          link=To("timebank:voucher", (voucher.pk,)))  # fmt: skip


def tell_rules(*, actor: Actor, bank: Bank, version: PolicyVersion, at: datetime) -> None:
    """Tell everybody with an open account of new rules."""
    rows = Member.objects.filter(bank=bank, closed_at__isnull=True)
    others = rows.exclude(person__in=actor.persons) if actor.persons else rows
    values = {"bank": bank, "day": version.from_day, "link": To("timebank:rules", (bank.pk,))}
    notify(
        actor=actor, kind=RULES, values=values, to=others.values_list(_HUMAN).distinct(), key=str(version.pk),
        subject=version, area=bank.area, at=at,
    )  # fmt: skip


def tell_expiring(*, at: datetime) -> int:
    """Tell members of credits that expire within 30 days, once for each day of expiry; gives how many were told of."""
    today = timezone.localdate(at)
    rows = Lot.objects.filter(remains__gt=0, expires__gt=today, expires__lte=today + SOON)
    parts = (Cast("member", TextField()), Value(":"), Cast("expires", TextField()))
    pairs = rows.annotate(key=Concat(*parts, output_field=TextField())).values("member", "expires", "key").distinct()
    found = pairs.filter(~told_under(EXPIRES, "key")).order_by("expires", "member")[:MOST]
    fresh: dict[str, Any] = {one["key"]: one for one in found}
    members = Member.objects.select_related("bank", "person__merged_into")
    known = members.in_bulk({one["member"] for one in fresh.values()})
    for key, one in fresh.items():
        row = known[one["member"]]
        _tell(Actor.system("clock"), EXPIRES, row.bank, [row], key, row, at, day=one["expires"])
    return len(fresh)


def _tell(
    actor: Actor, kind: Kind, bank: Bank, members: Iterable[Member], key: str, subject: models.Model, at: datetime,
    **values: Any,
) -> None:  # fmt: skip
    whom = [one.human.pk for one in members if not actor.is_person(one.person_id)]
    if whom:
        notify(
            actor=actor, kind=kind, values={"bank": bank, "link": MINE, **values}, to=whom, key=key, subject=subject,
            area=bank.area, at=at,
        )  # fmt: skip
