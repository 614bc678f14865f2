"""Every marked block of commands in docs/operations.md, run as it stands on an installation of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.backup.digests import digest_of, table_digests
from shanzhi.config.embedded import Cluster
from shanzhi.config.roles import DATABASE, SUPERUSER
from tests.faults.support import COMMAND, SECRET, move_in
from tests.support.serving import free_port, gone

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations.md"
BLOCK = re.compile(r"^```sh test=(\w+)\n(.*?)^```$", re.M | re.S)
MOMENT = "2026-11-25T14:30:00"
MORE = """
import django
django.setup()
from tests.voting import support
support.an_account(None)
"""
SHIM = f"""#!/bin/sh
exec {sys.executable} -c '{COMMAND}' "$@"
"""
# What systemd would do with the units that the document shows.
SYSTEMCTL = """#!/bin/bash
set -eu
pid=$HOME/$2.pid
stop() { if [ -e $pid ]; then kill $(cat $pid); while [ -e /proc/$(cat $pid) ]; do sleep 0.1; done; rm $pid; fi; }
start() {
    case $2 in
    shanzhi) setsid shanzhi serve --no-update --port PORT >>$HOME/$2.log 2>&1 & echo $! >$pid
        for _ in $(seq 600); do curl -fs http://127.0.0.1:PORT/-/ready >/dev/null && return; sleep 0.2; done; exit 1 ;;
    shanzhi-standby) export SHANZHI_DATA=$STANDBY
        setsid shanzhi standby start --of $PRIMARY >$HOME/$2.log 2>&1 & echo $! >$pid
        for _ in $(seq 600); do grep -q Following $HOME/$2.log && sleep 2 && return; sleep 0.2; done; exit 1 ;;
    esac
}
case $1 in stop) stop "$@" ;; start) start "$@" ;; restart) stop "$@"; start "$@" ;; esac
"""


def blocks() -> dict[str, list[str]]:
    """The marked blocks by their names."""
    found: dict[str, list[str]] = {}
    for name, text in BLOCK.findall(DOCUMENT.read_text()):
        found.setdefault(name, []).append(text)
    return found


class Operator:
    """Somebody who follows the document on a machine of one's own."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.house = move_in(self.folder("d"))
        self.environment = {
            **self.house.environment,
            "HOME": str(home),
            "PATH": f"{home}/bin:/usr/bin:/bin",
            "SHANZHI_KEYS": str(home / "k"),
            "SHANZHI_BACKUP": str(home / "b"),
            "SHANZHI_SECRET_KEY": SECRET,
            "SHANZHI_WORKERS": "1",
            "PRIMARY": str(home / "d"),
            "STANDBY": str(home / "s"),
        }
        self.house.environment |= {name: self.environment[name] for name in ("SHANZHI_KEYS", "SHANZHI_BACKUP")}
        (home / "bin").mkdir()
        for name, text in (("shanzhi", SHIM), ("systemctl", SYSTEMCTL.replace("PORT", str(self.port)))):
            (home / "bin" / name).write_text(text)
            (home / "bin" / name).chmod(0o755)

    def folder(self, name: str) -> Path:
        made = self.home / name
        made.mkdir(mode=0o755)
        return made

    def sh(self, text: str) -> str:
        """Run commands to their good end, with the folders of this machine."""
        for told, here in (("/srv/shanzhi-standby", "s"), ("/media/vault", "v"), ("127.0.0.1:8000", "")):
            text = text.replace(told, str(self.home / here) if here else f"127.0.0.1:{self.port}")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + "".join(log.read_text()[-2000:] for log in self.home.glob("*.log"))
        return done.stdout

    def follow(self, name: str, **changes: str) -> str:
        """Run the blocks of a name."""
        text = "\n".join(blocks()[name])
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        return self.sh(text)

    def digest(self, folder: str = "d") -> tuple[str, str]:
        with psycopg.connect(Cluster(self.home / folder).url(DATABASE, role=SUPERUSER), autocommit=True) as connection:
            row = connection.execute("SELECT clock_timestamp()::text").fetchone()
            assert row
            return str(row[0]).replace(" ", "T"), digest_of(table_digests(connection))


@pytest.fixture
def operator() -> Iterator[Operator]:
    """An operator whose site is prepared and served."""
    home = Path(tempfile.mkdtemp(prefix="vo-"))
    home.chmod(0o755)
    made = Operator(home)
    try:
        made.sh("shanzhi setup\nsystemctl start shanzhi")
        yield made
    finally:
        for unit in ("shanzhi", "shanzhi-standby"):
            subprocess.run([str(home / "bin" / "systemctl"), "stop", unit], env=made.environment, check=False)
        assert gone(home / "d")
        shutil.rmtree(home, ignore_errors=True)


class TestTheDocument:
    def test_marks_only_blocks_that_are_run_here(self) -> None:
        assert set(blocks()) == {"backup", "restore", "standby", "promote", "promoted", "upgrade", "keys"}


@pytest.mark.slow
class TestAnOperatorWhoFollowsTheDocument:
    def test_backs_up_upgrades_and_restores(self, operator: Operator) -> None:
        said = operator.follow("backup")
        assert "NO KEYS ARE IN IT" in said
        assert "1 backups are whole" in said
        assert (operator.home / "v" / "shanzhi-keys" / "fields.keys").exists()
        operator.house.run(MORE)
        moment, wanted = operator.digest()
        time.sleep(0.1)
        operator.house.run(MORE)
        assert "ready" in operator.follow("upgrade")
        said = operator.follow("keys", **{"--reason": "--grace 0.5 --reason"})
        assert said.count("version 1 writes; step one") == said.count("version 2 writes; step one") == 2
        assert operator.digest()[1] != wanted
        said = operator.follow("restore", **{MOMENT: moment})
        assert wanted in said

    def test_has_a_standby_take_over(self, operator: Operator) -> None:
        said = operator.follow("standby")
        assert "standby: streaming, required" in said
        assert "receives its primary's log" in said
        operator.house.run(MORE)
        wanted = operator.digest()[1]
        assert "is a primary now" in operator.follow("promote")
        operator.environment["SHANZHI_DATA"] = str(operator.home / "s")
        operator.environment["SHANZHI_BACKUP"] = str(operator.home / "b2")
        with Cluster(operator.home / "s").lease():  # before the site runs and seals the log
            assert operator.digest("s")[1] == wanted
        operator.follow("promoted")
