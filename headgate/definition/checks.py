"""What fields of a definition must hold together, and what a type alone can't say."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING

from headgate.definition.app_checks import app_faults
from headgate.definition.fault import Fault, names_a_secret, signed
from headgate.definition.provider import NEWEST, OLDEST, has, is_version
from headgate.definition.secret_checks import credential_faults
from headgate.names import TAG_NAMES, catalog_name, catalog_name_fault, schema_name_fault, secret_variable
from headgate.numbers import counted
from headgate.problems import did_you_mean
from headgate.schedule import check_schedule, check_timezone

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headgate.definition.model import Backend, Balance, Connection, Definition, Permission, Target
    from headgate.definition.yaml import Path as KeyPath

# What is left of a pipeline's and a job's 25. Source: the pipelines and the jobs API, `tags`.
MOST_TAGS = 25 - len(TAG_NAMES)
_PAIR = 2
_ROOT = "/Shared/headgate"
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
# How a table keeps what changes. Source: the community connectors' pipeline_spec, `scd_type`.
SCD_TYPES = ("SCD_TYPE_1", "SCD_TYPE_2", "APPEND_ONLY")
_SECRET = re.compile(
    r"secret|password|token|access_key|credentials|private_key|customer_key|(?<!kms_)encryption_key|(^|_)sas(_|$)",
    re.IGNORECASE,
)
_WEB = re.compile(r"https?://[^/\s]+", re.IGNORECASE)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def faults(definition: Definition) -> list[Fault]:
    """Give all that is wrong with a definition whose types are right."""
    found = [
        *_connection(definition),
        *_names(definition),
        *_schedules(definition),
        *_compute(definition),
        *_code(definition),
        *_found_code(definition),
    ]
    found += [*_pricing(definition), *_balance(definition.balance), *_discovery_in_clear(definition), *_provider(definition)]
    found += [*_table_options(definition), *_monitoring(definition)]
    found += [*_batch_only(definition), *credential_faults(definition)]
    if definition.isolate and definition.group_by not in (None, "auto"):
        message = f"isolate is for group_by: auto; {definition.group_by} keeps every group apart"
        found.append(Fault(("isolate",), message, "take it out, or write `group_by: auto`"))
    defaults = [name for name, target in definition.targets.items() if target.default]
    if len(defaults) > 1:
        found.append(Fault(("targets", defaults[1], "default"), f"{' and '.join(defaults)} are both default", "keep one"))
    for name, target in definition.targets.items():
        if target.budget_policy_id is not None and definition.compute.kind == "classic":
            fix = "take it out; classic clusters are billed by tags"
            found.append(Fault(("targets", name, "budget_policy_id"), "is for serverless compute alone", fix))
        found += _target(("targets", name), target)
        found += app_faults(("targets", name), target.dashboard, target.simulator, target.warehouse_id or "")
        found += _root_path(("targets", name, "root_path"), target.root_path, definition)
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
    if "connection" not in definition.model_fields_set:
        return
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
            yield Fault(
                ("connection", "rotate", number), f"'{name}' is not one of the secrets", "name one of connection.secrets"
            )
    if connection.existing and (connection.options or connection.secrets or connection.comment):
        fix = "take options, secrets and comment out; or take `existing: true` out"
        yield Fault(("connection", "existing"), "a connection made elsewhere is used as it is", fix)


def _discovery_in_clear(definition: Definition) -> Iterator[Fault]:
    for name, value in definition.discovery.items():
        path: KeyPath = ("discovery", name)
        yield from signed(path, value)
        if name in definition.secret_options or names_a_secret(name):
            fix = f"take it out, and give it as HEADGATE_OPTION_{name.upper()} when you discover"
            yield Fault(path, f"'{name}' is a secret, and this file is committed", fix)


def _in_clear(connection: Connection) -> Iterator[Fault]:
    for name, value in connection.options.items():
        path: KeyPath = ("connection", "options", name)
        yield from signed(path, value)
        if name in connection.secrets:
            fix = "take it out of options: secrets come in as Terraform variables"
            yield Fault(path, f"'{name}' is a secret in plain text", fix)
        elif names_a_secret(name):
            fix = "name it under secrets instead, and give it as a Terraform variable"
            yield Fault(path, f"'{name}' is a secret by its name, and this file is committed", fix)


def _names(definition: Definition) -> Iterator[Fault]:
    connection = definition.connection if "connection" in definition.model_fields_set else None
    named: list[tuple[KeyPath, str]] = [(("connection", "name"), connection.name)] if connection else []
    named += [(("destination", "catalog"), definition.destination.catalog)]
    named += [(("destination", "schema"), definition.destination.schema_name)]
    named += [(("targets", key, "catalog"), target.catalog) for key, target in definition.targets.items() if target.catalog]
    if monitoring := definition.monitoring:
        places = ("catalog", monitoring.catalog), ("schema", monitoring.schema_name)
        named += [(("monitoring", key), name) for key, name in places if name]
    for path, name in named:
        if fault := catalog_name_fault(name):
            yield Fault(path, f"'{name}' {fault}", f"for example {catalog_name(name)}")
        elif path[-1] == "schema" and (fault := schema_name_fault(name)):
            yield Fault(path, f"'{name}' {fault}", "for example bronze")
    if not connection or connection.existing or catalog_name_fault(connection.name):
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
            yield Fault(("schedules", kind), error.message, error.fix)
        elif text and definition.mode == "streaming":
            yield Fault(
                ("schedules", kind), "a streaming pipeline has no schedule", "take it out; or take `mode: streaming` out"
            )
    if error := check_timezone(schedules.timezone):
        yield Fault(("schedules", "timezone"), error.message, error.fix)


def _compute(definition: Definition) -> Iterator[Fault]:
    compute = definition.compute
    sizes = [name for name in ("workers", "autoscale", "sizing") if getattr(compute, name) is not None]
    others = [name for name in ("node_type", "driver_node_type", "policy_id") if getattr(compute, name) is not None]
    if compute.kind == "serverless" and (sizes or others):
        fix = "take it out, or write `kind: classic`"
        yield Fault(("compute", (sizes + others)[0]), "serverless compute has no cluster to size", fix)
    if compute.kind == "classic" and len(sizes) != 1:
        found = f": found {' and '.join(sizes)}" if sizes else ""
        fix = "keep one of them" if sizes else "write workers: 2, for example"
        yield Fault(("compute",), f"a classic cluster has one of workers, autoscale and sizing{found}", fix)
    for name, bounds in (("autoscale", compute.autoscale), ("sizing", compute.sizing)):
        if bounds and bounds.min_workers > bounds.max_workers:
            yield Fault(("compute", name), "min_workers is above max_workers", "swap them")


def _pricing(definition: Definition) -> Iterator[Fault]:
    cost, rates = definition.cost, definition.cost.dbus_per_hour
    if cost.dbu_price is None:
        if cost.currency is not None:
            yield Fault(("cost", "currency"), "there is a currency and no price", "add dbu_price, the price of one DBU")
        return
    if cost.currency is None:
        yield Fault(("cost", "dbu_price"), "there is a price and no currency", "add currency: USD, for example")
    for name in ("serverless",) if definition.compute.kind == "serverless" else ("driver", "worker"):
        if getattr(rates, name) is None:
            fix = f"add the DBUs that an hour takes: cost.dbus_per_hour.{name}"
            yield Fault(("cost", "dbu_price"), f"a price of DBUs says nothing without their number by {name}", fix)


def _batch_only(definition: Definition) -> Iterator[Fault]:
    """Say what has no meaning where pipelines run all the time."""
    if definition.mode != "streaming":
        return
    if definition.balance.after:
        fix = "take it out, or write `mode: batch`"
        yield Fault(("balance", "after"), "continuous pipelines have no order, for no job runs them", fix)
    for name, load in definition.balance.loads.items():
        if load.per_minute is not None:
            message = "a limit a minute is kept by starts, and continuous pipelines have none"
            yield Fault(("balance", "loads", name, "per_minute"), message, "take it out, or write `mode: batch`")


def _balance(balance: Balance) -> Iterator[Fault]:
    if balance.pipelines is not None and balance.deadline is not None:
        fix = "keep one: the deadline makes the number of pipelines"
        yield Fault(("balance", "pipelines"), "pipelines and deadline are both given", fix)
    if balance.trigger < balance.tolerance:
        message = f"the trigger {balance.trigger:g} is below the tolerance {balance.tolerance:g}, to which moves lead"
        yield Fault(("balance", "trigger"), message, "make it as large or larger")
    if balance.max_pipelines is not None and balance.min_pipelines > balance.max_pipelines:
        yield Fault(("balance", "min_pipelines"), "min_pipelines is above max_pipelines", "swap them")
    for name, lists in (("together", balance.together), ("apart", balance.apart)):
        for number, tables in enumerate(lists):
            if len(set(tables)) < _PAIR:
                yield Fault(("balance", name, number), "a list of one table says nothing", "name two or more tables")
    yield from _cycles(balance)


def _cycles(balance: Balance) -> Iterator[Fault]:
    """Say which tables come after themselves: each cycle once, at its first table."""
    done: set[str] = set()
    for start in balance.after:
        way = [start]
        while way and start not in done:
            following = next((name for name in balance.after.get(way[-1], ()) if name not in done), None)
            if following is None:
                done.add(way.pop())
            elif following in way:
                round_ = [*way[way.index(following) :], following]
                words = " comes after ".join(f"'{name}'" for name in round_)
                yield Fault(("balance", "after", round_[0]), f"{words}: none of them can be first", "take one of them out")
                done.update(way)
            else:
                way.append(following)


def _found_code(definition: Definition) -> Iterator[Fault]:
    """Say what is wrong with code that nothing brings, for it is there."""
    code, place = definition.code, ("code", "workspace")
    if code.workspace and (code.git or code.folder):
        other = "git" if code.git else "folder"
        yield Fault(place, f"the code comes from the workspace or by `{other}`, not by both", "take one out")
    if code.workspace and not code.workspace.startswith("/Workspace/"):
        yield Fault(place, "is no folder of the workspace", "begin with /Workspace/, such as /Workspace/Shared/crm")
    if code.registration == "source_loader" and not code.workspace:
        yield Fault(("code", "registration"), "source_loader is for a framework in `workspace`", "name its folder there")
    if code.by_platform and (definition.ingestion != "managed" or code.model_fields_set != {"by_platform"}):
        fix = "write `ingestion: managed` and nothing else below `code`, or take it out"
        yield Fault(("code", "by_platform"), "code that the platform has is for managed ingestion alone", fix)


def _code(definition: Definition) -> Iterator[Fault]:
    code = definition.code
    if code.git and code.folder and not code.module:
        yield Fault(
            ("code",),
            "the code comes from git or from a folder, not from both",
            "take one of them out, or name the `module` of the folder that registers the source",
        )
    if code.module and not all(part.isidentifier() and not iskeyword(part) for part in code.module.split(".")):
        yield Fault(("code", "module"), f"'{code.module}' is not a module name", "write it as Python does, like osipi.spark")
    if code.module and not (code.git or code.folder or code.wheels or code.workspace):
        fix = "add `folder`, `git`, `wheels` or `workspace`"
        yield Fault(("code", "module"), "nothing brings this module to the pipelines", fix)
    if code.git:
        yield from signed(("code", "git", "url"), code.git.url)
        if not _WEB.match(code.git.url):
            yield Fault(
                ("code", "git", "url"),
                "is not a web address",
                "write it as https://…, which is all that the workspace clones by",
            )
        if code.git.tag and "branch" in code.git.model_fields_set:
            yield Fault(("code", "git", "branch"), "a branch and a tag are both given", "keep the tag, which stays as it is")
        if not code.git.branch.strip():
            yield Fault(("code", "git", "branch"), "names no branch", "such as main")
    for number, wheel in enumerate(code.wheels):
        yield from signed(("code", "wheels", number), wheel)
    if definition.ingestion == "managed" and (code.git or code.folder or code.module or code.workspace):
        fix = "give framework and connector as `wheels` alone; or take `ingestion: managed` out"
        yield Fault(("code",), "managed ingestion takes its code from wheels", fix)


def _monitoring(definition: Definition) -> Iterator[Fault]:
    monitoring = definition.monitoring
    for key, target in definition.targets.items():
        used = target.dashboard is not None and target.dashboard.warehouse_id is None
        if target.warehouse_id is not None and definition.monitoring_in(key) is None and not used:
            message = "a warehouse is for the monitoring's dashboard, and there is no monitoring"
            fix = "add `monitoring: {}`" if monitoring is None else "take `monitoring: false` out"
            yield Fault(("targets", key, "warehouse_id"), message, f"take it out, or {fix}")
    if monitoring and monitoring.schedule and (error := check_schedule(monitoring.schedule)):
        yield Fault(("monitoring", "schedule"), error.message, error.fix)


def _table_options(definition: Definition) -> Iterator[Fault]:
    kind = definition.table_options.get("scd_type")
    if kind is not None and kind not in SCD_TYPES:
        yield Fault(("table_options", "scd_type"), "is no known scd_type", did_you_mean(str(kind), SCD_TYPES))


def _provider(definition: Definition) -> Iterator[Fault]:
    """Say what the chosen version of the provider can't carry."""
    chosen = definition.provider
    if not is_version(chosen) or not has(chosen, OLDEST):
        fix = f"write one version, such as {NEWEST}; {OLDEST} is the oldest that takes these stacks"
        yield Fault(("provider",), f"'{chosen}' is no version from {OLDEST} on", fix)
        return
    for path, since in _newer_arguments(definition):
        if not has(chosen, since):
            fix = f"write `provider: {since}` or newer, or take it out"
            yield Fault(path, f"provider {chosen} has no argument for it, {since} has", fix)


def _newer_arguments(definition: Definition) -> Iterator[tuple[KeyPath, str]]:
    """Give the path of each setting that not every tested version can carry, and the version that brought it."""
    code = definition.code
    if code.environment_version is not None:
        yield ("code", "environment_version"), "1.111.0"
    if code.git and code.git.credential_id is not None:
        yield ("code", "git", "credential_id"), "1.125.0"
    for name, target in definition.targets.items():
        if target.run_as and target.run_as.group is not None:
            yield ("targets", name, "run_as", "group"), NEWEST


def _target(path: KeyPath, target: Target) -> Iterator[Fault]:
    yield from signed((*path, "host"), target.host)
    yield from _tags((*path, "tags"), target.tags)
    if target.run_as and len(target.run_as.model_dump(exclude_none=True)) != 1:
        yield Fault((*path, "run_as"), "who runs is a user, a group or a service_principal, one of them", "name one")
    yield from _permissions((*path, "permissions"), target.permissions)
    for number, mail in enumerate(target.notifications):
        if not _MAIL.fullmatch(mail):
            yield Fault((*path, "notifications", number), f"'{mail}' is not an e-mail address", "such as team@example.com")
    yield from _backend((*path, "backend"), target.backend)


def _root_path(path: KeyPath, root: str, definition: Definition) -> Iterator[Fault]:
    """Say what is wrong with a workspace folder. Source: `path` of the provider's workspace file and repo."""
    parts = root.split("/")[1:]
    clean = "/".join(["", *(part for part in parts if part not in ("", "."))])
    if ".." in parts:
        yield Fault(path, "leads out of itself by '..'", "write the folder as it is")
    elif clean != root:
        yield Fault(path, "holds '//' or '/./', which the provider refuses", clean)
    if found := re.search(r"\$?\{.*\}", root):
        message = f"{found[0]} is filled in by no one here: it would be a folder's name"
        yield Fault(path, message, "write the folder itself, in each target its own")
    if parts[0] == "Workspace":
        yield Fault(
            path, "begins with /Workspace, which headgate puts before it", "/".join(["", *parts[1:]]) if parts[1:] else _ROOT
        )
    if parts[0] == "Repos" and definition.code.git:
        yield Fault(
            path, "is below /Repos, where git folders have a place of their own", f"choose another folder, such as {_ROOT}"
        )


def _permissions(path: KeyPath, permissions: Sequence[Permission]) -> Iterator[Fault]:
    for number, permission in enumerate(permissions):
        named = [who for who in (permission.user, permission.group, permission.service_principal) if who is not None]
        if len(named) != 1:
            fix = "name one; write another permission for another"
            yield Fault((*path, number), "a permission is a user's, a group's or a service_principal's", fix)
        if permission.group == "admins":
            message = "admins have every permission already, and the provider refuses an entry for them"
            yield Fault((*path, number), message, "take it out")


def _tags(path: KeyPath, tags: dict[str, str]) -> Iterator[Fault]:
    if len(tags) > MOST_TAGS:
        fix = f"a pipeline takes 25, {len(TAG_NAMES)} of which are headgate's: keep {MOST_TAGS} at most"
        yield Fault(path, counted(len(tags), "tag"), fix)
    for name in tags:
        # In any capitals: to Azure they are the same.
        if name.lower() in TAG_NAMES:
            yield Fault((*path, name), f"'{name}' is made by headgate", "take it out, or give it another name")


def _backend(path: KeyPath, backend: Backend) -> Iterator[Fault]:
    for name in _NEEDS[backend.type]:
        if name not in backend.settings:
            yield Fault(
                (*path, "settings"),
                f"the {backend.type} backend needs '{name}'",
                f"add it to the settings of {'.'.join(map(str, path))}",
            )
    for name, value in backend.settings.items():
        yield from signed((*path, "settings", name), value)
        if name in _OURS:
            yield Fault((*path, "settings", name), f"'{name}' is made by headgate, one for each stack", "take it out")
        elif _SECRET.search(name) and not name.startswith(("use_", "skip_")) and not name.endswith(("_path", "_file")):
            fix = "take it out, and give it to Terraform by the backend's environment variable"
            yield Fault((*path, "settings", name), f"'{name}' is a secret, and this file is committed", fix)
    if backend.type == "local" and backend.settings:
        yield Fault((*path, "settings"), "the local backend has no settings", "take them out")
