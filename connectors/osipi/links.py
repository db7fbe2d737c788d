"""Links: which addresses the server gives for what it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .assets import database_webids, servers
from .columns import Column, row_of, with_ids
from .paging import items_of, pages
from .points import dataservers
from .reading import below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reading

LINKS = with_ids(
    (
        Column("entity_type", required=True),
        Column("webid", required=True),
        Column("rel", required=True),
        Column("href"),
    ),
    "entity_id",
)
_FIELDS = ("selectedFields", "Items.WebId;Items.Links;Items.WebException;WebException;Links")


def links(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_links: of data servers, points, asset servers, databases and elements."""
    filters = [("nameFilter", text)] if (text := reading.texts.text("nameFilter")) else []
    yield from _rows("dataserver", items_of(reading.client.get("/dataservers", _FIELDS), "/dataservers"))
    for row in dataservers(reading):
        yield from _rows("point", pages(reading.client, below("dataservers", row["webid"], "points"), *filters, _FIELDS))
    yield from _rows("assetserver", items_of(reading.client.get("/assetservers", _FIELDS), "/assetservers"))
    for row in servers(reading):
        path = below("assetservers", row["webid"], "assetdatabases")
        yield from _rows("assetdatabase", items_of(reading.client.get(path, _FIELDS), path))
    for database in database_webids(reading):
        path = below("assetdatabases", database, "elements")
        yield from _rows("element", pages(reading.client, path, ("searchFullHierarchy", "true"), _FIELDS))


def _rows(kind: str, items: Any) -> Iterator[dict[str, Any]]:
    for item in items:
        for rel, href in (item.get("Links") or {}).items():
            yield row_of(LINKS, {}, entity_type=kind, webid=item["WebId"], rel=rel, href=href)
