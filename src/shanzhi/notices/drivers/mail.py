"""E-mail through Django's mail backends: plain text, with the headers by which mail programs unsubscribe in one click.

A mail server cannot be asked what became of a message, and knows no keys; the token stands in Message-ID, so that a
mailbox can drop a repetition. A connection that breaks in mid sending leaves the outcome unknown, and then the message
is given up in the open instead of sent twice.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import translation
from django.utils.translation import gettext as _

from shanzhi.notices.drivers import NOT_TWICE, Answer, Message
from shanzhi.notices.drivers.gateway import LONGEST_BATCH

ONE_CLICK: Final = "List-Unsubscribe=One-Click"


class Mail:
    """Sends by the mail backend of the settings."""

    answers_questions = False
    language = ""

    def __init__(self, channel: str) -> None:
        """Take the channel's name."""
        self.channel = channel

    def send(self, batch: Sequence[Message]) -> list[Answer]:
        """Send over one connection; where that breaks, another is made for the rest."""
        ends = time.monotonic() + LONGEST_BATCH
        connection = get_connection()
        answers = []
        for one in batch:
            if time.monotonic() > ends:
                answers.append(Answer(one.token, "later", cause="gateway", code="no_time"))
                continue
            answer = self._send(connection, one)
            if answer.outcome != "sent":
                connection.close()
                connection = get_connection()
            answers.append(answer)
        connection.close()
        return answers

    def repeat_within(self, message: Message) -> timedelta:
        """Never send twice: a repetition would arrive as a second message."""
        return NOT_TWICE

    def ask(self, message: Message) -> Answer | None:
        """Tell nothing: SMTP has no such question."""
        return None

    def _send(self, connection: BaseEmailBackend, one: Message) -> Answer:
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError as refused:
            return Answer(one.token, "later", cause="credentials", code=f"smtp:{refused.smtp_code}")
        except (smtplib.SMTPException, OSError):
            return Answer(one.token, "later", cause="gateway", code="not_reached")
        try:
            connection.send_messages([written(one)])
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _words in refused.recipients.values()]
            return _refused(one, codes[0] if codes else 450)
        except smtplib.SMTPResponseException as refused:
            return _refused(one, refused.smtp_code, address=False)
        except (smtplib.SMTPServerDisconnected, OSError):
            return Answer(one.token, "unknown")
        return Answer(one.token, "sent", provider_id=message_id(one).strip("<>"))


def _refused(one: Message, code: int, *, address: bool = True) -> Answer:
    """Tell a refusal for good (5xx) from one for now (4xx); 550, 551 and 553 say that there is no such address."""
    dead = address and code in (550, 551, 553)
    cause = "bad_address" if dead else "gateway"
    return Answer(one.token, "never" if code >= 500 else "later", cause=cause, code=f"smtp:{code}", address_dead=dead)


def message_id(one: Message) -> str:
    """Give the Message-ID, the same for every try of a message."""
    return f"<{one.token.hex}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}>"


def written(one: Message) -> EmailMessage:
    """Write the message with its headers (RFC 2369, RFC 8058, RFC 3834: no automatic answers, please)."""
    headers = {"Message-ID": message_id(one), "Auto-Submitted": "auto-generated", "Content-Language": one.language}
    lines = [one.text]
    if one.link:
        lines += ["", one.link]
    if one.unsubscribe:
        headers["List-Unsubscribe"] = f"<{one.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = ONE_CLICK
        with translation.override(one.language or None):
            lines += ["", "-- ", _("Switch such messages off: %(link)s") % {"link": one.unsubscribe}]
    return EmailMessage(subject=one.title, body="\n".join(lines) + "\n", to=[one.address], headers=headers)
