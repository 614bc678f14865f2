"""How many stand where on the way to leading; what goes to the national system, by file and by signed request."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from django.core.management import CommandError, call_command

from shanzhi.kernel.roles import Role
from shanzhi.service import queries
from shanzhi.service.exchange.drivers import NotTaken
from shanzhi.service.exchange.drivers.http import SignedHttp
from shanzhi.service.exchange.drivers.local import LocalFiles
from shanzhi.service.exchange.national import FIELDS, Collected
from shanzhi.service.models import Reversal, ServiceRules
from tests.people.conftest import COMMUNITY
from tests.service.support import a_record
from tests.support.organizations import an_organization
from tests.support.people import AT, LONG_AGO, an_actor, give_role
from tests.volunteering.support import a_team, a_volunteer

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
class TestTheWayToLeading:
    def test_counts_stages_and_names_who_is_ready(self) -> None:
        ServiceRules.objects.create(
            area="", version=1, valid_from=date(2026, 1, 1), star_minutes=[60], paper="record", prefix="示例",
            core_minutes=100, core_times=2, core_months=12, source="示例，非官方", created_at=LONG_AGO,
        )  # fmt: skip
        helper, core, leader, founder, idle = (a_volunteer(area=COMMUNITY) for _ in range(5))
        a_record(helper, minutes=60, state="verified")
        for who in (core, leader, founder):
            a_record(who, minutes=60, state="verified")
            a_record(who, minutes=50, state="verified", served_on=date(2026, 9, 3))
        gone = a_record(helper, minutes=900, state="verified", served_on=date(2026, 9, 4))
        Reversal.objects.create(record=gone, reason="有误（示例）", reversed_at=AT)
        a_team(COMMUNITY, leader=leader)
        give_role(founder.person, Role.TEAM_LEADER, organization=an_organization(COMMUNITY).pk)
        found = queries.growth(code=COMMUNITY[:9], at=AT, public=False)
        assert found.whole.counts == {"helper": 4, "core": 3, "leader": 1, "founder": 1}
        below = {one.code: one.counts for one in found.below}
        assert below[COMMUNITY] == found.whole.counts
        officer = an_actor(Role.SUBDISTRICT_OFFICER, COMMUNITY[:9])
        assert [one.pk for one in queries.ready(viewer=officer, at=AT)] == [core.pk]
        assert idle.pk not in {one.pk for one in queries.ready(viewer=officer, at=AT)}
        hidden = queries.growth(code=COMMUNITY[:9], at=AT, public=True)
        assert set(hidden.whole.counts.values()) == {None}

    def test_calls_ready_whom_the_rules_of_the_own_area_call_a_core_member(self) -> None:
        values: dict[str, Any] = {
            "version": 1, "valid_from": date(2026, 1, 1), "star_minutes": [60], "paper": "record", "prefix": "示例",
            "core_times": 1, "source": "示例，非官方", "created_at": LONG_AGO,
        }  # fmt: skip
        ServiceRules.objects.create(area="", core_minutes=100, core_months=12, **values)
        ServiceRules.objects.create(area=COMMUNITY, core_minutes=40, core_months=1, **values)
        beside = COMMUNITY[:-1] + "2"
        near, late, far, much = (a_volunteer(area=area) for area in (COMMUNITY, COMMUNITY, beside, beside))
        a_record(near, minutes=50, state="verified", served_on=date(2026, 11, 3))
        a_record(near, minutes=70, state="verified")  # in October, which the community does not look back to
        a_record(late, minutes=300, state="verified")
        a_record(far, minutes=50, state="verified", served_on=date(2026, 11, 3))
        a_record(much, minutes=130, state="verified")
        for code in (COMMUNITY[:9], ""):
            growth = queries.growth(code=code or COMMUNITY[:2], at=AT, public=False)
            found = queries.ready(viewer=an_actor(Role.SUBDISTRICT_OFFICER, code), at=AT)
            told = {one.pk: (one.recent_minutes, one.recent_times) for one in found}
            assert told == {near.pk: (50, 1), much.pk: (130, 1)}
            assert growth.whole.counts["core"] == len(told)


@pytest.mark.django_db
@pytest.mark.usefixtures("areas")
def test_the_command_writes_what_stands_and_nothing_else(tmp_path: Path) -> None:
    one = a_volunteer(area=COMMUNITY)
    kept = a_record(one, minutes=45, state="verified", content="=1+1")
    a_record(one, minutes=30, state="noticed")
    gone = a_record(one, minutes=20, state="verified")
    Reversal.objects.create(record=gone, reason="有误（示例）", reversed_at=AT)
    call_command("service_export", COMMUNITY, "2026-10-01", "2026-10-31", "--folder", str(tmp_path))
    written = json.loads((tmp_path / f"service-{COMMUNITY}-2026-10-01-2026-10-31.json").read_text())
    assert written["format"] == "shanzhi-service-1"
    (row,) = written["records"]
    assert tuple(row) == FIELDS
    assert (row["record_id"], row["minutes"], row["volunteer_number"]) == (str(kept.pk), 45, one.number)
    sheet = (tmp_path / f"service-{COMMUNITY}-2026-10-01-2026-10-31.csv").read_bytes().decode("utf-8-sig")
    assert sheet.splitlines()[0] == ",".join(FIELDS)
    assert ",'=1+1," in sheet
    with pytest.raises(CommandError):
        call_command("service_export", COMMUNITY, "2026-10-31", "2026-10-01", "--folder", str(tmp_path))


class _Gateway(BaseHTTPRequestHandler):
    """Answers as the documented interface does: a receipt for a good signature, an error for a bad one."""

    seen: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        said = "\n".join(
            ("POST", self.path, self.headers["X-Time"], self.headers["X-Nonce"], hashlib.sha256(body).hexdigest())
        )
        good = hmac.new(b"a secret", said.encode(), hashlib.sha256).hexdigest() == self.headers["X-Signature"]
        records = json.loads(body)["records"]
        self.seen.append({"records": len(records), "nonce": self.headers["X-Nonce"]})
        answer: dict[str, Any] = {"error": "signature"}
        if good:
            wrong = [{"record_id": one["record_id"], "reason": "unknown number"} for one in records if not one["ok"]]
            answer = {"taken": len(records) - len(wrong), "refused": wrong, "reference": f"R{len(self.seen)}"}
        content = json.dumps(answer).encode()
        self.send_response(200 if good else 401)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def gateway(tmp_path: Path, settings: Any) -> Iterator[Path]:
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.KEYS_FOLDER = tmp_path
    keys = {"address": f"http://127.0.0.1:{server.server_port}/records", "key_id": "k1", "secret": "a secret"}
    (tmp_path / "volunteer-system.json").write_text(json.dumps(keys))
    _Gateway.seen.clear()
    yield tmp_path
    server.shutdown()
    server.server_close()


class TestTheSignedInterface:
    def test_sends_parts_that_a_retry_repeats_exactly(self, gateway: Path) -> None:
        rows = [{"record_id": str(place), "ok": place != 3} for place in range(501)]
        collected = Collected("370102", FIRST, LAST, rows)
        driver = SignedHttp(clock=lambda: 1_790_000_000.5)
        receipt = driver.send(collected)
        assert (receipt.taken, receipt.reference, receipt.refused) == (500, "R1,R2", (("3", "unknown number"),))
        driver.send(collected)
        nonces = [one["nonce"] for one in _Gateway.seen]
        assert nonces[:2] == nonces[2:]
        assert [one["records"] for one in _Gateway.seen[:2]] == [500, 1]

    def test_says_so_when_nothing_was_taken(self, gateway: Path) -> None:
        collected = Collected("370102", FIRST, LAST, [{"record_id": "1", "ok": True}])
        keys = gateway / "volunteer-system.json"
        keys.write_text(keys.read_text().replace("a secret", "another"))
        with pytest.raises(NotTaken, match="signature"):
            SignedHttp().send(collected)
        keys.unlink()
        with pytest.raises(NotTaken):
            SignedHttp().send(collected)
        (gateway / "file").write_text("x")
        with pytest.raises(NotTaken):
            LocalFiles(gateway / "file").send(collected)
