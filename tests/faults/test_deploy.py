"""A newer version's migrations run while people vote: nobody waits longer than a lock may be waited for."""

from __future__ import annotations

import time

import psycopg
import pytest

from shanzhi.config.owner import LONGEST_LOCK
from shanzhi.config.roles import DATABASE, OWNER
from tests.faults.support import PATIENT, SECRET, SETUP, SIGN_IN, Casting, House, hold
from tests.support.serving import free_port, get, serve

VOTERS = 60
PAUSE = "0.1"  # seconds between two ballots of a client, so that voting lasts longer than the migration
# Two migrations as ours are written: columns that may be empty in one transaction, then an index that locks nobody out.
NEWER = """
import sys, tempfile
from pathlib import Path
import django
django.setup()
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.conf import settings
from shanzhi.config.owner import migrate
folder = Path(tempfile.mkdtemp()) / "newer_migrations"
folder.mkdir()
sys.path.append(str(folder.parent))
(folder / "__init__.py").write_text("from shanzhi.voting import migrations\\n__path__.extend(migrations.__path__)\\n")
leaf = MigrationLoader(connection).graph.leaf_nodes("voting")[0]
(folder / "x001_columns.py").write_text(f'''
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [{leaf!r}]
    operations = [
        migrations.AddField("envelope", "newer", models.BinaryField(null=True)),
        migrations.AddField("rollentry", "newer", models.CharField(max_length=20, null=True)),
        migrations.AddField("ballot", "newer", models.BooleanField(default=False, db_default=False)),
    ]
''')
(folder / "x002_index.py").write_text('''
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
class Migration(migrations.Migration):
    atomic = False
    dependencies = [("voting", "x001_columns")]
    operations = [AddIndexConcurrently("rollentry", models.Index(fields=["newer"], name="voting_roll_newer"))]
''')
settings.MIGRATION_MODULES = {"voting": "newer_migrations"}
print("begins", flush=True)
migrate()
print("done", flush=True)
"""


@pytest.mark.slow
class TestMigrationsDuringTheVote:
    def test_let_ballots_pass_and_lose_none(self, house: House) -> None:
        port = free_port()
        served = serve(house.cluster.folder, port, SHANZHI_SECRET_KEY=SECRET)
        poll, people = house.run(SETUP, str(VOTERS))[0].split()
        sessions = house.run(SIGN_IN, people)
        casting = Casting(house, PATIENT, [str(port), poll, PAUSE], sessions)
        with psycopg.connect(house.cluster.url(DATABASE)) as reader:
            # Somebody reads the envelopes for seconds: the migration must step back, or all voters stand behind it.
            reader.execute("SELECT count(*) FROM voting_envelope")
            deploying = house.start(NEWER)
            assert deploying.stdout is not None
            assert deploying.stdout.readline() == "begins\n"
            before = len(casting.acknowledged)
            time.sleep(2 * float(LONGEST_LOCK.rstrip("s")))
            assert deploying.poll() is None
            assert len(casting.acknowledged) > before
        assert deploying.communicate(timeout=60)[0] == "done\n"
        casting.end()
        assert len(casting.acknowledged) == VOTERS, casting.told()
        assert casting.refused == []
        assert casting.longest < float(LONGEST_LOCK.rstrip("s")) + 3
        assert "ready" in get(port, "/-/ready")
        with psycopg.connect(house.cluster.url(DATABASE, role=OWNER)) as connection:
            row = connection.execute(
                "SELECT indisvalid, (SELECT count(newer) FROM voting_rollentry) FROM pg_index"
                " WHERE indexrelid = 'voting_roll_newer'::regclass"
            ).fetchone()
        assert row == (True, 0)
        hold(house, poll, casting)
        served.terminate()
        assert served.wait(timeout=60) == 0
