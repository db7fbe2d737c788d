"""What the controllers of the asset model share: objects by WebID and path, pages with their links, rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from ..assets.kinds import Kind
from ..assets.objects import Thing, body_of
from ..assets.world import AssetWorld
from ..errors import PiError
from ..request_context import RequestContext, Wanted
from ..search.lists import Order, like, same
from ..search.objects import Described, described_by
from ..search.scene import Known, Scene
from ..streams.parameters import one_of
from .multiple import Multiple, answer_multiple
from .paging import Page

WebId = Annotated[str, Path()]
ObjectPath = Annotated[str, Query(alias="path")]
_WITH_ITEMS = {"assetservers", "assetdatabases"}
_ENTRY = "SIM\\Readers"
_RIGHTS = ("Read", "ReadData")
_CAN = ("Annotate", "Delete", "Execute", "Read", "ReadData", "Subscribe", "SubscribeOthers", "Write", "WriteData")


def find(asked: RequestContext, controller: str, web_id: str) -> Thing:
    """Give a controller's object by its WebID. Raises PiError 404 where nothing has it."""
    found = asked.assets.find(web_id, asked.now, controller)
    if found is None:
        raise PiError(404, f"The specified object was not found in '{controller}', or is not accessible: '{web_id}'.")
    return found


def associations(names: str, known: set[str]) -> frozenset[str]:
    """Give what is asked for along with objects, in small letters. Raises PiError 400 for what is not `known`."""
    wanted = frozenset(name.lower() for name in names.split(";") if name)
    if wanted - known:
        raise PiError(400, f"The parameter 'associations' is invalid: '{names}'.")
    return wanted


def at_path(asked: RequestContext, controller: str, path: str) -> Thing:
    """Give a controller's object by its path. Raises PiError 404 where nothing has it."""
    found = asked.assets.at_path(path, asked.now, controller)
    if found is None:
        raise PiError(404, f"The specified path was not found: '{path}'.")
    return found


def objects(asked: RequestContext, things: Iterable[Thing]) -> list[dict[str, Any]]:
    """Give the bodies of a list's items."""
    wanted = asked.fields.of("Items")
    return [body_of(one, asked, wanted) for one in things]


def listed(asked: RequestContext, things: Iterable[Thing]) -> Response:
    """Answer with a list that comes at once."""
    return asked.answer({"Links": {}, "Items": objects(asked, things)})


def one(asked: RequestContext, thing: Thing) -> Response:
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


def secured(router: APIRouter, controller: str, look_up: Callable[[RequestContext, str], str] | None = None) -> None:
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
        links = {"Self": asked.link(controller, owner, "security"), "Owner": asked.link(controller, owner)}
        may = {f"Can{name}": name in _RIGHTS for name in _CAN} | {"HasAdmin": False, "Rights": list(_RIGHTS)}
        pairs = [(identity, item) for identity in identities for item in items or ["Default"]]
        found = [{"OwnerWebId": owner, "UserIdentity": who, "SecurityItem": what, **may, "Links": links} for who, what in pairs]
        return asked.answer({"Links": {}, "Items": found})

    def entry(asked: RequestContext, web_id: str) -> dict[str, Any]:
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
        if not same(name, _ENTRY):
            raise PiError(404, f"The security entry was not found: '{name}'.")
        return asked.answer(found)


async def _order(
    field: Annotated[str | None, Query(alias="sortField")] = None,
    order: Annotated[str | None, Query(alias="sortOrder")] = None,
) -> Order:
    descending = one_of("sortOrder", order or "Ascending", ("Ascending", "Descending")) == "Descending"
    return Order(field or "Name", descending, field is not None or order is not None)


Ordered = Annotated[Order, Depends(_order)]


def lists(router: APIRouter, controller: str, word: str, of: Callable[[AssetWorld, Thing], Iterable[Thing]]) -> None:
    """Have a controller list at once, under a word, what there is `of` an object."""

    @router.get(f"/{controller}/{{web_id}}/{word}")
    def all_of_them(asked: Wanted, web_id: WebId) -> Response:
        return listed(asked, of(asked.assets, find(asked, controller, web_id)))


def none(_assets: AssetWorld, _thing: Thing) -> tuple[Thing, ...]:
    """Give nothing, for lists of what there is none of here."""
    return ()


def paged(asked: RequestContext, things: Iterable[Thing], page: Page, order: Order) -> Response:
    """Answer with a part of a list, sorted."""
    found = order.of(things)
    return asked.answer({"Links": page.links(len(found)), "Items": objects(asked, page.of(found))})


def cut(asked: RequestContext, things: Iterable[Thing], page: Page) -> Response:
    """Answer with a part of a list that keeps its order; what comes after it is not looked at, so no link is to the last."""
    some = list(islice(things, page.start, page.start + page.most + 1))
    links = page.links(page.start + len(some))
    if len(some) > page.most:
        links.pop("Last", None)
    return asked.answer({"Links": links, "Items": objects(asked, some[: page.most])})


def multiple(asked: RequestContext, controller: str, several: Multiple, body: Callable[[Thing], dict[str, Any]]) -> Response:
    """Answer with many of a controller's objects, each by itself."""
    return answer_multiple(
        asked,
        several,
        lambda web_id: body(find(asked, controller, web_id)),
        lambda path: body(at_path(asked, controller, path)),
    )


def _databases(asked: Wanted, web_id: Annotated[str | None, Query(alias="databaseWebId")] = None) -> list[Thing]:
    return [find(asked, "assetdatabases", web_id)] if web_id else list(asked.assets.databases)


# What a search looks through.
Databases = Annotated[list[Thing], Depends(_databases)]


def describing(known: Known) -> Any:
    """Give the dependency that reads what a search for a kind of objects looks for."""

    def read(asked: Wanted, databases: Databases, query: Annotated[str | None, Query()] = None) -> Described:
        return described_by(query, known, Scene(asked.world, tuple(one.number for one in databases), asked.now))

    return Depends(read)


def described(asked: RequestContext, things: Iterable[Thing], page: Page, wanted: Described) -> Response:
    """Answer with those of some things that a query describes, in their order or in the one that it names."""
    found = (one for one in things if wanted.fits(one))
    return paged(asked, found, page, wanted.order) if wanted.order.given else cut(asked, found, page)
