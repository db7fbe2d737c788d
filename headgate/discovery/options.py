"""Init options: what a connector's class is made with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.files import decoded, needed_bytes, parse_json
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENVIRONMENT = "HEADGATE_OPTION_"


def init_options(
    defined: Mapping[str, str], secrets: Iterable[str], environment: Mapping[str, str], given: Iterable[Mapping[str, str]]
) -> dict[str, str]:
    """Put init options together; what comes later wins: the definition's, environment variables, what was given.

    `HEADGATE_OPTION_<NAME>` sets the option of that name among those known (defined, secret or given), in whatever case and
    with `_` for what no variable's name may hold; where none is known, the name in lower case. Raises InputError where two
    variables set one option.
    """
    given = list(given)
    known = {_key(name): name for name in (*defined, *secrets, *(name for options in given for name in options))}
    found: dict[str, str] = {}
    for variable, value in sorted(environment.items()):
        if not variable.upper().startswith(ENVIRONMENT) or len(variable) == len(ENVIRONMENT):
            continue
        name = variable[len(ENVIRONMENT) :]
        option = known.get(_key(name), name.lower())
        if option in found:
            raise InputError(f"two environment variables set the option {option!r}; one is {variable}", "unset one of them")
        found[option] = value
    merged = {**defined, **found}
    for options in given:
        merged |= options
    return merged


def options_of_text(text: str, flag: str) -> dict[str, str]:
    """Read options given as JSON, or as `@` and a file that holds JSON. Raises InputError, which never quotes the text."""
    if text.startswith("@"):
        return options_of_file(Path(text[1:]), flag)
    return _options(text, flag)


def options_of_file(path: Path, flag: str) -> dict[str, str]:
    """Read options from a file with one JSON object. Raises InputError, which never quotes the file."""
    data = needed_bytes(path)
    try:
        text = decoded(data, str(path), "")
    except InputError:  # it shows a character
        raise InputError(Problem("is not UTF-8", "save it as UTF-8", str(path))) from None
    return _options(text, f"{flag}: {path}")


def _options(text: str, where: str) -> dict[str, str]:
    fix = """give an object, such as '{"url": "https://example.com"}'"""
    values = parse_json(text, where, fix)
    if not isinstance(values, dict):
        raise InputError(f"{where}: an object is needed, not a {type(values).__name__}", fix)
    empty = [name for name, value in values.items() if value is None]
    if empty:
        raise InputError(Problem(f"{where}: {name!r} is null", "leave it out, or give a text") for name in empty)
    return {name: option_text(value) for name, value in values.items()}


def option_text(value: Any) -> str:
    """Give an option's value as the text that a source gets: `true`, `5`, JSON for lists and objects."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def variable_of(name: str) -> str:
    """Give the environment variable that sets an option."""
    return ENVIRONMENT + _key(name).upper()


def _key(name: str) -> str:
    return re.sub(r"\W", "_", name).lower()
