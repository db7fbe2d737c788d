"""`secrets:` of connector.yaml as a JSON file beside it: of one connector, or of several by their names."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from headgate.definition.secrets import Secrets
from headgate.definition.yaml import DEEPEST, Document, parse_yaml
from headgate.files import keys_twice, parse_json, read_text
from headgate.problems import InputError, Problem, did_you_mean, short

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from headgate.definition.yaml import Path as KeyPath

_PARTS = ("secrets_scope", "secret_mappings", "static_options", "dynamic_options")
# What the advice on a definition says in YAML → in JSON.
_AS_JSON = {
    "write `key: value` lines below it": 'write `{"key": "value"}`',
    "write `[first, second]`, or a line that begins with - for each": 'write `["first", "second"]`',
    "write `principal:` there, it is required": 'write `"principal": "…"` there, it is required',
    "write `manage: true`, or take them out": 'write `"manage": true`, or take them out',
    "name the secret's key, such as `client_secret: [client_secret, old-client-secret]`": (
        'name the secret\'s key, such as `"client_secret": ["client_secret", "old-client-secret"]`'
    ),
}
_FIX = "write it as docs/secrets.md shows, an object with secrets_scope, secret_mappings, static_options and dynamic_options"


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """What a file says of a connector, and where: `name` as connector.yaml has it, `within` the connector's key in it."""

    name: str
    path: str
    values: dict[str, Any] = field(repr=False)
    within: tuple[str, ...]
    document: Document | None = field(repr=False, default=None)

    def place(self, path: KeyPath, problem: Problem) -> Problem:
        """Give a problem of the definition at `path` with its place in this file, where what is wrong stands here."""
        if path[:1] != ("secrets",) or (len(path) > 1 and path[1] not in self.values):
            return problem
        inside = (*self.within, *path[1:])
        line = self.document.line(inside) if self.document else None
        return replace(problem, file=self.path, line=line, path=".".join(map(str, inside)), fix=_fix(path, problem.fix))


def read_secrets_file(name: object, folder: Path, owners: Iterable[str]) -> SecretsFile:
    """Read a file that a definition in `folder` names. owners: what the connector may be called in it, the first found counts.

    Raises InputError where there is no such file beside the definition, or it is not of this form.
    """
    path, told = folder / str(name), short(str(name))
    try:
        outside = not path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError) as error:  # a NUL, a link to itself
        raise InputError(Problem(f"{told} can't be a file: {error}", "name a JSON file beside connector.yaml")) from None
    if outside:
        raise InputError(Problem(f"{told} is outside the connector's folder", "put the file beside connector.yaml"))
    text = read_text(path) if os.path.isfile(path) else None  # noqa: PTH113  # which also takes a name that is too long
    if text is None:
        raise InputError(Problem(f"there is no file {told} beside connector.yaml", "write it, or give the mapping itself"))
    found, lines = _object(text, str(path)), _lines(text, str(path))
    within: tuple[str, ...] = ()
    if not any(part in found for part in _PARTS):
        owner = next((one for one in owners if one in found), None)
        if owner is None:
            wanted = next(iter(owners))
            fix = did_you_mean(wanted, list(found)) if found else _FIX
            raise InputError(Problem(f"has nothing for connector '{wanted}'", fix, str(path), 1))
        within, found = (owner,), found[owner]
        if not isinstance(found, dict):
            raise InputError(Problem("is no object", _FIX, str(path), lines.line(within) if lines else None, path=owner))
    if "file" in found:
        line = lines.line((*within, "file")) if lines else None
        raise InputError(
            Problem("names a file, and is one", "take `file` out", str(path), line, path=".".join((*within, "file")))
        )
    return SecretsFile(str(name), str(path), _with_texts(found), within, lines)


def _object(text: str, file: str) -> dict[str, Any]:
    """Give the object that a JSON text is. Raises InputError for any other text, and for what no option can hold."""
    found = parse_json(text, file, _FIX)
    if twice := keys_twice(text):
        message = f"the key '{twice[0]}' is there twice in one object"
        raise InputError(Problem(message, "keep one of them", file))
    if _levels(found) > DEEPEST:
        raise InputError(Problem("is nested too deeply", _FIX, file))
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InputError(Problem("holds half a character (\\ud800 to \\udfff alone)", "write it whole", file)) from None
    if not isinstance(found, dict):
        raise InputError(Problem("is no object", _FIX, file, 1))
    return found


def _fix(path: KeyPath, fix: str) -> str:
    """Give advice on a place of `secrets:` as JSON has it, where a definition's speaks of YAML."""
    key = str(path[-1])
    if path[:-1] == ("secrets",) and key not in Secrets.model_fields:
        return did_you_mean(key, Secrets.model_fields.keys() - {"file"})
    return _AS_JSON.get(fix, fix)


def _lines(text: str, file: str) -> Document | None:
    """Give the lines of a JSON text: JSON is YAML but for tabs, of which none is inside a string."""
    with suppress(InputError):
        return parse_yaml(text.replace("\t", " "), file)
    return None


def _levels(found: Any) -> int:
    """Give how deep a value is nested, without going as deep."""
    level, count = [found], 0
    while level:
        inner = [one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list)]
        level, count = [value for values in inner for value in values], count + 1
    return count


def _with_texts(found: dict[str, Any]) -> dict[str, Any]:
    """Give the values with options as text: JSON's true and 5, which Spark would make text of, become so here."""
    options = found.get("static_options")
    if not isinstance(options, dict):
        return found
    return {**found, "static_options": {name: _text(value) for name, value in options.items()}}


def _text(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) or (isinstance(value, float) and isfinite(value)) else value
