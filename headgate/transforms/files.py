"""The pipeline files of a project, as a target has them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.installation import bring
from headgate.problems import InputError, Problem, did_you_mean, refuse
from headgate.tables.names import Names, folded
from headgate.transforms.model import SUFFIX, ProjectPipeline
from headgate.transforms.sources import ingested_too, source_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.project import Connector
    from headgate.sql.language.load import LoadedPipeline
    from headgate.transforms.model import SourceTable

FOLDER = "pipelines"
_ENDINGS = (".yaml", ".yml", ".sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlRequest:
    """Pipeline files by their paths, or those of a connector by its id or folder; none named: all of the project in `root`.

    target: whose values parameters have, and whose catalog the tables of connectors are in; None: the first connector's
    default.
    """

    names: tuple[str, ...] = ()
    target: str | None = None
    root: Path = Path()


def is_pipeline_file(path: Path) -> bool:
    """Say whether a file is a pipeline file, by its name."""
    return path.name.endswith(SUFFIX)


def has_connectors(root: Path) -> bool:
    """Say whether a project has a connector, without reading it."""
    return any(root.glob("connectors/*/connector.yaml"))


def need_sqlglot() -> None:
    """Raise InputError, with what brings it, where the library is missing that reads and writes SQL."""
    if find_spec("sqlglot") is None:
        raise InputError("headgate sql needs the library sqlglot", bring(["sql"]))


def read_pipelines(request: SqlRequest) -> list[ProjectPipeline]:
    """Read the pipeline files. Raises InputError with the problems of all of them, or where there is none."""
    connectors = _connectors(request.root)
    target = request.target or (connectors[0].definition.default_target if connectors else None)
    _refuse_unknown(target, connectors)
    return load_files(pipeline_files(request, connectors), connectors, target)


def load_files(paths: Iterable[Path], connectors: Sequence[Connector], target: str | None) -> list[ProjectPipeline]:
    """Read pipeline files of a project with these connectors. Raises InputError with the problems of all of them."""
    from headgate.sql.language.load import load_pipeline
    from headgate.transforms.groups import group_problems

    found: list[ProjectPipeline] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded = load_pipeline(path, target)
        except InputError as error:
            problems += error.problems
            continue
        tables, missing = _tables(loaded, connectors, target)
        problems += missing
        found.append(ProjectPipeline(path, loaded, tables))
    problems += [*_same_name(found), *_same_output(found), *ingested_too(found, connectors, target)]
    problems += [*_undeployed(found, connectors), *group_problems(found)]
    refuse(problems)
    return found


def pipeline_files(request: SqlRequest, connectors: Sequence[Connector]) -> list[Path]:
    """Give the paths of the pipeline files that are asked for. Raises InputError where there are none."""
    if not request.names:
        found = sorted(request.root.glob(f"{FOLDER}/*{SUFFIX}")) + sorted(
            path for folder in ("*", "*/sites/*") for path in request.root.glob(f"connectors/{folder}/*{SUFFIX}")
        )
        if not found:
            fix = "`headgate init pipeline NAME` writes one to start from; or name files"
            raise InputError(f"no {FOLDER}/*{SUFFIX} and no connectors/*/*{SUFFIX} below {request.root}", fix)
        return found
    return list(dict.fromkeys(path for name in request.names for path in _named(name, connectors)))


def _named(name: str, connectors: Sequence[Connector]) -> Iterator[Path]:
    if name.endswith(_ENDINGS) or Path(name).is_file():
        if not name.endswith(SUFFIX):
            raise InputError(Problem("is no pipeline file", f"its name ends with {SUFFIX}", name))
        yield Path(name)
        return
    for one in connectors:
        if name in one.names:
            folder = one.folder if name == one.definition.id else one.base
            found = sorted(folder.glob(f"*{SUFFIX}"))
            if not found:
                fix = f"`headgate init pipeline NAME --connector {name}` writes one to start from"
                raise InputError(Problem(f"holds no *{SUFFIX}", fix, str(folder)))
            yield from found
            return
    raise InputError(f"there is no connector '{name}'", did_you_mean(name, [one.definition.id for one in connectors]))


def _connectors(root: Path) -> tuple[Connector, ...]:
    """Give the project's connectors; none where the folder has no connector."""
    if not has_connectors(root):
        return ()
    from headgate.project import read_connectors  # what reads definitions takes a moment to import

    return read_connectors(root)


def _refuse_unknown(target: str | None, connectors: Sequence[Connector]) -> None:
    known = {name for one in connectors for name in one.definition.targets}
    if target is not None and known and target not in known:
        raise InputError(f"no connector has a target '{target}'", did_you_mean(target, known))


def _tables(
    loaded: LoadedPipeline, connectors: Sequence[Connector], target: str | None
) -> tuple[dict[str, SourceTable], list[Problem]]:
    """Give the tables that sources name of connectors, and say which aren't there."""
    found: dict[str, SourceTable] = {}
    problems: list[Problem] = []
    for name, source in loaded.file.sources.items():
        if source.connector is None:
            continue
        wanted, table = source.connector, source.table or ""
        named = [one for one in connectors if wanted in one.names]
        if len(named) != 1:
            fix = did_you_mean(wanted, [one.definition.id for one in connectors]) or "run headgate in the project's folder"
            message = f"there is no connector {wanted!r}"
            if named:
                message, fix = f"{wanted!r} has several sites", f"name one of them, such as {named[0].definition.id}"
            problems.append(_problem(loaded, name, "connector", message, fix))
            continue
        (connector,) = named
        tables = list(source_tables(connector, target))
        names = Names((called, one) for one in tables for called in one.id.names())
        match names.find(table):
            case [one]:
                found[name] = one
            case []:
                fix = did_you_mean(table, names.known, [one.id.source_table for one in tables])
                problems.append(_problem(loaded, name, "table", f"the connector {wanted!r} has no table {table!r}", fix))
            case several:
                fix = f"name one by its destination: {', '.join(one.id.destination for one in several)}"
                problems.append(_problem(loaded, name, "table", f"{table!r} is several tables of {wanted!r}", fix))
    return found, problems


def _problem(loaded: LoadedPipeline, source: str, key: str, message: str, fix: str) -> Problem:
    line = loaded.line(("sources", source, key))
    return Problem(message, fix, loaded.path, line, path=f"sources.{source}.{key}")


def _undeployed(found: Sequence[ProjectPipeline], connectors: Sequence[Connector]) -> Iterator[Problem]:
    """Say which files are to be deployed, and lie where nothing deploys them."""
    folders = {one.folder.resolve() for one in connectors}
    for one in found:
        if one.loaded.file.deploy is not None and one.path.parent.resolve() not in folders:
            line = one.loaded.line(("deploy",))
            message, fix = "no connector deploys it from this folder", "move it into a connector's folder, or take `deploy` out"
            yield Problem(message, fix, one.loaded.path, line, path="deploy")


def _same_name(found: Sequence[ProjectPipeline]) -> Iterator[Problem]:
    """Say which files would have one name for their SQL."""
    first: dict[str, ProjectPipeline] = {}
    for one in found:
        other = first.setdefault(one.name.lower(), one)
        if other is not one:
            yield Problem(
                f"has the name of {other.path}, and so would its SQL", "call one of them something else", str(one.path)
            )


def _same_output(found: Sequence[ProjectPipeline]) -> Iterator[Problem]:
    """Say which tables several files make: each has one pipeline, and one only."""
    from headgate.sql.language.made import outputs

    first: dict[str, ProjectPipeline] = {}
    for one in found:
        for path, parts in outputs(one.loaded.file):
            name = ".".join(parts)
            other = first.setdefault(folded(name), one)
            if other is not one:
                fix = "make it in one of them, or call it something else"
                line, place = one.loaded.line(path), ".".join(map(str, path))
                yield Problem(f"{name} is a table of {other.path} too", fix, one.loaded.path, line, path=place)
