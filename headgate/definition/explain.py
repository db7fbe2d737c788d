"""What is wrong with a definition, in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from headgate.definition.model import Definition
from headgate.names import SCOPE_PATTERN
from headgate.problems import Problem, did_you_mean
from headgate.validation import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from headgate.definition.yaml import Document
    from headgate.definition.yaml import Path as KeyPath

_PART = 2  # the length of secrets.*
_SETTING = 5  # the length of targets.*.backend.settings.*
# Where values may be secret: what was found there is not shown.
_SECRET = (
    ("connection", "options"),
    ("connection", "secrets"),
    ("discovery",),
    ("secrets", "secret_mappings"),
    ("secrets", "static_options"),
    ("secrets", "dynamic_options"),
)
_SCOPE = "use letters, digits, _, ., @, / and -, at most 128"
_HTTP = (
    "an HTTP connection is for calling external services; community connectors read through GENERIC_LAKEFLOW_CONNECT, "
    "or COMMUNITY where the connectors' own command made it"
)


def explain(error: ValidationError, document: Document, file: str) -> dict[KeyPath, Problem]:
    """Give a problem for each path that is wrong, by line. A value that may be a secret is never shown."""
    return problems_of(error, file, line=document.line, place=_place, is_secret=_is_secret, words=_words)


def _place(path: KeyPath) -> KeyPath:
    """Give the path of what is wrong, without what pydantic adds to that of a backend's setting: the type that it tried."""
    return path[:_SETTING] if _is_setting(path) else path


def _is_setting(path: KeyPath) -> bool:
    """Say whether a path is at or in `targets.*.backend.settings`."""
    return path[:1] == ("targets",) and path[2:4] == ("backend", "settings")


def _is_secret(path: KeyPath) -> bool:
    return _is_setting(path) or any(path[: len(secret)] == secret for secret in _SECRET)


def _words(detail: ErrorDetails, path: KeyPath) -> tuple[str, str] | None:
    """Give what is wrong and how to mend it, where a definition has more to say than any file."""
    if detail["type"] == "extra_forbidden":
        return f"unknown key '{path[-1]}'", did_you_mean(str(path[-1]), _keys(path[:-1]))
    if detail["type"] == "literal_error" and detail["input"] == "CAN_MANAGE_RUN":
        return "expected a level that pipelines have too", "write CAN_RUN: pipelines have it, and jobs then get CAN_MANAGE_RUN"
    if detail["type"] == "string_pattern_mismatch" and detail["ctx"]["pattern"] == SCOPE_PATTERN:
        return (
            f"expected {'the key of a secret' if path[:1] == ('secrets',) and len(path) > _PART else 'the name of a scope'}",
            _SCOPE,
        )
    if detail["type"] == "too_short" and path[:2] == ("secrets", "secret_mappings"):
        return "names no key", "name the secret's key, such as `client_secret: [client_secret, old-client-secret]`"
    if detail["input"] is None and path == ("monitoring",):
        return "expected a mapping", "write `monitoring: {}` for all defaults, or take the key out for none"
    if (detail["type"], path) == ("literal_error", ("connection", "type")):
        return "the connection can't be of this type", _HTTP
    return None


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
