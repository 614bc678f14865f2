"""`shanzhi serve` and `shanzhi setup` as an operator runs them, on data of their own."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shanzhi.config.commands.setup import prepare
from shanzhi.config.embedded import Cluster
from shanzhi.config.environment import DEMO_MARK, Environment
from shanzhi.config.roles import DATABASE, OWNER
from shanzhi.kernel.keyring import FIELDS, INDEX, KeyMissing
from tests.support.serving import free_port, get, gone, processes_of, serve


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder in a short path that the database's user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="sz-"))
    folder.chmod(0o755)
    yield folder
    with Cluster(folder).lease():
        pass
    shutil.rmtree(folder)


@pytest.mark.slow
class TestAServerStopped:
    @pytest.mark.thorough
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_leaves_nothing_running_and_starts_again_with_its_data(self, data: Path, number: signal.Signals) -> None:
        port = free_port()
        process = serve(data, port)
        with psycopg.connect(Cluster(data).url(DATABASE, role=OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        process.send_signal(number)
        process.wait(timeout=30)
        assert gone(data), processes_of(data)
        again = serve(data, port)
        with psycopg.connect(Cluster(data).url(DATABASE, role=OWNER)) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
        assert "shanzhi_requests_total" in get(port, "/-/metrics")
        again.terminate()
        assert again.wait(timeout=30) == 0


class TestKeysOfANewInstallation:
    def test_are_made_for_their_owner_alone(self, data: Path) -> None:
        prepare(Environment(mode="production", data=data))
        folder = data / "keys"
        assert folder.stat().st_mode & 0o077 == 0
        assert [name for name in (FIELDS, INDEX) if (folder / name).stat().st_mode & 0o077] == []
        assert not (folder / DEMO_MARK).exists()

    def test_bear_the_mark_of_a_demo_outside_production(self, data: Path) -> None:
        prepare(Environment(mode="demo", data=data))
        assert (data / "keys" / DEMO_MARK).exists()

    def test_stay_as_they_are_when_prepared_again(self, data: Path) -> None:
        prepare(Environment(data=data))
        before = (data / "keys" / FIELDS).read_bytes()
        prepare(Environment(data=data))
        assert (data / "keys" / FIELDS).read_bytes() == before

    def test_are_not_made_over_a_database_that_holds_people(self, data: Path) -> None:
        cluster = Cluster(data)
        with cluster.lease(), psycopg.connect(cluster.url(DATABASE, role=OWNER), autocommit=True) as connection:
            connection.execute("CREATE TABLE people_person AS SELECT 1 AS id")
        with pytest.raises(KeyMissing, match="restore them from their backup"):
            prepare(Environment(mode="production", data=data))
        assert not (data / "keys" / FIELDS).exists()
