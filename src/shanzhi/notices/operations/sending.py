"""Sending what waits: claimed with a token first, handed over, then settled; each message once.

Claiming commits before the gateway is called. Whoever dies in between leaves deliveries 'being sent' under their token:
`settle_left` asks the gateway about them, sends again where the gateway itself drops repetitions, and otherwise gives
them up in the open, since a message too many cannot be called back.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import connection, transaction
from django.db.models import F, QuerySet

from shanzhi.notices import drivers
from shanzhi.notices.drivers import Answer, Driver, Message
from shanzhi.notices.lifecycle import DELIVERY, SENDING, WAITING
from shanzhi.notices.models import Delivery, EmailAddress, WeChatLink
from shanzhi.notices.operations.writing import Envelope, Held, write
from shanzhi.notices.schedule import next_try

BATCH: Final = 50
# A worker that has not settled a message within this time is taken for dead.
LEASE: Final = timedelta(minutes=5)
# How long a gateway is asked about a message before it is given up.
ASKED_FOR: Final = timedelta(hours=24)
_GATHERING: Final = 0x5A_71_6E_01  # a number of our own for the lock that keeps a person's digest whole
log = structlog.get_logger(__name__)


def send_due(*, channel: str, at: datetime, most: int = BATCH) -> int:
    """Send what is due on a channel, at most so many messages; gives how many deliveries were taken up."""
    driver = drivers.driver_of(channel)
    if driver is None:
        return _close_channel(channel, at)
    claimed = _claim(channel, at, most)
    if claimed:
        _hand_over(driver, channel, claimed, at)
    return len(claimed)


def _claim(channel: str, at: datetime, most: int) -> list[Delivery]:
    """Take deliveries that are due and write their tokens; those of one digest share one."""
    due = Delivery.objects.filter(state=WAITING, channel=channel, next_try_at__lte=at)
    with transaction.atomic():
        single = (
            due.filter(gathered=False).order_by("next_try_at", "id").select_for_update(skip_locked=True, of=("self",))
        )
        found = list(single[:most])
        for one in found:
            _begin(one, uuid.uuid4(), at)
        digests = _gathered(due, most - len(found))
        tokens: dict[uuid.UUID, uuid.UUID] = {}
        for one in digests:
            _begin(one, tokens.setdefault(one.person_id, uuid.uuid4()), at)
        found += digests
        fields = ["state", "token", "sending_since", "attempts", "next_try_at"]
        Delivery.objects.bulk_update(found, fields, batch_size=500)
    return found


def _gathered(due: QuerySet[Delivery], most: int) -> list[Delivery]:
    """Take all that is due of some persons' digests; one worker at a time, so that no digest is torn in two."""
    if most <= 0:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_GATHERING])
        row = cursor.fetchone()
        if not row or not row[0]:
            return []
    rows = due.filter(gathered=True)
    people = list(rows.order_by("person_id").values_list("person_id", flat=True).distinct()[:most])
    return list(
        rows.filter(person_id__in=people).order_by("person_id", "created_at", "id").select_for_update(of=("self",))
    )


def _begin(one: Delivery, token: uuid.UUID, at: datetime) -> None:
    one.state = DELIVERY.move(one.state, "begin")
    one.token, one.sending_since, one.next_try_at = token, at, None
    one.attempts += 1


def _hand_over(driver: Driver, channel: str, claimed: Sequence[Delivery], at: datetime) -> None:
    envelopes = write(channel, claimed, language=driver.language, at=at)
    ready = []
    for one in envelopes:
        if isinstance(one, Held):
            _put_off(one)
        else:
            ready.append(one)
    if not ready:
        return
    try:
        answers = driver.send([one.message for one in ready])
    except Exception:  # a driver's own fault: what went out is not known, so it is settled like a crash
        log.exception("driver_failed", channel=channel)
        answers = []
    settle(ready, answers, at=at)


def _put_off(held: Held) -> None:
    """Put down why a claimed delivery was not handed over: skipped for a cause, or waiting for another moment."""
    rows = Delivery.objects.filter(pk__in=held.deliveries, state=SENDING)
    if held.until is None:
        state = DELIVERY.move(SENDING, "skip")
        rows.update(state=state, cause=held.cause, done_at=held.at)
    else:
        rows.update(
            state=DELIVERY.move(SENDING, "wait"), next_try_at=held.until, attempts=F("attempts") - 1, token=None
        )


def settle(envelopes: Iterable[Envelope], answers: Iterable[Answer], *, at: datetime) -> None:
    """Put down what the gateway answered. An unknown outcome stays as it is, for `settle_left`.

    Only a delivery still under the very token is touched: a late answer overwrites nothing.
    """
    by_token = {answer.token: answer for answer in answers}
    with transaction.atomic():
        for one in envelopes:
            answer = by_token.get(one.message.token)
            if answer is not None and answer.outcome != "unknown":
                _settle(one, answer, at)


def _settle(one: Envelope, answer: Answer, at: datetime) -> None:
    rows = Delivery.objects.filter(pk__in=one.deliveries, state=SENDING, token=answer.token)
    again = next_try(at, one.attempts, cause=answer.cause) if answer.outcome == "later" else None
    if answer.outcome == "sent":
        state = DELIVERY.move(SENDING, "arrive")
        rows.update(state=state, provider_id=answer.provider_id[:100], cause="", code="", done_at=at)
    elif again is not None:
        state = DELIVERY.move(SENDING, "wait")
        rows.update(state=state, next_try_at=again, cause=answer.cause, code=answer.code[:60], token=None)
    else:
        state = DELIVERY.move(SENDING, "give_up")
        rows.update(state=state, cause=answer.cause or "gateway", code=answer.code[:60], done_at=at)
    if answer.address_dead:
        _bury(one, at)


def _bury(one: Envelope, at: datetime) -> None:
    """Use an address no more that the gateway calls dead; the person sees that on the page of choices."""
    if one.channel == "email":
        EmailAddress.objects.filter(person_id=one.person_id, dead_at=None).update(dead_at=at)
    elif one.channel == "wechat":
        WeChatLink.objects.filter(person_id=one.person_id, dead_at=None).update(dead_at=at)


def settle_left(*, channel: str, at: datetime, most: int = BATCH) -> int:
    """Settle messages whose worker died or whose answer was lost; gives how many deliveries were looked at."""
    driver = drivers.driver_of(channel)
    if driver is None:
        return 0
    rows = Delivery.objects.filter(state=SENDING, channel=channel, sending_since__lt=at - LEASE)
    tokens = list(rows.order_by("sending_since").values_list("token", flat=True).distinct()[:most])
    left = list(Delivery.objects.filter(state=SENDING, channel=channel, token__in=tokens).order_by("created_at", "id"))
    for one in write(channel, left, language=driver.language, at=at, again=True):
        if isinstance(one, Held):
            _put_off(one)
            continue
        answer = _outcome(driver, one.message, at)
        if answer is not None:
            settle([one], [answer], at=at)
    return len(left)


def _outcome(driver: Driver, message: Message, at: datetime) -> Answer | None:
    """Learn what became of a message, by asking or by sending it again where that is safe; None: look again later.

    What cannot be learnt is given up in the open: after a day where the gateway answers questions, else at once.
    """
    age = at - (message.since or at)
    answer = driver.ask(message) if driver.answers_questions else None
    repeat_within = driver.repeat_within(message)
    if answer is None and age < repeat_within:
        answer = next(iter(driver.send([message])), None)
    if answer is not None and answer.outcome != "unknown":
        return answer
    patience = ASKED_FOR if driver.answers_questions else max(LEASE, repeat_within)
    return None if age < patience else Answer(message.token, "never", cause="unknown_outcome")


def _close_channel(channel: str, at: datetime) -> int:
    """Skip what still waits for a channel that this installation no longer has."""
    rows = Delivery.objects.filter(channel=channel, state=WAITING, next_try_at__lte=at)
    return rows.update(state=DELIVERY.move(WAITING, "skip"), cause="channel_off", done_at=at)


def anything_due(*, at: datetime) -> bool:
    """Tell whether a message is due, or was left behind by a worker that died."""
    due = Delivery.objects.filter(state=WAITING, next_try_at__lte=at).exists()
    return due or Delivery.objects.filter(state=SENDING, sending_since__lt=at - LEASE).exists()
