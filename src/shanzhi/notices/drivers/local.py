"""The driver that stores what would be sent: for demos, development and tests. Refused in production."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from django.utils import timezone

from shanzhi.notices.drivers import Answer, Message
from shanzhi.notices.models import OutboxEntry


class Local:
    """Keeps each message once, by its token, in a table that operators of a demo see."""

    answers_questions = True
    language = ""

    def __init__(self, channel: str) -> None:
        """Take the channel's name."""
        self.channel = channel

    def send(self, batch: Sequence[Message]) -> list[Answer]:
        """Store the messages."""
        OutboxEntry.objects.bulk_create([self._entry(one) for one in batch], ignore_conflicts=True)
        return [Answer(one.token, "sent", provider_id=f"local-{one.token.hex[:12]}") for one in batch]

    def repeat_within(self, message: Message) -> timedelta:
        """Give how long a repetition is dropped: as long as the message is kept."""
        return timedelta(days=30)

    def ask(self, message: Message) -> Answer | None:
        """Look whether the message is there."""
        there = OutboxEntry.objects.filter(pk=message.token).exists()
        return Answer(message.token, "sent" if there else "later", cause="" if there else "gateway")

    def identity_address(self, *, back: str, state: str) -> str:
        """Lead straight back, as if WeChat had been asked."""
        return f"{back}?{urlencode({'code': 'demo', 'state': state})}"

    def identity(self, code: str) -> str:
        """Make an identity up; '' without a code."""
        return f"demo-{secrets.token_hex(8)}" if code else ""

    def _entry(self, one: Message) -> OutboxEntry:
        return OutboxEntry(
            token=one.token,
            channel=self.channel,
            address=one.address,
            language=one.language,
            title=one.title[:300],
            text=one.text,
            link=one.link[:500],
            unsubscribe=one.unsubscribe[:500],
            at=timezone.now(),
        )
