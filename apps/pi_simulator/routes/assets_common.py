"""What the controllers of the asset model share: objects by WebID and path, pages with their links, rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from ..asking import Asked, Wanted
from ..assets.finding import Page, like
from ..assets.kinds import Kind
from ..assets.things import Thing, body_of
from ..errors import PiError

WebId = Annotated[str, Path()]
ObjectPath = Annotated[str, Query(alias="path")]
_WITH_ITEMS = {"assetservers", "assetdatabases"}
_ENTRY = "SIM\\Readers"
_RIGHTS = ("Read", "ReadData")
_CAN = ("Annotate", "Delete", "Execute", "Read", "ReadData", "Subscribe", "SubscribeOthers", "Write", "WriteData")


def find(asked: Asked, controller: str, web_id: str) -> Thing:
    """Give a controller's object by its WebID. Raises PiError 404 where nothing has it."""
    found = asked.world.assets.find(web_id, asked.now, controller)
    if found is None:
        raise PiError(404, f"The specified object was not found in '{controller}', or is not accessible: '{web_id}'.")
    return found


def at_path(asked: Asked, controller: str, path: str) -> Thing:
    """Give a controller's object by its path. Raises PiError 404 where nothing has it."""
    found = asked.world.assets.at_path(path, asked.now, controller)
    if found is None:
        raise PiError(404, f"The specified path was not found: '{path}'.")
    return found


def objects(asked: Asked, things: Iterable[Thing]) -> list[dict[str, Any]]:
    """Give the bodies of a list's items."""
    wanted = asked.fields.of("Items")
    return [body_of(one, asked, wanted) for one in things]


def listed(asked: Asked, things: Iterable[Thing]) -> Response:
    """Answer with a list that comes at once."""
    return asked.answer({"Links": {}, "Items": objects(asked, things)})


def one(asked: Asked, thing: Thing) -> Response:
    """Answer with an object."""
    return asked.answer(body_of(thing, asked, asked.fields))


def own(router: APIRouter, *kinds: Kind, by_path: bool = True) -> None:
    """Have a controller give its objects by WebID and by path, and who may read them."""
    controller = kinds[0].controller
    if by_path:

        @router.get(f"/{controller}")
        def by_path_(asked: Wanted, path: ObjectPath) -> Response:
            return one(asked, at_path(asked, controller, path))

    @router.get(f"/{controller}/{{web_id}}")
    def by_web_id(asked: Wanted, web_id: WebId) -> Response:
        return one(asked, find(asked, controller, web_id))

    if "Security" in kinds[0].own:
        secured(router, controller)


async def _item(_item: Annotated[list[str] | None, Query(alias="securityItem")] = None) -> None:
    """Declare the parameter by which servers and databases tell the rights of their collections."""


def secured(router: APIRouter, controller: str, look_up: Callable[[Asked, str], str] | None = None) -> None:
    """Have a controller say who may read its objects: everybody may, nobody may write. `look_up` gives an object's WebID."""
    owner_of = look_up or (lambda asked, web_id: asked.web_id(find(asked, controller, web_id).identity))
    more = [Depends(_item)] if controller in _WITH_ITEMS else []

    @router.get(f"/{controller}/{{web_id}}/security", dependencies=more)
    def rights(
        asked: Wanted,
        request: Request,
        web_id: WebId,
        identities: Annotated[list[str], Query(alias="userIdentity")],
        refresh: Annotated[bool, Query(alias="forceRefresh")] = False,  # noqa: ARG001  # rights never change here
    ) -> Response:
        owner = owner_of(asked, web_id)
        items = request.query_params.getlist("securityItem")
        if more and not items:
            raise PiError(400, "The parameter 'securityItem' is required.")
        links = {"Self": asked.link(controller, owner, "security"), "Owner": asked.link(controller, owner)}
        may = {f"Can{name}": name in _RIGHTS for name in _CAN} | {"HasAdmin": False, "Rights": list(_RIGHTS)}
        pairs = [(identity, item) for identity in identities for item in items or ["Default"]]
        found = [{"OwnerWebId": owner, "UserIdentity": who, "SecurityItem": what, **may, "Links": links} for who, what in pairs]
        return asked.answer({"Links": {}, "Items": found})

    def entry(asked: Asked, web_id: str) -> dict[str, Any]:
        to = (controller, owner_of(asked, web_id))
        links = {"Self": asked.link(*to, "securityentries", _ENTRY), "SecurableObject": asked.link(*to)}
        told = {"Name": _ENTRY, "SecurityIdentityName": _ENTRY, "AllowRights": list(_RIGHTS), "DenyRights": []}
        return {**told, "Links": links}

    @router.get(f"/{controller}/{{web_id}}/securityentries", dependencies=more)
    def entries(asked: Wanted, web_id: WebId, name: Annotated[str | None, Query(alias="nameFilter")] = None) -> Response:
        found = [one for one in [entry(asked, web_id)] if like(_ENTRY, name)]
        return asked.answer({"Links": {}, "Items": found})

    @router.get(f"/{controller}/{{web_id}}/securityentries/{{name}}", dependencies=more)
    def entry_by_name(asked: Wanted, web_id: WebId, name: str) -> Response:
        found = entry(asked, web_id)
        if name.casefold() != _ENTRY.casefold():
            raise PiError(404, f"The security entry was not found: '{name}'.")
        return asked.answer(found)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a list (startIndex, maxCount), and the address from which links to the other parts are made."""

    start: int
    most: int
    url: str = ""
    params: tuple[tuple[str, str], ...] = ()

    def links(self, total: int) -> dict[str, str]:
        """Give the links to a list's other parts; none where it has one part only."""
        if not self.most or (total <= self.most and not self.start):
            return {}
        last = max(0, (total - 1) // self.most * self.most)
        starts = {"First": 0, "Last": last}
        if self.start:
            starts["Previous"] = max(0, self.start - self.most)
        if self.start + self.most < total:
            starts["Next"] = self.start + self.most
        return {name: self._at(start) for name, start in starts.items()}

    def _at(self, start: int) -> str:
        query = urlencode([*self.params, ("startIndex", str(start)), ("maxCount", str(self.most))], quote_via=quote)
        return f"{self.url}?{query}"


def bounded(asked: Asked, name: str, given: int | None) -> int:
    """Give how many items are wanted. Raises PiError 400 for more than the server allows, and for less than none."""
    settings = asked.world.settings
    most = settings.page if given is None else given
    if most < 0:
        raise PiError(400, f"Parameter ({name}) must not be less than 0.")
    if most > settings.max_items:
        raise PiError(400, f"Parameter ({name}) is greater than the maximum allowed ({settings.max_items}).")
    return most


async def _span(
    request: Request,
    asked: Wanted,
    start: Annotated[int, Query(alias="startIndex")] = 0,
    most: Annotated[int | None, Query(alias="maxCount")] = None,
) -> Span:
    if start < 0:
        raise PiError(400, "Parameter (startIndex) must not be less than 0.")
    kept = tuple((name, text) for name, text in request.query_params.multi_items() if name.lower() not in _PAGING)
    address = f"{asked.base}{request.url.path[len(request.scope.get('root_path', '')) :].removeprefix('/piwebapi')}"
    return Span(start, bounded(asked, "maxCount", most), address, kept)


async def _first(asked: Wanted, most: Annotated[int | None, Query(alias="maxCount")] = None) -> Span:
    return Span(0, bounded(asked, "maxCount", most))


@dataclass(frozen=True, slots=True)
class Order:
    """How a list is sorted; `given` says whether the caller said so."""

    field: str = "Name"
    descending: bool = False
    given: bool = False


async def _order(
    field: Annotated[str | None, Query(alias="sortField")] = None,
    order: Annotated[str | None, Query(alias="sortOrder")] = None,
) -> Order:
    if (order or "ascending").lower() not in {"ascending", "descending"}:
        raise PiError(400, f"The parameter 'sortOrder' is invalid: '{order}'.")
    return Order(field or "Name", (order or "").lower() == "descending", field is not None or order is not None)


_PAGING = {"startindex", "maxcount"}
Spanned = Annotated[Span, Depends(_span)]
# For lists that take maxCount but no startIndex.
First = Annotated[Span, Depends(_first)]
Ordered = Annotated[Order, Depends(_order)]


def paged(asked: Asked, things: Iterable[Thing], span: Span, order: Order) -> Response:
    """Answer with a part of a list, sorted."""
    found, total = Page(span.start, span.most, order.field, order.descending).of(things)
    return asked.answer({"Links": span.links(total) if span.url else {}, "Items": objects(asked, found)})


def cut(asked: Asked, things: Iterable[Thing], span: Span) -> Response:
    """Answer with a part of a list that keeps its order; what comes after it is not looked at, so no link is to the last."""
    some = list(islice(things, span.start, span.start + span.most + 1))
    links = span.links(span.start + len(some)) if span.url else {}
    if len(some) > span.most:
        links.pop("Last", None)
    return asked.answer({"Links": links, "Items": objects(asked, some[: span.most])})


def multiple(
    asked: Asked,
    controller: str,
    web_ids: list[str] | None,
    paths: list[str] | None,
    mode: str,
    body: Callable[[Thing], dict[str, Any]],
) -> Response:
    """Answer with many objects, each by itself: 207 where any was not found, which then has an Exception."""
    modes = {"all": (True, True), "itemswithoutexception": (True, False), "itemswithexception": (False, True)}
    if mode.lower() not in modes:
        raise PiError(400, f"The parameter 'includeMode' is invalid: '{mode}'.")
    good, bad = modes[mode.lower()]
    items, failed = [], False
    asks = [("WebId", text, find) for text in web_ids or []] + [("Path", text, at_path) for text in paths or []]
    for kind, text, look_up in asks:
        item: dict[str, Any] = {"Identifier": text, "IdentifierType": kind}
        try:
            thing = look_up(asked, controller, text)
        except PiError as error:
            failed = True
            items += [{**item, "Exception": error.body}] if bad else []
        else:
            items += [{**item, "Object": body(thing)}] if good else []
    return asked.answer({"Links": {}, "Items": items}, 207 if failed else 200)


def database_of(asked: Asked, web_id: str | None) -> list[Thing]:
    """Give the database to search, or all of them."""
    return [find(asked, "assetdatabases", web_id)] if web_id else list(asked.world.assets.databases)


def same(text: str, other: str) -> bool:
    """Say whether two names are the same to PI."""
    return text.casefold() == other.casefold()
