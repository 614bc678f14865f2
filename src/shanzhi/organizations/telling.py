"""What the filing desk tells, and whom: the applicant of each step, those who lead a body that its filing ends soon.

No name of a group stands in a notice: before it is filed it is not public.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.queries import keys_told
from shanzhi.notices.values import DAY, LINK, To
from shanzhi.organizations.models import Filing, FilingApplication
from shanzhi.organizations.queries import leaders_of

FILING: Final = Category(
    "filing",
    _("Filing of my organisation"),
    _("The committee gave its opinion, the office decided, or the filing ends soon."),
    needed=_("An application comes back with things to complete, and a filing that nobody renews ends."),
    order=28,
)
OPINION: Final = Kind(
    "filing.opinion",
    FILING,
    _("The residents' committee gave its opinion on your application"),
    _("Read it on the page of your application for filing. The office decides by %(due)s."),
    {"due": DAY, "link": LINK},
    channels=frozenset({APP, EMAIL}),
)
DECIDED: Final = Kind(
    "filing.decided",
    FILING,
    _("Your application for filing was decided on"),
    _("Its page says how and why. If it came back, complete what is missing and hand it in again."),
    {"link": LINK},
    channels=EVERYWHERE,
)
CERTIFICATE: Final = Kind(
    "filing.certificate",
    FILING,
    _("Your organisation is filed, and its certificate is there"),
    _("The certificate with its code lies on the page of your application. It is valid until %(until)s."),
    {"until": DAY, "link": LINK},
    channels=EVERYWHERE,
)
ENDS: Final = Kind(
    "filing.ends",
    FILING,
    _("The filing of your organisation ends on %(until)s"),
    _("Apply for its renewal on the page of the organisation before %(until)s."),
    {"until": DAY, "link": LINK},
    channels=EVERYWHERE,
)
register(OPINION, DECIDED, CERTIFICATE, ENDS)
SOON: Final = timedelta(days=60)
"""How long before its end a filing is told of: twice the time that opinion and decision take by the example rules."""


def _tell(actor: Actor, kind: Kind, found: FilingApplication, at: datetime, **more: Any) -> None:
    if found.applicant_id is None or actor.is_person(found.applicant_id):
        return
    values = {"link": To("organizations:application", (found.pk,)), **more}
    notify(
        actor=actor, kind=kind, values=values, to=[found.applicant_id], key=f"{found.pk}:{found.version}",
        subject=found, area=found.area, at=at,
    )  # fmt: skip


def tell_opinion(*, actor: Actor, found: FilingApplication, at: datetime) -> None:
    """Tell the applicant that the committee gave its opinion."""
    _tell(actor, OPINION, found, at, due=found.due_on)


def tell_decided(*, actor: Actor, found: FilingApplication, at: datetime) -> None:
    """Tell the applicant of the decision; where a first filing was granted, of the certificate."""
    made = Filing.objects.filter(application=found).first()  # of a first filing that was granted
    if made is not None:
        _tell(actor, CERTIFICATE, found, at, until=made.valid_to)
    else:
        _tell(actor, DECIDED, found, at)


def ending(at: datetime) -> QuerySet[Filing]:
    """Give the filings that run and end soon."""
    today = timezone.localdate(at)
    rows = Filing.objects.filter(cancelled_on=None, valid_to__gte=today, valid_to__lte=today + SOON)
    return rows.filter(organization__closed_at=None).select_related("organization").order_by("valid_to", "pk")


def tell_ending(*, at: datetime) -> int:
    """Tell those who lead a body that its filing ends soon, once for each end; gives how many filings were told of."""
    keys = {f"{one.pk}:{one.valid_to.isoformat()}": one for one in ending(at)}
    told = keys_told(kind=ENDS, keys=keys)
    fresh = [(key, one) for key, one in keys.items() if key not in told]
    for key, one in fresh:
        leaders = leaders_of(one.organization_id, at)
        notify(
            actor=Actor.system("clock"), kind=ENDS, to=leaders.values_list("person"), key=key, subject=one.organization,
            values={"until": one.valid_to, "link": To("organizations:organization", (one.organization_id,))},
            area=one.organization.area, at=at,
        )  # fmt: skip
    return len(fresh)
