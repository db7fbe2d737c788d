"""`headgate init connector`: a connector, made by asking or by flags."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.console import ask, emit, own_name, result, unasked, warn
from headgate.cli.options import FormatOption, Root, pairs_of
from headgate.numbers import counted
from headgate.problems import refuse


class Credentials(StrEnum):
    """Where pipelines take a connector's options from."""

    connection = "connection"
    secrets = "secrets"


def connector(  # noqa: PLR0913  # each parameter is a flag
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, given once: a-z, 0-9 and _.")],
    python_file: Annotated[
        Path | None,
        typer.Option("--python-file", "--connector-python-file", help="Its code: a folder, a .py file or a wheel."),
    ] = None,
    module: Annotated[str, typer.Option(help="Its code: an importable module.")] = "",
    class_name: Annotated[str, typer.Option("--class", help="Its class, where there are several.")] = "",
    from_csv: Annotated[Path | None, typer.Option(help="A CSV with a source_table column.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="THEIRS=OURS", help="What the CSV calls a column of ours; `THEIRS=` passes one over. Repeatable."),
    ] = None,
    from_workspace: Annotated[Path | None, typer.Option(help="Rows of _community_tables, as JSON or JSON lines.")] = None,
    built_in: Annotated[
        str,
        typer.Option("--from", help="One of headgate's: github, hubspot, osipi, salesforce, zendesk or zoho_crm."),
    ] = "",
    credentials: Annotated[
        Credentials,
        typer.Option(help="With --from: its options come from a Unity Catalog connection, or from secrets by a notebook."),
    ] = Credentials.connection,
    spec: Annotated[
        Path | None, typer.Option(help="A community connector's connector_spec.yaml. Default: the one beside its code.")
    ] = None,
    auth: Annotated[str, typer.Option(help="Which of the specification's ways to log in.")] = "",
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="An option of the connection that is no secret; repeatable.")
    ] = None,
    init_options_file: Annotated[
        Path | None,
        typer.Option(help="Options that its class is made with besides, such as secrets: JSON. They stay out of files."),
    ] = None,
    connection_name: Annotated[str, typer.Option(help="The Unity Catalog connection.")] = "",
    dest_catalog: Annotated[str, typer.Option(help="The destination catalog.")] = "",
    dest_schema: Annotated[str, typer.Option(help="The destination schema.")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds that its code may take.")] = 60,
    output: FormatOption = "text",
    root: Root = Path(),
) -> None:
    """Make a connector: its connector.yaml and tables.csv, below connectors/. What no flag says is asked for on a terminal."""
    from headgate.discovery.options import options_of_file
    from headgate.use_cases.init_connector import NewConnectorRequest, answered, make_connector, next_question, unanswered
    from headgate.use_cases.outputs.projects import NewConnectorOutput

    request = NewConnectorRequest(
        name=name,
        root=root,
        python_file=python_file,
        module=module,
        class_name=class_name,
        listing=from_csv,
        columns=pairs_of(column or [], "--column"),
        workspace_tables=from_workspace,
        built_in=built_in,
        credentials=credentials.value,
        spec_file=spec,
        auth=auth,
        options=pairs_of(option or [], "--option"),
        given=(options_of_file(init_options_file, "--init-options-file"),) if init_options_file else (),
        connection=connection_name,
        catalog=dest_catalog,
        schema=dest_schema,
        timeout=timeout,
    )
    if not sys.stdin.isatty():
        refuse(unasked(question.text, question.flag) for question in unanswered(request))
    while question := next_question(request):
        request = answered(request, question, ask(question.text, question.default, question.flag))
    made = make_connector(request, os.environ)
    for warning in made.warnings:
        warn(f"warning: {warning}")
    steps = tuple(step.replace("headgate", own_name(), 1) if step.startswith("headgate ") else step for step in made.next)
    if output == "json":
        emit(NewConnectorOutput(connector=name, tables=made.tables, written=made.files, next=steps))
        return
    listed = made.files if len(made.files) <= _FEW else [path for path in made.files if path.suffix in {".yaml", ".csv"}]
    for path in listed:
        result(f"{path} written")
    if more := len(made.files) - len(listed):
        result(f"and {counted(more, 'file')} of its code beside them")
    # What comes with headgate says it already.
    code = "" if request.built_in else ", and say under `code:` what pipelines import"
    result(f"{counted(made.tables, 'table')}. Look through connector.yaml{code}; then")
    result("\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1)))


_FEW = 4
