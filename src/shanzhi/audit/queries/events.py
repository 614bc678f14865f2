"""Reading events: the history of a thing, for those who may see the thing's area."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, QuerySet

from shanzhi.audit.models import Event
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.areas import upper_bound
from shanzhi.kernel.roles import STAFF_READERS


def within_areas(codes: tuple[str, ...]) -> Q:
    """Give the condition that an event lies in one of the areas."""
    condition = Q(pk__in=())
    for code in codes:
        condition |= Q(area__gte=code, area__lt=upper_bound(code)) if code else Q()
        if not code:
            return Q()
    return condition


def events(*, viewer: Actor) -> QuerySet[Event]:
    """Give the events that the viewer may read, newest first: staff and auditors see those of their areas."""
    return Event.objects.filter(within_areas(viewer.areas(STAFF_READERS))).order_by("-id")


def history(*, viewer: Actor, subject: models.Model) -> QuerySet[Event]:
    """Give a subject's events, oldest first, as far as the viewer may read them."""
    return (
        events(viewer=viewer).filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by("id")
    )
