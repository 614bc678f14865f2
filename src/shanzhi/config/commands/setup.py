"""`shanzhi setup`: prepare an installation so that it can serve. Safe to run again after every update."""

import contextlib
import os
from importlib import import_module

import psycopg
import typer

from shanzhi.config.clusters import cluster_of
from shanzhi.config.commands.messages import compile_all
from shanzhi.config.embedded import SUPERUSER
from shanzhi.config.environment import DEMO_MARK, Environment
from shanzhi.config.roles import DATABASE
from shanzhi.kernel.keyring import INDEX, KeyMissing, field_cipher


def prepare(environment: Environment) -> None:
    """Make the folders and, on a new installation, the keys; compile the translations."""
    compile_all()
    environment.data.mkdir(parents=True, exist_ok=True)
    folder = environment.keys_folder
    fresh = not (folder / INDEX).exists()
    if fresh and holds_data(environment):
        raise KeyMissing(f"The database holds data, but {folder} has no keys for it: restore them from their backup.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if fresh and not environment.production:
        (folder / DEMO_MARK).touch()
    field_cipher(folder, create=True)


def holds_data(environment: Environment) -> bool:
    """Whether the database has been used, so that new keys would leave what is in it unreadable."""
    with contextlib.ExitStack() as stack:
        if environment.database_url:
            address = environment.database_url.get_secret_value()
        else:
            cluster = cluster_of(environment)
            if not cluster.made:
                return False
            address = stack.enter_context(cluster.lease()).url(DATABASE, role=SUPERUSER)
        connection = stack.enter_context(psycopg.connect(address))
        found = connection.execute("SELECT to_regclass('people_person')").fetchone()
        if not found or found[0] is None:
            return False
        return connection.execute("SELECT 1 FROM people_person LIMIT 1").fetchone() is not None


def migrate() -> None:
    """Bring the tables up to date and give the site its rights; Django must be set up."""
    import_module("shanzhi.config.owner").migrate()


def setup() -> None:
    """Prepare this installation: folders, keys, words, tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    environment = Environment()
    prepare(environment)
    django = import_module("django")
    if environment.database_url:
        django.setup()
        migrate()
    else:
        with cluster_of(environment).lease():
            django.setup()
            migrate()
    typer.echo(f"Ready. Data: {environment.data}  Keys: {environment.keys_folder}")
