"""`shanzhi serve` as an operator runs it, in processes of its own, for tests that stop and kill it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SERVE = "from shanzhi.config.cli import main; main()"
START = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, address: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}", timeout=5) as answer:
        return str(answer.read().decode())


def serve(data: Path, port: int, *, until: str = "/-/ready", **settings: str) -> "subprocess.Popen[bytes]":
    """Start the site and wait until `until` answers well; `settings` are variables of its environment."""
    environment = {**os.environ, "SHANZHI_DATA": str(data), "SHANZHI_WORKERS": "1", **settings}
    environment.pop("DATABASE_URL", None)
    log = (data / "serve.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
    )
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            get(port, until)
            return process
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    process.kill()
    raise AssertionError((data / "serve.log").read_text())


def processes_of(data: Path) -> dict[int, str]:
    """What still runs for this data folder: command lines by process number."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment, command = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"SHANZHI_DATA={data}\0".encode() in environment and command:
            found[int(folder.name)] = command.decode().replace("\0", " ")
    return found


def gone(data: Path) -> bool:
    """Whether everything has ended within some seconds."""
    for _ in range(150):
        if not processes_of(data):
            return True
        time.sleep(0.1)
    return False
