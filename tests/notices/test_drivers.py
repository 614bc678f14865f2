"""The drivers against servers of the published protocols: what goes out, and what each answer means."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from email import policy
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from shanzhi.notices.drivers import Message
from shanzhi.notices.drivers.aliyun import Aliyun
from shanzhi.notices.drivers.mail import Mail
from shanzhi.notices.drivers.wechat import WeChat, token_of
from shanzhi.notices.models import Delivery, EmailAddress, WeChatLink
from shanzhi.people.fields import cipher
from tests.notices import gateways
from tests.notices.gateways import Gateway
from tests.notices.support import DAY, MINUTE, NOON, a_reader, of, send, tell

pytestmark = pytest.mark.django_db
SMS: dict[str, Any] = {
    "access_key_id": "id", "access_key_secret": "secret", "sign_name": "善治", "template_code": "SMS_0",
    "notices": {
        "test.news": {"template": "SMS_1", "values": ["title"]},
        "*": {"template": "SMS_2", "values": ["title_line"]},
    },
}  # fmt: skip
WX: dict[str, Any] = {
    "app_id": "wx1", "app_secret": "secret",
    "notices": {
        "test.news": {"template": "T1", "data": {"thing1": "title"}},
        "test.duties": {"template": "T2", "data": {"thing1": "title_line", "time2": "moment"}},
        "test.alarm": {"template": "T3", "data": {"thing1": "title_line"}, "subscription": True},
    },
}  # fmt: skip


def put_keys(monkeypatch: pytest.MonkeyPatch, folder: Path, file: str, content: dict[str, Any]) -> None:
    """Write a file of keys into a folder of its own beside copies of the tests' other keys."""
    cipher()  # makes the tests' own keys, if nothing asked for them yet
    for key in Path(settings.KEYS_FOLDER).glob("*.key*"):
        (folder / key.name).write_bytes(key.read_bytes())
    (folder / file).write_text(json.dumps(content))
    monkeypatch.setattr(settings, "KEYS_FOLDER", folder)


def a_message(kind: str = "test.news", **more: Any) -> Message:
    """A message of a notice."""
    usual: dict[str, Any] = {
        "address": "+8613800138000", "language": "zh-hans", "title": "可以投票了", "text": "投票已开始。",
        "link": "https://shanzhi.example/polls/1/vote/", "unsubscribe": "https://shanzhi.example/notices/unsubscribe/t/",
        "values": {"title": "春季微创投" * 10, "title_line": "可以投票了", "moment": "2026年11月25日 周三 12:00"},
        "stored": {"moment": NOON.isoformat()}, "since": NOON,
    }  # fmt: skip
    return Message(uuid4(), kind, **{**usual, **more})


@pytest.fixture
def sms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Gateway]:
    with gateways.aliyun() as gateway:
        put_keys(monkeypatch, tmp_path, "sms.json", {**SMS, "endpoint": gateway.address})
        monkeypatch.setattr(settings, "NOTICE_DRIVERS", {"sms": "shanzhi.notices.drivers.aliyun.Aliyun"})
        yield gateway


@pytest.fixture
def wx(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[tuple[Gateway, Any]]:
    token_of.forget()
    with gateways.wechat() as (gateway, server):
        put_keys(monkeypatch, tmp_path, "wechat.json", {**WX, "endpoint": gateway.address})
        monkeypatch.setattr(settings, "NOTICE_DRIVERS", {"wechat": "shanzhi.notices.drivers.wechat.WeChat"})
        yield gateway, server
    token_of.forget()


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    with gateways.smtp() as (gateway, port):
        monkeypatch.setattr(settings, "EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
        monkeypatch.setattr(settings, "EMAIL_HOST", "127.0.0.1")
        monkeypatch.setattr(settings, "EMAIL_PORT", port)
        monkeypatch.setattr(settings, "NOTICE_DRIVERS", {"email": "shanzhi.notices.drivers.mail.Mail"})
        yield gateway


class TestATextMessage:
    def test_goes_out_signed_with_its_template_its_values_and_its_token(self, sms: Gateway) -> None:
        one = a_message()
        [answer] = Aliyun("sms").send([one])
        assert (answer.outcome, answer.provider_id) == ("sent", "9006^0")
        sent = sms.taken[0]
        assert (sent["Action"], sent["PhoneNumbers"], sent["SignName"], sent["TemplateCode"], sent["OutId"]) == (
            "SendSms", "13800138000", "善治", "SMS_1", one.token.hex,
        )  # fmt: skip
        values = json.loads(sent["TemplateParam"])
        assert set(values) == {"title"}
        assert len(values["title"]) == 35

    def test_of_a_kind_without_its_own_template_takes_the_common_one(self, sms: Gateway) -> None:
        Aliyun("sms").send([a_message("test.other")])
        assert (sms.taken[0]["TemplateCode"], json.loads(sms.taken[0]["TemplateParam"])) == (
            "SMS_2", {"title_line": "可以投票了"},
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("code", "outcome", "cause"),
        [
            ("isv.MOBILE_NUMBER_ILLEGAL", "never", "bad_address"),
            ("isv.BLACK_KEY_CONTROL_LIMIT", "never", "refused"),
            ("isv.BUSINESS_LIMIT_CONTROL", "later", "quota"),
            ("isv.AMOUNT_NOT_ENOUGH", "later", "quota"),
            ("isv.SMS_TEMPLATE_ILLEGAL", "later", "template"),
            ("isp.SYSTEM_ERROR", "later", "gateway"),
            ("isv.SOMETHING_NEW", "later", "gateway"),
        ],
    )
    def test_learns_from_the_code(self, sms: Gateway, code: str, outcome: str, cause: str) -> None:
        sms.answers.append({"Code": code, "Message": "13800138000 …", "RequestId": "1"})
        [answer] = Aliyun("sms").send([a_message()])
        assert (answer.outcome, answer.cause, answer.code) == (outcome, cause, f"aliyun:{code}")

    def test_with_wrong_keys_tells_that_they_are_wrong(
        self, sms: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        put_keys(monkeypatch, tmp_path, "sms.json", {**SMS, "access_key_secret": "other", "endpoint": sms.address})
        [answer] = Aliyun("sms").send([a_message()])
        assert (answer.outcome, answer.cause) == ("later", "credentials")

    def test_without_its_file_of_keys_waits(self, sms: Gateway, tmp_path: Path) -> None:
        (tmp_path / "sms.json").unlink()
        [answer] = Aliyun("sms").send([a_message()])
        assert (answer.outcome, answer.cause, answer.code) == ("later", "credentials", "no_keys")

    def test_that_reached_nobody_waits_and_one_whose_line_broke_is_unknown(
        self, sms: Gateway, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        sms.answers += ["take and hang up", 502]
        answers = Aliyun("sms").send([a_message(), a_message()])
        put_keys(monkeypatch, tmp_path, "sms.json", {**SMS, "endpoint": "http://127.0.0.1:9"})
        answers += Aliyun("sms").send([a_message()])
        assert [one.outcome for one in answers] == ["unknown", "unknown", "later"]

    def test_taken_before_the_line_broke_is_found_by_asking_and_not_sent_twice(self, sms: Gateway) -> None:
        person = a_reader()
        tell(person)
        sms.answers.append("take and hang up")
        send()
        assert of(person, "sms").state == "sending"
        send(NOON + 6 * MINUTE)
        assert of(person, "sms").state == "sent"
        assert sms.asked == ["SendSms", "QuerySendDetails"]
        assert len(sms.taken) == 1

    def test_not_taken_before_the_line_broke_is_sent_again(self, sms: Gateway) -> None:
        person = a_reader()
        tell(person)
        sms.answers.append("hang up")
        for minutes in (0, 6, 12):
            send(NOON + minutes * MINUTE)
        assert of(person, "sms").state == "sent"
        assert len(sms.taken) == 1

    def test_leaves_no_number_in_the_row_of_its_delivery(self, sms: Gateway) -> None:
        person = a_reader()
        number = person.phone.reveal().removeprefix("+86")
        tell(person)
        sms.answers.append({"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": f"{number} illegal", "RequestId": "1"})
        send()
        row = Delivery.objects.filter(channel="sms").values().get()
        assert (row["state"], row["cause"]) == ("failed", "bad_address")
        assert number not in str(row)


class TestAWeChatMessage:
    def test_goes_out_with_its_template_cut_to_what_each_place_takes(self, wx: tuple[Gateway, Any]) -> None:
        one = a_message(address="oABC")
        [answer] = WeChat("wechat").send([one])
        sent = wx[0].taken[0]
        assert (answer.outcome, answer.provider_id) == ("sent", "200228332")
        assert (sent["path"], sent["touser"], sent["template_id"], sent["url"], sent["client_msg_id"]) == (
            "/cgi-bin/message/template/send", "oABC", "T1", one.link, one.token.hex,
        )  # fmt: skip
        assert sent["data"]["thing1"]["value"] == "春季微创投春季微创投春季微创投春季微创…"

    def test_writes_moments_as_the_templates_want_them(self, wx: tuple[Gateway, Any]) -> None:
        WeChat("wechat").send([a_message("test.duties")])
        assert wx[0].taken[0]["data"]["time2"]["value"] == "2026年11月25日 12:00"

    def test_goes_out_as_a_subscription_notice_where_its_template_is_one(self, wx: tuple[Gateway, Any]) -> None:
        driver, one = WeChat("wechat"), a_message("test.alarm")
        driver.send([one])
        assert wx[0].taken[0]["path"] == "/cgi-bin/message/subscribe/bizsend"
        assert not driver.repeat_within(one)

    def test_fetches_the_token_once_for_many(self, wx: tuple[Gateway, Any]) -> None:
        WeChat("wechat").send([a_message() for _n in range(4)])
        assert wx[0].asked.count("/cgi-bin/stable_token") == 1

    def test_fetches_another_token_when_the_one_in_use_has_ended(self, wx: tuple[Gateway, Any]) -> None:
        driver = WeChat("wechat")
        driver.send([a_message()])
        wx[1].version += 1
        [answer] = driver.send([a_message()])
        assert answer.outcome == "sent"
        assert len(wx[0].taken) == 2

    def test_renews_a_token_that_is_refused_although_it_is_the_newest(self, wx: tuple[Gateway, Any]) -> None:
        wx[0].answers.append({"errcode": 40001, "errmsg": "invalid credential"})
        [answer] = WeChat("wechat").send([a_message()])
        assert answer.outcome == "sent"
        assert wx[0].asked.count("/cgi-bin/stable_token") == 3

    def test_with_a_wrong_secret_tells_so(
        self, wx: tuple[Gateway, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        put_keys(monkeypatch, tmp_path, "wechat.json", {**WX, "app_secret": "other", "endpoint": wx[0].address})
        [answer] = WeChat("wechat").send([a_message()])
        assert (answer.outcome, answer.cause, answer.code) == ("later", "credentials", "wechat:40125")

    @pytest.mark.parametrize(
        ("code", "outcome", "cause", "dead"),
        [
            (43004, "never", "refused", True),
            (40003, "never", "bad_address", True),
            (43101, "never", "refused", False),
            (40037, "never", "template", False),
            (47003, "never", "template", False),
            (45009, "later", "quota", False),
            (45011, "later", "quota", False),
            (-1, "later", "gateway", False),
        ],
    )
    def test_learns_from_the_code(
        self, wx: tuple[Gateway, Any], code: int, outcome: str, cause: str, dead: bool
    ) -> None:
        wx[0].answers.append({"errcode": code, "errmsg": "…"})
        [answer] = WeChat("wechat").send([a_message()])
        assert (answer.outcome, answer.cause, answer.address_dead) == (outcome, cause, dead)

    def test_of_a_kind_without_a_template_is_given_up(self, wx: tuple[Gateway, Any]) -> None:
        [answer] = WeChat("wechat").send([a_message("test.other")])
        assert (answer.outcome, answer.cause) == ("never", "no_template")

    def test_taken_before_the_line_broke_reaches_its_reader_once(self, wx: tuple[Gateway, Any]) -> None:
        person = a_reader()
        tell(person)
        wx[0].answers.append("take and hang up")
        send()
        send(NOON + 6 * MINUTE)
        assert of(person, "wechat").state == "sent"
        assert wx[0].asked.count("/cgi-bin/message/template/send") == 2
        assert len(wx[0].taken) == 1

    def test_to_one_who_no_longer_follows_ends_the_use_of_the_link(self, wx: tuple[Gateway, Any]) -> None:
        person = a_reader()
        tell(person)
        wx[0].answers.append({"errcode": 43004, "errmsg": "require subscribe"})
        send()
        assert WeChatLink.objects.get(person=person).dead_at == NOON
        tell(person, at=NOON + DAY)
        assert Delivery.objects.filter(channel="wechat").count() == 1

    def test_knows_who_somebody_is_by_the_code_that_wechat_gave(self, wx: tuple[Gateway, Any]) -> None:
        driver = WeChat("wechat")
        address = driver.identity_address(back="https://shanzhi.example/back/", state="s1")
        assert address.startswith("https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A")
        assert address.endswith("&response_type=code&scope=snsapi_base&state=s1#wechat_redirect")
        assert (driver.identity("good"), driver.identity("forged")) == ("oABC", "")


class TestAMail:
    def test_carries_text_link_and_the_way_to_switch_it_off_in_one_click(self, mail: Gateway) -> None:
        one = a_message(address="reader@example.cn")
        [answer] = Mail("email").send([one])
        sent = email.message_from_string(mail.taken[0]["body"], policy=policy.default)
        assert answer.outcome == "sent"
        assert mail.taken[0]["to"].upper().startswith("RCPT TO:<READER@EXAMPLE.CN>")
        assert str(make_header(decode_header(sent["Subject"]))) == "可以投票了"
        assert sent["List-Unsubscribe"] == f"<{one.unsubscribe}>"
        assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert sent["Message-ID"] == f"<{one.token.hex}@localhost>"
        assert sent["Auto-Submitted"] == "auto-generated"
        text = sent.get_content()
        assert one.link in text
        assert one.unsubscribe in text

    def test_of_a_needed_kind_offers_no_way_to_switch_it_off(self, mail: Gateway) -> None:
        Mail("email").send([a_message(address="reader@example.cn", unsubscribe="")])
        assert "List-Unsubscribe" not in mail.taken[0]["body"]

    @pytest.mark.parametrize(
        ("reply", "outcome", "cause", "dead"),
        [
            ("550 no such user", "never", "bad_address", True),
            ("554 not now, not ever", "never", "gateway", False),
            ("451 try later", "later", "gateway", False),
        ],
    )
    def test_learns_from_the_reply(self, mail: Gateway, reply: str, outcome: str, cause: str, dead: bool) -> None:
        mail.answers.append(reply)
        [answer] = Mail("email").send([a_message(address="reader@example.cn")])
        assert (answer.outcome, answer.cause, answer.address_dead) == (outcome, cause, dead)
        assert answer.code == f"smtp:{reply[:3]}"

    def test_goes_out_behind_one_that_was_refused(self, mail: Gateway) -> None:
        mail.answers.append("550 no such user")
        answers = Mail("email").send([a_message(address="a@example.cn"), a_message(address="b@example.cn")])
        assert [one.outcome for one in answers] == ["never", "sent"]

    def test_whose_line_broke_behind_the_text_is_given_up_and_not_sent_twice(self, mail: Gateway) -> None:
        person = a_reader()
        tell(person)
        mail.answers.append("hang up")
        send()
        assert of(person, "email").state == "sending"
        send(NOON + 6 * MINUTE)
        assert (of(person, "email").state, of(person, "email").cause) == ("failed", "unknown_outcome")
        assert len(mail.taken) == 1

    def test_waits_when_no_server_answers(self, mail: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "EMAIL_PORT", 9)
        [answer] = Mail("email").send([a_message(address="reader@example.cn")])
        assert (answer.outcome, answer.code) == ("later", "not_reached")

    def test_to_an_address_that_does_not_exist_ends_its_use(self, mail: Gateway) -> None:
        person = a_reader()
        tell(person)
        mail.answers.append("550 no such user")
        send()
        assert EmailAddress.objects.get(person=person).dead_at == NOON
