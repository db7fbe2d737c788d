"""What a batch says: which requests stand in it, in what order they can be carried out, and what they take from each other.

Source: AVEVA's PI Web API Reference, "Batch Execute", and the User Guide's "Batch support".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from jsonpath_ng.ext.parser import parse

from .errors import PiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_KNOWN = {"Method", "Resource", "RequestTemplate", "Parameters", "ParentIds", "Headers", "Content"}
_HALF = re.compile(r"[\ud800-\udfff]")
# Source: RFC 9110, 5.6.2, "Tokens".
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PLACE = re.compile(r"\{(\d+)\}")
# What a path and a query hold as it is; the rest is percent-encoded. Source: WHATWG, "URL", percent-encoded bytes.
_IN_QUERIES = "".join(chr(at) for at in range(0x21, 0x7F) if chr(at) not in '"#<>')
_IN_PATHS = "".join(letter for letter in _IN_QUERIES if letter not in "?`{}")
_PARENT = re.compile(r"""\$(?:\.([^.\[]+)|\[['"]([^'"]+)['"]\])""")


@dataclass(frozen=True, slots=True)
class Part:
    """A request of a batch. `template` is set where one is made for each token that the first parameter finds."""

    name: str
    method: str
    resource: str
    template: bool
    parameters: tuple[str, ...]
    parents: tuple[str, ...]
    headers: Mapping[str, str]
    content: str | None


def parts_of(body: bytes) -> dict[str, Part]:
    """Read a batch's body; give its parts by name. Raises PiError 400 for what is none."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):  # the latter for what is nested too deep
        raise PiError(400, "The batch is not valid JSON.") from None
    if not isinstance(asked, dict) or not asked:
        raise PiError(400, "The batch must be a dictionary of requests.")
    parts = {name: _part(name, one) for name, one in asked.items()}
    missing = sorted({parent for part in parts.values() for parent in part.parents if parent not in parts})
    if missing:
        raise PiError(400, *(f"The parent '{name}' is not in the batch." for name in missing))
    return parts


def in_order(parts: Mapping[str, Part]) -> list[Part]:
    """Give a batch's parts, parents before their children. Raises PiError 400 where there is no such order."""
    try:
        order = list(TopologicalSorter({name: part.parents for name, part in parts.items()}).static_order())
    except CycleError:
        raise PiError(400, "The requests of the batch are each other's parents.") from None
    return [parts[name] for name in order]


def _part(name: str, one: Any) -> Part:
    if _HALF.search(name):
        raise PiError(400, f"The name '{name}' holds half of a surrogate pair.")
    if not isinstance(one, dict):
        raise PiError(400, f"The request '{name}' is not an object.")
    unknown = sorted(set(one) - _KNOWN)
    if unknown:
        raise PiError(400, f"The request '{name}' has unknown members: {', '.join(unknown)}.")
    template = one.get("RequestTemplate")
    resource = template.get("Resource") if isinstance(template, dict) else one.get("Resource")
    method = one.get("Method")
    if not isinstance(resource, str) or not isinstance(method, str):
        raise PiError(400, f"The request '{name}' needs a Method, and a Resource or a RequestTemplate.")
    lists = {key: one.get(key) or [] for key in ("Parameters", "ParentIds")}
    for key, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise PiError(400, f"The request '{name}': {key} must be a list of strings.")
    if template is not None and not lists["Parameters"]:
        raise PiError(400, f"The request '{name}': a RequestTemplate needs Parameters, whose tokens say what it is made for.")
    content = one.get("Content")
    if content is not None and not isinstance(content, str):
        raise PiError(400, f"The request '{name}': Content must be a string.")
    return Part(
        name,
        method.upper(),
        resource,
        template is not None,
        tuple(lists["Parameters"]),
        tuple(lists["ParentIds"]),
        _headers(name, one.get("Headers") or {}),
        content,
    )


def _headers(name: str, headers: Any) -> dict[str, str]:
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise PiError(400, f"The request '{name}': Headers must be a dictionary of strings.")
    wrong = [one for one in headers if not _HEADER.fullmatch(one)]
    if wrong:
        raise PiError(400, *(f"The request '{name}': '{one}' is no name of a header." for one in wrong))
    return headers


@lru_cache(maxsize=256)
def _path(text: str) -> Any:
    return parse(text)


def tokens(path: str, answers: Mapping[str, Any]) -> list[str]:
    """Give what a JsonPath finds in the answers of parents, as text; PiError 400 where it finds nothing or is none."""
    try:
        found = [match.value for match in _path(path).find(answers)]
    except Exception:  # noqa: BLE001  # the library lets through what its operators meet: re.error, RecursionError, its own
        raise PiError(400, f"'{path}' is no JsonPath.") from None
    if not found:
        raise PiError(400, f"The JsonPath '{path}' selects nothing in the responses of the parents.")
    return [one if isinstance(one, str) else json.dumps(one) for one in found]


def resources(part: Part, answers: Mapping[str, Any]) -> list[str]:
    """Give the addresses that a part asks: one, or for a template one for each token. Raises PiError as `tokens` does."""
    if part.resource.startswith("$"):
        return tokens(part.resource, answers)[:1]
    found = [tokens(path, answers) for path in part.parameters]
    if not part.template:
        return [_filled(part.resource, [one[0] for one in found])]
    return [_filled(part.resource, row) for row in zip(*found, strict=False)]


def contents(part: Part, answers: Mapping[str, Any]) -> str | None:
    """Give a part's content with its parameters in it."""
    if part.content is None or not part.parameters:
        return part.content
    return _filled(part.content, [tokens(path, answers)[0] for path in part.parameters])


def _filled(text: str, values: Sequence[str]) -> str:
    def put(place: re.Match[str]) -> str:
        at = int(place[1])
        return values[at] if at < len(values) else place[0]

    return _PLACE.sub(put, text)


def needed(part: Part) -> set[str]:
    """Give the parents whose answers a part looks into."""
    paths = [*part.parameters, *([part.resource] if part.resource.startswith("$") else [])]
    return {match[1] or match[2] for path in paths if (match := _PARENT.match(path))}


def local(address: str) -> str:
    """Give path and query of an address, percent-encoded and without dots for folders; host and port are ignored, as PI does.

    Raises PiError 400 for what is none.
    """
    try:
        split = urlsplit(address)
    except ValueError:  # such as brackets that hold no address
        split = urlsplit("")
    if not split.path.startswith("/"):
        raise PiError(400, f"The resource '{address}' is not an absolute URL.")
    path = quote(_without_dots(split.path), safe=_IN_PATHS, errors="replace")
    return path + (f"?{quote(split.query, safe=_IN_QUERIES, errors='replace')}" if split.query else "")


def _without_dots(path: str) -> str:
    """Carry out what `.` and `..` say in a path, as whoever sends a request does. Source: RFC 3986, 5.2.4."""
    kept: list[str] = []
    for word in path.split("/"):
        if word == "..":
            del kept[max(1, len(kept) - 1) :]  # the first is what stands before the path's own slash: nothing
        elif word != ".":
            kept.append(word)
    return "/".join(kept) or "/"
