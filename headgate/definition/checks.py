"""What fields of a definition must hold together, and what a type alone can't say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.names import catalog_name, catalog_name_fault, secret_variable
from headgate.schedule import check_schedule, check_timezone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.definition.model import Backend, Connection, Definition, Target
    from headgate.definition.yaml import Path as KeyPath

MOST_TAGS = 25
_MADE = {"sourceName": "source", "externalOptionsAllowList": "connection.external_options"}
_NEEDS = {
    "local": (),
    "s3": ("bucket", "region"),
    "azurerm": ("resource_group_name", "storage_account_name", "container_name"),
    "gcs": ("bucket",),
    "http": ("address",),
    "remote": ("organization",),
}
_OURS = ("key", "path", "prefix", "workspaces", "lock_address", "unlock_address")
_SECRET_NAME = re.compile(r"(secret|password|passwd|token|api_?key|private_?key|credentials?)$", re.IGNORECASE)
_SECRET = re.compile(
    r"secret|password|token|access_key|credentials|private_key|customer_key|(?<!kms_)encryption_key|(^|_)sas(_|$)",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a path of the definition, and how to mend it."""

    path: KeyPath
    message: str
    cure: str


def faults(definition: Definition) -> list[Fault]:
    """Give all that is wrong with a definition whose types are right."""
    found = [*_connection(definition), *_names(definition), *_schedules(definition), *_compute(definition), *_code(definition)]
    defaults = [name for name, target in definition.targets.items() if target.default]
    if len(defaults) > 1:
        found.append(Fault(("targets", defaults[1], "default"), f"{' and '.join(defaults)} are both default", "keep one"))
    for name, target in definition.targets.items():
        found += _target(("targets", name), target)
    return found


def folder_faults(definition: Definition, folder: Path) -> list[Fault]:
    """Give what is wrong with the folder of code that the definition names, seen from the definition's own folder."""
    name = definition.code.folder
    if name is None:
        return []
    path: KeyPath = ("code", "folder")
    try:
        place = (folder / name).resolve()
        is_there = place.is_dir()
    except (OSError, ValueError, RuntimeError) as error:  # too long, a NUL, a link to itself
        return [Fault(path, f"can't be a folder: {error}", "name the folder that holds the code")]
    if not place.is_relative_to(folder.resolve()):
        return [Fault(path, f"'{name}' is outside the connector's folder", "put the code below it")]
    if not is_there:
        return [Fault(path, f"there is no folder '{name}' beside connector.yaml", "name the folder that holds the code")]
    return []


def _connection(definition: Definition) -> Iterator[Fault]:
    connection = definition.connection
    given: list[tuple[KeyPath, str]] = [(("options", name), name) for name in connection.options]
    given += [(("secrets", number), name) for number, name in enumerate(connection.secrets)]
    for path, name in given:
        if name in _MADE:
            yield Fault(("connection", *path), f"'{name}' is made by headgate", f"take it out; it comes from {_MADE[name]}")
    yield from _in_clear(connection)
    variables = [secret_variable(definition.id, name) for name in connection.secrets]
    for number, name in enumerate(connection.secrets):
        if variables[number] in variables[:number]:
            other = connection.secrets[variables.index(variables[number])]
            message = f"'{name}' and '{other}' would come from one Terraform variable, {variables[number]}"
            yield Fault(("connection", "secrets", number), message, "keep one of them")
    for number, name in enumerate(connection.rotate):
        if name not in connection.secrets:
            yield Fault(("connection", "rotate", number), f"'{name}' is none of the secrets", "name one of connection.secrets")
    if connection.existing and (connection.options or connection.secrets or connection.comment):
        cure = "take options, secrets and comment out; or take `existing: true` out"
        yield Fault(("connection", "existing"), "a connection made elsewhere is used as it is", cure)


def _in_clear(connection: Connection) -> Iterator[Fault]:
    for name in connection.options:
        path: KeyPath = ("connection", "options", name)
        if name in connection.secrets:
            cure = "take it out of options: secrets come in as Terraform variables"
            yield Fault(path, f"'{name}' is a secret and stands in clear", cure)
        elif _SECRET_NAME.search(name):
            cure = "name it under secrets instead, and give it as a Terraform variable"
            yield Fault(path, f"'{name}' is a secret by its name, and this file is committed", cure)


def _names(definition: Definition) -> Iterator[Fault]:
    named: list[tuple[KeyPath, str]] = [(("connection", "name"), definition.connection.name)]
    named += [(("destination", "catalog"), definition.destination.catalog)]
    named += [(("destination", "schema"), definition.destination.schema_name)]
    named += [(("targets", key, "catalog"), target.catalog) for key, target in definition.targets.items() if target.catalog]
    for path, name in named:
        if fault := catalog_name_fault(name):
            yield Fault(path, f"'{name}' {fault}", f"for example {catalog_name(name)}")
    connection = definition.connection
    if connection.existing or catalog_name_fault(connection.name):
        return
    for key, target in definition.targets.items():
        if fault := catalog_name_fault(whole := target.name_prefix + connection.name):
            message = f"it makes '{whole}' of the connection's name, which {fault}"
            yield Fault(("targets", key, "name_prefix"), message, "such as dev_, of letters, digits and _")


def _schedules(definition: Definition) -> Iterator[Fault]:
    schedules = definition.schedules
    for kind in ("snapshot", "append", "cdc", "unknown"):
        text = getattr(schedules, kind)
        if text and (error := check_schedule(text)):
            yield Fault(("schedules", kind), error.message, error.cure)
        elif text and definition.mode == "streaming":
            yield Fault(
                ("schedules", kind), "a streaming pipeline has no schedule", "take it out; or take `mode: streaming` out"
            )
    if error := check_timezone(schedules.timezone):
        yield Fault(("schedules", "timezone"), error.message, error.cure)


def _compute(definition: Definition) -> Iterator[Fault]:
    compute = definition.compute
    sized = [
        name
        for name in ("workers", "autoscale", "node_type", "driver_node_type", "policy_id")
        if getattr(compute, name) is not None
    ]
    if compute.kind == "serverless" and sized:
        yield Fault(("compute", sized[0]), "serverless compute has no cluster to size", "take it out, or write `kind: classic`")
    if compute.kind == "classic" and (compute.workers is None) == (compute.autoscale is None):
        yield Fault(("compute",), "a classic cluster has workers or autoscale, one of the two", "write workers: 2, for example")
    if compute.autoscale and compute.autoscale.min_workers > compute.autoscale.max_workers:
        yield Fault(("compute", "autoscale"), "min_workers is above max_workers", "swap them")


def _code(definition: Definition) -> Iterator[Fault]:
    code = definition.code
    if code.git and code.folder:
        yield Fault(("code",), "the code comes from git or from a folder, not from both", "take one of them out")
    if definition.ingestion == "managed" and (code.git or code.folder or code.wheels):
        yield Fault(("code",), "managed ingestion brings its own code", "take `code` out; or take `ingestion: managed` out")


def _target(path: KeyPath, target: Target) -> Iterator[Fault]:
    if target.root_path.startswith("/Workspace/"):
        yield Fault(
            (*path, "root_path"),
            "begins with /Workspace, which headgate puts before it",
            target.root_path.removeprefix("/Workspace"),
        )
    if len(target.tags) > MOST_TAGS:
        yield Fault((*path, "tags"), f"{len(target.tags)} tags", f"a pipeline takes {MOST_TAGS} at most")
    if target.run_as and (target.run_as.user is None) == (target.run_as.service_principal is None):
        yield Fault((*path, "run_as"), "who runs is a user or a service_principal, one of the two", "name one")
    for number, permission in enumerate(target.permissions):
        named = [who for who in (permission.user, permission.group, permission.service_principal) if who is not None]
        if len(named) != 1:
            cure = "name one; write another permission for another"
            yield Fault((*path, "permissions", number), "a permission is a user's, a group's or a service_principal's", cure)
    for number, mail in enumerate(target.notifications):
        if not _MAIL.fullmatch(mail):
            yield Fault((*path, "notifications", number), f"'{mail}' is no e-mail address", "such as team@example.com")
    yield from _backend((*path, "backend"), target.backend)


def _backend(path: KeyPath, backend: Backend) -> Iterator[Fault]:
    for name in _NEEDS[backend.type]:
        if name not in backend.settings:
            yield Fault(
                (*path, "settings"),
                f"the {backend.type} backend needs '{name}'",
                f"add it to the settings of {'.'.join(map(str, path))}",
            )
    for name in backend.settings:
        if name in _OURS:
            yield Fault((*path, "settings", name), f"'{name}' is made by headgate, one for each stack", "take it out")
        elif _SECRET.search(name) and not name.startswith(("use_", "skip_")) and not name.endswith(("_path", "_file")):
            cure = "take it out, and give it to Terraform by the backend's environment variable"
            yield Fault((*path, "settings", name), f"'{name}' is a secret, and this file is committed", cure)
    if backend.type == "local" and backend.settings:
        yield Fault((*path, "settings"), "the local backend has no settings", "take them out")
