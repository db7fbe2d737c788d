"""Objects by WebIDs and paths, each by itself: one that is not found says so and stands in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Query
from starlette.responses import Response

from ..errors import PiError
from ..request_context import RequestContext
from ..streams.parameters import one_of

# Source: AVEVA, PI Web API Reference, "Include Mode". By the mode, which items are told: (good ones, failed ones).
_MODES = {"All": (True, True), "ItemsWithExceptionOnly": (False, True), "ItemsWithoutExceptionOnly": (True, False)}


@dataclass(frozen=True, slots=True)
class Multiple:
    """Which objects are asked for, and which of them are told: those that were found (`good`), those that failed (`bad`)."""

    web_ids: tuple[str, ...]
    paths: tuple[str, ...]
    good: bool
    bad: bool


def _several(
    web_ids: Annotated[list[str] | None, Query(alias="webId")] = None,
    paths: Annotated[list[str] | None, Query(alias="path")] = None,
    include: Annotated[str, Query(alias="includeMode")] = "All",
    parallel: Annotated[bool, Query(alias="asParallel")] = False,  # noqa: ARG001  # the answer is the same
) -> Multiple:
    if not (web_ids or paths):
        raise PiError(400, "The request names nothing: 'webId' or 'path' is needed.")
    good, bad = _MODES[one_of("includeMode", include, tuple(_MODES))]
    return Multiple(tuple(web_ids or ()), tuple(paths or ()), good, bad)


SeveralAsked = Annotated[Multiple, Depends(_several)]
Body = Callable[[str], dict[str, Any]]


def answer_multiple(asked: RequestContext, several: Multiple, by_web_id: Body, by_path: Body) -> Response:
    """Answer with many objects: 207 where any failed, which then has an Exception. Both functions raise PiError for those."""
    named = [("ID", text, by_web_id) for text in several.web_ids] + [("Path", text, by_path) for text in several.paths]
    told = [_item(*one) for one in named]
    items = [item for item in told if (several.bad if "Exception" in item else several.good)]
    return asked.answer({"Links": {}, "Items": items}, 207 if any("Exception" in item for item in told) else 200)


def _item(kind: str, text: str, body: Body) -> dict[str, Any]:
    item: dict[str, Any] = {"Identifier": text, "IdentifierType": kind}
    try:
        return {**item, "Object": body(text)}
    except PiError as error:
        return {**item, "Exception": error.body}
