"""`shanzhi standby`: a second server that follows the embedded one and can take its place."""

import signal
import threading
import time
from types import FrameType
from typing import Annotated, Final

import psycopg
import typer

from shanzhi.config import standby
from shanzhi.config.clusters import cluster_of
from shanzhi.config.embedded import Cluster
from shanzhi.config.environment import Environment
from shanzhi.config.roles import SUPERUSER
from shanzhi.config.standby import StandbyError

app = typer.Typer(help="A standby of the embedded server.", add_completion=False, no_args_is_help=True)
PATIENCE: Final = 120.0  # seconds until a standby that was just started must follow
USUAL: Final = "standby"
Name = Annotated[str, typer.Option(help="Under which name the primary knows the standby.")]


def _cluster() -> Cluster:
    environment = Environment()
    if environment.database_url:
        raise StandbyError(
            "DATABASE_URL names a server that is not ours: make its standby with its own tools. docs/operations.md "
            "tells what must hold."
        )
    return cluster_of(environment)


@app.command()
def start(
    *,
    of: Annotated[str, typer.Option(help="The primary's data folder, or a connection string to another host.")],
    name: Name = USUAL,
    require: Annotated[bool, typer.Option(help="Have the primary wait for this standby with every commit.")] = True,
) -> None:
    """Follow a primary until stopped; the first time, copy it. SHANZHI_DATA is the standby's own folder."""
    cluster, address = _cluster(), standby.address_of(of)
    if not cluster.made:
        standby.clone(cluster, address, name=name)
        typer.echo(f"Copied {standby.shown(address)} to {cluster.folder}.")
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    with cluster.lease(child=True):
        if not cluster.recovering():
            raise StandbyError(f"{cluster.folder} is a primary by itself: it follows nobody. Serve from it.")
        _await(cluster, stop)
        if require and not stop.is_set():
            with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as primary:
                standby.require(primary, name)
        typer.echo(f"Following {standby.shown(address)}; stop with Ctrl-C.")
        stop.wait()
    if require:
        typer.secho(
            "The primary waits for this standby: nothing is acknowledged until it is back, or until "
            "`shanzhi standby release` is run at the primary.",
            bold=True,
        )


def _await(cluster: Cluster, stop: threading.Event) -> None:
    deadline = time.monotonic() + PATIENCE
    while not standby.streaming(cluster) and not stop.wait(0.2):
        if time.monotonic() > deadline:
            raise StandbyError(f"The primary sends nothing: see {cluster.folder / 'server.log'}.")


@app.command()
def status() -> None:
    """Say whom this server follows or who follows it, and how far behind."""
    cluster = _cluster()
    with cluster.lease():
        if cluster.recovering():
            received, replayed = standby.behind(cluster)
            lives = "receives its primary's log" if standby.streaming(cluster) else "RECEIVES NOTHING from its primary"
            typer.echo(f"{cluster.folder} is a standby; it {lives}. Flushed {received}, replayed {replayed}.")
            return
        names = standby.required(cluster)
        typer.echo(f"{cluster.folder} is a primary. Every commit waits for: {names or 'nobody'}.")
        found = standby.followers(cluster)
        for one in found:
            kind = "required" if one.required else "not required"
            typer.echo(f"{one.name}: {one.state}, {kind}, {one.behind} bytes behind")
        if names and not any(one.required for one in found):
            typer.secho(
                "THE REQUIRED STANDBY IS AWAY: nothing is acknowledged. Start it, or `standby release`.", bold=True
            )
            raise typer.Exit(1)


@app.command()
def require(*, name: Name = USUAL) -> None:
    """At the primary: wait for the standby of this name with every commit."""
    cluster = _cluster()
    with cluster.lease(), psycopg.connect(cluster.url("postgres", role=SUPERUSER), autocommit=True) as primary:
        if name not in {one.name for one in standby.followers(cluster)}:
            raise StandbyError(f"No standby {name} follows now: nothing would be acknowledged. Start it first.")
        standby.require(primary, name)
    typer.echo(f"Every commit waits for {name}.")


@app.command()
def release() -> None:
    """At the primary: wait for no standby any more. What is acknowledged from now on lies here alone."""
    cluster = _cluster()
    with cluster.lease(), psycopg.connect(cluster.url("postgres", role=SUPERUSER), autocommit=True) as primary:
        standby.require(primary, "")
    typer.echo("Commits wait for nobody.")


@app.command()
def promote(
    *,
    although_primary_lives: Annotated[bool, typer.Option(help="Promote although the primary still sends.")] = False,
) -> None:
    """At the standby: take the primary's place. Then serve from this data folder, with the primary's keys and files."""
    cluster, environment = _cluster(), Environment()
    if not cluster.made:
        raise StandbyError(f"{cluster.folder} holds no standby. SHANZHI_DATA names the standby's folder.")
    with cluster.lease():
        standby.promote(cluster, although=although_primary_lives)
    typer.echo(
        f"{cluster.folder} is a primary now. Serve from it: SHANZHI_DATA={cluster.folder}, SHANZHI_KEYS as before "
        f"(here {environment.keys_folder}). Never start the old primary again but as a standby, copied anew."
    )
