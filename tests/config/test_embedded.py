"""The embedded PostgreSQL server: started by whoever comes first, stopped by the last, killed without harm."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import shanzhi.config
from shanzhi.config.children import starting
from shanzhi.config.embedded import SERVING, Cluster, EmbeddedDatabaseError
from shanzhi.config.roles import DATABASE, OWNER, ROLE, SUPERUSER

LEASE = """
    import sys, time
    from pathlib import Path
    from shanzhi.config.embedded import Cluster
    with Cluster(Path(sys.argv[1]), {"fsync": "off"}).lease(child=sys.argv[2] == "child"):
        print("up", flush=True)
        time.sleep(float(sys.argv[3]))
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster of its own in a short path, gone at the end whatever happened."""
    folder = Path(tempfile.mkdtemp(prefix="sz-"))
    folder.chmod(0o755)
    made = Cluster(folder, {**SERVING, "fsync": "off"})
    yield made
    with made.lease():
        pass  # the last lease stops what a test left running
    shutil.rmtree(folder)


def leaseholder(cluster: Cluster, kind: str, seconds: float) -> "subprocess.Popen[str]":
    """Another process that holds a lease."""
    words = [sys.executable, "-c", textwrap.dedent(LEASE), str(cluster.folder), kind, str(seconds)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "up"
    return process


def wait_until_stopped(cluster: Cluster) -> bool:
    deadline = time.monotonic() + 20
    while cluster.running():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class TestACluster:
    def test_is_utf8_under_the_builtin_locale(self, cluster: Cluster) -> None:
        with cluster.lease(), psycopg.connect(cluster.url(ROLE)) as connection:
            row = connection.execute(
                "SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database WHERE datname = %s",
                [ROLE],
            ).fetchone()
        assert row == ("UTF8", "b", "C.UTF-8")

    def test_opens_no_network_and_admits_nobody_by_trust(self, cluster: Cluster) -> None:
        with cluster.lease(), psycopg.connect(cluster.url("postgres", role=SUPERUSER)) as connection:
            rules = connection.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
            listening = connection.execute("SHOW listen_addresses").fetchone()
        assert rules == [("local", "peer"), ("local", "peer")]
        assert listening == ("",)

    def test_gives_the_site_a_role_that_is_no_superuser(self, cluster: Cluster) -> None:
        with cluster.lease(), psycopg.connect(cluster.url(ROLE)) as connection:
            row = connection.execute(
                "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert row == (False, False, False)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand the server to another user")
    def test_does_not_run_as_root(self, cluster: Cluster) -> None:
        with cluster.lease():
            pid = int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])
            assert Path(f"/proc/{pid}").stat().st_uid != 0

    def test_refuses_a_path_too_long_for_a_socket(self) -> None:
        with pytest.raises(EmbeddedDatabaseError, match="too long for a socket"):
            Cluster(Path("/" + "x" * 120))

    def test_keeps_what_people_typed_out_of_its_log(self, cluster: Cluster) -> None:
        with cluster.lease(), psycopg.connect(cluster.url(DATABASE, role=OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (choice text UNIQUE)")
            connection.execute("INSERT INTO t VALUES ('candidate-77')")
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO t VALUES (%s)", ["candidate-77"])
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("INSERT INTO t VALUES ('candidate-77')")
        log = (cluster.data / "server.log").read_text()
        assert "duplicate key" in log
        assert "candidate-77" not in log


class TestSeveralWhoNeedIt:
    def test_can_start_it_at_the_same_moment(self, cluster: Cluster) -> None:
        with ThreadPoolExecutor() as pool:
            holders = list(pool.map(lambda _: leaseholder(cluster, "plain", 1.0), range(3)))
        assert [holder.wait(timeout=30) for holder in holders] == [0, 0, 0]
        assert wait_until_stopped(cluster)

    def test_keep_it_up_until_the_last_has_gone(self, cluster: Cluster) -> None:
        with cluster.lease():
            assert leaseholder(cluster, "plain", 0).wait(timeout=30) == 0
            assert cluster.running()
        assert not cluster.running()


class TestAProcessForkedWhileTheServerIsStarted:
    def test_does_not_go_on_holding_the_lock(self, cluster: Cluster) -> None:
        """As the web server's processes are, beside the thread that looks after the database."""
        with cluster._lock("start.lock", fcntl.LOCK_EX):
            child = os.fork()
            if child == 0:
                time.sleep(60)
                os._exit(0)
        try:
            with (cluster.folder / "start.lock").open("a") as other:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


class TestAProgramStartedBesideAForkingThread:
    def test_is_started_before_or_after_the_fork(self) -> None:
        """A process forked in the midst of it would keep Popen waiting as long as it lives."""
        begun, done = threading.Event(), threading.Event()

        def slowly() -> None:
            with starting:
                begun.set()
                time.sleep(0.5)
                done.set()

        thread = threading.Thread(target=slowly)
        thread.start()
        begun.wait()
        child = os.fork()
        if child == 0:
            os._exit(0 if done.is_set() else 1)
        thread.join()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    def test_is_what_the_keeper_and_the_server_use(self) -> None:
        source = Path(shanzhi.config.__file__).parent
        users = {path.name for path in source.rglob("*.py") if "Popen(" in path.read_text()}
        assert users == {"children.py"}


class TestAServingProcessKilledOutright:
    def test_takes_its_server_down_cleanly(self, cluster: Cluster) -> None:
        holder = leaseholder(cluster, "child", 60)
        holder.kill()
        holder.wait(timeout=10)
        assert wait_until_stopped(cluster)
        with cluster.lease():  # waits until the old one has ended
            assert "database system is shut down" in (cluster.folder / "server.log").read_text()
            assert "was not properly shut down" not in (cluster.data / "server.log").read_text()


class TestAServerKilledOutright:
    def test_is_started_again_with_all_that_was_committed(self, cluster: Cluster) -> None:
        with cluster.lease(), psycopg.connect(cluster.url(DATABASE, role=OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
            os.kill(int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
            with cluster.lease(), psycopg.connect(cluster.url(DATABASE, role=OWNER)) as again:
                assert again.execute("SELECT n FROM kept").fetchone() == (7,)

    def test_is_started_again_when_its_number_went_to_another_program(self, cluster: Cluster) -> None:
        with cluster.lease():
            kept = (cluster.data / "postmaster.pid").read_text().split("\n")
        stranger = cluster.data / "postmaster.pid"
        stranger.write_text("\n".join([str(os.getpid()), *kept[1:]]))
        with cluster.lease():
            assert cluster.running()
