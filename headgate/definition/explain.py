"""pydantic's errors in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from headgate.definition.model import Definition
from headgate.problems import Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from headgate.definition.yaml import Document

# Where values may be secret: what was found there is not told.
_SILENT = ("options", "secrets", "discovery", "settings")
_TYPES = {
    "string_type": "text is wanted",
    "bool_type": "true or false is wanted",
    "bool_parsing": "true or false is wanted",
    "int_type": "a whole number is wanted",
    "int_parsing": "a whole number is wanted",
    "int_from_float": "a whole number is wanted",
    "float_type": "a number is wanted",
    "float_parsing": "a number is wanted",
    "dict_type": "a mapping (`key: value` lines) is wanted",
    "model_type": "a mapping (`key: value` lines) is wanted",
    "list_type": "a list is wanted",
}
_HTTP = (
    "an HTTP connection is for calling external services; community connectors read through GENERIC_LAKEFLOW_CONNECT, "
    "or COMMUNITY where the connectors' own command made it"
)


def explain(error: ValidationError, document: Document, file: str) -> list[Problem]:
    """Give a problem for each error, by line. A value that may be a secret is never told."""
    problems: dict[tuple[str | int, ...], Problem] = {}
    for detail in error.errors(include_url=False, include_context=True):
        # Where several types were tried, each complains: the first one speaks.
        path = tuple(part for part in detail["loc"] if part not in ("str", "int", "bool"))
        message, cure = _words(detail, path)
        problems.setdefault(path, Problem(message, cure, file, document.line(path), path=".".join(map(str, path))))
    return sorted(problems.values(), key=lambda problem: problem.line or 0)


def _words(detail: ErrorDetails, path: tuple[str | int, ...]) -> tuple[str, str]:
    kind, found, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    value = "" if set(path) & set(_SILENT) else f", {_short(found)} found"
    match kind:
        case "extra_forbidden":
            return f"unknown key '{path[-1]}'", did_you_mean(str(path[-1]), _keys(path[:-1]))
        case "missing":
            return f"'{path[-1]}' is missing", "it is required"
        case "literal_error" if path == ("connection", "type"):
            return f"the connection can't be of this type{value}", _HTTP
        case "literal_error":
            known = [word.strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]
            return f"is none of the known values{value}", did_you_mean(str(found), known)
        case "string_pattern_mismatch" if path[-1:] == ("root_path",):
            return f"is no workspace folder{value}", "begin with /, end without, such as /Shared/headgate"
        case "string_pattern_mismatch":
            return f"can't be an id{value}", "use a-z, 0-9 and _, beginning with a letter, at most 63 long"
        case "string_type" if isinstance(found, int | float):
            return f"text is wanted{value}", "put it in quotes"
        case _ if kind in _TYPES:
            return f"{_TYPES[kind]}{value}", ""
        case _:
            return f"{detail['msg'][0].lower()}{detail['msg'][1:]}{value}", ""


def _short(found: Any) -> str:
    if isinstance(found, dict | list):
        return "a mapping" if isinstance(found, dict) else "a list"
    if isinstance(found, bool):
        return str(found).lower()
    return "nothing" if found is None else repr(found)[:60]


def _keys(path: Iterable[str | int]) -> list[str]:
    """Give the keys that a part of a definition knows, by what they are called in YAML."""
    part: Any = Definition
    for step in path:
        if isinstance(part, type) and issubclass(part, BaseModel):
            field = next(field for name, field in part.model_fields.items() if step in (name, field.alias))
            part = field.annotation
        part = _model_in(part)
    return [field.alias or name for name, field in part.model_fields.items()]


def _model_in(annotation: Any) -> Any:
    """Give the model inside an annotation such as `dict[str, Target]` or `Autoscale | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
