"""Feedback of those who took part: by a link on the activity's page, without an account, a few in a while."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, NotFound
from shanzhi.projects.models import Activity, Feedback
from shanzhi.projects.operations.activities import locked_activity
from shanzhi.projects.operations.common import number, words

SALT: Final = "shanzhi.projects.feedback"
RESIDENT: Final = Actor.system("resident")
# So many in ten minutes for one activity: a hall that scans the code at the end fits, a script does not.
PACE: Final = timedelta(minutes=10)
MOST_IN_A_PACE: Final = 60
# Nobody speaks of an activity many times more often than people came.
MOST_IN_ALL: Final = 2_000


class TooMuchFeedback(Conflict):
    """More than can be meant."""

    code = "too_much_feedback"
    message = _("Many have just answered for this activity. Try again in ten minutes.")


class FeedbackClosed(Conflict):
    """Too early, too late, or cancelled."""

    code = "feedback_closed"
    message = _("Feedback is taken from the beginning of the activity until some days after it.")


def link_of(activity: Activity) -> str:
    """Give the signed word that stands in the link; whoever has it may say how the activity was."""
    return signing.dumps(str(activity.pk), salt=SALT)


def activity_of(token: str) -> Activity:
    """Give the activity of a link. Raises NotFound."""
    try:
        key = signing.loads(token, salt=SALT)
    except signing.BadSignature as wrong:
        raise NotFound from wrong
    found = Activity.objects.select_related("project", "project__proposal__call").filter(pk=key).first()
    if found is None:
        raise NotFound
    return found


def require_taking(found: Activity, at: datetime) -> None:
    """Refuse feedback outside its days."""
    until = found.starts_at + timedelta(minutes=found.minutes, days=found.project.rules["feedback_days"])
    if found.state == "cancelled" or not found.starts_at <= at < until:
        raise FeedbackClosed


def give_feedback(*, token: str, rating: int, said: str, at: datetime) -> Feedback:
    """Take one answer; the event tells that one came, not what it said, nor from whom.

    Raises NotFound, FeedbackClosed, TooMuchFeedback, BadValue.
    """
    key = activity_of(token).pk
    with transaction.atomic():
        found = locked_activity(key)
        require_taking(found, at)
        given = number(rating, "rating", most=5) or 0
        if given < 1:
            number(-1, "rating", most=5)
        if (
            found.feedback.filter(created_at__gt=at - PACE).count() >= MOST_IN_A_PACE
            or found.feedback.count() >= MOST_IN_ALL
        ):
            raise TooMuchFeedback
        made = Feedback.objects.create(
            activity=found, rating=given, said=words(said, "said", most=500, needed=False), created_at=at
        )
        record(
            actor=RESIDENT, verb="projects.feedback.give", subject=found.project, area=found.project.community,
            change={"activity": str(found.pk)}, at=at,
        )  # fmt: skip
    return made
