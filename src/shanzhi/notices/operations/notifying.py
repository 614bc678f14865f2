"""Telling people: one notice, its deliveries to all who are meant by one statement, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Q, QuerySet

from shanzhi.audit.operations import record
from shanzhi.kernel.actor import Actor
from shanzhi.notices import drivers
from shanzhi.notices.kinds import APP, LANGUAGES, Kind, render
from shanzhi.notices.models import QUIET_FROM, QUIET_TO, Notice
from shanzhi.notices.schedule import digest_at

Audience = QuerySet[Any, Any] | Iterable[UUID]

# Who is told by what, and from when on: usual channels unless the person chose otherwise, only where there is an
# address, after the person's quiet hours, gathered where the person wants digests and the matter can wait that long.
_DELIVER: Final = """
WITH audience AS (SELECT DISTINCT person_id FROM ({audience}) AS asked(person_id)),
way AS (
    SELECT * FROM unnest(%s::text[], %s::boolean[], %s::boolean[]) AS w(channel, usual, forced)
),
told AS (
    SELECT p.id AS person_id, way.channel,
        coalesce(m.quiet_from, %s) AS quiet_from, coalesce(m.quiet_to, %s) AS quiet_to,
        CASE WHEN way.channel = 'app' OR %s THEN NULL
             WHEN m.digest = 'daily' AND %s < coalesce(%s, 'infinity'::timestamptz) THEN %s
             WHEN m.digest = 'weekly' AND %s < coalesce(%s, 'infinity'::timestamptz) THEN %s
        END AS digest_at
    FROM audience
    JOIN people_person AS p ON p.id = audience.person_id
    CROSS JOIN way
    LEFT JOIN notices_preference AS wish
        ON wish.person_id = p.id AND wish.category = %s AND wish.channel = way.channel
    LEFT JOIN notices_manner AS m ON m.person_id = p.id
    WHERE (way.forced OR coalesce(wish.wanted, way.usual)) AND (
        way.channel = 'app'
        OR (way.channel = 'email' AND EXISTS (SELECT 1 FROM notices_emailaddress AS e
            WHERE e.person_id = p.id AND e.verified_at IS NOT NULL AND e.dead_at IS NULL))
        OR (way.channel = 'wechat' AND EXISTS (SELECT 1 FROM notices_wechatlink AS l
            WHERE l.person_id = p.id AND l.dead_at IS NULL))
        OR (way.channel = 'sms' AND (p.phone IS NOT NULL OR EXISTS (SELECT 1 FROM people_account AS a
            WHERE a.person_id = p.id AND a.phone IS NOT NULL AND a.phone_verified)))
    )
),
timed AS (
    SELECT told.*, coalesce(digest_at, %s) AS base,
        date_trunc('day', coalesce(digest_at, %s) AT TIME ZONE %s) AS today,
        (extract(epoch FROM (coalesce(digest_at, %s) AT TIME ZONE %s)::time) / 60)::int AS minute
    FROM told
),
made AS (
    INSERT INTO notices_delivery (id, notice_id, person_id, channel, state, gathered, attempts, next_try_at,
        provider_id, cause, code, created_at, done_at)
    SELECT gen_random_uuid(), %s, person_id, channel,
        CASE WHEN channel = 'app' THEN 'sent' ELSE 'waiting' END, digest_at IS NOT NULL, 0,
        CASE WHEN channel = 'app' THEN NULL
             WHEN %s OR NOT (CASE WHEN quiet_from <= quiet_to THEN minute >= quiet_from AND minute < quiet_to
                                  ELSE minute >= quiet_from OR minute < quiet_to END) THEN base
             ELSE (today + make_interval(days => (minute >= quiet_to)::int, mins => quiet_to)) AT TIME ZONE %s END,
        '', '', '', %s, CASE WHEN channel = 'app' THEN %s::timestamptz END
    FROM timed
    ON CONFLICT DO NOTHING
    RETURNING person_id, channel
)
SELECT count(DISTINCT person_id), count(*) FILTER (WHERE channel <> 'app') FROM made
"""
_waker: Final[list[Callable[[], Any]]] = []


def set_waker(wake: Callable[[], Any]) -> None:
    """Name what tells the background worker, after a commit, that messages wait; set once by the app."""
    _waker[:] = [wake]


def notify(
    *,
    actor: Actor,
    kind: Kind,
    values: Mapping[str, Any],
    to: Audience,
    key: str,
    subject: models.Model | None = None,
    area: str = "",
    over_at: datetime | None = None,
    at: datetime,
) -> Notice | None:
    """Tell everybody of an audience, inside the caller's transaction; nothing if `key` was told before.

    `to` is a query that gives ids of persons, which becomes part of one INSERT, or ids. `values` are of the kinds that
    the kind of notice names, the link as `values.To`. `over_at`: from when on it need not be sent any more. Messages go
    out after the commit, by the worker. Raises BadValue where a room gives what is no such value.
    """
    notice = Notice(
        kind=kind.key,
        category=kind.category.key,
        values=kind.store(values),
        key=f"{kind.key}:{key}",
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=str(subject.pk) if subject else "",
        area=area,
        over_at=over_at,
        created_at=at,
    )
    notice.words = "\n".join(render(kind, notice.values, language).title for language in LANGUAGES)[:600]
    with transaction.atomic():
        if not _fresh(notice):
            return None
        notice.recipients, outside = _deliver(notice, kind, to)
        notice.save(update_fields=["recipients"])
        change = {"kind": kind.key, "recipients": notice.recipients}
        record(actor=actor, verb="notices.notice.give", subject=notice, area=area, change=change, at=at)
        if outside and _waker:
            transaction.on_commit(_waker[0])
    return notice


def end(*, subject: models.Model, kinds: Iterable[Kind], at: datetime) -> None:
    """Let what was told of a subject be over, so that messages still waiting are not sent; in the caller's transaction.

    On this site it stays to be read.
    """
    Notice.objects.filter(
        Q(over_at__isnull=True) | Q(over_at__gt=at),
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        kind__in=[kind.key for kind in kinds],
        created_at__lt=at,
    ).update(over_at=at)


def _fresh(notice: Notice) -> bool:
    """Write the notice unless its key is there; a second caller waits for the first one's transaction to end."""
    made = Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return Notice.objects.filter(pk=made[0].pk).exists()


def _deliver(notice: Notice, kind: Kind, to: Audience) -> tuple[int, int]:
    """Write the deliveries; gives how many people are told, and how many messages wait to be sent."""
    audience, given = _audience(to)
    usual = [APP, *drivers.open_channels()]
    forced = [bool(kind.category.needed) and channel in kind.channels for channel in usual]
    at, zone, over = notice.created_at, settings.TIME_ZONE, notice.over_at
    daily, weekly = digest_at(at, "daily"), digest_at(at, "weekly")
    alone = kind.urgent or bool(kind.category.needed)
    values: list[Any] = [
        *given,
        usual, [channel in kind.channels for channel in usual], forced,
        QUIET_FROM, QUIET_TO,
        alone, daily, over, daily, weekly, over, weekly,
        kind.category.key,
        at, at, zone, at, zone,
        notice.pk,
        kind.urgent, zone,
        at, at,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_DELIVER.format(audience=audience), values)
        people, outside = cursor.fetchone()
    return int(people), int(outside)


def _audience(to: Audience) -> tuple[str, tuple[Any, ...]]:
    if isinstance(to, QuerySet):
        return to.order_by().query.sql_with_params()
    return "SELECT unnest(%s::uuid[])", ([str(one) for one in to],)
