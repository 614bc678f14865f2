"""What `shanzhi doctor` looks at: one function each, giving a finding and, where something is wrong, the cure."""

import os
import shutil
import ssl
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

import psycopg

from shanzhi.config.backup.store import store_of
from shanzhi.config.clusters import cluster_of
from shanzhi.config.commands.messages import catalogues, stale
from shanzhi.config.environment import Environment, unsafe
from shanzhi.config.paths import PACKAGE
from shanzhi.config.roles import DATABASE
from shanzhi.kernel.keyring import FIELDS, INDEX, signing_keys

Grade = Literal["good", "note", "bad"]
OLDEST_PYTHON: Final = (3, 11)
OLDEST_SERVER: Final = 150000
LEAST_SPACE: Final = 2 * 1024**3
LARGEST_SKEW: Final = 5.0
LONGEST_WITHOUT_BACKUP: Final = timedelta(days=2)
LONGEST_WAIT: Final = 15
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome")
VENDOR: Final = ("htmx.min.js", "echarts.min.js")


@dataclass(frozen=True)
class Finding:
    """What was looked at, how it is, and what would help."""

    subject: str
    grade: Grade
    words: str
    cure: str = ""


def python_version() -> Finding:
    """Python 3.11 or newer with TLS."""
    words = f"{sys.version.split()[0]}, {ssl.OPENSSL_VERSION}"
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", "bad", words, "Install Python 3.11 or newer and run `make setup` with it.")
    return Finding("Python", "good", words)


def settings(environment: Environment) -> Iterator[Finding]:
    """What production would refuse."""
    faults = unsafe(environment)
    if not environment.production:
        words = f"mode {environment.mode}; production would refuse {len(faults)} things"
        yield Finding(
            "Settings", "note" if faults else "good", words, "Before real people use it, see docs/settings.md."
        )
        return
    for fault in faults:
        sentence, _, cure = fault.partition(". ")
        yield Finding("Settings", "bad", sentence, cure)
    if not faults:
        yield Finding("Settings", "good", "mode production, nothing unsafe")


def keys(environment: Environment) -> Finding:
    """The folder of keys: there, and readable by its owner alone."""
    folder = environment.keys_folder
    missing = [name for name in (FIELDS, INDEX) if not (folder / name).exists()]
    if missing:
        return Finding(
            "Keys", "bad", f"{', '.join(missing)} missing in {folder}", "Run `shanzhi setup`, or restore them."
        )
    loose = [path.name for path in [folder, *folder.iterdir()] if path.stat().st_mode & 0o077 and path.suffix != ""]
    if folder.stat().st_mode & 0o077:
        loose.insert(0, str(folder))
    if loose:
        return Finding("Keys", "bad", f"others may read {', '.join(loose)}", f"chmod -R go= {folder}")
    return Finding("Keys", "good", f"{folder}, for its owner only")


def disk(environment: Environment) -> Finding:
    """Space in the data folder."""
    folder = environment.data if environment.data.exists() else Path("/")
    free = shutil.disk_usage(folder).free
    words = f"{free / 1024**3:.1f} GiB free in {folder}"
    if free < LEAST_SPACE:
        return Finding("Disk", "bad", words, "Free some space: a full disk stops the database.")
    return Finding("Disk", "good", words)


def translations() -> Finding:
    """Compiled words."""
    waiting = stale()
    if waiting:
        names = ", ".join(path.parents[2].parent.name for path in waiting)
        return Finding("Translations", "bad", f"not compiled: {names}", "Run `shanzhi messages compile`.")
    return Finding("Translations", "good", f"{len(catalogues())} catalogues compiled")


def static_files(environment: Environment) -> Finding:
    """Browser libraries, and in a release the collected files."""
    vendor = PACKAGE / "ui" / "static" / "vendor"
    missing = [name for name in VENDOR if not (vendor / name).exists()]
    if missing:
        return Finding("Static files", "bad", f"missing: {', '.join(missing)}", "Run `make setup` (scripts/vendor.py).")
    released = environment.production or environment.release_static
    if released and not (environment.data / "static" / "staticfiles.json").exists():
        return Finding("Static files", "bad", "not collected for the release", "Run `make release-static`.")
    return Finding("Static files", "good", "in place")


def browser() -> Finding:
    """Chromium, for the tests in a real browser only."""
    if any(shutil.which(name) for name in CHROMIUM):
        return Finding("Chromium", "good", "found, for the browser tests")
    return Finding("Chromium", "note", "not found", "Only the browser tests need it: apt-get install chromium.")


def server(environment: Environment) -> Iterator[Finding]:
    """The database server: version, encoding, locale, clock, rights."""
    if environment.database_url:
        address = environment.database_url.get_secret_value()
    else:
        address = cluster_of(environment).url(DATABASE)
    with psycopg.connect(address, connect_timeout=5) as connection:
        version = connection.info.server_version
        if version < OLDEST_SERVER:
            yield Finding("Database", "bad", f"PostgreSQL {version // 10000}", "PostgreSQL 15 or newer is needed.")
        else:
            yield Finding("Database", "good", f"PostgreSQL {version // 10000}, reachable")
        yield _encoding(connection)
        yield _clock(connection)
        yield _rights(connection)
        if not environment.database_url:
            yield _backup(connection, environment)


def _encoding(connection: psycopg.Connection[Any]) -> Finding:
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), datlocprovider, datcollate FROM pg_database"
        " WHERE datname = current_database()"
    ).fetchone()
    encoding, provider, collate = row if row else ("?", "?", "?")
    words = f"{encoding}, provider {provider}, collation {collate}"
    if encoding != "UTF8":
        return Finding("Encoding", "bad", words, "Make the database anew with ENCODING 'UTF8'.")
    if provider == "c" and collate not in {"C", "C.UTF-8", "C.utf8"}:
        cure = "Search is slower: make the database with LC_COLLATE 'C', from 17 on with BUILTIN_LOCALE 'C.UTF-8'."
        return Finding("Encoding", "note", words, cure)
    return Finding("Encoding", "good", words)


def _clock(connection: psycopg.Connection[Any]) -> Finding:
    row = connection.execute("SELECT extract(epoch FROM clock_timestamp())::float8").fetchone()
    skew = abs(time.time() - (row[0] if row else 0.0))
    if skew > LARGEST_SKEW:
        return Finding("Clock", "bad", f"{skew:.0f} s from the database's", "Let both machines keep time by NTP.")
    year = time.gmtime().tm_year
    if year < 2025:
        return Finding("Clock", "bad", f"the year is {year}", "Set the clock: deadlines and votes depend on it.")
    return Finding("Clock", "good", f"agrees with the database's within {LARGEST_SKEW:.0f} s")


def _rights(connection: psycopg.Connection[Any]) -> Finding:
    row = connection.execute(
        "SELECT current_user, rolsuper, EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND pg_has_role(relowner, 'USAGE')) FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    name, superuser, owns = row if row else ("?", False, False)
    cure = "See 'Roles of the database' in docs/operations.md."
    if superuser:
        return Finding("Rights", "bad", f"{name}, the site's role, is a superuser", cure)
    if owns:
        words = f"{name}, the site's role, owns its tables: SQL run as the site could drop the guards"
        return Finding("Rights", "note", words, f"Run `shanzhi setup` with SHANZHI_OWNER_DATABASE_URL. {cure}")
    return Finding("Rights", "good", f"{name} reads and writes rows, and can change no table")


def _backup(connection: psycopg.Connection[Any], environment: Environment) -> Finding:
    if environment.backup is None:
        words = "nothing is backed up"
        return Finding("Backup", "note", words, "Set SHANZHI_BACKUP, see 'Backup' in docs/operations.md.")
    row = connection.execute(
        "SELECT current_setting('archive_mode'), coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'),"
        " false) FROM pg_stat_archiver"
    ).fetchone()
    if row is None or row[0] != "on":
        return Finding("Backup", "bad", "the running server archives nothing", "Start it again with SHANZHI_BACKUP.")
    if row[1]:
        words = f"archiving into {environment.backup} fails, and the log fills the disk"
        return Finding("Backup", "bad", words, "Mount that disk or make space on it; PostgreSQL tries again by itself.")
    backups = store_of(environment).backups()
    if not backups or datetime.now(UTC) - backups[-1].moment > LONGEST_WITHOUT_BACKUP:
        words = f"the last is of {backups[-1].ended[:10]}" if backups else "there is none yet"
        return Finding("Backup", "bad", words, "Run `shanzhi backup`, each night by a timer.")
    return Finding("Backup", "good", f"{len(backups)}, the last of {backups[-1].ended[:10]}; changes are archived")


def migrations() -> Finding:
    """Tables up to date; Django must be set up."""
    pending = import_module("shanzhi.config.health").pending_migrations()
    if pending:
        return Finding("Migrations", "bad", f"{pending} pending", "Run `shanzhi setup`.")
    return Finding("Migrations", "good", "all applied")


def background() -> Finding:
    """Work that waits too long means that no worker runs; Django must be set up."""
    models = import_module("django_tasks_db.models")
    timezone = import_module("django.utils.timezone")
    limit = timezone.now() - import_module("datetime").timedelta(minutes=LONGEST_WAIT)
    waiting = models.DBTaskResult.objects.filter(status="READY", enqueued_at__lt=limit, run_after__lt=limit).count()
    if waiting:
        cure = "Start `shanzhi serve`, which runs a worker, or `shanzhi worker`."
        return Finding("Background", "bad", f"{waiting} tasks wait for more than {LONGEST_WAIT} minutes", cure)
    return Finding("Background", "good", "nothing waits too long")


def ballot_keys() -> Finding:
    """Keys of votes that are over must be gone; Django must be set up."""
    left = import_module("shanzhi.voting.operations").leftover_keys()
    if left:
        cure = "Run `shanzhi manage ventures_clock`; remove copies of these keys from backups too."
        return Finding("Ballot keys", "bad", f"{len(left)} keys outlive their votes", cure)
    return Finding("Ballot keys", "good", "no key outlives its vote")


def personal_keys() -> Iterator[Finding]:
    """How the keys of personal data stand, and whether a change of them waits; Django must be set up."""
    for kind in ("fields", "index"):
        found = import_module("shanzhi.people.operations.keys").state(kind)
        subject, left = f"Keys: {kind}", sum(found.left.values())
        words = f"version {found.writes} writes"
        if found.stage == "one" and not left:
            yield Finding(subject, "good", words)
        elif found.stage == "one" and kind == "fields":
            words = f"{left} rows are sealed under a key that is not in the folder"
            yield Finding(subject, "bad", words, "Restore the older fields.keys from the vault.")
        else:
            words = f"{words}; a change waits at the step '{found.stage}', {left} rows to write anew"
            yield Finding(subject, "note", words, "Go on with `shanzhi keys rotate --reason …`.")


def log_seals(environment: Environment) -> Iterator[Finding]:
    """The log is sealed within minutes by a key that is there; Django must be set up."""
    if not signing_keys(environment.keys_folder):
        cure = "Run `shanzhi setup`; if heads were signed already, restore the key from its backup."
        yield Finding("Log key", "bad", f"no signing key in {environment.keys_folder}", cure)
    else:
        yield Finding("Log key", "good", "there")
    now = import_module("django.utils.timezone").now()
    lag = import_module("shanzhi.audit.queries").lag(at=now)
    if lag.minutes > LONGEST_WAIT:
        cure = "Start `shanzhi serve` or `shanzhi worker`, or run `shanzhi audit seal`; see the log for clock_failed."
        yield Finding("Log seals", "bad", f"{lag.waiting} events wait, the oldest for {lag.minutes} minutes", cure)
    else:
        yield Finding("Log seals", "good", f"{lag.waiting} events wait for their place")
    if uncovered := import_module("shanzhi.audit.coverage").uncovered():
        yield Finding(
            "Audited tables", "bad", f"without their triggers: {', '.join(uncovered)}", "Run `shanzhi setup`."
        )


def user(environment: Environment) -> Finding:
    """Who runs this."""
    if os.geteuid() == 0 and environment.production:
        return Finding(
            "User", "note", "running as root", "Run the service as a user of its own: see docs/operations.md."
        )
    return Finding("User", "good", f"uid {os.geteuid()}")


def second_factors() -> Finding:
    """How many of staff still sign in without a second factor, and whether it is demanded of them."""
    demanded = import_module("django.conf").settings.SECOND_FACTOR == "demand"
    without = import_module("shanzhi.people.rights_queries").staff_without_factor(at=datetime.now(UTC))
    words = f"{'demanded' if demanded else 'only asked for'}; {without} sign-ins of staff have none"
    if demanded and not without:
        return Finding("Second factor", "good", "demanded, and all of staff have one")
    cure = "Their roles sleep until they set one up." if demanded else "Production demands it; a demo does not."
    return Finding("Second factor", "note", words, cure)
