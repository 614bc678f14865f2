"""What staff and the clock do with deliveries: trying failed ones again, dropping old ones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict
from shanzhi.notices import policies
from shanzhi.notices.lifecycle import CAUSES, DELIVERY, FAILED
from shanzhi.notices.models import Delivery, Notice, OutboxEntry

KEPT: Final = timedelta(days=400)
OUTBOX_KEPT: Final = timedelta(days=30)


class NothingToRetry(Conflict):
    """No delivery failed for this cause, or what it told of is over."""

    code = "nothing_to_retry"
    message = _("Nothing of this notice waits to be tried again: it all went out, or what it told of is over.")


def retry(*, actor: Actor, notice_id: UUID, channel: str, cause: str, at: datetime) -> int:
    """Try the failed deliveries of a notice again that failed on a channel for a cause; gives how many.

    Staff of the notice's area alone. Raises NotFound, NotYourNotice, NothingToRetry.
    """
    with transaction.atomic():
        notice = policies.load(viewer=actor, notice_id=notice_id)
        policies.require_keeper(actor, notice)
        over = notice.over_at is not None and notice.over_at <= at
        failed = Delivery.objects.filter(notice=notice, state=FAILED, channel=channel, cause=cause)
        number = 0 if over or cause not in CAUSES else failed.update(
            state=DELIVERY.move(FAILED, "retry"), next_try_at=at, attempts=0, token=None, gathered=False, done_at=None
        )  # fmt: skip
        if not number:
            raise NothingToRetry
        change = {"channel": channel, "cause": cause, "deliveries": number}
        record(actor=actor, verb="notices.notice.retry", subject=notice, area=notice.area, change=change, at=at)
    return number


def drop_old(*, at: datetime) -> int:
    """Drop notices that nobody needs any more, with their deliveries, and what the local drivers kept."""
    OutboxEntry.objects.filter(at__lt=at - OUTBOX_KEPT).delete()
    old = list(Notice.objects.filter(created_at__lt=at - KEPT).order_by("created_at").values_list("pk", flat=True)[:20])
    Delivery.objects.filter(notice_id__in=old).delete()
    gone, _models = Notice.objects.filter(pk__in=old).delete()
    return gone
