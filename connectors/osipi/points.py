"""Data servers, their points, the points' attributes, and which types of points there are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .client import Call, selected
from .columns import Column, fields_of, plain, row_of, with_ids
from .paging import items_of
from .problems import PiError
from .reading import below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reading

DATASERVERS = with_ids(
    (
        Column("webid", source="WebId", required=True),
        Column("name", source="Name"),
        Column("path", source="Path"),
        Column("is_connected", "boolean", "IsConnected"),
        Column("server_version", source="ServerVersion"),
        Column("server_time", "timestamp", "ServerTime"),
    ),
    "dataserver_id",
)
POINTS = (
    Column("webid", source="WebId", required=True),
    Column("name", source="Name"),
    Column("descriptor", source="Descriptor"),
    Column("engineering_units", source="EngineeringUnits"),
    Column("path", source="Path"),
    Column("point_id", "long", "Id"),
    Column("point_class", source="PointClass"),
    Column("point_type", source="PointType"),
    Column("digital_set_name", source="DigitalSetName"),
    Column("span", "double", "Span"),
    Column("zero", "double", "Zero"),
    Column("step", "boolean", "Step"),
    Column("future", "boolean", "Future"),
    Column("display_digits", "long", "DisplayDigits"),
    Column("dataserver_webid"),
    Column("tag_id", id_of="webid"),
    Column("dataserver_id", id_of="dataserver_webid"),
)
POINT_ATTRIBUTES = (
    Column("point_webid", required=True),
    Column("name", source="Name", required=True),
    Column("value"),
    Column("type"),
    Column("ingestion_timestamp", "timestamp", required=True),
    Column("tag_id", id_of="point_webid"),
)
POINT_TYPES = (
    Column("point_type", required=True),
    Column("engineering_units", required=True),
    Column("count_points", "long"),
)
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array"}


def dataservers(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_dataservers."""
    for item in items_of(reading.client.get("/dataservers", selected(*fields_of(DATASERVERS))), "/dataservers"):
        yield row_of(DATASERVERS, item)


def points(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_points: those of all data servers, or of `dataserver_webid`; `nameFilter` chooses among them.

    Raises PiError where there is none.
    """
    filters = [("nameFilter", text)] if (text := reading.texts.text("nameFilter")) else []
    wanted = reading.texts.text("dataserver_webid")
    found = False
    for server in [wanted] if wanted else [row["webid"] for row in dataservers(reading)]:
        for item in reading.pages(below("dataservers", server, "points"), fields_of(POINTS), *filters):
            found = True
            yield row_of(POINTS, item, dataserver_webid=server)
    if not found:  # PI leaves out what an account may not see, so one that lost its rights looks like an empty server
        match = f" that matches the nameFilter {text!r}" if text else ""
        raise PiError(0, f"no point is visible{match}: look at nameFilter, dataserver_webid and what the account may read")


def tag_webids(reading: Reading) -> list[str]:
    """Give the tags to read: those of `tag_webids`, else all points that `nameFilter` lets through, as they were listed once.

    Listing 100,000 points takes 100 requests.
    """
    if given := reading.texts.listed("tag_webids"):
        return given
    which = reading.texts.text("nameFilter"), reading.texts.text("dataserver_webid")
    if which not in reading.listed:
        listed = []
        for row in points(reading):
            listed.append(row["webid"])
            reading.names[row["webid"]] = row["name"] or "", row["path"] or ""
        reading.listed[which] = listed
    return reading.listed[which]


def point_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_point_attributes of the tags, one batch for many points."""
    webids = reading.texts.listed("point_webids") or tag_webids(reading)
    calls = [Call(below("points", webid, "attributes"), (selected("Name", "Value"),)) for webid in webids]
    for webid, body in reading.each(webids, calls):
        for item in items_of(body, "/points/attributes"):
            value = item.get("Value")
            kind = None if value is None else _TYPES[type(value)]
            more = {"value": plain(value), "type": kind, "ingestion_timestamp": reading.ingested}
            yield row_of(POINT_ATTRIBUTES, item, point_webid=webid, **more)
    reading.refuse_if_none(len(webids))


def point_types(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_point_type_catalog: how many points there are of each type and unit."""
    counts = Counter((row["point_type"] or "", row["engineering_units"] or "") for row in points(reading))
    for (kind, units), count in sorted(counts.items()):
        yield {"point_type": kind, "engineering_units": units, "count_points": count}
