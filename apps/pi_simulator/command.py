"""The command that starts a simulator. What it needs is imported when it runs."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from .settings import Logins


_CHANGED = 1000  # the first points, of which some are changed where that is asked for
_RENAMED = 100  # the first elements, likewise


class Auth(Enum):
    """How one logs in."""

    none = "none"
    basic = "basic"
    bearer = "bearer"
    oidc = "oidc"


def simulate_pi(
    port: Annotated[
        int, typer.Option(help="Where to listen; 0 for any free port.", envvar="DATABRICKS_APP_PORT", min=0, max=65535)
    ] = 8000,
    host: Annotated[str, typer.Option(help="On which address to listen.")] = "127.0.0.1",
    tags: Annotated[int, typer.Option(help="How many points.", envvar="MOCK_PI_TAG_COUNT", min=1, max=10_000_000)] = 1040,
    seed: Annotated[int, typer.Option(help="What all values follow from.", min=0)] = 1,
    start: Annotated[str, typer.Option(help="When the server's clock begins, such as 2026-03-01T12:00:00Z.")] = "*",
    speed: Annotated[float, typer.Option(help="How many times as fast as the wall's its clock runs.", min=0, max=1e6)] = 1.0,
    latency: Annotated[float, typer.Option(help="Milliseconds before each answer.", min=0, max=3.6e6)] = 0.0,
    rate: Annotated[float, typer.Option(help="Requests a second; above, 429. 0 for no limit.", min=0, max=1e6)] = 0.0,
    hostile: Annotated[float, typer.Option(help="The share of requests that meet trouble.", min=0, max=1)] = 0.0,
    skew: Annotated[
        float, typer.Option(help="Seconds that the clock of a hostile server is ahead.", min=-86400, max=86400)
    ] = 0.0,
    vanishing: Annotated[int, typer.Option(help="Of a hostile server, each n-th point is gone.", min=0)] = 0,
    changes: Annotated[
        int,
        typer.Option(
            help="How many changes in a day: points renamed, deleted, made anew or hidden, elements and servers renamed.",
            min=0,
        ),
    ] = 0,
    compression: Annotated[
        bool, typer.Option("--compression", help="Have every third plain point drop snapshots, as PI's compression does.")
    ] = False,
    gzip: Annotated[bool, typer.Option(help="Pack answers for those who take it.")] = True,
    csrf: Annotated[bool, typer.Option(help="Refuse writes without X-Requested-With, as PI's EnableCSRFDefense does.")] = True,
    strict: Annotated[bool, typer.Option("--strict", help="Refuse query parameters that a request does not take.")] = False,
    auth: Annotated[Auth, typer.Option(help="How one logs in, as `reader` with the word in PI_SIMULATOR_SECRET.")] = Auth.none,
    secret: Annotated[str, typer.Option(envvar="PI_SIMULATOR_SECRET", hidden=True)] = "",
) -> None:
    """Serve PI Web API over an archive whose every value is known beforehand, to try everything against without a plant."""
    try:
        from .app import create_app
        from .assets.elements import first_elements
        from .assets.plant import Plant
        from .serving import listening, serve
        from .settings import FIRST, LAST, Settings, fast_clock, wall_clock
        from .times import SECOND, parse, written
    except ImportError as error:
        typer.echo(f"the simulator needs {error.name}: pip install pi-web-api-simulator, or run `make simulator`", err=True)
        raise typer.Exit(1) from None
    from .changes import random_changes
    from .faults import Fault, FaultPlan

    if auth is not Auth.none and not secret:
        typer.echo("--auth needs a secret: set PI_SIMULATOR_SECRET", err=True)
        raise typer.Exit(2)
    try:
        begin = parse(start, wall_clock())
    except ValueError:
        typer.echo(f"--start: {start!r} is no time; give one such as 2026-03-01T12:00:00Z or *-1d", err=True)
        raise typer.Exit(2) from None
    if not FIRST <= begin <= LAST:
        typer.echo(f"--start: {start!r} is not between {written(FIRST)} and {written(LAST)}", err=True)
        raise typer.Exit(2)
    clock = wall_clock if start == "*" and speed == 1 else fast_clock(begin, speed)
    is_hostile = hostile or skew or vanishing
    hostility = FaultPlan(seed, hostile, tuple(Fault), int(skew * SECOND), vanishing) if is_hostile else None
    points, elements = range(min(tags, _CHANGED)), first_elements(Plant(seed, tags), _RENAMED)
    settings = Settings(
        tags=tags,
        seed=seed,
        clock=clock,
        latency=latency / 1000,
        requests_per_second=rate,
        gzip=gzip,
        csrf=csrf,
        strict=strict,
        logins=_logins(auth, secret),
        hostility=hostility,
        compression=compression,
        changes=random_changes(seed, points, begin, begin + 86_400 * SECOND, changes, elements),
    )
    try:
        at = listening(host, port)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", "") or "no name of a host"
        typer.echo(f"{host}:{port} can't be listened on ({why}): choose another --port or --host", err=True)
        raise typer.Exit(1) from None
    told = f"http://{host}:{at.getsockname()[1]}/piwebapi"
    typer.echo(f"{tags:,} {'point' if tags == 1 else 'points'} of PI Web API at {told}; Ctrl-C ends it", err=True)
    serve(create_app(settings), at)


def _logins(auth: Auth, secret: str) -> Logins:
    from .settings import Logins

    match auth:
        case Auth.basic:
            return Logins(users={"reader": secret})
        case Auth.bearer:
            return Logins(tokens=frozenset({secret}))
        case Auth.oidc:
            return Logins(clients={"reader": secret})
    return Logins()


def main() -> None:
    """Run the command alone."""
    typer.run(simulate_pi)
