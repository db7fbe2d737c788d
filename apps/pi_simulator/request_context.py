"""What a handler is given of a request: the world, where links begin, which WebIDs and fields are wanted, and now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from .bodies import Fields, dumps, fields_of
from .errors import PiError
from .webids import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fastapi.dependencies.models import Dependant

    from .assets.world import AssetWorld
    from .webids import Identity
    from .world import World

ROOT = "/piwebapi"
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class RequestContext:
    """A request's surroundings: `base` is the address of /piwebapi, `kind` the WebIDs' (Full, …), `now` in ticks."""

    world: World
    base: str
    now: int
    fields: Fields
    kind: str = "Full"

    @property
    def assets(self) -> AssetWorld:
        """The asset model as it is called now."""
        return self.world.assets(self.now)

    def web_id(self, identity: Identity) -> str:
        """Give a WebID of the kind that is wanted."""
        return identity.web_id(self.kind)

    def link(self, *segments: str) -> str:
        """Give the address of what stands below /piwebapi."""
        return "/".join([self.base, *(quote(part, safe="") for part in segments)])

    def answer(self, body: Mapping[str, Any], status: int = 200) -> Response:
        """Give a body as the answer, cut to the fields that are wanted."""
        return Response(dumps(self.fields.cut(body)), status, media_type=_JSON)

    def raw(self, parts: Iterable[bytes], status: int = 200) -> Response:
        """Give JSON that is written, and cut, already."""
        return Response(b"".join(parts), status, media_type=_JSON)


def declared(dependant: Dependant) -> set[str]:
    """Give the names of the query parameters that a route takes."""
    own = {str(one.alias) for one in dependant.query_params}
    return own.union(*(declared(below) for below in dependant.dependencies))


def only(asked: Iterable[str], taken: set[str]) -> None:
    """Raise PiError 400 for query parameters that are not among those that a request takes."""
    unknown = sorted(set(asked) - taken)
    if unknown:
        raise PiError(400, *(f"The query parameter '{name}' is not supported by this request." for name in unknown))


# FastAPI runs what is no coroutine in a thread, which costs more than reading a parameter does: what only reads some is a
# coroutine, what may look at much (the asset model, a grid of times) is none. Source: FastAPI, "Concurrency and async / await".
async def _plain(request: Request, selected: Annotated[str | None, Query(alias="selectedFields")] = None) -> RequestContext:
    route = request.scope["route"]
    world: World = request.state.world
    if world.settings.strict and isinstance(route, APIRoute):
        only(request.query_params, declared(route.dependant))
    try:
        fields = fields_of(selected)
    except ValueError as error:
        raise PiError(400, f"The parameter 'selectedFields' is invalid: '{error}' names no field.") from None
    return RequestContext(world, str(request.base_url).rstrip("/") + ROOT, world.now(), fields)


async def _with_kind(
    plain: Annotated[RequestContext, Depends(_plain)], kind: Annotated[str, Query(alias="webIdType")] = "Full"
) -> RequestContext:
    if kind.lower() not in KINDS:
        raise PiError(400, f"The parameter 'webIdType' is invalid: '{kind}'.")
    return RequestContext(plain.world, plain.base, plain.now, plain.fields, kind)


# A route without webIdType takes Plain. A parameter that a route declares nowhere is ignored, as ASP.NET binds what it knows,
# and refused by a strict simulator.
Plain = Annotated[RequestContext, Depends(_plain)]
Wanted = Annotated[RequestContext, Depends(_with_kind)]
