"""The command `shanzhi` for operators.

Each subcommand lives in a module of its own that is imported only when the subcommand is called, so that
`shanzhi count` starts at once and needs neither Django nor a database. `COMMANDS` is the one place that knows where
each lives; `house` there means that Django is set up and the database is up while it runs, `owner` that it connects as
the owner of the tables.
"""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from importlib import import_module
from typing import Final, NoReturn

import typer

from shanzhi.config.clusters import cluster_of
from shanzhi.config.embedded import EmbeddedDatabaseError
from shanzhi.config.environment import SHORTEST_SECRET, Environment, variable
from shanzhi.config.mishaps import sentences
from shanzhi.kernel.keyring import KeyMissing, write_secret

PASS_ON: Final = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
HELP: Final = frozenset({"--help", "-h"})
SITE_KEY: Final = "site.key"


@dataclass(frozen=True)
class Place:
    """Where a subcommand lives: `module:attribute` (a function or a Typer), what it says of itself, what it needs.

    `group` tells that it does nothing by itself, only by its own subcommands.
    """

    target: str
    about: str
    house: bool = False
    owner: bool = False
    group: bool = False


COMMANDS: Final = {
    "setup": Place("shanzhi.config.commands.setup:setup", "Prepare this installation: folders, keys, words, tables."),
    "serve": Place("shanzhi.config.commands.serve:serve", "Serve the site, with its database and background worker."),
    "demo": Place("shanzhi.config.commands.demo:app", "Load the demo and serve it; `demo round` plays a whole round."),
    "doctor": Place("shanzhi.config.commands.doctor:doctor", "Say what is wrong here and how to mend it."),
    "backup": Place(
        "shanzhi.config.commands.backup:app", "Back up the embedded database and the files; verify, list, prune."
    ),
    "restore": Place("shanzhi.config.commands.backup:restore", "Restore database and files to a moment."),
    "standby": Place("shanzhi.config.commands.standby:app", "A second server that follows, and can take over."),
    "count": Place("shanzhi.tally.command:count", "Count elections from files; needs no database."),
    "verify-list": Place(
        "shanzhi.config.commands.lists:verify_list", "Check the signed list of a polling place; needs no database."
    ),
    "audit": Place(
        "shanzhi.config.commands.audit:app", "Seal and verify the log, change its signing key.", house=True, group=True
    ),
    "ledger": Place(
        "shanzhi.config.commands.ledger:app", "Prove all books; write them for Beancount.", house=True, group=True
    ),
    "keys": Place(
        "shanzhi.config.commands.keys:app", "Keys of personal data: state and change.", house=True, group=True
    ),
    "areas": Place("shanzhi.places.command:app", "Import the country's areas.", house=True, owner=True, group=True),
    "import": Place(
        "shanzhi.config.commands.imports:app",
        "Import registers of organisations, and volunteers with their hours, kept in Excel.",
        house=True,
        group=True,
    ),
    "worker": Place("shanzhi.config.commands.manage:worker", "Do the work that waits in the background.", house=True),
    "personal-data": Place(
        "shanzhi.config.commands.personal_data:personal_data", "Write what the law asks for about personal data."
    ),
    "messages": Place("shanzhi.config.commands.messages:app", "Compile the translations."),
    "manage": Place(
        "shanzhi.config.commands.manage:manage", "Run a management command of Django.", house=True, group=True
    ),
}


@contextmanager
def house() -> Iterator[None]:
    """Have the embedded database up, unless DATABASE_URL names another, and Django set up while the block runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    environment = Environment()
    _lend_secret(environment)
    _set_up_django()  # first: it refuses settings before a database is made for them
    with nullcontext() if environment.database_url else cluster_of(environment).lease():
        yield


@contextmanager
def _porch() -> Iterator[None]:
    """Have Django set up and nothing more, for words about a command: no database is made, no key written."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shanzhi.config.settings")
    _set_up_django()
    yield


def _lend_secret(environment: Environment) -> None:
    """Outside production, sign sessions with a key from the folder of keys, so that all our processes share it."""
    if environment.production or environment.secret_key is not None:
        return
    file = environment.keys_folder / SITE_KEY
    if not file.exists():
        with suppress(FileExistsError):  # another process was quicker; its key holds
            write_secret(file, secrets.token_urlsafe(SHORTEST_SECRET).encode())
    os.environ[variable("secret_key")] = file.read_text()


def _set_up_django() -> None:
    import_module("django").setup()


def _owner() -> AbstractContextManager[None]:
    found: AbstractContextManager[None] = import_module("shanzhi.config.owner").as_owner()
    return found


def hand_over(name: str, arguments: list[str]) -> None:
    """Import a subcommand's module and run it with the arguments."""
    module, attribute = COMMANDS[name].target.split(":")
    found = getattr(import_module(module), attribute)
    if not isinstance(found, typer.Typer):
        wrapped = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)
        wrapped.command(context_settings=getattr(found, "context_settings", None))(found)
        found = wrapped
    found(args=arguments, prog_name=f"shanzhi {name}")


def _asks_for_words(name: str, arguments: list[str]) -> bool:
    """Whether a command is only asked what it does."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return bool(HELP.intersection(own)) or (COMMANDS[name].group and not arguments)


def _entry(name: str) -> None:
    """Add a subcommand that passes everything on to where it lives."""

    def run(context: typer.Context) -> None:
        if COMMANDS[name].house and _asks_for_words(name, context.args):
            with _porch():
                hand_over(name, context.args)
        elif COMMANDS[name].house:
            with house(), _owner() if COMMANDS[name].owner else nullcontext():
                hand_over(name, context.args)
        else:
            hand_over(name, context.args)

    app.command(name, help=COMMANDS[name].about, context_settings=dict(PASS_ON))(run)


app = typer.Typer(
    help="Shanzhi 善治: grow community social organisations.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # local variables may hold personal data
)
for _name in COMMANDS:
    _entry(_name)


def main() -> None:
    """Run one command; each fault that an operator can mend is said in one sentence, without a traceback."""
    try:
        app()
    except (EmbeddedDatabaseError, KeyMissing) as problem:
        _give_up(str(problem))
    except Exception as problem:
        if type(problem).__name__ == "ImproperlyConfigured":  # Django's, which may not be imported here
            _give_up(str(problem))
        if not (words := sentences(problem)):
            raise
        _give_up(*words)


def _give_up(*said: str) -> NoReturn:
    for sentence in said:
        typer.secho(f"shanzhi: {sentence}", err=True)
    sys.exit(1)
