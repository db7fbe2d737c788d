"""Security identities and mappings, and who is notified of what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.objects import Thing
from ..assets.people import People
from ..request_context import Wanted
from ..search.objects import Described, described_by
from ..search.scene import Scene
from .assets import Searched
from .assets_common import Databases, Ordered, WebId, described, describing, find, listed, lists, none, own, paged
from .paging import FirstPage, Paged

router = APIRouter()


@router.get("/notificationrules/search")
def rules(
    asked: Wanted, page: Paged, databases: Databases, wanted: Annotated[Described, describing("notifications")]
) -> Response:
    """List the rules that a query describes, which are all of the first database."""
    return described(asked, _first(databases, asked.assets.people.rules), page, wanted)


@router.get("/notificationruletemplates/search")
def rule_templates(
    asked: Wanted, page: Paged, databases: Databases, wanted: Annotated[Described, describing("notifications")]
) -> Response:
    """List the templates of rules that a query describes, which are all of the first database."""
    return described(asked, _first(databases, asked.assets.people.rule_templates), page, wanted)


def _first(databases: list[Thing], things: tuple[Thing, ...]) -> tuple[Thing, ...]:
    return things if any(not one.number for one in databases) else ()


@router.get("/notificationcontacttemplates/search")
def contacts(
    asked: Wanted,
    page: Paged,
    server: Annotated[str | None, Query(alias="assetServerWebId")] = None,
    query: Annotated[str | None, Query()] = None,
) -> Response:
    """List the contacts that a query describes."""
    if server:
        find(asked, "assetservers", server)
    wanted = described_by(query, "notifications", Scene(asked.world, (), asked.now))
    return described(asked, asked.assets.people.contacts, page, wanted)


for kind in (kinds.SECURITY_IDENTITY, kinds.SECURITY_MAPPING, kinds.CONTACT_TEMPLATE, kinds.DELIVERY_PLUGIN):
    own(router, kind)
for kind in (kinds.NOTIFICATION_RULE, kinds.NOTIFICATION_RULE_TEMPLATE, kinds.SUBSCRIBER):
    own(router, kind)
lists(router, "assetservers", "notificationcontacttemplates", lambda assets, _: assets.people.contacts)
lists(router, "assetservers", "notificationplugins", lambda assets, _: assets.people.channels)
lists(router, "elements", "notificationrules", lambda assets, thing: assets.people.rules_of(thing))
lists(router, "elementtemplates", "notificationruletemplates", lambda assets, thing: assets.people.rules_of(thing))
lists(router, "notificationcontacttemplates", "notificationcontacttemplates", none)
lists(router, "notificationrules", "notificationrulesubscribers", lambda assets, _: assets.people.subscribers)
lists(router, "notificationruletemplates", "notificationrulesubscribers", none)
lists(router, "notificationrulesubscribers", "notificationrulesubscribers", none)


def _secured(word: str, of: Callable[[People], tuple[Thing, ...]]) -> None:
    @router.get(f"/assetservers/{{web_id}}/{word}")
    def of_server(
        asked: Wanted,
        web_id: WebId,
        page: FirstPage,
        order: Ordered,
        wanted: Searched,
        identities: Annotated[list[str] | None, Query(alias="userIdentity")] = None,  # noqa: ARG001  # everybody has all
    ) -> Response:
        find(asked, "assetservers", web_id)
        return paged(asked, wanted.of(of(asked.assets.people)), page, order)


_secured("securityidentities", lambda people: people.identities)
_secured("securitymappings", lambda people: people.mappings)


@router.get("/securityidentities/{web_id}/securitymappings")
def mappings(asked: Wanted, web_id: WebId) -> Response:
    """List the accounts that are an identity."""
    number = find(asked, "securityidentities", web_id).number
    return listed(asked, asked.assets.people.mappings[number : number + 1])
