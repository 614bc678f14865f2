"""`shanzhi backup`: base backups, uploaded files, keys apart; verify, list, prune. `shanzhi restore` puts them back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import psycopg
import typer

from shanzhi.config.backup import files, restoring, taking, verifying
from shanzhi.config.backup.digests import digest_of, table_digests
from shanzhi.config.backup.store import Backup, BackupError, Store, store_of
from shanzhi.config.clusters import cluster_of
from shanzhi.config.embedded import Cluster
from shanzhi.config.environment import Environment
from shanzhi.config.roles import DATABASE, SUPERUSER
from shanzhi.kernel.keyring import write_secret

app = typer.Typer(help="Backups of the embedded database and of the uploaded files.", add_completion=False)
KEYS_APART: Final = (
    "NO KEYS ARE IN IT, on purpose. `shanzhi backup keys --to FOLDER` copies the keys of personal data to a place of "
    "their own: whoever has both, reads every name. Keys of running votes are never copied: with them and this backup "
    "every ballot could be opened, and they are destroyed at the close."
)


def _open(environment: Environment) -> tuple[Cluster, Store]:
    store = store_of(environment)
    return cluster_of(environment), store


def _local(environment: Environment, moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(environment.time_zone)).isoformat(" ", "seconds")


def _line(environment: Environment, store: Store, backup: Backup) -> str:
    size = sum(path.stat().st_size for path in (store.bases / backup.label).iterdir())
    reach = _local(environment, backup.ended)
    return f"{backup.label}  {size / 1024**2:8.1f} MiB  restores to any moment from {reach}"


@app.callback(invoke_without_command=True)
def backup(context: typer.Context) -> None:
    """Take a base backup while the site works, and take in the uploaded files."""
    if context.invoked_subcommand:
        return
    environment = Environment()
    cluster, store = _open(environment)
    with cluster.lease():
        made = taking.take(cluster, store)
    new = files.keep(store, environment.data / "files", at=datetime.now(UTC))
    typer.echo(_line(environment, store, made))
    typer.echo(f"{new} new uploaded files.")
    typer.secho(KEYS_APART, bold=True)


@app.command("files")
def take_files() -> None:
    """Take in the uploaded files alone; cheap, for a timer that runs every few minutes."""
    environment = Environment()
    store = store_of(environment)
    store.make(cluster_of(environment))
    typer.echo(f"{files.keep(store, environment.data / 'files', at=datetime.now(UTC))} new uploaded files.")


@app.command("keys")
def take_keys(
    *, to: Annotated[Path, typer.Option(help="A folder that lies neither with the database nor with its backup.")]
) -> None:
    """Copy the keys of personal data to a folder apart; keys of running votes are never copied."""
    environment = Environment()
    target, home = to.expanduser().absolute(), environment.keys_folder
    for other in (environment.backup, environment.data):
        if other and target.is_relative_to(other.absolute()):
            raise BackupError(f"{target} lies with {other}. Keys never lie with what they open: name another place.")
    names = sorted(path.name for path in home.iterdir() if path.is_file())  # so none of `polls/`, whatever is in it
    for name in names:
        if not (target / name).exists():
            write_secret(target / name, (home / name).read_bytes())
        elif (target / name).read_bytes() != (home / name).read_bytes():
            raise BackupError(f"{target / name} is another key. Name a folder of its own for each change of keys.")
    typer.echo(f"{', '.join(names)} are in {target}. Keep that place apart from database and backup.")


@app.command("list")
def list_() -> None:
    """List the backups and the moment from which each can be restored."""
    environment = Environment()
    store = store_of(environment)
    for one in store.backups():
        typer.echo(_line(environment, store, one))
    segments = store.segments()
    if segments:
        last = max(path.stat().st_mtime for path in segments.values())
        moment = _local(environment, datetime.fromtimestamp(last, UTC).isoformat())
        typer.echo(f"{len(segments)} archived segments of the log, the last of {moment}")


@app.command()
def verify(
    label: Annotated[str, typer.Argument(help="A backup's label or its beginning; all when left out.")] = "",
) -> None:
    """Verify checksums of backups, log and files, and that no segment is missing; ends with 1 when one is."""
    environment = Environment()
    store = store_of(environment)
    chosen = [store.backup(label)] if label else store.backups()
    if not chosen:
        raise BackupError(f"{store.folder} holds no backup.")
    faults = [fault for one in chosen for fault in verifying.faults(store, one)] + files.faults(store)
    for fault in dict.fromkeys(faults):
        typer.secho(fault, err=True)
    if faults:
        raise typer.Exit(1)
    typer.echo(f"{len(chosen)} backups are whole, with {len(store.segments())} segments of the log and all files.")


@app.command()
def prune(*, keep: Annotated[int, typer.Option(min=1, help="How many of the newest base backups stay.")] = 7) -> None:
    """Remove older base backups with the log and the files that only they needed."""
    store = store_of(Environment())
    gone = taking.prune(store, keep=keep)
    dropped = files.prune(store, since=store.backups()[0].moment) if gone else 0
    typer.echo(f"{len(gone)} backups removed, {dropped} files that no kept backup names.")


@app.command()
def digest(*, tables: Annotated[bool, typer.Option(help="A line for each table too.")] = False) -> None:
    """Print the digest of the whole database, by which it is compared with a restored one."""
    cluster = cluster_of(Environment())
    with cluster.lease(), psycopg.connect(cluster.url(DATABASE, role=SUPERUSER), autocommit=True) as connection:
        found = table_digests(connection)
    for name, value in found.items() if tables else ():
        typer.echo(f"{name} {value}")
    typer.echo(digest_of(found))


def restore(
    *,
    at: Annotated[str, typer.Option(help="The moment, such as 2026-11-25T14:30:00; of this site's time zone.")] = "",
    latest: Annotated[bool, typer.Option("--latest", help="Everything that is archived or still in the log.")] = False,
    label: Annotated[str, typer.Option(help="The backup to begin with; else the newest that fits.")] = "",
) -> None:
    """Put the database and the files of a moment in the place of today's, which are kept beside them."""
    environment = Environment()
    if bool(at) == latest:
        raise BackupError("Say either --at MOMENT or --latest.")
    moment = _moment(environment, at) if at else None
    cluster, store = _open(environment)
    files.wanted(store, at=moment)  # before anything is changed
    done = restoring.restore(cluster, store, at=moment, label=label)
    number = files.restore(store, environment.data / "files", at=moment)
    typer.echo(f"Restored from {done.backup.label}. Digest of the database: {done.digest}. {number} files.")
    if done.kept:
        typer.echo(f"The earlier database is kept in {done.kept}; remove it when all is well.")
    lost = [poll for poll in done.open_polls if not (environment.keys_folder / "polls" / f"{poll}.key").exists()]
    for poll in lost:
        typer.secho(f"Vote {poll} was open at that moment, and its key is gone. {restoring.NOTHING_KEPT}", bold=True)
    typer.echo("Now: `shanzhi setup`, `shanzhi doctor`, `shanzhi serve`, and a new `shanzhi backup`.")


def _moment(environment: Environment, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BackupError(f"{text!r} is no moment. Write it as 2026-11-25T14:30:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(environment.time_zone))
