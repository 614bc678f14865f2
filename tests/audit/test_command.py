"""`shanzhi audit` as an operator runs it, and what the doctor says of the log."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from typer.testing import CliRunner

from shanzhi.audit.models import Event, TreeHead
from shanzhi.audit.operations.sealing import seal
from shanzhi.audit.queries import lag, note_of
from shanzhi.config.commands import checks, setup
from shanzhi.config.commands.audit import app
from shanzhi.config.commands.checks import Finding
from shanzhi.config.environment import Environment
from shanzhi.kernel.checkpoint import VerifierKey, verified
from shanzhi.kernel.keyring import KeyMissing, make_signing_key, signing_keys
from tests.audit.support import AT, an_event, as_superuser, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys(settings: Any, tmp_path: Path) -> None:
    settings.KEYS_FOLDER = tmp_path / "keys"


def run(*words: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, list(words))
    return found.exit_code, found.output


class TestSeal:
    def test_tells_the_head(self) -> None:
        an_event()
        code, told = run("seal")
        assert (code, told.startswith("1 leaves, root ")) == (0, True)

    def test_tells_that_there_is_nothing(self) -> None:
        assert run("seal") == (0, "Nothing to seal, or another sealer is at work.\n")


class TestVerify:
    def test_seals_first_and_tells_what_was_checked(self) -> None:
        an_event()
        code, told = run("verify")
        assert code == 0
        assert "Everything fits." in told
        for name in ("events", "leaves", "heads", "audited tables", "rows", "people_person", "seals of counts"):
            assert name in told

    def test_names_table_and_key_of_what_does_not_fit_and_ends_with_1(self) -> None:
        event = an_event()
        as_superuser("UPDATE audit_event SET reason = 'x' WHERE id = %s", [event.pk])
        code, told = run("verify")
        assert code == 1
        assert f"✗ audit_event {event.pk}: its digest is not that of its content" in told
        code, told = run("verify", "--json")
        report = json.loads(told)
        assert (code, report["good"]) == (1, False)
        assert "audit_event" in {found["table"] for found in report["mismatches"]}

    def test_compares_with_a_head_that_was_kept_elsewhere(self, tmp_path: Path) -> None:
        an_event()
        kept = tmp_path / "head.txt"
        kept.write_text(run("seal")[1] and run("head")[1])
        an_event()
        assert run("verify", "--against", str(kept))[0] == 0
        kept.write_text(kept.read_text().replace("time 2", "time 1"))
        assert run("verify", "--against", str(kept))[0] == 1
        kept.write_text("nothing")
        assert run("verify", "--against", str(kept))[0] == 1

    def test_goes_on_where_sealing_cannot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        an_event()
        sealed()
        an_event()
        monkeypatch.setattr("shanzhi.audit.operations.keys.signing_keys", lambda _folder: {})
        code, told = run("verify")
        assert "Not sealed: The key" in told
        assert code == 0


class TestTheKey:
    def test_is_printed_and_changed(self) -> None:
        an_event()
        sealed()
        old = TreeHead.objects.latest("size").key
        assert old in run("key")[1]
        code, told = run("rotate-key", "--reason", "示例：每年更换")
        head = TreeHead.objects.latest("size")
        assert code == 0
        assert head.next_key in told
        assert verified(note_of(head), VerifierKey.read(old)).following == head.next_key
        assert Event.objects.filter(verb="audit.key.rotate", reason="示例：每年更换").exists()

    def test_is_not_called_lost_while_it_is_there(self) -> None:
        an_event()
        sealed()
        assert run("rotate-key", "--reason", "示例", "--lost")[0] == 2


def grades(found: Any) -> dict[str, str]:
    return {finding.subject: finding.grade for finding in found if isinstance(finding, Finding)}


class TestTheDoctor:
    def environment(self, folder: Path) -> Environment:
        return Environment(keys=folder / "keys", data=folder)

    def test_is_content_with_a_log_that_is_sealed(self, tmp_path: Path) -> None:
        an_event(at=timezone.now())
        seal(at=timezone.now())
        assert set(grades(checks.log_seals(self.environment(tmp_path))).values()) == {"good"}

    def test_says_that_the_sealer_lags(self, tmp_path: Path) -> None:
        an_event(at=timezone.now() - timedelta(hours=1))
        found = grades(checks.log_seals(self.environment(tmp_path)))
        assert (found["Log seals"], found["Log key"]) == ("bad", "bad")

    def test_counts_what_came_after_the_last_seal(self) -> None:
        an_event()
        sealed()
        an_event(at=AT)
        found = lag(at=AT + timedelta(minutes=20))
        assert (found.waiting, found.minutes) == (1, 20)

    def test_says_that_triggers_are_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shanzhi.audit.coverage.uncovered", lambda: ["ventures_award"])
        assert grades(checks.log_seals(self.environment(tmp_path)))["Audited tables"] == "bad"


class TestSetup:
    def test_makes_the_signing_key_and_never_a_second_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environment = Environment(keys=tmp_path / "keys", data=tmp_path)
        monkeypatch.setattr(setup, "_has_rows", lambda _environment, _table: False)
        for _ in range(2):
            setup.prepare(environment)
            assert list(signing_keys(tmp_path / "keys")) == [1]

    def test_makes_none_where_heads_were_signed_by_one_that_is_gone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        environment = Environment(keys=tmp_path / "keys", data=tmp_path)
        monkeypatch.setattr(setup, "_has_rows", lambda _environment, table: table == "audit_treehead")
        with pytest.raises(KeyMissing, match="signed heads"):
            setup.prepare(environment)
        make_signing_key(tmp_path / "keys")
        setup.prepare(environment)
