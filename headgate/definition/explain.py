"""pydantic's errors in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from headgate.definition.model import Definition
from headgate.problems import Problem, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from headgate.definition.yaml import Document
    from headgate.definition.yaml import Path as KeyPath

_LONGEST = 60
_SETTING = 5  # the length of targets.*.backend.settings.*
# Where values may be secret: what was found there is not told.
_SILENT = (("connection", "options"), ("connection", "secrets"), ("discovery",))
# pydantic's name of a fault → what is said of it (`{…}` is filled from the fault's context), and its fix.
_WRITE = "write it there, or take the key out"
_OTHER = "write another value, or take the key out"
_MAPPING = ("a mapping is wanted", "write `key: value` lines below it")
_WORDS = {
    "too_short": ("is empty", "name one at least, such as `dev: {{}}`"),
    "string_too_short": ("is empty", "write one, or take the key out"),
    "string_too_long": ("is too long, {max_length} characters at most", _OTHER),
    "string_pattern_mismatch": ("can't be an id", "use a-z, 0-9 and _, beginning with a letter, at most 63 long"),
    "string_type": ("text is wanted", _WRITE),
    "bool_type": ("true or false is wanted", _WRITE),
    "bool_parsing": ("true or false is wanted", _WRITE),
    "int_type": ("a whole number is wanted", _WRITE),
    "int_parsing": ("a whole number is wanted", _WRITE),
    "int_from_float": ("a whole number is wanted", _WRITE),
    "float_type": ("a number is wanted", _WRITE),
    "float_parsing": ("a number is wanted", _WRITE),
    "finite_number": ("a finite number is wanted", _WRITE),
    "greater_than": ("is not above {gt:g}", _OTHER),
    "greater_than_equal": ("is below {ge:g}", _OTHER),
    "less_than_equal": ("is above {le:g}", _OTHER),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "list_type": ("a list is wanted", "write `[first, second]`, or a line that begins with - for each"),
}
_HTTP = (
    "an HTTP connection is for calling external services; community connectors read through GENERIC_LAKEFLOW_CONNECT, "
    "or COMMUNITY where the connectors' own command made it"
)


def explain(error: ValidationError, document: Document, file: str) -> list[Problem]:
    """Give a problem for each error, by line. A value that may be a secret is never told."""
    problems: dict[KeyPath, Problem] = {}
    for detail in error.errors(include_url=False, include_context=True):
        path = place(detail)
        message, fix = _words(detail, path)
        # Where several types were tried, each complains: the first one speaks.
        problems.setdefault(path, Problem(message, fix, file, document.line(path), path=".".join(map(str, path))))
    return sorted(problems.values(), key=lambda problem: problem.line or 0)


def place(detail: ErrorDetails) -> KeyPath:
    """Give the path of what is wrong, without what pydantic adds to it: `[key]`, or the type that it tried."""
    path = detail["loc"]
    return path[:-1] if path[-1:] == ("[key]",) or (_is_setting(path) and len(path) > _SETTING) else path


def _is_setting(path: KeyPath) -> bool:
    """Say whether a path stands at or in `targets.*.backend.settings`."""
    return path[:1] == ("targets",) and path[2:4] == ("backend", "settings")


def _words(detail: ErrorDetails, path: KeyPath) -> tuple[str, str]:
    """Give what is wrong and how to mend it."""
    kind, found, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    value = _found(detail, path)
    match kind:
        case "extra_forbidden":
            return f"unknown key '{path[-1]}'", did_you_mean(str(path[-1]), _keys(path[:-1]))
        case "missing":
            return "is missing", f"write `{path[-1]}:` there, it is required"
        case "literal_error" if path == ("connection", "type"):
            return f"the connection can't be of this type{value}", _HTTP
        case "literal_error":
            known = [word.strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]
            return f"is none of the known values{value}", did_you_mean(str(found), known)
        case "string_pattern_mismatch" if path[-1:] == ("root_path",):
            return f"is no workspace folder{value}", "begin with /, end without, such as /Shared/headgate"
        case "string_type" if isinstance(found, int | float):
            return f"text is wanted{value}", "put it in quotes"
    message, fix = _WORDS.get(kind, (detail["msg"].replace("{", "{{").replace("}", "}}"), _OTHER))
    return message.format(**context) + value, fix.format()


def _found(detail: ErrorDetails, path: KeyPath) -> str:
    """Say what was found, but not where it may be a secret, such as a whole connection string where a mapping is wanted."""
    found = detail.get("input")
    if _is_setting(path) or any(path[: len(silent)] == silent for silent in _SILENT):
        return ""
    if isinstance(found, str) and detail["type"] in ("dict_type", "model_type", "list_type"):
        return ", text found"
    return "" if found in ("", {}) else f", {_short(found)} found"


def _short(found: Any) -> str:
    if isinstance(found, dict | list):
        return "a mapping" if isinstance(found, dict) else "a list"
    if isinstance(found, bool):
        return str(found).lower()
    text = repr(found)
    return "nothing" if found is None else text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]}...{text[-1]}"


def _keys(path: Iterable[str | int]) -> list[str]:
    """Give the keys that a part of a definition knows, by what they are called in YAML."""
    part: Any = Definition
    for step in path:
        if get_origin(part) in (dict, list):
            part = get_args(part)[-1]
        else:
            part = next(field.annotation for name, field in _model(part).model_fields.items() if step in (name, field.alias))
    return [field.alias or name for name, field in _model(part).model_fields.items()]


def _model(annotation: Any) -> type[BaseModel]:
    """Give the model that an annotation such as `Autoscale` or `Autoscale | None` names."""
    return next(kind for kind in (annotation, *get_args(annotation)) if isinstance(kind, type) and issubclass(kind, BaseModel))
