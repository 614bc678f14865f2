"""Ways out of the house."""

import json
import urllib.error
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import RequestFactory

from shanzhi.people import drivers

# The worked example of Alibaba Cloud's documentation of SendSms (signature of the RPC interface).
EXAMPLE = {
    "AccessKeyId": "testId", "Action": "SendSms", "Format": "XML", "OutId": "123", "PhoneNumbers": "15300000001",
    "RegionId": "cn-hangzhou", "SignName": "阿里云短信测试专用", "SignatureMethod": "HMAC-SHA1",
    "SignatureNonce": "45e25e9b-0a6f-4070-8c85-2956eda1b466", "SignatureVersion": "1.0", "TemplateCode": "SMS_71390007",
    "TemplateParam": '{"customer":"test"}', "Timestamp": "2017-07-12T02:42:19Z", "Version": "2017-05-25",
}  # fmt: skip
KEYS = {"access_key_id": "id", "access_key_secret": "secret", "sign_name": "善治", "template_code": "SMS_1"}


class TestAliyun:
    def test_signs_the_documented_example_as_documented(self) -> None:
        signature = drivers.aliyun_signature(EXAMPLE, secret="testSecret", method="GET")
        assert signature == "zJDF+Lrzhj/ThnlvIToysFRq6t4="

    def test_writes_what_the_service_asks_for(self) -> None:
        sent = drivers.aliyun_parameters(
            KEYS, phone="13800138000", code="123456", at=datetime(2026, 11, 24, tzinfo=UTC)
        )
        assert (sent["Action"], sent["Version"], sent["Timestamp"]) == ("SendSms", "2017-05-25", "2026-11-24T00:00:00Z")
        assert json.loads(sent["TemplateParam"]) == {"code": "123456"}

    @pytest.mark.parametrize("answer", [b'{"Code":"isv.BUSINESS_LIMIT_CONTROL"}', b"<html>", None])
    def test_says_so_when_the_gateway_refuses(
        self, answer: bytes | None, monkeypatch: pytest.MonkeyPatch, settings: object, tmp_path: Path
    ) -> None:
        self.gateway(answer, monkeypatch, settings, tmp_path)
        with pytest.raises(drivers.CodeNotSent):
            drivers.aliyun("+8613800138000", "123456", None)

    def test_is_content_with_ok(self, monkeypatch: pytest.MonkeyPatch, settings: object, tmp_path: Path) -> None:
        sent = self.gateway(b'{"Code":"OK"}', monkeypatch, settings, tmp_path)
        drivers.aliyun("+8613800138000", "123456", None)
        assert b"PhoneNumbers=13800138000&" in sent[0]
        assert b"Signature=" in sent[0]

    def gateway(
        self, answer: bytes | None, monkeypatch: pytest.MonkeyPatch, settings: object, folder: Path
    ) -> list[bytes]:
        (folder / "sms.json").write_text(json.dumps(KEYS))
        settings.KEYS_FOLDER = folder  # type: ignore[attr-defined]
        sent: list[bytes] = []

        class Answer:
            def __enter__(self) -> "Answer":
                return self

            def __exit__(self, *_: object) -> None: ...

            def read(self, *_: object) -> bytes:
                return answer or b""

        def urlopen(url: str, data: bytes, timeout: int) -> Answer:
            sent.append(data)
            if answer is None:
                raise urllib.error.URLError("no network")
            return Answer()

        monkeypatch.setattr("urllib.request.urlopen", urlopen)
        return sent


class TestTheDriverThatShowsCodes:
    def test_refuses_to_work_in_production(self, monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
        monkeypatch.setattr(settings.ENV, "mode", "production")  # type: ignore[attr-defined]
        with pytest.raises(drivers.NotHere):
            drivers.show_code("+8613800138000", "123456", RequestFactory().get("/"))

    def test_vouches_for_examples_alone(self) -> None:
        assert drivers.vouch_for_examples("示例一", "1")
        assert not drivers.vouch_for_examples("张三", "1")
