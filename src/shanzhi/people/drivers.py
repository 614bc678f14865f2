"""Ways out of the house: who delivers sign-in codes, and who vouches for a real name.

A code driver is a function `(phone, code, request) -> None` that raises CodeNotSent; SHANZHI_SMS_DRIVER names it. A
real-name driver is a function `(name, id_number) -> bool`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from shanzhi.kernel.errors import Refusal

CodeDriver = Callable[[str, str, HttpRequest | None], None]
SHOWN: Final = "people_shown_code"
ALIYUN: Final = "https://dysmsapi.aliyuncs.com/"
ALIYUN_KEYS: Final = "sms.json"
WAIT_SECONDS: Final = 10


class CodeNotSent(Refusal):
    """The gateway did not take the message."""

    code = "code_not_sent"
    status = 503
    message = _("The code could not be sent. Try again in a minute, or sign in by password or passkey.")


class NotHere(Refusal):
    """A driver made for demos was called on an installation that serves people."""

    code = "demo_driver"
    status = 503
    message = _("This installation has no way to send codes yet. Sign in by password or passkey.")


def deliver(phone: str, code: str, *, request: HttpRequest | None) -> None:
    """Send a code to a phone (E.164) by the driver that the settings name; raise CodeNotSent."""
    driver: CodeDriver = import_string(settings.SMS_DRIVER)
    driver(phone, code, request)


def show_code(phone: str, code: str, request: HttpRequest | None) -> None:
    """Show the code on the page that asks for it, to whoever asked: for demos and development only."""
    if settings.ENV.production or request is None:
        raise NotHere
    request.session[SHOWN] = code


def aliyun(phone: str, code: str, request: HttpRequest | None) -> None:
    """Send the code through Alibaba Cloud's short message service (API 2017-05-25, action SendSms).

    `sms.json` in the folder of keys holds access_key_id, access_key_secret, sign_name and template_code; the template
    has the place `code`. Mainland numbers go without their country code, as the service asks.
    """
    keys = json.loads((Path(settings.KEYS_FOLDER) / ALIYUN_KEYS).read_text())
    parameters = aliyun_parameters(
        keys, phone=phone.removeprefix("+86").removeprefix("+"), code=code, at=datetime.now(UTC)
    )
    signed = {**parameters, "Signature": aliyun_signature(parameters, secret=keys["access_key_secret"])}
    try:
        with urllib.request.urlopen(ALIYUN, data=urlencode(signed).encode(), timeout=WAIT_SECONDS) as answer:
            told = json.load(answer)
    except (urllib.error.URLError, TimeoutError, ValueError) as problem:
        raise CodeNotSent from problem
    if told.get("Code") != "OK":
        raise CodeNotSent


def aliyun_parameters(keys: Mapping[str, str], *, phone: str, code: str, at: datetime) -> dict[str, str]:
    """Write the parameters of SendSms, all but the signature."""
    return {
        "AccessKeyId": keys["access_key_id"],
        "Action": "SendSms",
        "Format": "JSON",
        "PhoneNumbers": phone,
        "RegionId": "cn-hangzhou",
        "SignName": keys["sign_name"],
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": secrets.token_hex(16),
        "SignatureVersion": "1.0",
        "TemplateCode": keys["template_code"],
        "TemplateParam": json.dumps({"code": code}),
        "Timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Version": "2017-05-25",
    }


def aliyun_signature(parameters: Mapping[str, str], *, secret: str, method: str = "POST") -> str:
    """Sign a request as Alibaba Cloud's RPC interface asks: HMAC-SHA1 over method, path and sorted parameters."""
    pairs = "&".join(f"{_percent(key)}={_percent(value)}" for key, value in sorted(parameters.items()))
    text = f"{method}&%2F&{_percent(pairs)}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def _percent(text: str) -> str:
    return quote(text, safe="-_.~")


def vouches(name: str, id_number: str) -> bool:
    """Ask the outside service, where one is named, whether a name and an identity number belong together.

    Without PEOPLE_REAL_NAME_DRIVER in the settings nobody vouches, so such a verification is refused.
    """
    path = getattr(settings, "PEOPLE_REAL_NAME_DRIVER", "")
    return bool(path) and bool(import_string(path)(name, id_number))


def vouch_for_examples(name: str, id_number: str) -> bool:
    """Stand in for the outside service in demos and tests: it knows synthetic people alone, whose names begin 示例."""
    return not settings.ENV.production and name.startswith("示例")
