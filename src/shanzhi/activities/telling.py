"""What activities tell, and whom: reminders, places that fell free, changes, calling off, checks.

No name and no free text stands in a notice: what the leader wrote of a change is on the page of the activity.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shanzhi.activities.lifecycle import CHECKERS, LIVING
from shanzhi.activities.models import Activity, Shift, SignUp
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import ancestors_of
from shanzhi.notices.kinds import APP, EMAIL, EVERYWHERE, WECHAT, Category, Kind, register
from shanzhi.notices.operations import notify
from shanzhi.notices.values import LINK, MOMENT, TITLE, To, public_title
from shanzhi.people.models import RoleGrant
from shanzhi.people.queries.records import running
from shanzhi.volunteering import queries as volunteering

MINE: Final = Category(
    "shifts",
    _("Shifts that I signed up for"),
    _("A shift is near, was changed or called off, or a place fell free for you."),
    needed=_("Others count on who signed up, and who signed up must know when something changes."),
    order=26,
)
PLANS: Final = Category(
    "activity_plans",
    _("Activities that I plan or check"),
    _("A plan was handed in, passed, or given back."),
    order=29,
)
SAID: Final = {"title": TITLE, "begins": MOMENT, "link": LINK}
SOON: Final = Kind(
    "shifts.soon",
    MINE,
    _("Your shift begins at %(begins)s: %(title)s"),
    _("You are signed up for “%(title)s” at %(begins)s. If you cannot come, give the place back for who waits."),
    SAID,
    channels=frozenset({APP, EMAIL, WECHAT}),
)
PLACED: Final = Kind(
    "shifts.placed",
    MINE,
    _("A place fell free for you: %(title)s"),
    _("You were next in line for “%(title)s” at %(begins)s and are signed up now. If you cannot come, give it back."),
    SAID,
    channels=EVERYWHERE,
    urgent=True,
)
CHANGED: Final = Kind(
    "shifts.changed",
    MINE,
    _("Changed: %(title)s"),
    _("Time or place of “%(title)s” was changed; it begins at %(begins)s. Keep the place or give it back on its page."),
    SAID,
    channels=EVERYWHERE,
)
EMERGENCY: Final = Kind(
    "shifts.emergency",
    MINE,
    _("Read at once: %(title)s"),
    _("The organiser of “%(title)s”, which begins at %(begins)s, told of an emergency. Its page says what happens."),
    SAID,
    channels=EVERYWHERE,
    urgent=True,
)
CANCELLED: Final = Kind(
    "shifts.cancelled",
    MINE,
    _("Called off: %(title)s"),
    _("The shift of “%(title)s” at %(begins)s was called off. Its page says why."),
    SAID,
    channels=EVERYWHERE,
    urgent=True,
)
RELEASED: Final = Kind(
    "shifts.released",
    MINE,
    _("Your place was ended: %(title)s"),
    _("Your place in “%(title)s” at %(begins)s was ended. The page of your shifts says why."),
    SAID,
    channels=EVERYWHERE,
)
SUBMITTED: Final = Kind(
    "activity_plans.submitted",
    PLANS,
    _("To check: %(title)s"),
    _("The plan of an activity, “%(title)s”, waits for your check."),
    {"title": TITLE, "link": LINK},
)
PASSED: Final = Kind(
    "activity_plans.passed",
    PLANS,
    _("Checked: %(title)s"),
    _("The plan of “%(title)s” passed its check. Publish it when you like."),
    {"title": TITLE, "link": LINK},
    channels=frozenset({APP, EMAIL, WECHAT}),
)
RETURNED: Final = Kind(
    "activity_plans.returned",
    PLANS,
    _("Given back: %(title)s"),
    _("The plan of “%(title)s” was given back with a reason. Complete it and hand it in again."),
    {"title": TITLE, "link": LINK},
    channels=frozenset({APP, EMAIL, WECHAT}),
)
register(SOON, PLACED, CHANGED, EMERGENCY, CANCELLED, RELEASED, SUBMITTED, PASSED, RETURNED)
public_title(Activity, "title")
MY_SHIFTS: Final = To("activities:mine")


def _tell(
    actor: Actor, kind: Kind, activity: Activity, shift: Shift, to: Any, key: str, at: datetime, link: To | None = None
) -> None:
    page = link or To("activities:activity", (activity.pk,))
    values = {"title": activity, "begins": shift.starts_at, "link": page}
    notify(
        actor=actor, kind=kind, values=values, to=to, key=key, subject=activity, area=activity.area, at=at,
        over_at=shift.starts_at if shift.starts_at > at else None,
    )  # fmt: skip


def tell_soon(*, actor: Actor, activity: Activity, shift: Shift, people: Iterable[UUID], at: datetime) -> None:
    """Remind who is signed up of a shift that is near."""
    whom = list(people)
    key = f"{shift.pk}:{shift.starts_at.isoformat()}:{at.isoformat()}"
    _tell(actor, SOON, activity, shift, whom, key, at)


def tell_placed(*, actor: Actor, row: SignUp, shift: Shift, at: datetime) -> None:
    """Tell who moved up from the line."""
    _tell(actor, PLACED, shift.activity, shift, [row.volunteer.person_id], str(row.pk), at)


def tell_changed(*, actor: Actor, activity: Activity, shift: Shift, at: datetime, emergency: str = "") -> None:
    """Tell who signed up or waits of a change, at once of what happens in an `emergency`."""
    rows = SignUp.objects.filter(shift=shift, state__in=LIVING).values_list("volunteer__person")
    key = f"{shift.pk}:{shift.sequence}:{emergency}:{at.isoformat()}"  # a warning leaves the sequence as it is
    _tell(actor, EMERGENCY if emergency else CHANGED, activity, shift, rows, key, at)


def tell_cancelled(*, actor: Actor, activity: Activity, shift: Shift, people: Iterable[UUID], at: datetime) -> None:
    """Tell who signed up or waited that the shift was called off."""
    _tell(actor, CANCELLED, activity, shift, list(people), str(shift.pk), at)


def tell_released(*, actor: Actor, row: SignUp, shift: Shift, at: datetime) -> None:
    """Tell somebody that the own place was ended."""
    _tell(actor, RELEASED, shift.activity, shift, [row.volunteer.person_id], str(row.pk), at, MY_SHIFTS)


def checkers(activity: Activity, at: datetime) -> QuerySet[RoleGrant]:
    """Give the grants of who checks what takes place there, the nearest offices alone: community and subdistrict."""
    near = [code for code in (*ancestors_of(activity.area), activity.area) if len(code) >= 9]
    rows = RoleGrant.objects.filter(running(at), role__in=CHECKERS, area__in=near, organization__isnull=True)
    own = (activity.planned_by_id, activity.changed_by_id, activity.submitted_by_id)
    return rows.exclude(person__in=[key for key in own if key])


def tell_submitted(*, actor: Actor, activity: Activity, at: datetime) -> None:
    """Tell who may check that a plan waits."""
    values = {"title": activity, "link": To("activities:plan", (activity.pk,))}
    notify(
        actor=actor, kind=SUBMITTED, values=values, to=checkers(activity, at).values_list("person"),
        key=f"{activity.pk}:{activity.version}", subject=activity, area=activity.area, at=at,
    )  # fmt: skip


def tell_checked(*, actor: Actor, activity: Activity, passed: bool, at: datetime) -> None:
    """Tell who planned it and who leads the team how the check went."""
    heads = volunteering.heads(activity.team).values_list("volunteer__person", flat=True)
    whom = {*heads, *([activity.planned_by_id] if activity.planned_by_id else [])}
    values = {"title": activity, "link": To("activities:plan", (activity.pk,))}
    notify(
        actor=actor, kind=PASSED if passed else RETURNED, values=values, to=sorted(whom),
        key=f"{activity.pk}:{activity.version}", subject=activity, area=activity.area, at=at,
    )  # fmt: skip
