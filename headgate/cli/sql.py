"""`headgate sql`: pipelines of transforms, in the SQL of Lakeflow Declarative Pipelines."""

from __future__ import annotations

import typer

from headgate.cli.command import Commands

sql = typer.Typer(cls=Commands, no_args_is_help=True, help="Pipelines of transforms, in SQL.")


@sql.callback()
def _sql() -> None:
    """Pipelines of transforms, in the SQL of Lakeflow Declarative Pipelines."""
