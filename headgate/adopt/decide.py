"""What becomes of what a workspace has: a connector that holds it as it is, and what is left alone. Pure."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from headgate.adopt.candidate import candidate_of, path_of
from headgate.adopt.jobs import starts_of
from headgate.adopt.lay_out import lay_out
from headgate.adopt.model import Adoption, Candidate, Left
from headgate.definition.provider import has
from headgate.deployment.tags import tag_in
from headgate.names import ID, slug
from headgate.numbers import counted
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from headgate.adopt.jobs import Starts
    from headgate.adopt.model import FoundJob, FoundPipeline, Wanted


def adopt(
    wanted: Wanted, pipelines: Sequence[FoundPipeline], jobs: Sequence[FoundJob], external_options: Callable[[str], list[str]]
) -> Adoption:
    """Give the connector that takes over what can be taken over exactly, and what is left alone.

    external_options gives the options of tables that a connection, by its name, lets through. Raises InputError where nothing
    can be taken over, or what reads through several connections could be.
    """
    found = [(one, candidate_of(one)) for one in pipelines]
    left = [_left(one, *made) for one, made in found if not isinstance(made, Candidate)]
    taken = _one_connection(wanted, [made for _, made in found if isinstance(made, Candidate)], left)
    taken = _most(taken, left, lambda one: one.ingestion, lambda one: f"it ingests by {_WORDS[one.ingestion]}")
    taken = _most(taken, left, _source, lambda one: f"it reads from {one.source}, registered otherwise")
    if not (taken := _own_tables(taken, left)):
        raise InputError("no pipeline is left to take over", f"name those that are meant; why: {_reasons(left)}")
    starts = starts_of((one.found.id for one in taken), jobs)
    parts = _definition(wanted, taken, starts, external_options)
    return lay_out(wanted, parts, dict(zip(_ids(taken), taken, strict=True)), starts, left)


_MOST = 3  # reasons that are said where nothing can be taken over
_WORDS = {"file": "files", "managed": "ingestion definitions"}


def _left(one: FoundPipeline, *why: str) -> Left:
    return Left("pipeline", one.name, one.id, why)


def _reasons(left: Sequence[Left]) -> str:
    said = "; ".join(f"{one.name}: {one.why[0]}" for one in left[:_MOST])
    return said + (f" (and {len(left) - _MOST} more)" if len(left) > _MOST else "")


def _one_connection(wanted: Wanted, taken: list[Candidate], left: list[Left]) -> list[Candidate]:
    """Give what reads through the connection that is meant; all else is left."""
    names = Counter(one.connection for one in taken)
    if not taken or (wanted.connection and wanted.connection not in names):
        through = f" and reads through {wanted.connection}" if wanted.connection else ""
        fix = f"what there is: {_reasons(left)}" if left else "look whether this is the right workspace"
        if names:
            fix = f"the connections are: {', '.join(sorted(names))}"
        raise InputError(f"there is no pipeline that ingests tables{through}, and that can be taken over", fix)
    if not wanted.connection and len(names) > 1:
        said = ", ".join(f"{name} ({counted(count, 'pipeline')})" for name, count in sorted(names.items()))
        raise InputError(f"the pipelines read through several connections: {said}", "say which: --connection NAME")
    name = wanted.connection or taken[0].connection
    left += [
        _left(one.found, f"it reads through another connection, {one.connection}") for one in taken if one.connection != name
    ]
    return [one for one in taken if one.connection == name]


def _most(
    taken: list[Candidate], left: list[Left], key: Callable[[Candidate], Hashable], words: Callable[[Candidate], str]
) -> list[Candidate]:
    """Give those that agree in something with most; the others are left."""
    (most, _), *_ = Counter(map(key, taken)).most_common(1)
    left += [
        _left(one.found, f"{words(one)}, unlike most others: make it a connector of its own, by naming its pipelines")
        for one in taken
        if key(one) != most
    ]
    return [one for one in taken if key(one) == most]


def _source(one: Candidate) -> Hashable:
    code = one.code
    return (one.source, code.registration, code.module) if code else (one.source, one.by_platform)


def _own_tables(taken: list[Candidate], left: list[Left]) -> list[Candidate]:
    """Give those whose tables no other has: a table of two pipelines is loaded by one of them at most."""
    owners: dict[str, list[Candidate]] = {}
    for one in taken:
        for table in one.tables:
            owners.setdefault(f"{table.catalog}.{table.schema}.{table.table}".lower(), []).append(one)
    shared = {id(one): (name, its) for name, its in owners.items() if len(its) > 1 for one in its}
    for one in taken:
        if id(one) in shared:
            name, its = shared[id(one)]
            others = ", ".join(other.found.name for other in its if other is not one)
            left.append(_left(one.found, f"{name} is also a table of {others}"))
    return [one for one in taken if id(one) not in shared]


def _ids(taken: Sequence[Candidate]) -> list[str]:
    """Give each pipeline's id in the lock: the one that its tags say, else what a bundle calls it, else by its name."""
    ids: list[str] = []
    for one in taken:
        tag = tag_in(one.settings.get("tags"))
        base = tag.id if tag and ID.fullmatch(tag.id) else slug(one.found.key or one.found.name, "pipeline")
        id_, number = base, 1
        while id_ in ids:
            number += 1
            id_ = f"{base[:60]}_{number}"
        ids.append(id_)
    return ids


def _definition(
    wanted: Wanted, taken: Sequence[Candidate], starts: Starts, external_options: Callable[[str], list[str]]
) -> dict[str, Any]:
    """Give the definition's parts: what new pipelines of the connector are to be like is what most of these are like."""
    first = taken[0]
    places = Counter((table.catalog, table.schema) for one in taken for table in one.tables)
    (catalog, schema), _ = places.most_common(1)[0]
    settings = [one.settings for one in taken]
    provider = first.provider
    for one in taken:
        provider = provider if has(provider, one.provider) else one.provider
    continuous = all(one.get("continuous") for one in settings)
    options = external_options(first.connection) if first.code else []
    return {
        "id": wanted.id,
        "source": first.source,
        "connection": {"name": first.connection, "existing": True, **({"external_options": options} if options else {})},
        "destination": {"catalog": catalog, "schema": schema},
        "code": _code(taken),
        "schedules": {"timezone": starts.timezone, "spread_minutes": 0},
        "compute": _compute(settings),
        **({"mode": "streaming"} if continuous else {}),
        **({"ingestion": "managed"} if first.ingestion == "managed" else {}),
        "channel": _usual([str(one.get("channel") or "CURRENT").upper() for one in settings]),
        "provider": provider,
        "targets": {
            wanted.target: {
                "default": True,
                **({"profile": wanted.profile} if wanted.profile else {}),
                **({"paused": True} if starts.paused else {}),
                **({"development": True} if _usual([bool(one.get("development")) for one in settings]) else {}),
            }
        },
    }


def _usual(values: Sequence[Any]) -> Any:
    return Counter(values).most_common(1)[0][0]


def _code(taken: Sequence[Candidate]) -> dict[str, Any]:
    """Give where the pipelines get the connector's code from."""
    first = taken[0]
    if first.by_platform:
        return {"by_platform": True}
    wheels = _usual([tuple((one.settings.get("environment") or {}).get("dependencies") or ()) for one in taken])
    version = _usual([(one.settings.get("environment") or {}).get("environment_version") for one in taken])
    found: dict[str, Any] = {"wheels": list(wheels)} if wheels else {}
    found |= {"environment_version": str(version)} if version else {}
    if first.code is None:
        return found
    is_module, by_loader = first.code.registration == "module", first.code.registration == "source_loader"
    # Wheels may bring all of the code, or what code in a folder needs besides.
    if folder := _usual([_folder(one, beside=not wheels or by_loader) for one in taken]):
        found["workspace"] = folder
    return found | ({"module": first.code.module} if is_module else {"registration": first.code.registration})


def _folder(one: Candidate, *, beside: bool) -> str:
    """Give the folder that a pipeline imports from: its root, what its file has Python search, else (`beside`) the file's."""
    file = PurePosixPath(path_of(one.settings) or "/").parent
    folder = str(one.settings.get("root_path") or (one.code and one.code.folder) or (file if beside else ""))
    return (folder if not folder or folder.startswith("/Workspace/") else f"/Workspace{folder}").rstrip("/")


def _compute(settings: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Give what most pipelines run on."""
    if _usual([bool(one.get("serverless")) for one in settings]):
        return {"kind": "serverless"}
    clusters = [cluster for one in settings for cluster in (one.get("clusters") or [])[:1]]
    first: dict[str, Any] = clusters[0] if clusters else {}
    size: dict[str, Any] = {"workers": int(first.get("num_workers", 1))}
    if scale := first.get("autoscale"):
        size = {"autoscale": {name: int(scale[name]) for name in ("min_workers", "max_workers")}}
    named = {"node_type": "node_type_id", "driver_node_type": "driver_node_type_id", "policy_id": "policy_id"}
    return {"kind": "classic", **size, **{ours: first[theirs] for ours, theirs in named.items() if first.get(theirs)}}
