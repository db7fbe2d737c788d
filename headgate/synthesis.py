"""From a connector's committed files to its planned stacks, with every check that must hold before anything is emitted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.balance.fit import misfits
from headgate.definition.checks import SECRET_NAME
from headgate.deployment.files import MOST_BYTES, upload
from headgate.deployment.ingest import RESERVED
from headgate.deployment.scope import Scope
from headgate.deployment.shared import FRAMEWORK_OPTIONS
from headgate.deployment.stacks import stacks_of
from headgate.emit.terraform.stacks import StackPlan, plan_of
from headgate.problems import InputError, Problem, StaleError
from headgate.project import LOCK, TABLES, refuse_forgotten_pipelines, refuse_strays, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.project import Connector

_MOST = 5
_UNTAKEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def deployment_of(connector: Connector, target: str | None) -> list[StackPlan]:
    """Give the planned stacks of a connector in a target (None: its default one).

    Raises StaleError where the lock does not fit the inventory, InputError for options that could not reach the source,
    RefusedError where something deployed would be lost from sight.
    """
    name = target_of(connector.definition, target)
    layout, tables = connector.layout, connector.tables
    fix = f"run `headgate balance {connector.definition.id}`, look at what moves, and commit {LOCK}"
    code = connector.code()
    if problems := [*option_problems(connector), *code_problems(connector, code)]:
        raise InputError(problems)
    if layout is None:
        raise StaleError(Problem("there is no lock yet", fix, str(connector.lock_path)))
    if found := misfits(tables, connector.definition, layout):
        more = f" (and {len(found) - _MOST} more)" if len(found) > _MOST else ""
        message = f"the lock does not fit {TABLES} and connector.yaml: {'; '.join(found[:_MOST])}{more}"
        raise StaleError(Problem(message, fix, str(connector.lock_path)))
    refuse_forgotten_pipelines(connector, name)
    refuse_strays(connector, layout, [name])
    scope, deployed = Scope(connector.definition, name), connector.deployed(name)
    return [plan_of(stack, scope, deployed.connection) for stack in stacks_of(scope, tables, layout, deployed, code)]


def option_problems(connector: Connector) -> list[Problem]:
    """Say which tables have options that the connection would not let through, or that managed ingestion can't carry."""
    definition, file = connector.definition, str(connector.folder / TABLES)
    allowed = {*definition.connection.external_options, *FRAMEWORK_OPTIONS, *RESERVED}
    problems = []
    for row, table in enumerate(connector.rows, 1):
        place = {"file": file, "row": row, "column": "table_options_json"}
        secret = [name for name in table.options if name in definition.connection.secrets or SECRET_NAME.search(name)]
        if secret:
            message = f"{table.source_table} has secrets among its options: {', '.join(secret)}, and this file is committed"
            fix = "take them out: a secret is the connection's, named under connection.secrets and given as a TF_VAR_…"
            problems.append(Problem(message, fix, **place))  # type: ignore[arg-type]  # the place's values differ in type
        own = [name for name in table.options if name not in (*RESERVED, *secret)]
        if definition.ingestion == "managed" and own:
            message = f"{table.source_table} has source options ({', '.join(own)}), which managed ingestion can't carry"
            problems.append(Problem(message, "set `ingestion: file`, or take the options out", **place))  # type: ignore[arg-type]  # likewise
        unknown = [name for name in own if name not in allowed]
        if unknown and not definition.connection.existing and definition.ingestion == "file":
            message = f"{table.source_table} has options that the connection does not let through: {', '.join(unknown)}"
            problems.append(Problem(message, "add them to connection.external_options", **place))  # type: ignore[arg-type]  # likewise
    return problems


def code_problems(connector: Connector, code: Mapping[str, bytes]) -> list[Problem]:
    """Say which files of the connector's code the workspace would not take. `code`: path → content."""
    folder = connector.definition.code.folder or ""
    problems = []
    for path, content in sorted(code.items()):
        file = str(connector.folder / folder / path)
        if len(upload(content)) > MOST_BYTES:
            message = f"has {len(content):,} bytes, and the workspace takes {MOST_BYTES:,} of a file, counted in base64"
            problems.append(Problem(message, "take it out of the folder that is uploaded; a volume holds large files", file))
        if _UNTAKEN.search(path):
            fix = "rename it, with letters, digits, _ and ."
            problems.append(Problem("has a name with a control character, or half a character", fix, ascii(file)[1:-1]))
    return problems
