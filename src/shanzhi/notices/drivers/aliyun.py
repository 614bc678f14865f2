"""Text messages by Alibaba Cloud's short message service (API 2017-05-25): SendSms, and QuerySendDetails to ask.

`sms.json` in the folder of keys, which sign-in codes use too, holds besides access_key_id, access_key_secret and
sign_name:

    "notices": {"voting.opened": {"template": "SMS_1", "values": ["title", "closes"]},
                "*": {"template": "SMS_2", "values": ["title_line"]}}

`values` are the places that the approved template has, each filled with the value of that name; "*" serves every kind
without a template of its own, and `title_line` is the notice's title. `endpoint` may name another address.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from shanzhi.notices.drivers import NOT_TWICE, Answer, Message
from shanzhi.notices.drivers.gateway import Broken, NotReached, call, compact, each, keys, shortened
from shanzhi.people.drivers import ALIYUN, ALIYUN_KEYS, aliyun_parameters, aliyun_signature

NEEDED: Final = ("access_key_id", "access_key_secret", "sign_name")
LONGEST_VALUE: Final = 35
# What the service's codes mean for the message; all others may pass, so they are tried again.
NEVER: Final = {
    "isv.MOBILE_NUMBER_ILLEGAL": "bad_address",
    "isv.BLACK_KEY_CONTROL_LIMIT": "refused",
    "isv.MOBILE_IN_BLACK": "refused",
    "isv.SMS_CONTENT_ILLEGAL": "template",
}
LATER: Final = {
    "isv.BUSINESS_LIMIT_CONTROL": "quota",
    "isv.DAY_LIMIT_CONTROL": "quota",
    "isv.MONTH_LIMIT_CONTROL": "quota",
    "isv.AMOUNT_NOT_ENOUGH": "quota",
    "isv.OUT_OF_SERVICE": "quota",
    "Throttling.User": "quota",
    "isp.RAM_PERMISSION_DENY": "credentials",
    "isv.ACCOUNT_NOT_EXISTS": "credentials",
    "isv.ACCOUNT_ABNORMAL": "credentials",
    "InvalidAccessKeyId.NotFound": "credentials",
    "SignatureDoesNotMatch": "credentials",
    "isv.SMS_TEMPLATE_ILLEGAL": "template",
    "isv.SMS_SIGNATURE_ILLEGAL": "template",
    "isv.TEMPLATE_MISSING_PARAMETERS": "template",
    "isv.INVALID_PARAMETERS": "template",
    "isv.PARAM_LENGTH_LIMIT": "template",
}


class Aliyun:
    """Sends one request a message, with the token as OutId; asks by telephone number and day, and compares OutId."""

    answers_questions = True
    language = "zh-hans"  # the templates are approved in Chinese

    def __init__(self, channel: str) -> None:
        """Take the channel's name."""
        self.channel = channel

    def send(self, batch: Sequence[Message]) -> list[Answer]:
        """Hand messages to the service."""
        return each(batch, self._send)

    def repeat_within(self, message: Message) -> timedelta:
        """Never send twice: a repetition would arrive as a second message."""
        return NOT_TWICE

    def ask(self, message: Message) -> Answer | None:
        """Look for the token among what went to the number that day."""
        since = message.since or timezone.now()
        asked = {
            "PhoneNumber": _number(message.address),
            "SendDate": f"{timezone.localtime(since):%Y%m%d}",
            "PageSize": "50",
            "CurrentPage": "1",
        }
        try:
            told = _request(keys(ALIYUN_KEYS, *NEEDED), "QuerySendDetails", asked)
        except (NotReached, Broken):
            return None
        if told.get("Code") != "OK":
            return None
        details = told.get("SmsSendDetailDTOs") or {}
        for one in details.get("SmsSendDetailDTO") or []:
            if one.get("OutId") == compact(message.token):
                return _found(message, one)
        return Answer(message.token, "later", cause="gateway", code="not_found")

    def _send(self, one: Message) -> Answer:
        secrets = keys(ALIYUN_KEYS, *NEEDED)
        templates = secrets.get("notices") or {}
        template = templates.get(one.kind) or templates.get("*")
        if not template:
            return Answer(one.token, "never", cause="no_template")
        values = {name: shortened(one.values.get(name, ""), LONGEST_VALUE) for name in template.get("values", ())}
        sent = {
            "PhoneNumbers": _number(one.address),
            "SignName": secrets["sign_name"],
            "TemplateCode": template["template"],
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "OutId": compact(one.token),
        }
        return _answer(one, _request(secrets, "SendSms", sent))


def _number(phone: str) -> str:
    return phone.removeprefix("+86").removeprefix("+")


def _request(secrets: Mapping[str, Any], action: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Sign and send a request as sign-in codes do, with another action and other parameters."""
    usual = aliyun_parameters({"template_code": "", **secrets}, phone="", code="", at=datetime.now(UTC))
    for name in ("PhoneNumbers", "SignName", "TemplateCode", "TemplateParam"):
        usual.pop(name)
    parameters = {**usual, "Action": action, **given}
    signed = {**parameters, "Signature": aliyun_signature(parameters, secret=secrets["access_key_secret"])}
    return call(str(secrets.get("endpoint") or ALIYUN), data=urlencode(signed).encode())


def _answer(one: Message, told: Mapping[str, Any]) -> Answer:
    code = str(told.get("Code", ""))
    if code == "OK":
        return Answer(one.token, "sent", provider_id=str(told.get("BizId", "")))
    if code in NEVER:
        dead = NEVER[code] == "bad_address"
        return Answer(one.token, "never", cause=NEVER[code], code=f"aliyun:{code}", address_dead=dead)
    return Answer(one.token, "later", cause=LATER.get(code, "gateway"), code=f"aliyun:{code}")


def _found(message: Message, one: Mapping[str, Any]) -> Answer:
    """Read a record of the service: 1 waits for the carrier, 2 failed there, 3 arrived. All three went out once."""
    if str(one.get("SendStatus")) == "2":
        return Answer(message.token, "never", cause="bad_address", code=f"aliyun:{one.get('ErrCode', '')}")
    return Answer(message.token, "sent", provider_id=str(one.get("OutId", "")))
