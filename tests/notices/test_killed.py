"""A worker that is killed while a gateway has its message: nothing lost, nothing sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from shanzhi.notices.models import Delivery
from shanzhi.notices.operations import notifying
from tests.notices import gateways
from tests.notices.gateways import Gateway
from tests.notices.support import MINUTE, a_reader, send, tell
from tests.notices.test_drivers import SMS, put_keys
from tests.voting.support import now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.thorough]
WORK = """
import django; django.setup()
import tests.notices.support
from django.utils import timezone
from shanzhi.notices import operations
operations.send_due(channel="sms", at=timezone.now())
"""


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Gateway]:
    with gateways.aliyun() as made:
        put_keys(monkeypatch, tmp_path, "sms.json", {**SMS, "endpoint": made.address})
        monkeypatch.setattr(settings, "NOTICE_DRIVERS", {"sms": "shanzhi.notices.drivers.aliyun.Aliyun"})
        monkeypatch.setattr(notifying, "_waker", [])  # the worker is a process of its own here
        yield made


def worker(folder: Path) -> subprocess.Popen[bytes]:
    """A worker in a process of its own, over the tests' database and keys."""
    base = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shanzhi.config.settings",
        "DATABASE_URL": f"postgres://{base['USER']}@{quote(str(base['HOST']), safe='')}/{base['NAME']}",
        "SHANZHI_KEYS": str(folder),
        "SHANZHI_NOTICE_SMS_DRIVER": "shanzhi.notices.drivers.aliyun.Aliyun",
    }
    return subprocess.Popen([sys.executable, "-c", WORK], env=environment)


def wait_until(true: object) -> None:
    deadline = time.monotonic() + 40
    while not true():  # type: ignore[operator]  # a function
        assert time.monotonic() < deadline
        time.sleep(0.05)


class TestAKilledWorker:
    def test_leaves_a_message_that_is_found_again_and_sends_the_rest(self, gateway: Gateway, tmp_path: Path) -> None:
        people = [a_reader(email=False, wechat=False, quiet_from=0, quiet_to=0) for _n in range(3)]
        tell(*people, at=now())
        gateway.before_answer = threading.Event()
        process = worker(tmp_path)
        wait_until(lambda: gateway.taken)
        process.send_signal(signal.SIGKILL)
        process.wait()
        gateway.before_answer.set()
        gateway.before_answer = None
        assert set(Delivery.objects.filter(channel="sms").values_list("state", flat=True)) == {"sending"}
        for minutes in (6, 12, 18):
            send(now() + minutes * MINUTE)
        assert set(Delivery.objects.filter(channel="sms").values_list("state", flat=True)) == {"sent"}
        numbers = sorted(one["PhoneNumbers"] for one in gateway.taken)
        assert numbers == sorted(one.phone.reveal().removeprefix("+86") for one in people)

    def test_of_two_that_run_at_once_each_sends_its_own(self, gateway: Gateway, tmp_path: Path) -> None:
        people = [a_reader(email=False, wechat=False, quiet_from=0, quiet_to=0) for _n in range(60)]
        tell(*people, at=now())
        both = [worker(tmp_path), worker(tmp_path)]
        assert [process.wait() for process in both] == [0, 0]
        sent = [json.loads(one["TemplateParam"])["title"] for one in gateway.taken]
        assert len(sent) == len({one["PhoneNumbers"] for one in gateway.taken}) == 60
        assert set(Delivery.objects.filter(channel="sms").values_list("state", flat=True)) == {"sent"}
