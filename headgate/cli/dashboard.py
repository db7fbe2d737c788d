"""`headgate dashboard`: the layout, the runs and the data, as a web application."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import tell, warn
from headgate.cli.options import Connectors, Root, Target
from headgate.problems import InputError


def dashboard(  # noqa: PLR0913  # its options
    connector: Connectors = None,
    port: Annotated[
        int, typer.Option(help="Where to listen; 0 for any free port.", envvar="DATABRICKS_APP_PORT", min=0, max=65535)
    ] = 8050,
    host: Annotated[str, typer.Option(help="On which address to listen.")] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A name by which browsers may ask, beside this machine's own; may be given again. `*`: any, behind a login."
        ),
    ] = None,
    data: Annotated[Path, typer.Option(help="The folder of runs on this machine, as `headgate run --out` names it.")] = Path(
        "build/run"
    ),
    reviews: Annotated[Path, typer.Option(help="The folder of HTML reviews; default: the project's own.")] = Path(),
    usage: Annotated[
        list[Path] | None,
        typer.Option(help="Exported rows of system.billing.usage, for what pipelines cost; may be given again."),
    ] = None,
    warehouse: Annotated[
        str,
        typer.Option(
            help="Read the tables of the workspace that the environment logs in to, by the SQL warehouse with this id.",
            envvar="DATABRICKS_WAREHOUSE_ID",
        ),
    ] = "",
    as_user: Annotated[
        bool, typer.Option("--as-user", help="As a Databricks App: read rows with the rights of who looks, not the app's.")
    ] = False,
    target: Target = None,
    root: Root = Path(),
) -> None:
    """Serve a web application that shows the layout, the runs and the data, until Ctrl-C; it changes nothing.

    It shows which tables are late, by how much and why, what pipelines took, who is where, and the rows of the tables that runs
    on this machine loaded, or with --warehouse those of a workspace. Nobody logs in to it: it listens on this machine alone,
    unless --host says otherwise.
    """
    from headgate.dashboard.needed import refuse_missing

    refuse_missing()
    if as_user and not warehouse:
        raise InputError("--as-user is for rows that a SQL warehouse reads", "say --warehouse ID too, or leave --as-user out")
    from headgate.dashboard.defences import names_of
    from headgate.dashboard.serving import listening, serve
    from headgate.dashboard.settings import Settings, Warehouse
    from headgate.use_cases.watch import WatchRequest, refuse_unreadable

    settings = Settings(
        watched=WatchRequest(connector=connector, target=target, root=root, data=data, usage=tuple(usage or ())),
        reviews=reviews,
        hosts=(*names_of(host), *(allow_host or ())),
        report=warn,
        warehouse=Warehouse(id=warehouse, as_user=as_user) if warehouse else None,
    )
    refuse_unreadable(settings.watched)
    at = listening(host, port)
    name = f"[{host}]" if ":" in host else host
    whence = f"; it reads tables by the SQL warehouse {warehouse}" if warehouse else ""
    tell(f"The dashboard is at http://{name}:{at.getsockname()[1]}/{whence}; Ctrl-C ends it")
    serve(settings, at)
