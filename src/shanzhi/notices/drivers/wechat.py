"""Template messages and subscription notices of a WeChat service account, and who somebody is there (openid).

`wechat.json` in the folder of keys:

    {"app_id": "wx…", "app_secret": "…",
     "notices": {"voting.opened": {"template": "…", "data": {"thing1": "title", "time2": "closes"}},
                 "*": {"template": "…", "data": {"thing1": "title_line"}}}}

`data` says which value of the notice fills which place of the approved template; `"subscription": true` in a template
sends it as a subscription notice (message/subscribe/bizsend) instead. `endpoint` and `entrance` may name other
addresses.

The access token is the stable one: fetching it again does not end the one that another process holds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone

from shanzhi.notices.drivers import NOT_TWICE, Answer, Message
from shanzhi.notices.drivers.gateway import Broken, Denied, NotReached, call, compact, each, keys, shortened

KEYS: Final = "wechat.json"
NEEDED: Final = ("app_id", "app_secret")
API: Final = "https://api.weixin.qq.com"
ENTRANCE: Final = "https://open.weixin.qq.com"
TOKEN_EARLY: Final = 300.0  # seconds before its end at which a token is fetched anew
# How many characters a place of each kind takes.
LENGTHS: Final = {"thing": 20, "character_string": 32, "phrase": 5, "const": 20, "short_thing": 5}
MOMENTS: Final = ("time", "date")
STALE_TOKEN: Final = (40001, 40014, 42001)
NEVER: Final = {
    40003: "bad_address",
    43004: "refused",
    43101: "refused",
    40037: "template",
    47003: "template",
    48001: "credentials",
    48004: "credentials",
}
# The person no longer follows the account, or the identity is none of this account's.
DEAD: Final = (40003, 43004)
LATER: Final = {
    45009: "quota",
    45011: "quota",
    45047: "quota",
    40013: "credentials",
    40125: "credentials",
    40164: "credentials",
}


class _Token:
    """The access token of this process, fetched when there is none or its end is near."""

    def __init__(self) -> None:
        """Begin without one."""
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[str, float]] = {}

    def get(self, secrets: Mapping[str, Any], *, not_this: str = "") -> str:
        """Give the token of an account; `not_this` is one that the gateway just refused."""
        app = str(secrets["app_id"])
        with self._lock:
            token, ends = self._kept.get(app, ("", 0.0))
            if not token or token == not_this or time.monotonic() > ends - TOKEN_EARLY:
                token, lasts = _fetch_token(secrets, force=False)
                if token == not_this:  # nobody else renewed it
                    token, lasts = _fetch_token(secrets, force=True)
                self._kept[app] = (token, time.monotonic() + lasts)
            return token

    def forget(self) -> None:
        """Forget all tokens."""
        with self._lock:
            self._kept.clear()


token_of: Final = _Token()


class WeChat:
    """Sends one request a message, with the token as client_msg_id, under which WeChat drops repetitions."""

    answers_questions = False
    language = "zh-hans"  # the templates are approved in Chinese

    def __init__(self, channel: str) -> None:
        """Take the channel's name."""
        self.channel = channel

    def send(self, batch: Sequence[Message]) -> list[Answer]:
        """Hand messages to WeChat."""
        return each(batch, self._send)

    def repeat_within(self, message: Message) -> timedelta:
        """Give nine minutes for template messages, whose repetitions WeChat drops for ten; for others none."""
        try:
            template = _template(keys(KEYS), message)
        except Denied:
            return NOT_TWICE
        return timedelta(minutes=9) if template and not template.get("subscription") else NOT_TWICE

    def ask(self, message: Message) -> Answer | None:
        """Tell nothing: WeChat has no such question."""
        return None

    def identity_address(self, *, back: str, state: str) -> str:
        """Give the address at which WeChat's browser says who its user is, without asking for more."""
        secrets = keys(KEYS, *NEEDED)
        asked = urlencode(
            {
                "appid": secrets["app_id"],
                "redirect_uri": back,
                "response_type": "code",
                "scope": "snsapi_base",
                "state": state,
            }
        )
        return f"{secrets.get('entrance') or ENTRANCE}/connect/oauth2/authorize?{asked}#wechat_redirect"

    def identity(self, code: str) -> str:
        """Exchange the code for the openid; '' where WeChat does not take it."""
        try:
            secrets = keys(KEYS, *NEEDED)
            asked = urlencode(
                {
                    "appid": secrets["app_id"],
                    "secret": secrets["app_secret"],
                    "code": code,
                    "grant_type": "authorization_code",
                }
            )
            told = call(f"{secrets.get('endpoint') or API}/sns/oauth2/access_token?{asked}")
        except (NotReached, Broken):
            return ""
        return str(told.get("openid", ""))

    def _send(self, one: Message) -> Answer:
        secrets = keys(KEYS, *NEEDED)
        template = _template(secrets, one)
        if not template:
            return Answer(one.token, "never", cause="no_template")
        path, body = _request(one, template)
        data = json.dumps(body, ensure_ascii=False).encode()
        token = _token(secrets)
        told = call(_address(secrets, path, token), data=data)
        if told.get("errcode") in STALE_TOKEN:  # refused before it was looked at, so it can be sent once more
            told = call(_address(secrets, path, _token(secrets, not_this=token)), data=data)
        return _answer(one, told)


def _template(secrets: Mapping[str, Any], one: Message) -> dict[str, Any] | None:
    templates = secrets.get("notices") or {}
    found: dict[str, Any] | None = templates.get(one.kind) or templates.get("*")
    return found


def _address(secrets: Mapping[str, Any], path: str, token: str) -> str:
    return f"{secrets.get('endpoint') or API}{path}?{urlencode({'access_token': token})}"


def _token(secrets: Mapping[str, Any], *, not_this: str = "") -> str:
    """Give a token; a gateway that gives none was not reached with the message either."""
    try:
        return token_of.get(secrets, not_this=not_this)
    except Broken as problem:
        raise NotReached from problem


def _fetch_token(secrets: Mapping[str, Any], *, force: bool) -> tuple[str, float]:
    asked = {
        "grant_type": "client_credential",
        "appid": secrets["app_id"],
        "secret": secrets["app_secret"],
        "force_refresh": force,
    }
    told = call(f"{secrets.get('endpoint') or API}/cgi-bin/stable_token", data=json.dumps(asked).encode())
    if not told.get("access_token"):
        raise Denied(f"wechat:{told.get('errcode', '')}")
    return str(told["access_token"]), float(told.get("expires_in", 0))


def _request(one: Message, template: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    data = {place: {"value": _value(one, place, name)} for place, name in template.get("data", {}).items()}
    body: dict[str, Any] = {"touser": one.address, "template_id": template["template"], "data": data}
    if template.get("subscription"):
        return "/cgi-bin/message/subscribe/bizsend", body
    return "/cgi-bin/message/template/send", {**body, "url": one.link, "client_msg_id": compact(one.token)}


def _value(one: Message, place: str, name: str) -> str:
    """Write a value as its place takes it: `thing1` at most 20 characters, `time2` as 2026年11月25日 09:00."""
    kind = place.rstrip("0123456789")
    if kind in MOMENTS and name in one.stored:
        moment = timezone.localtime(datetime.fromisoformat(one.stored[name]))
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"
    return shortened(one.values.get(name, "") or "—", LENGTHS.get(kind, 200))


def _answer(one: Message, told: Mapping[str, Any]) -> Answer:
    code = told.get("errcode")
    if code == 0:
        return Answer(one.token, "sent", provider_id=str(told.get("msgid", "")))
    if not isinstance(code, int):
        raise Broken
    if code in NEVER:
        return Answer(one.token, "never", cause=NEVER[code], code=f"wechat:{code}", address_dead=code in DEAD)
    cause = "credentials" if code in STALE_TOKEN else LATER.get(code, "gateway")
    return Answer(one.token, "later", cause=cause, code=f"wechat:{code}")
