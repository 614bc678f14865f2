"""`manage service_export` without a folder: what the national system gets, and what is said when it does not."""

import io
import json
import socket
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from shanzhi.audit.models import Event
from shanzhi.notices.drivers import gateway
from shanzhi.people import operations as people
from shanzhi.service.exchange.drivers import http
from shanzhi.service.exchange.national import FIELDS
from shanzhi.service.models import Reversal, ServiceRecord
from tests.people.conftest import COMMUNITY
from tests.service.national import KEY, SECRET, National, national
from tests.service.support import SERVED, a_record
from tests.support.people import AT, actor
from tests.volunteering.support import a_team, a_volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("areas")]
SPAN = (COMMUNITY, "2026-10-01", "2026-10-31")


@pytest.fixture
def system(tmp_path: Path, settings: Any) -> Iterator[National]:
    keys = Path(settings.KEYS_FOLDER)
    for one in keys.glob("*.key*"):
        (tmp_path / one.name).write_bytes(one.read_bytes())
    with national() as found:
        settings.KEYS_FOLDER = tmp_path
        write_keys(tmp_path, address=found.address)
        yield found


def write_keys(folder: Path, **more: str) -> Path:
    path = folder / http.FILE
    path.write_text(json.dumps({"key_id": KEY, "secret": SECRET, **more}))
    return path


def some_records(many: int = 3) -> list[ServiceRecord]:
    """Give verified records of as many volunteers, each on a day of its own, and beside them what must not go out."""
    team = a_team(COMMUNITY)
    made = [
        a_record(a_volunteer(area=COMMUNITY), team, minutes=30 + place, state="verified", starts=540,
                 served_on=SERVED - timedelta(days=place))
        for place in range(many)
    ]  # fmt: skip
    a_record(a_volunteer(area=COMMUNITY), team, state="noticed")
    Reversal.objects.create(
        record=a_record(a_volunteer(area=COMMUNITY), team, state="verified"), reason="有误（示例）", reversed_at=AT
    )
    erased = a_volunteer(area=COMMUNITY)
    a_record(erased, team, state="verified")
    people.erase_own(actor=actor(erased.person), confirmed=True, at=AT)
    a_record(made[0].volunteer, team, state="verified", served_on=date(2026, 9, 30))
    return made


def run() -> tuple[str, str]:
    """Run the command, and give what it printed and what it complained of."""
    out, complaints = io.StringIO(), io.StringIO()
    call_command("service_export", *SPAN, stdout=out, stderr=complaints)
    return out.getvalue(), complaints.getvalue()


def fails() -> str:
    with pytest.raises(CommandError) as said:
        run()
    return str(said.value)


class TestASending:
    def test_hands_over_what_stands_signed_and_without_a_name(self, system: National) -> None:
        made = some_records()
        out, complaints = run()
        assert (out.strip(), complaints) == ("3 records: R1", "")
        assert set(system.kept) == {str(one.pk) for one in made}
        (asked,) = system.asked
        assert (asked["path"], asked["X-Key"]) == ("/records", KEY)
        assert abs(int(asked["X-Time"]) - time.time()) < 60
        assert asked["Content-Type"] == "application/json; charset=utf-8"
        body = json.loads(asked["body"])
        assert (set(body), body["format"]) == ({"format", "records"}, "shanzhi-service-1")
        for one in made:
            sent = system.kept[str(one.pk)]
            assert set(sent) == set(FIELDS)
            assert (sent["volunteer_number"], sent["minutes"]) == (one.volunteer.number, one.minutes)
            assert (sent["served_on"], sent["starts"], sent["organiser_kind"]) == (str(one.served_on), "9:00", "team")
            for hidden in (one.volunteer.person.name, one.volunteer.person.id_number):
                assert hidden.reveal() not in asked["body"].decode()
        event = Event.objects.get(verb="service.export.take")
        assert event.change == {"records": 3, "from": "2026-10-01", "to": "2026-10-31"}

    def test_tells_each_record_that_the_other_side_refused(self, system: National) -> None:
        made = some_records()
        system.unknown = {made[1].volunteer.number}
        out, complaints = run()
        assert (out.strip(), complaints.strip()) == ("2 records: R1", f"{made[1].pk}: 没有这个编号")
        assert set(system.kept) == {str(made[0].pk), str(made[2].pk)}

    def test_again_doubles_nothing(self, system: National) -> None:
        some_records()
        first = run()
        assert run() == first
        assert (len(system.asked), len(system.kept), system.written) == (2, 3, 3)
        assert len({one["X-Nonce"] for one in system.asked}) == 1
        late = a_record(a_volunteer(area=COMMUNITY), state="verified", minutes=77)
        assert run()[0].strip() == "4 records: R2"  # another part, in which three are known by their ids
        assert (len(system.kept), system.written) == (4, 4)
        assert system.kept[str(late.pk)]["minutes"] == 77

    def test_in_parts_goes_on_after_a_fault_between_them(
        self, system: National, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(http, "PART", 2)
        some_records(5)
        system.next = ["", "fail"]
        assert fails().endswith("2 records of the parts before were taken.")
        assert (len(system.asked), len(system.kept)) == (2, 2)
        assert run()[0].strip() == "5 records: R1,R2,R3"
        assert (len(system.kept), system.written) == (5, 5)

    def test_of_nothing_asks_nobody(self, system: National) -> None:
        assert run()[0].strip() == "0 records:"
        assert system.asked == []


class TestAFault:
    @pytest.mark.parametrize("word", ["fail", "garbage", "page", "silent"])
    def test_takes_nothing_and_says_what_to_do(
        self, system: National, monkeypatch: pytest.MonkeyPatch, word: str
    ) -> None:
        monkeypatch.setattr(gateway, "WAIT_SECONDS", 0.5)
        some_records()
        system.next = [word]
        said = fails()
        assert said.startswith("not taken: the other side broke off, or its answer is none. Send again:")
        assert (len(system.asked), system.kept) == (1, {})
        assert run()[0].strip() == "3 records: R1"
        assert system.written == 3

    def test_after_which_an_answer_was_lost_is_sent_again_without_doubles(self, system: National) -> None:
        some_records()
        system.next = ["take and hang up"]
        assert "Send again" in fails()
        assert system.written == 3  # they are there, though nobody here knows
        assert run()[0].strip() == "3 records: R1"
        assert (len(system.kept), system.written) == (3, 3)

    def test_of_a_receipt_that_names_no_record_is_none_of_ours(self, system: National) -> None:
        some_records()
        system.next = ["half"]
        assert "nothing that could be understood" in fails()

    def test_where_nobody_is_there_names_the_address(self, system: National, tmp_path: Path) -> None:
        some_records()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        write_keys(tmp_path, address=f"http://127.0.0.1:{port}/records")
        said = fails()
        assert said == f"not taken: {http.CURES[gateway.NotReached]}"
        assert "volunteer-system.json" in said
        assert system.asked == []

    @pytest.mark.parametrize("lacking", ["secret", "address", "file"])
    def test_of_the_keys_says_which_file_to_write(self, system: National, tmp_path: Path, lacking: str) -> None:
        some_records()
        path = write_keys(tmp_path, address=system.address)
        if lacking == "file":
            path.unlink()
        else:
            write_keys(tmp_path, **{"address": system.address, lacking: ""})
        assert fails() == f"not taken: {http.CURES[gateway.Denied]}"
        assert system.asked == []

    def test_of_the_secret_is_told_in_the_words_of_the_other_side(self, system: National, tmp_path: Path) -> None:
        some_records()
        write_keys(tmp_path, address=system.address, secret="another")
        assert fails() == "not taken: the other side answers: signature."
        assert system.kept == {}
