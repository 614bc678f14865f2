"""A second server that follows the first by its log, and can take its place with nothing lost that was acknowledged.

Once the first server requires the second, a commit returns only when both have flushed it. So a ballot whose voter was
told of it lies on both; and a first server that lives on after the second took its place acknowledges nothing any more.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from shanzhi.config.embedded import Cluster, EmbeddedDatabaseError
from shanzhi.config.roles import SUPERUSER

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
REQUIRED: Final = "synchronous_standby_names"
PROMOTION: Final = 600  # seconds that a promotion may take


class StandbyError(EmbeddedDatabaseError):
    """A standby cannot be made or promoted; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Follower:
    """A standby as its primary sees it; `behind` are bytes of the log that it has not flushed."""

    name: str
    state: str
    required: bool
    behind: int


def address_of(primary: str) -> str:
    """Give the connection string of a primary, named by its data folder on this machine or by such a string."""
    if "=" in primary:
        return primary
    folder = Path(primary).expanduser().absolute()
    if not Cluster(folder).made:
        raise StandbyError(f"{folder} holds no database. Name the primary's data folder or a connection string.")
    return f"host={Cluster(folder).sockets} user={SUPERUSER}"


def clone(cluster: Cluster, primary: str, *, name: str) -> None:
    """Copy a running primary into the cluster's empty folder, to follow it from then on under a name of its own."""
    if not NAME.fullmatch(name):
        raise StandbyError(f"{name!r} is no name for a standby: use small letters, digits and _, a letter first.")
    address = f"{primary} application_name={name}"
    with cluster.alone():
        _forget_slot(primary, name)
        cluster.command(
            "pg_basebackup",
            *("--dbname", address, "--no-password", "--pgdata", cluster.data, "--checkpoint", "fast"),
            *("--wal-method", "stream", "--create-slot", "--slot", name),
        )
        following = {"primary_conninfo": address, "primary_slot_name": name, "restore_command": "", REQUIRED: ""}
        with (cluster.data / "postgresql.auto.conf").open("a") as settings:
            settings.writelines(f"{key} = {_literal(value)}\n" for key, value in following.items())
        (cluster.data / "standby.signal").touch()
        cluster.hand_over(cluster.data)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _forget_slot(primary: str, name: str) -> None:
    """Drop the place that an earlier standby of this name kept in the primary's log; one in use stays."""
    with psycopg.connect(f"{primary} dbname=postgres", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active",
            [name],
        )


def _local(cluster: Cluster) -> psycopg.Connection[Any]:
    return psycopg.connect(cluster.url("postgres", role=SUPERUSER), autocommit=True)


def require(connection: psycopg.Connection[Any], name: str) -> None:
    """Have the primary acknowledge nothing that the standby of this name has not flushed too; empty: require none."""
    names = f"FIRST 1 ({name})" if name else ""
    connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(REQUIRED), sql.Literal(names)))
    connection.execute("SELECT pg_reload_conf()")


def required(cluster: Cluster) -> str:
    """Names of the standbys that the running server requires, as PostgreSQL writes them."""
    with _local(cluster) as connection:
        row = connection.execute(f"SHOW {REQUIRED}").fetchone()
    return str(row[0]) if row else ""


def followers(cluster: Cluster) -> list[Follower]:
    """List the standbys that follow the running server now."""
    with _local(cluster) as connection:
        rows = connection.execute(
            "SELECT application_name, state, sync_state IN ('sync', 'quorum'),"
            " coalesce(pg_current_wal_lsn() - flush_lsn, 0)::bigint FROM pg_stat_replication ORDER BY 1"
        ).fetchall()
    return [Follower(*row) for row in rows]


def streaming(cluster: Cluster) -> bool:
    """Whether this standby gets its primary's log at this moment, which proves that the primary lives."""
    with _local(cluster) as connection:
        return (
            connection.execute("SELECT 1 FROM pg_stat_wal_receiver WHERE status = 'streaming'").fetchone() is not None
        )


def behind(cluster: Cluster) -> tuple[str, str]:
    """How far this standby is: the last place in the log that it has flushed, and that it has replayed."""
    with _local(cluster) as connection:
        row = connection.execute("SELECT pg_last_wal_receive_lsn()::text, pg_last_wal_replay_lsn()::text").fetchone()
    assert row is not None
    return str(row[0]), str(row[1])


def promote(cluster: Cluster, *, although: bool = False) -> None:
    """Let the standby take its primary's place. Refuses while the primary lives, unless `although` says it may."""
    if not cluster.recovering():
        raise StandbyError(f"The database in {cluster.folder} follows nobody: it is a primary already.")
    if not although and streaming(cluster):
        raise StandbyError(
            "The primary still lives and sends its log. Stop it first, so that no two servers take ballots; "
            "--although-primary-lives promotes all the same."
        )
    with _local(cluster) as connection:
        if connection.execute("SELECT pg_promote(true, %s)", [PROMOTION]).fetchone() != (True,):
            raise StandbyError(f"The promotion did not end within {PROMOTION} s: see the server's log.")
        for setting in (REQUIRED, "primary_conninfo", "primary_slot_name", "restore_command"):
            connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def shown(address: str) -> str:
    """An address without its password, for the operator's eyes."""
    return " ".join(part for part in shlex.split(address) if not part.startswith("password="))
