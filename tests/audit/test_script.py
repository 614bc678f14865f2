"""`scripts/verify_log.py`, which anyone may run: against a live server, and against bundles that were tampered with."""

import base64
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from shanzhi.audit.models import Event
from shanzhi.audit.operations.keys import rotate_key
from shanzhi.audit.operations.sealing import seal
from shanzhi.kernel.roles import Role
from tests.architecture.source import ROOT
from tests.audit.support import SYSTEM, an_event
from tests.support.people import client_for

SCRIPT = ROOT / "scripts" / "verify_log.py"
AREA = "370102001"


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run the script as anyone would: no packages, no path of ours."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def log(db: None, tmp_path: Path, settings: Any) -> Client:
    """A log of several heads with a change of the key between them; staff of the area ask."""
    settings.KEYS_FOLDER = tmp_path / "keys"
    for number in range(1, 5):
        for _ in range(number):
            an_event(AREA, change={"n": number, "words": "示例"})
        seal(at=timezone.now())
    rotate_key(actor=SYSTEM, reason="示例", at=timezone.now())
    seal(at=timezone.now())
    an_event(AREA)
    seal(at=timezone.now())
    return client_for(Role.SUBDISTRICT_OFFICER, AREA)


def fetched(client: Client, address: str) -> Any:
    answer = client.get(f"/api/v1/audit/{address}")
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def event(log: Client) -> Any:
    return fetched(log, f"events/{Event.objects.filter(verb='work.job.start').order_by('pk')[4].pk}")


@pytest.fixture
def bundle(log: Client, event: Any) -> Any:
    return fetched(log, f"bundle?digest={event['digest']}")


def saved(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(content))
    return path


class TestTheScript:
    def test_is_short_enough_to_be_read_before_it_is_trusted(self) -> None:
        text = SCRIPT.read_text()
        assert len(text.splitlines()) <= 80
        assert max(map(len, text.splitlines())) <= 120
        imported = next(line for line in text.splitlines() if line.startswith("import"))
        assert {name.split(".")[0] for name in imported.removeprefix("import ").split(", ")} <= sys.stdlib_module_names

    def test_finds_a_true_log_true(self, tmp_path: Path, bundle: Any, event: Any) -> None:
        found = run(saved(tmp_path, "b.json", bundle), "--event", saved(tmp_path, "e.json", event))
        assert (found.returncode, found.stderr) == (0, "")
        assert "FAIL" not in found.stdout
        assert found.stdout.count("is signed") == len(bundle["heads"]) == 6
        assert "the saved event is that event" in found.stdout
        assert bundle["heads"][-1]["key"] in found.stdout

    def test_takes_only_the_key_that_it_was_given(self, tmp_path: Path, bundle: Any) -> None:
        path = saved(tmp_path, "b.json", bundle)
        assert run(path, "--key", bundle["heads"][0]["key"]).returncode == 0
        assert run(path, "--key", bundle["heads"][-1]["key"]).returncode == 0, "a later key checks the later heads"
        other = base64.b64encode(b"\x01\x58" + b"\x66" * 31).decode()
        stranger = f"{bundle['origin']}+00000000+{other}"
        assert run(path, "--key", stranger).returncode == 1

    def test_goes_on_from_the_head_that_it_kept(self, tmp_path: Path, log: Client, bundle: Any) -> None:
        state = tmp_path / "state.json"
        assert run(saved(tmp_path, "b.json", fetched(log, "bundle?heads=2")), "--state", state).returncode == 0
        kept = json.loads(state.read_text())
        an_event(AREA)
        seal(at=timezone.now())
        later = fetched(log, f"bundle?since={kept['size']}")
        found = run(saved(tmp_path, "later.json", later), "--state", state)
        assert found.returncode == 0
        assert json.loads(state.read_text())["size"] == later["heads"][-1]["size"] > kept["size"]
        state.write_text(json.dumps({**json.loads(state.read_text()), "root": "00" * 32}))
        again = fetched(log, f"bundle?since={later['heads'][-1]['size']}")
        assert run(saved(tmp_path, "again.json", again), "--state", state).returncode == 1, "the past was changed"


def flipped(text: str) -> str:
    """Other hexadecimal digits of the same length."""
    return ("0" if text[0] != "0" else "1") + text[1:]


def turn(path: list[str]) -> None:
    """Change the first hash of a path."""
    path[0] = flipped(path[0])


def of_note(bundle: Any, head: int, line: int, words: str) -> None:
    lines = bundle["heads"][head]["note"].split("\n")
    lines[line] = words
    bundle["heads"][head]["note"] = "\n".join(lines)


def signature(bundle: Any, head: int) -> None:
    before, _, encoded = bundle["heads"][head]["note"].rstrip("\n").rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[40] ^= 1
    bundle["heads"][head]["note"] = f"{before} {base64.b64encode(raw).decode()}\n"


def drop_signature(bundle: Any) -> None:
    """Take away the second signature of the head that announces a key."""
    head = next(head for head in bundle["heads"] if head["next_key"])
    head["note"] = head["note"].rstrip("\n").rpartition("\n")[0] + "\n"


TAMPERED = {
    "the size of a head": lambda b, e: of_note(b, 2, 1, "7"),
    "the root of a head": lambda b, e: of_note(b, 2, 2, base64.b64encode(bytes(32)).decode()),
    "the time of a head": lambda b, e: of_note(b, 2, 3, "time 2020-01-01T00:00:00Z"),
    "the name of a head": lambda b, e: of_note(b, 2, 0, "another.example/log"),
    "a signature": lambda b, e: signature(b, 2),
    "the newest signature": lambda b, e: signature(b, -1),
    "the announcement of a key": lambda b, e: drop_signature(b),
    "a head left out": lambda b, e: b["heads"].pop(2),
    "a proof of consistency": lambda b, e: turn(b["consistency"][2]["path"]),
    "a proof of consistency left out": lambda b, e: b["consistency"].pop(2),
    "a proof of consistency cut short": lambda b, e: b["consistency"][2]["path"].pop(),
    "the leaf": lambda b, e: b["inclusion"].update(digest="sha256:" + flipped(b["inclusion"]["digest"][7:])),
    "the place": lambda b, e: b["inclusion"].update(index=b["inclusion"]["index"] + 1),
    "the size of the proof": lambda b, e: b["inclusion"].update(size=b["inclusion"]["size"] - 1),
    "the path": lambda b, e: turn(b["inclusion"]["path"]),
    "the path cut short": lambda b, e: b["inclusion"]["path"].pop(),
    "the path made longer": lambda b, e: b["inclusion"]["path"].append("00" * 32),
    "the proof left out": lambda b, e: b.update(inclusion=None),
    "what the event says": lambda b, e: e["content"].update(verb="another.verb"),
    "when the event was": lambda b, e: e["content"].update(at="2020-01-01T00:00:00+00:00"),
    "the nonce of the event": lambda b, e: e.update(nonce="00" * 16),
    "the digest of the event": lambda b, e: e.update(digest="sha256:" + "00" * 32),
}


@pytest.mark.parametrize("what", TAMPERED)
class TestTheScriptFindsTampering:
    def test_with(self, tmp_path: Path, bundle: Any, event: Any, what: str) -> None:
        forged, forged_event = copy.deepcopy(bundle), copy.deepcopy(event)
        TAMPERED[what](forged, forged_event)
        assert (forged, forged_event) != (bundle, event)
        arguments = ["--event", saved(tmp_path, "e.json", forged_event), "--key", bundle["heads"][0]["key"]]
        found = run(saved(tmp_path, "b.json", forged), *arguments)
        assert found.returncode == 1, found.stdout


@pytest.mark.django_db(transaction=True)
class TestTheScriptAgainstALiveServer:
    def test_follows_the_log_as_it_grows(self, live_server: Any, tmp_path: Path, settings: Any) -> None:
        settings.KEYS_FOLDER = tmp_path / "keys"
        state, sizes = tmp_path / "state.json", []
        for _ in range(3):
            events = [an_event(AREA) for _ in range(3)]
            seal(at=timezone.now())
            found = run(live_server.url, "--state", state)
            assert found.returncode == 0, found.stdout + found.stderr
            sizes.append(json.loads(state.read_text())["size"])
        assert sizes == [3, 6, 9]
        client = client_for(Role.SUBDISTRICT_OFFICER, AREA)
        mine = saved(tmp_path, "event.json", fetched(client, f"events/{events[0].pk}"))
        found = run(live_server.url, "--state", state, "--event", mine)
        assert found.returncode == 0, found.stdout + found.stderr
        assert f"event {events[0].digest} is in it, at 6" in found.stdout

    def test_ends_with_an_error_where_there_is_no_log(self, live_server: Any) -> None:
        assert run(live_server.url).returncode != 0
