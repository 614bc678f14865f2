"""Notice, Delivery, Preference, Manner (language, quiet hours, digest), addresses, and what the local drivers keep."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shanzhi.notices.kinds import APP, CHANNELS, OUTSIDE
from shanzhi.notices.lifecycle import CAUSES, DELIVERY, SENDING, WAITING
from shanzhi.people.fields import SealedField
from shanzhi.people.models import Person
from shanzhi.work.search import search_index

EMAIL_PURPOSE: Final = "notices.emailaddress.address"
EMAIL_CODE: Final = "notices.emailaddress.code"
WECHAT_PURPOSE: Final = "notices.wechatlink.openid"
OUTBOX_PURPOSE: Final = "notices.outboxentry.address"
QUIET_FROM, QUIET_TO = 22 * 60, 8 * 60
DAY_MINUTES: Final = 24 * 60
DIGESTS: Final = {"": _("At once"), "daily": _("Once a day"), "weekly": _("Once a week, on Monday")}
READERS_LANGUAGES: Final = {"zh-hans": _("Simplified Chinese"), "en": _("English")}


class Notice(models.Model):
    """What is to be told: a kind with typed values (`notices.values`), never a text and nothing about a person.

    `key` makes it unique, so that the same thing is told once however often it is asked for. `area` is where staff see
    how it was delivered. Behind `over_at` it is no longer sent, for what it tells of is over. `words` are its titles in
    both languages, for search.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=60)
    category = models.CharField(max_length=40)
    values: models.JSONField[Any] = models.JSONField(default=dict)
    key = models.CharField(max_length=160, unique=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    area = models.CharField(max_length=21, db_collation="C", blank=True)
    words = models.CharField(max_length=600, blank=True)
    recipients = models.PositiveIntegerField(default=0)
    over_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        """Listed by area and age; found by subject."""

        constraints = [
            models.CheckConstraint(
                condition=Q(over_at__isnull=True) | Q(over_at__gt=F("created_at")), name="notices_notice_not_over"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "-created_at", "id"], name="notices_notice_area"),
            models.Index(fields=["subject_type", "subject_id"], name="notices_notice_subject"),
            search_index("words", name="notices_notice_words"),
        ]

    def __str__(self) -> str:
        """Name the kind."""
        return self.kind


class Delivery(models.Model):
    """One notice to one person by one channel.

    `token` is written, and committed, before the gateway is called, and given to the gateway as the key by which it
    knows a repetition; deliveries gathered into one digest share it. `cause` is one of our own words, `code` a
    gateway's bare code: neither can hold an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=8, choices=list(CHANNELS.items()))
    state = models.CharField(max_length=8, choices=DELIVERY.choices(), default=DELIVERY.first)
    gathered = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    sending_since = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=100, blank=True)
    cause = models.CharField(max_length=20, choices=list(CAUSES.items()), blank=True)
    code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        """Once for each person and channel; waiting ones know when, ones being sent know their token."""

        constraints = [
            models.UniqueConstraint(fields=["notice", "person", "channel"], name="notices_delivery_once"),
            models.CheckConstraint(
                condition=~Q(state=WAITING) | Q(next_try_at__isnull=False), name="notices_delivery_waits_until"
            ),
            models.CheckConstraint(
                condition=~Q(state=SENDING) | Q(token__isnull=False, sending_since__isnull=False),
                name="notices_delivery_token",
            ),
            models.CheckConstraint(condition=~Q(state="read") | Q(channel=APP), name="notices_delivery_read_here"),
            models.CheckConstraint(
                condition=~Q(channel=APP) | Q(state__in=("sent", "read")), name="notices_delivery_app_is_there"
            ),
        ]
        indexes = [
            models.Index(fields=["channel", "next_try_at"], condition=Q(state=WAITING), name="notices_delivery_due"),
            models.Index(fields=["sending_since"], condition=Q(state=SENDING), name="notices_delivery_sending"),
            models.Index(fields=["person", "-created_at", "id"], name="notices_delivery_person"),
            models.Index(fields=["notice"], condition=Q(state="failed"), name="notices_delivery_failed"),
        ]

    def __str__(self) -> str:
        """Name channel and state."""
        return f"{self.channel} {self.state}"


class Preference(models.Model):
    """That a person wants, or does not want, a category of notices by a channel; without a row the usual holds."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=40)
    channel = models.CharField(max_length=8, choices=list(CHANNELS.items()))
    wanted = models.BooleanField()

    class Meta:
        """One wish for each person, category and channel."""

        constraints = [
            models.UniqueConstraint(fields=["person", "category", "channel"], name="notices_preference_once"),
        ]

    def __str__(self) -> str:
        """Name category and channel."""
        return f"{self.category} {self.channel} {self.wanted}"


class Manner(models.Model):
    """How a person wants to be told: language, digest, quiet hours in minutes of the local day (equal: none)."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10, choices=list(READERS_LANGUAGES.items()), default="zh-hans")
    digest = models.CharField(max_length=8, choices=list(DIGESTS.items()), blank=True)
    quiet_from = models.PositiveSmallIntegerField(default=QUIET_FROM)
    quiet_to = models.PositiveSmallIntegerField(default=QUIET_TO)

    class Meta:
        """Minutes lie in the day."""

        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from__lt=DAY_MINUTES, quiet_to__lt=DAY_MINUTES), name="notices_manner_minutes"
            ),
        ]

    def __str__(self) -> str:
        """Name language and digest."""
        return f"{self.language} {self.digest}"


class EmailAddress(models.Model):
    """A person's e-mail address, sealed, and the one `wanted` until a code sent there comes back.

    `dead_at`: the mail server says no.
    """

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    address = SealedField(purpose=EMAIL_PURPOSE, null=True)
    wanted = SealedField(purpose=EMAIL_PURPOSE, null=True)
    code_mark = models.BinaryField(max_length=32, null=True)
    code_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    dead_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        """An address is verified, or waits for its code."""

        constraints = [
            models.CheckConstraint(
                condition=Q(verified_at__isnull=False) | Q(code_mark__isnull=False, code_until__isnull=False),
                name="notices_email_verified_or_asked",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(address__isnull=False), name="notices_email_verified_is_known"
            ),
            models.CheckConstraint(
                condition=Q(code_mark__isnull=True, wanted__isnull=True)
                | Q(code_mark__isnull=False, wanted__isnull=False),
                name="notices_email_code_is_for_one",
            ),
        ]

    def __str__(self) -> str:
        """Show nothing of the address."""
        return str(self.address or self.wanted)


class WeChatLink(models.Model):
    """A person's identity with our WeChat account (openid), sealed. `dead_at`: the person no longer follows us."""

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="+")
    openid = SealedField(purpose=WECHAT_PURPOSE)
    linked_at = models.DateTimeField()
    dead_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Show nothing of the identity."""
        return str(self.openid)


class OutboxEntry(models.Model):
    """What the local drivers would have sent: for demos and development, seen by operators there."""

    token = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=8, choices=[(one, CHANNELS[one]) for one in OUTSIDE])
    address = SealedField(purpose=OUTBOX_PURPOSE)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    text = models.TextField()
    link = models.CharField(max_length=500, blank=True)
    unsubscribe = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Newest first."""

        indexes = [models.Index(fields=["-at", "token"], name="notices_outbox_newest")]

    def __str__(self) -> str:
        """Show the title."""
        return self.title
