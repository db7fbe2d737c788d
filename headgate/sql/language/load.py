"""Reading `*.pipeline.yaml`: every problem of the file at once, each with its line, path and fix."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from headgate.definition.yaml import parse_yaml
from headgate.files import needed_text
from headgate.problems import InputError, Problem, did_you_mean
from headgate.sql.language.checks import input_faults
from headgate.sql.language.deploy_checks import deploy_faults
from headgate.sql.language.found import Fault
from headgate.sql.language.model import PipelineFile
from headgate.sql.language.modes import mode_faults
from headgate.sql.language.parameters import filled, values_of
from headgate.sql.language.pieces import piece_faults
from headgate.sql.language.references import reference_faults
from headgate.sql.language.table_checks import table_faults
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from headgate.definition.yaml import Document
    from headgate.definition.yaml import Path as KeyPath
    from headgate.sql.language.names import Value

SUFFIX = ".pipeline.yaml"
_SECTIONS = ("sources", "transforms", "tables", "sinks")
_CHECKPOINT = (
    "pipelines keep the checkpoints of their flows themselves, by the flow's name: a location can't be given",
    "take it out; a full refresh starts from nothing",
)


@dataclass(frozen=True, slots=True)
class LoadedPipeline:
    """A pipeline file as one target has it, its parameters' values, and the line of everything in it."""

    file: PipelineFile
    values: Mapping[str, Value]
    path: str
    document: Document

    def line(self, path: KeyPath) -> int:
        """Give the line (from 1) of what is at a path of the file."""
        return self.document.line(path)


def load_pipeline(path: Path, target: str | None = None) -> LoadedPipeline:
    """Read a pipeline file. Raises InputError with every problem found, or that there is no such file."""
    return parse_pipeline(needed_text(path), str(path), target)


def parse_pipeline(text: str, file: str, target: str | None = None) -> LoadedPipeline:
    """Give the pipeline that a text says, with the parameters' values of a target. Raises InputError with every problem.

    Without a target, a parameter has its default, or the first target's value.
    """
    document = parse_yaml(text, file, start="`headgate init pipeline` writes one to start from")
    values = values_of(document.data.get("parameters"), target)
    data, faults = filled({key: value for key, value in document.data.items() if not key.startswith("x-")}, values)
    if not (document.data.get("tables") or document.data.get("sinks")):
        faults.append(Fault(("tables",), "the file makes no table", "write `tables:`, with one at least"))
    problems: dict[KeyPath, Problem] = {}
    broken: list[KeyPath] = []
    found: PipelineFile | None
    try:
        found = PipelineFile.model_validate(data)
    except ValidationError as error:
        problems = _deepest(problems_of(error, file, line=document.line, place=_place, words=_words))
        broken = list(problems)
        found = _without(data, broken)
    if found is not None:
        names = {name for path in broken for name in _names_in(document.data, path)}
        faults += [*input_faults(found), *table_faults(found), *piece_faults(found, values), *deploy_faults(found)]
        if not (unresolved := list(reference_faults(found, names))):
            faults += mode_faults(found)
        faults += unresolved
    for fault in faults:
        line, place = document.line(fault.path), ".".join(map(str, fault.path))
        problems.setdefault((*fault.path, fault.message), Problem(fault.message, fault.fix, file, line, path=place))
    if problems or found is None:
        raise InputError(sorted(problems.values(), key=lambda problem: problem.line or 0))
    return LoadedPipeline(found, {name: value for name, value in values.items() if value is not None}, file, document)


def _deepest(problems: dict[KeyPath, Problem]) -> dict[KeyPath, Problem]:
    """Leave out what is said of a mapping as a whole where a text may stand too, and something in it is wrong."""
    return {
        path: problem
        for path, problem in problems.items()
        if not any(other[: len(path)] == path != other and problem.message.endswith("found a mapping") for other in problems)
    }


def _place(path: KeyPath) -> KeyPath:
    """Give the path of what is wrong, without the names of types that pydantic tried."""
    return tuple(step for step in path if not (isinstance(step, str) and (step in _TRIED or "[" in step)))


_TRIED = {"str", "int", "float", "bool", "constrained-str"}


def _words(detail: ErrorDetails, path: KeyPath) -> tuple[str, str] | None:
    """Give what is wrong and how to mend it, where a pipeline file has more to say than any file."""
    if detail["type"] == "extra_forbidden":
        if path[-1] == "checkpoint_location":
            return _CHECKPOINT
        if detail["input"] is None and not str(path[-1]).isidentifier():
            return f"unknown key '{path[-1]}'", "inside { } and [ ] a comma ends a value: put the whole value in quotes"
        return f"unknown key '{path[-1]}'", did_you_mean(str(path[-1]), _keys(path[:-1]))
    if detail["type"] == "string_pattern_mismatch" and path[:1] == ("parameters",):
        return "expected a parameter's name", "use letters, digits and _, beginning with no digit, at most 63 long"
    return None


def _keys(path: Iterable[str | int]) -> list[str]:
    """Give the keys that a part of a file knows, by what they are called in YAML."""
    part: Any = PipelineFile
    for step in path:
        origin = get_origin(part)
        if origin in {dict, list}:
            part = get_args(part)[-1]
            continue
        model = _model(part)
        if model is None:
            return []
        fields = model.model_fields.items()
        part = next(field.annotation for name, field in fields if step in {name, field.alias})
        if get_origin(part) not in {dict, list} and _model(part) is None:
            part = next((one for one in get_args(part) if get_origin(one) in {dict, list}), part)
    model = _model(part)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model(annotation: Any) -> type[BaseModel] | None:
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _names_in(data: dict[str, Any], path: KeyPath) -> list[str]:
    """Give the names that a broken part of a file has, or all that are in it."""
    if len(path) > 1:
        return [str(path[1])]
    part = data.get(str(path[0])) if path and path[0] in _SECTIONS else None
    return list(part) if isinstance(part, dict) else []


def _without(data: dict[str, Any], broken: list[KeyPath]) -> PipelineFile | None:
    """Give the file without the sources, transforms, tables and keys that are broken; None where it can't do without."""
    rest = deepcopy(data)
    for path in broken:
        part: Any = rest
        way = path[:2] if path[:1] and path[0] in _SECTIONS else path[:1]
        with suppress(LookupError, TypeError):  # it is missing, or went before
            for step in way[:-1]:
                part = part[step]
            del part[way[-1]]
    for key in ("catalog", "schema"):
        rest.setdefault(key, "main")
    try:
        return PipelineFile.model_validate(rest)
    except ValidationError:
        return None
