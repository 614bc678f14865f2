"""The command `shanzhi`: light where it can be, clear where something is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from shanzhi.config import mishaps
from shanzhi.config.cli import COMMANDS
from shanzhi.config.commands import doctor, messages
from shanzhi.config.commands.checks import Finding, disk, keys
from shanzhi.config.environment import Environment

CATALOGUE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Vote"\nmsgstr "投票"\n'


def shanzhi(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "from shanzhi.config.cli import main; main()", *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class TestTheCommand:
    def test_lists_every_subcommand_with_what_it_does(self) -> None:
        done = shanzhi("--help", COLUMNS="200")
        for name, place in COMMANDS.items():
            assert name in done.stdout
            assert place.about.split(".")[0][:60] in done.stdout

    def test_that_counts_needs_neither_django_nor_a_database_driver_set_up(self) -> None:
        code = (
            "import sys\n"
            "from shanzhi.config import cli\n"
            "try:\n    cli.hand_over('count', ['--help'])\nexcept SystemExit:\n    pass\n"
            "print('django' in sys.modules, file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
        assert done.stderr.strip().splitlines()[-1] == "False"
        assert "--rule" in done.stdout

    def test_says_in_one_sentence_which_setting_is_wrong(self) -> None:
        done = shanzhi("manage", "check", SHANZHI_WORKERS="many")
        assert done.returncode == 1
        assert done.stderr == (
            "shanzhi: SHANZHI_WORKERS is `many`, but must be a whole number. Server processes of `shanzhi serve`.\n"
        )

    @pytest.mark.parametrize("command", ["setup", "serve"])
    def test_says_in_one_sentence_that_the_database_is_out_of_reach(self, tmp_path: Path, command: str) -> None:
        done = shanzhi(command, DATABASE_URL="postgres://u:s3cretpw@127.0.0.1:1/x", SHANZHI_DATA=str(tmp_path))
        assert done.returncode == 1
        assert done.stderr == (
            "shanzhi: The database at 127.0.0.1:1 cannot be reached: Connection refused. "
            "Look at DATABASE_URL, and whether that server runs and lets this machine in.\n"
        )

    def test_leaves_a_fault_of_the_database_that_did_answer_to_its_traceback(self) -> None:
        assert mishaps.sentences(psycopg.errors.LockNotAvailable()) == []

    @pytest.mark.parametrize("words", [["areas", "import", "--help"], ["keys"]])
    def test_tells_what_it_does_without_making_anything(self, tmp_path: Path, words: list[str]) -> None:
        data = tmp_path / "data"
        done = shanzhi(*words, SHANZHI_DATA=str(data), DATABASE_URL="")
        assert "usage" in done.stdout.lower()
        assert not data.exists()

    @pytest.mark.parametrize("command", ["serve", "worker"])
    def test_that_production_refuses_makes_nothing(self, tmp_path: Path, command: str) -> None:
        data = tmp_path / "data"
        done = shanzhi(command, SHANZHI_MODE="production", SHANZHI_DATA=str(data), DATABASE_URL="")
        assert done.returncode == 1
        assert done.stderr.startswith("shanzhi: Production does not start like this:\n- ")
        assert not data.exists()


class TestTheDemo:
    @pytest.mark.parametrize(
        ("given", "found"), [({}, "http://localhost:8765"), ({"SHANZHI_PUBLIC_URL": "http://box:1"}, "http://box:1")]
    )
    def test_has_links_lead_to_the_port_it_is_served_at(
        self, tmp_path: Path, given: dict[str, str], found: str
    ) -> None:
        code = (
            "import psycopg\n"
            "from shanzhi.config import cli\n"
            "try:\n    cli.hand_over('demo', ['--port', '8765'])\n"
            "except psycopg.OperationalError:\n    print(cli.Environment().public_url)"
        )
        variables = {name: value for name, value in os.environ.items() if name != "SHANZHI_PUBLIC_URL"}
        variables |= {"DATABASE_URL": "postgres://u@127.0.0.1:1/x", "SHANZHI_DATA": str(tmp_path), **given}
        done = subprocess.run(
            [sys.executable, "-c", code], env=variables, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.stdout.strip() == found


class TestTheDoctor:
    def test_gives_findings_as_json_lines_and_fails_when_something_is_bad(self, tmp_path: Path) -> None:
        done = shanzhi(
            "doctor", "--json", DATABASE_URL="postgres://nobody@127.0.0.1:1/none", SHANZHI_DATA=str(tmp_path)
        )
        findings = [json.loads(line) for line in done.stdout.splitlines()]
        bad = {finding["subject"]: finding["cure"] for finding in findings if finding["grade"] == "bad"}
        assert done.returncode == 1
        assert "DATABASE_URL" in bad["Database"]
        assert "shanzhi setup" in bad["Keys"]

    def test_tells_that_only_postgres_is_taken_and_repeats_no_password(self) -> None:
        done = shanzhi("doctor", "--json", DATABASE_URL="mysql://u:s3cretpw@h/x")
        assert done.returncode == 1
        assert "postgres://" in done.stdout
        assert "s3cretpw" not in done.stdout + done.stderr

    def test_finds_every_mistyped_setting_and_says_what_it_is_for(self) -> None:
        done = shanzhi("doctor", "--json", SHANZHI_WORKERS="abc", SHANZHI_MODE="prod", SHANZHI_THREADS="0")
        bad = [finding for finding in map(json.loads, done.stdout.splitlines()) if finding["grade"] == "bad"]
        assert done.returncode == 1
        assert sorted(finding["words"] for finding in bad) == [
            "SHANZHI_MODE is `prod`, but must be 'development', 'demo' or 'production'",
            "SHANZHI_THREADS is `0`, but must be 1 or more",
            "SHANZHI_WORKERS is `abc`, but must be a whole number",
        ]
        assert [finding for finding in bad if not finding["cure"]] == []

    def test_gives_a_cure_with_whatever_is_not_good(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        monkeypatch.setenv("SHANZHI_DATA", str(tmp_path))
        found = [finding for finding in doctor.examine(Environment()) if finding.grade != "good"]
        assert found
        assert [finding for finding in found if not finding.cure] == []

    def test_sees_keys_that_others_may_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "keys"
        folder.mkdir(mode=0o755)
        for name in ("fields.keys", "index.key"):
            (folder / name).write_text("1:x")
            (folder / name).chmod(0o644)
        found = keys(Environment(keys=folder))
        assert found.grade == "bad"
        assert "fields.keys" in found.words
        folder.chmod(0o700)
        for path in folder.iterdir():
            path.chmod(0o600)
        assert keys(Environment(keys=folder)).grade == "good"

    def test_sees_a_full_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1024})())
        assert disk(Environment(data=tmp_path)).grade == "bad"

    def test_turns_a_check_that_breaks_into_a_finding(self) -> None:
        def broken() -> Finding:
            raise OSError("no such device")

        assert doctor._try("Disk", broken, "cure")[0].words == "OSError: no such device"


class TestTheTranslations:
    def test_are_compiled_when_they_changed_and_only_then(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        po = tmp_path / "room" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
        po.parent.mkdir(parents=True)
        po.write_text(CATALOGUE)
        monkeypatch.setattr(messages, "PACKAGE", tmp_path)
        assert messages.compile_all() == 1
        assert "投票".encode() in po.with_suffix(".mo").read_bytes()
        assert messages.compile_all() == 0
        os.utime(po, (po.stat().st_atime, po.stat().st_mtime + 10))
        assert messages.stale() == [po]
