"""Enumeration sets and their values, by WebID or path, whoever they belong to."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from ..errors import PiError
from ..request_context import Wanted
from ..streams.enumerations import EnumerationSet, all_sets
from ..webids import KINDS
from .assets_common import secured

router = APIRouter()


def _check(web_id: str, marker: str) -> None:
    """Raise PiError 400 for what is no WebID of a marker."""
    if web_id[:1] not in KINDS.values() or web_id[1:4] != f"1{marker}":
        raise PiError(400, f"The WebID is invalid: '{web_id}'.")


def _by_web_id(asked: Wanted, web_id: str) -> EnumerationSet:
    _check(web_id, "MS")
    for one in all_sets(asked.world, asked.now):
        if one.identity.has(web_id):
            return one
    raise PiError(404, f"The specified Enumeration Set was not found: '{web_id}'.")


@router.get("/enumerationsets")
def by_path(asked: Wanted, path: str) -> Response:
    """Give the set of a path. Raises PiError 404 where there is none."""
    for one in all_sets(asked.world, asked.now):
        if one.path.lower() == path.lower():
            return asked.answer(one.body(asked))
    raise PiError(404, f"The specified path was not found: '{path}'.")


@router.get("/enumerationsets/{web_id}")
def enumeration_set(asked: Wanted, web_id: str) -> Response:
    """Give a set. Raises PiError 404 where there is none."""
    return asked.answer(_by_web_id(asked, web_id).body(asked))


@router.get("/enumerationsets/{web_id}/enumerationvalues")
def values(asked: Wanted, web_id: str) -> Response:
    """Give the values of a set. Raises PiError 404 where there is none."""
    return asked.answer({"Links": {}, "Items": _by_web_id(asked, web_id).value_bodies(asked)})


secured(router, "enumerationsets", lambda asked, web_id: asked.web_id(_by_web_id(asked, web_id).identity))


@router.get("/enumerationvalues")
def value_by_path(asked: Wanted, path: str) -> Response:
    """Give the value of a path. Raises PiError 404 where there is none."""
    for one in all_sets(asked.world, asked.now):
        for body in one.value_bodies(asked):
            if body["Path"].lower() == path.lower():
                return asked.answer(body)
    raise PiError(404, f"The specified path was not found: '{path}'.")


@router.get("/enumerationvalues/{web_id}")
def value(asked: Wanted, web_id: str) -> Response:
    """Give a value of a set. Raises PiError 404 where there is none."""
    _check(web_id, "MV")
    for one in all_sets(asked.world, asked.now):
        for (name, *_), body in zip(one.values, one.value_bodies(asked), strict=True):
            if one.value_identity(name).has(web_id):
                return asked.answer(body)
    raise PiError(404, f"The specified Enumeration Value was not found: '{web_id}'.")
