"""The door to a malware scanner, with real commands in the place of one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from shanzhi.ventures import operations
from shanzhi.ventures.models import Attachment
from shanzhi.work import scanner
from shanzhi.work.files import STARTS, folder
from tests.ventures.support import bring, day, make_call, make_world

# The harmless text that every scanner takes for a virus (EICAR), put together here so that none stops at this file.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
LOOKS = "import sys; sys.exit(int(b'EICAR-STANDARD' in sys.stdin.buffer.read()))"


@pytest.fixture
def a_scanner(settings: Any, tmp_path: Path) -> None:
    """A command that behaves as clamdscan does: 1 for the test file, 0 for others."""
    program = tmp_path / "scan.py"
    program.write_text(LOOKS)
    settings.FILE_SCANNER = f"{sys.executable} {program}"


class TestTheScanner:
    def test_is_none_unless_set(self) -> None:
        scanner.scan(EICAR)

    @pytest.mark.usefixtures("a_scanner")
    def test_lets_clean_files_through_and_stops_bad_ones(self) -> None:
        scanner.scan(b"a clean file" * 100_000)
        with pytest.raises(scanner.FileInfected):
            scanner.scan(b"%PDF-1.7 " + EICAR)

    @pytest.mark.parametrize(
        "command",
        [
            "/no/such/scanner -",
            f"{sys.executable} -c 'raise SystemExit(2)'",
            f"{sys.executable} -c 'import os; os.abort()'",
        ],
    )
    def test_that_gives_no_answer_lets_nothing_through(self, settings: Any, command: str) -> None:
        settings.FILE_SCANNER = command
        with pytest.raises(scanner.ScannerAway):
            scanner.scan(b"x")

    def test_that_hangs_lets_nothing_through(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.FILE_SCANNER = "sleep 60"
        monkeypatch.setattr(scanner, "WAIT_SECONDS", 0.2)
        with pytest.raises(scanner.ScannerAway):
            scanner.scan(b"x")


@pytest.mark.django_db
@pytest.mark.usefixtures("a_scanner")
def test_an_infected_attachment_is_neither_kept_nor_recorded() -> None:
    world = make_world()
    call = bring(world, make_call(world), "submission", proposals=0)
    made = operations.create_proposal(
        actor=world.team, call_id=call.pk, given={"title": "示例"}, at=day("submission", 2)
    )
    before = set(folder("ventures").rglob("*"))
    png = next(start for start, kind in STARTS if kind == "png")
    with pytest.raises(scanner.FileInfected):
        operations.attach(
            actor=world.team, proposal_id=made.proposal.pk, name="x.png", content=png + EICAR, at=day("submission", 2)
        )
    assert not Attachment.objects.exists()
    assert set(folder("ventures").rglob("*")) == before
    operations.attach(
        actor=world.team, proposal_id=made.proposal.pk, name="x.png", content=png + b"clean", at=day("submission", 2)
    )
