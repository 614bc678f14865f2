"""Addresses outside this site: an e-mail address proven by a code, a WeChat identity proven by WeChat."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shanzhi.audit.operations import record
from shanzhi.audit.queries import times_done
from shanzhi.kernel.actor import Actor
from shanzhi.kernel.errors import Conflict, Invalid, NotFound, Refusal
from shanzhi.notices import drivers
from shanzhi.notices.drivers import Message
from shanzhi.notices.kinds import EMAIL
from shanzhi.notices.models import EMAIL_CODE, EmailAddress, Manner, WeChatLink
from shanzhi.people.fields import mark, marks
from shanzhi.people.models import Person

CODE_HOLDS: Final = timedelta(minutes=30)
CODES_IN: Final = {timedelta(minutes=1): 1, timedelta(days=1): 10}  # how many codes at most
MOST_TRIES: Final = 5
CODE_KIND: Final = "notices.email_code"


class BadEmail(Invalid):
    """The text is no e-mail address."""

    code = "bad_email"
    message = _("This is no e-mail address. Write it like name@example.cn.")


class EmailOff(Refusal):
    """This installation sends no e-mail."""

    code = "email_off"
    status = 409
    message = _("This installation sends no e-mail. Your notices stand on this site.")


class CodeNotMailed(Refusal):
    """The mail server did not take the message."""

    code = "code_not_mailed"
    status = 503
    message = _("The code could not be sent. Check the address and try again in a minute.")


class TooSoon(Conflict):
    """A code was sent just now."""

    code = "code_too_soon"
    message = _(
        "A code was sent a moment ago, or ten today. Wait a minute, or until tomorrow, before you ask for another."
    )


class WrongCode(Invalid):
    """The code does not fit, or no longer holds."""

    code = "wrong_code"
    message = _("This code is wrong or no longer holds. Look at the newest message, or ask for a new code.")


def set_email(*, actor: Actor, address: str, at: datetime) -> None:
    """Put down an address and mail a code to it; until the code comes back the one before stays in use.

    The log counts the codes, so that forgetting the address does not. The mail leaves after the commit: a slow server
    holds no row. Raises BadEmail, EmailOff, TooSoon, CodeNotMailed.
    """
    plain = _clean(address)
    person_id = actor.person()
    if EMAIL not in drivers.open_channels():
        raise EmailOff(field="address")
    code = f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person_id)
        for span, most in CODES_IN.items():
            if times_done(subject=person, verb="notices.email.set", since=at - span) >= most:
                raise TooSoon(field="address")
        EmailAddress.objects.update_or_create(
            person_id=person_id,
            defaults={
                "wanted": plain,
                "code_mark": mark(f"{person_id}{code}", purpose=EMAIL_CODE),
                "code_until": at + CODE_HOLDS,
                "tries": 0,
                "changed_at": at,
            },
        )
        record(actor=actor, verb="notices.email.set", subject=person, area=person.area, at=at)
    _mail_code(actor, plain, code)


def _clean(address: str) -> str:
    plain = address.strip()
    try:
        validate_email(plain)
    except ValidationError as wrong:
        raise BadEmail(field="address") from wrong
    if len(plain) > 254:
        raise BadEmail(field="address")
    return plain


def _mail_code(actor: Actor, address: str, code: str) -> None:
    """Send the code at once: whoever asks for it waits for it, at any hour."""
    manner = Manner.objects.filter(person_id=actor.person()).first()
    with translation.override(manner.language if manner else translation.get_language()):
        title = gettext("Your code: %(code)s") % {"code": code}
        text = gettext(
            "Enter the code %(code)s on the page of your notices, so that they can reach you here. It holds for half "
            "an hour. If you did not ask for it, do nothing."
        ) % {"code": code}
        language = translation.get_language() or ""
    message = Message(uuid4(), CODE_KIND, address, language, title, text, since=timezone.now())
    driver = drivers.driver_of(EMAIL)
    answer = next(iter(driver.send([message])), None) if driver else None
    if answer is None or answer.outcome != "sent":
        raise CodeNotMailed(field="address")


def verify_email(*, actor: Actor, code: str, at: datetime) -> None:
    """Take the code back: from now on notices go to the address. Five wrong tries end a code. Raises WrongCode."""
    right = False
    with transaction.atomic():
        held = EmailAddress.objects.select_for_update().filter(person_id=actor.person(), wanted__isnull=False).first()
        if held is None:
            raise NotFound
        held.tries += 1
        if held.tries <= MOST_TRIES and held.code_until is not None and at < held.code_until:
            given, wanted = f"{actor.person()}{''.join(code.split())}", bytes(held.code_mark or b"")
            right = any(constant_time_compare(one, wanted) for one in marks(given, purpose=EMAIL_CODE))
        if right:
            held.address, held.verified_at, held.dead_at = held.wanted, at, None
            held.wanted, held.code_mark, held.code_until = None, None, None
            person = Person.objects.get(pk=held.person_id)
            record(actor=actor, verb="notices.email.verify", subject=person, area=person.area, at=at)
        held.save()
    if not right:
        raise WrongCode(field="code")


def remove_email(*, actor: Actor, at: datetime) -> None:
    """Forget the own address; without one nothing happens."""
    _forget(actor, EmailAddress, "notices.email.remove", at)


def link_wechat(*, actor: Actor, openid: str, at: datetime) -> None:
    """Put down the identity that WeChat itself vouched for."""
    with transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=actor.person())
        WeChatLink.objects.update_or_create(
            person_id=person.pk, defaults={"openid": openid, "linked_at": at, "dead_at": None}
        )
        record(actor=actor, verb="notices.wechat.link", subject=person, area=person.area, at=at)


def unlink_wechat(*, actor: Actor, at: datetime) -> None:
    """Forget the own WeChat identity; without one nothing happens."""
    _forget(actor, WeChatLink, "notices.wechat.unlink", at)


def _forget(actor: Actor, book: type[EmailAddress] | type[WeChatLink], verb: str, at: datetime) -> None:
    with transaction.atomic():
        person = Person.objects.get(pk=actor.person())
        gone, _models = book.objects.filter(person_id=person.pk).delete()
        if gone:
            record(actor=actor, verb=verb, subject=person, area=person.area, at=at)
