"""Who may see how notices were delivered, and try failed ones again."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import COUNTRY
from shanzhi.kernel.errors import Forbidden, NotFound, SignInNeeded
from shanzhi.kernel.roles import STAFF, STAFF_READERS, Role
from shanzhi.notices.kinds import categories
from shanzhi.notices.models import Notice
from shanzhi.places.queries import within_any

OUTBOX_READERS: Final = frozenset({Role.OPERATOR, Role.ADMINISTRATOR})


class NotYourNotice(Forbidden):
    """The actor reads but does not act here."""

    code = "not_your_notice"
    message = _("Only staff of the area may try deliveries again.")


def listed(viewer: Actor) -> Q:
    """Give the condition of notices whose figures the viewer may see: of the own areas, of listed categories."""
    areas = viewer.areas(STAFF_READERS)
    inside = Q() if COUNTRY in areas else within_any("area", areas)
    return Q(category__in=[one.key for one in categories() if one.listed]) & inside


def require_desk(viewer: Actor) -> None:
    """Refuse who has no place at the desk."""
    if not viewer.signed_in:
        raise SignInNeeded
    if not viewer.holds_anywhere(STAFF_READERS):
        raise Forbidden


def load(*, viewer: Actor, notice_id: UUID) -> Notice:
    """Fetch a notice that the viewer may see at the desk; elsewhere there is none."""
    require_desk(viewer)
    found = Notice.objects.filter(listed(viewer), pk=notice_id).first()
    if found is None:
        raise NotFound
    return found


def may_retry(viewer: Actor, notice: Notice) -> bool:
    """Tell whether the viewer may try failed deliveries of a notice again."""
    return viewer.holds(STAFF, notice.area)


def require_keeper(actor: Actor, notice: Notice) -> None:
    """Refuse who reads only."""
    if not may_retry(actor, notice):
        raise NotYourNotice


def sees_outbox(viewer: Actor) -> bool:
    """Tell whether the viewer may see what the local drivers kept: operators, never where real people are served."""
    return not settings.ENV.production and viewer.holds_anywhere(OUTBOX_READERS)
