"""What pydantic finds wrong with a file, in the user's words: the same for definitions, locks, records and journals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from headgate.names import ID
from headgate.problems import InputError, Problem, did_you_mean, short

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import ErrorDetails

    Path = tuple[str | int, ...]

M = TypeVar("M", bound=BaseModel)
_LONGEST = 60
_AT = re.compile(r" at line ([0-9]+) column [0-9]+$")  # where text stops being JSON
_WRITE = "write it there, or take the key out"
_OTHER = "write another value, or take the key out"
# The first word of pydantic's name of a fault → what was expected, and the fix.
_TYPES = {
    "string": ("a string", _WRITE),
    "bool": ("true or false", _WRITE),
    "int": ("a whole number", _WRITE),
    "float": ("a number", _WRITE),
    "finite": ("a finite number", _WRITE),
    "dict": ("a mapping", "write `key: value` lines below it"),
    "list": ("a list", "write `[first, second]`, or a line that begins with - for each"),
}
_SAME = {"model": "dict", "dataclass": "dict", "tuple": "list", "set": "list"}
# Other faults, by their whole names; `{…}` is filled from the fault's context.
_WORDS = {
    "too_short": ("is empty", "name one at least, such as `dev: {{}}`"),
    "string_too_short": ("is empty", "write one, or take the key out"),
    "string_too_long": ("is longer than {max_length} characters", _OTHER),
    "greater_than": ("expected more than {gt:g}", _OTHER),
    "greater_than_equal": ("expected {ge:g} or more", _OTHER),
    "less_than_equal": ("expected {le:g} or less", _OTHER),
    "literal_error": ("expected {expected}", _OTHER),
    "enum": ("expected {expected}", _OTHER),
}
_UNKNOWN, _MISSING = ("extra_forbidden", "unexpected_keyword_argument"), ("missing", "missing_argument")
_SAYS_ALL = (*_UNKNOWN, *_MISSING, "json_invalid", "string_unicode")
_ID, _STACK, _DESTINATION = rf"^{ID.pattern}$", "^[1-9][0-9]{0,8}$", r"\.[^.]*\."
_CURRENCY, _FOLDER = "^[A-Z]{3}$", "^/.*[^/]$"
_PATTERNS = {
    _ID: ("expected an id", "use a-z, 0-9 and _, beginning with a letter, at most 63 long"),
    _STACK: ("expected a stack's number, as a string", 'such as "2"'),
    _DESTINATION: ("expected catalog.schema.table", "such as main.bronze.orders"),
    _CURRENCY: ("expected a currency's three capital letters", "such as USD"),
    _FOLDER: ("expected a workspace folder", "begin with /, end without, such as /Shared/headgate"),
}
Id = Annotated[str, StringConstraints(pattern=_ID)]
StackNumber = Annotated[str, StringConstraints(pattern=_STACK)]
Destination = Annotated[str, StringConstraints(pattern=_DESTINATION)]
Currency = Annotated[str, StringConstraints(pattern=_CURRENCY)]
WorkspaceFolder = Annotated[str, StringConstraints(pattern=_FOLDER)]


class StrictModel(BaseModel):
    """A part of a file: unknown keys are refused, and values of another type; numbers are finite, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def parse_as(model: type[M], text: str, file: str, fix: str, *, line: Callable[[Path], int | None] = lambda _: None) -> M:
    """Give what a JSON text says, by the model of its file.

    Raises InputError with every problem, or that the file has another format.

    `line` gives the line of a path in the text; `fix` says where a whole file is to be had.
    """
    if not text.strip():
        raise InputError(Problem("is empty", fix, file))
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if (detail["loc"], detail["type"]) == (("format",), "literal_error"):
                message = f"has format {_short(detail['input'])}, this headgate reads {detail['ctx']['expected']}"
                raise InputError(Problem(message, "use the headgate that wrote it", file)) from None
        raise InputError(problems_of(error, file, line=line, fix=fix).values()) from None


def problems_of(
    error: ValidationError,
    file: str,
    *,
    line: Callable[[Path], int | None] = lambda _: None,
    place: Callable[[Path], Path] = lambda path: path,
    is_secret: Callable[[Path], bool] = lambda _: False,
    words: Callable[[ErrorDetails, Path], tuple[str, str] | None] = lambda _detail, _path: None,
    fix: str = "",
) -> dict[Path, Problem]:
    """Give a problem for each place that pydantic complains of, by line.

    `line` gives a place's line in the file, `place` the path without what pydantic adds to it, `words` what is said and its
    fix where there is more to say than in any file. What was found is told unless it `is_secret`. `fix` stands for all fixes.
    """
    problems: dict[Path, Problem] = {}
    for detail in error.errors(include_url=False):
        path = place(detail["loc"][:-1] if detail["loc"][-1:] == ("[key]",) else detail["loc"])
        message, own_fix = words(detail, path) or _words(detail, path)
        if not is_secret(path):
            message += _found(detail)
        at = _AT.search(detail["msg"])
        where = int(at[1]) if at else line(path)
        # Where several types were tried, each complains: the first one speaks.
        problems.setdefault(path, Problem(message, fix or own_fix, file, where, path=".".join(map(str, path))))
    return dict(sorted(problems.items(), key=lambda one: one[1].line or 0))


def _words(detail: ErrorDetails, path: Path) -> tuple[str, str]:
    """Give what is wrong and how to mend it."""
    kind, found, context = detail["type"], detail.get("input"), detail.get("ctx") or {}
    name = _type_of(kind)
    if kind in _UNKNOWN:
        return f"unknown key {short(str(path[-1]))}", "take it out, or look how it is spelled"
    if kind in _MISSING:
        return "is missing", f"write `{path[-1]}:` there, it is required"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(context["pattern"], (f"expected a string like {context['pattern']}", _OTHER))
    if kind == "string_unicode" or (kind == "json_invalid" and "hex escape" in detail["msg"]):
        return "holds half a character (a lone surrogate)", _OTHER
    if kind == "value_error":
        return str(context["error"]), _OTHER
    if kind == "json_invalid":
        fault = _AT.sub("", context["error"])
        return "ends in the middle" if fault.startswith("EOF") else f"is not JSON: {fault}", "write it again"
    if kind in _WORDS:
        message, fix = (text.format(**context) for text in _WORDS[kind])
        known = [word.strip("'") for word in context.get("expected", "").replace(" or ", ", ").split(", ")]
        return message, did_you_mean(str(found), known) if kind in ("literal_error", "enum") else fix
    if name in _TYPES:
        expected, fix = _TYPES[name]
        quotable = name == "string" and isinstance(found, int | float)
        return f"expected {expected}", "put it in quotes" if quotable else fix
    return detail["msg"], _OTHER


def _found(detail: ErrorDetails) -> str:
    """Say what was found, unless the message says it already; of what isn't a single value, only what it is."""
    found = detail["input"]
    if detail["type"] in _SAYS_ALL or found in ("", {}):
        return ""
    parts_wanted = _type_of(detail["type"]) in ("dict", "list")  # a string in their place may hold anything
    return f", found {'a string' if parts_wanted and isinstance(found, str) else _short(found)}"


def _type_of(kind: str) -> str:
    first = kind.partition("_")[0]
    return _SAME.get(first, first)


def _short(found: Any) -> str:
    if isinstance(found, dict | list):
        return "a mapping" if isinstance(found, dict) else "a list"
    if isinstance(found, bool) or found is None:
        return "nothing" if found is None else str(found).lower()
    return short(found) if isinstance(found, str) else repr(found)[:_LONGEST]
