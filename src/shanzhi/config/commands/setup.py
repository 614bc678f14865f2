"""`shanzhi setup`: prepare an installation so that it can serve. Safe to run again after every update."""

import contextlib
import os
from importlib import import_module

import psycopg
import typer
from psycopg import sql

from shanzhi.config.clusters import cluster_of
from shanzhi.config.commands.messages import compile_all
from shanzhi.config.embedded import SUPERUSER
from shanzhi.config.environment import DEMO_MARK, Environment
from shanzhi.config.roles import DATABASE
from shanzhi.kernel.keyring import INDEX, KeyMissing, field_cipher, make_signing_key, signing_keys


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
    if not signing_keys(folder):
        if holds_heads(environment):
            raise KeyMissing(
                f"The log has signed heads, but {folder} has no key that signs: restore it from its backup."
            )
        make_signing_key(folder)


def holds_data(environment: Environment) -> bool:
    """Whether the database has been used, so that new keys would leave what is in it unreadable."""
    return _has_rows(environment, "people_person")


def holds_heads(environment: Environment) -> bool:
    """Whether heads of the log were signed, so that a new key would look like a forger's."""
    return _has_rows(environment, "audit_treehead")


def _has_rows(environment: Environment, table: str) -> bool:
    with contextlib.ExitStack() as stack:
        if environment.database_url:
            address = environment.database_url.get_secret_value()
        else:
            cluster = cluster_of(environment)
            if not cluster.made:
                return False
            address = stack.enter_context(cluster.lease()).url(DATABASE, role=SUPERUSER)
        connection = stack.enter_context(psycopg.connect(address))
        found = connection.execute("SELECT to_regclass(%s)", [table]).fetchone()
        if not found or found[0] is None:
            return False
        statement = sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))
        return connection.execute(statement).fetchone() is not None


def migrate() -> None:
    """Bring the tables up to date and give the site its rights; Django must be set up."""
    import_module("shanzhi.config.owner").migrate()


def setup() -> None:
    """Prepare this installation: folders, keys, words, tables."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    environment = Environment()
    prepare(environment)
    import_module("django").setup()  # first: it refuses settings before a database is made for them
    with contextlib.nullcontext() if environment.database_url else cluster_of(environment).lease():
        migrate()
    typer.echo(f"Ready. Data: {environment.data}  Keys: {environment.keys_folder}")
