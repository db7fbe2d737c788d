"""The asset model: asset servers, databases, the hierarchy of elements, attributes, templates, analyses, tables, units."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from .client import Call, selected
from .columns import Column, fields_of, plain, row_of, with_ids
from .paging import PAGE, items_of
from .reading import below

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .reading import Reading

INGESTED = Column("ingestion_timestamp", "timestamp", required=True)
_NAMED = (Column("name", source="Name"), Column("description", source="Description"), Column("path", source="Path"))
OBJECT = (Column("webid", source="WebId", required=True), *_NAMED)
IN_DATABASE = Column("assetdatabase_webid")
SERVERS = with_ids(
    (*OBJECT, Column("is_connected", "boolean", "IsConnected"), Column("server_version", source="ServerVersion")),
    "assetserver_id",
)
DATABASES = with_ids((*OBJECT, Column("assetserver_webid")), "assetdatabase_id")
HIERARCHY = with_ids(
    (
        Column("element_webid", source="WebId", required=True),
        *OBJECT,
        Column("element_type"),
        Column("template_name", source="TemplateName"),
        Column("parent_element_webid"),
        Column("depth", "long"),
        Column("has_children", "boolean", "HasChildren"),
        Column("category_names", "strings", "CategoryNames"),
        IN_DATABASE,
        INGESTED,
    )
)
_ATTRIBUTE = (
    *_NAMED,
    Column("type", source="Type"),
    Column("type_qualifier", source="TypeQualifier"),
    Column("default_units_name", source="DefaultUnitsName"),
    Column("data_reference_plugin", source="DataReferencePlugIn"),
    Column("config_string", source="ConfigString"),
    Column("is_configuration_item", "boolean", "IsConfigurationItem"),
    Column("category_names", "strings", "CategoryNames"),
)
ATTRIBUTES = with_ids(
    (
        Column("element_webid", required=True),
        Column("attribute_webid", source="WebId", required=True),
        *_ATTRIBUTE,
        INGESTED,
    )
)
TEMPLATES = with_ids(
    (
        *OBJECT,
        Column("instance_type", source="InstanceType"),
        Column("base_template", source="BaseTemplate"),
        Column("naming_pattern", source="NamingPattern"),
        Column("severity", source="Severity"),
        Column("can_be_acknowledged", "boolean", "CanBeAcknowledged"),
        Column("category_names", "strings", "CategoryNames"),
        IN_DATABASE,
    ),
    "elementtemplate_id",
)
TEMPLATE_ATTRIBUTES = with_ids(
    (
        Column("webid", source="WebId", required=True),
        *_ATTRIBUTE,
        Column("default_value"),
        Column("elementtemplate_webid"),
        IN_DATABASE,
    ),
    "attributetemplate_id",
)
CATEGORIES = with_ids((*OBJECT, Column("category_type"), IN_DATABASE), "category_id")
ANALYSES = with_ids(
    (
        *OBJECT,
        Column("analysis_template_name", source="TemplateName"),
        Column("target_element_webid", source="TargetWebId"),
        Column("status", source="Status"),
        Column("rule_plugin", source="AnalysisRulePlugInName"),
        Column("category_names", "strings", "CategoryNames"),
        IN_DATABASE,
    ),
    "analysis_id",
)
ANALYSIS_TEMPLATES = with_ids(
    (
        *OBJECT,
        Column("target_name", source="TargetName"),
        Column("rule_plugin", source="AnalysisRulePlugInName"),
        Column("category_names", "strings", "CategoryNames"),
        IN_DATABASE,
    ),
    "analysistemplate_id",
)
TABLES = with_ids(
    (*OBJECT, Column("time_zone", source="TimeZone"), Column("category_names", "strings", "CategoryNames"), IN_DATABASE),
    "table_id",
)
TABLE_ROWS = with_ids(
    (
        Column("table_webid", required=True),
        Column("row_index", "long", required=True),
        Column("columns", "map"),
        INGESTED,
    )
)
UNITS = with_ids(
    (
        Column("webid", source="WebId", required=True),
        Column("name", source="Name"),
        Column("abbreviation", source="Abbreviation"),
        Column("quantity_type"),
        Column("description", source="Description"),
        Column("factor", "double", "Factor"),
        Column("offset", "double", "Offset"),
        Column("reference_unit_abbreviation", source="ReferenceUnitAbbreviation"),
    ),
    "unit_id",
)
_CATEGORY_LISTS = ("analysiscategories", "attributecategories", "elementcategories", "tablecategories")
# Searches of templates take maxCount but no startIndex: all are asked for at once, by the field that they must name.
_SEARCH = ("field", "Name")
_MOST_LISTED = 20_000  # items of all lists of a batch


def listed(reading: Reading, path: str, columns: Sequence[Column], *params: tuple[str, str]) -> list[dict[str, Any]]:
    """Give the items of a list that comes at once."""
    return items_of(reading.client.get(path, *params, selected(*fields_of(columns))), path)


def servers(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_assetservers."""
    yield from (row_of(SERVERS, item) for item in listed(reading, "/assetservers", SERVERS))


def databases(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_assetdatabases: those of all servers."""
    for server in servers(reading):
        for item in listed(reading, below("assetservers", server["webid"], "assetdatabases"), DATABASES):
            yield row_of(DATABASES, item, assetserver_webid=server["webid"])


def database_webids(reading: Reading) -> list[str]:
    """Give the databases to read: `assetdatabase_webid` (several by commas), else all."""
    if given := reading.texts.listed("assetdatabase_webid"):
        return given
    listed = list(databases(reading))
    reading.names |= {row["webid"]: (row["name"] or "", row["path"] or "") for row in listed}
    return [row["webid"] for row in listed]


def hierarchy(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_af_hierarchy: every element once, with its depth below the database (0) and its parent.

    PI Web API tells no type of an element: `element_type` is the template's name where the server sends none. A child may come
    pages before its parent, so where the elements fill a page, those that have children are listed first.
    """
    for database in database_webids(reading):
        found = elements(reading, database, *fields_of(HIERARCHY), "ElementType")
        some = list(islice(found, PAGE))
        some_parents = some if len(some) < PAGE else elements(reading, database, "WebId", "Path", "HasChildren")
        parents = {item["Path"]: item["WebId"] for item in some_parents if item.get("HasChildren") is not False}
        for item in chain(some, found):
            above, _, _ = item["Path"].rpartition("\\")
            yield row_of(
                HIERARCHY,
                item,
                element_type=item.get("ElementType") or item.get("TemplateName"),
                parent_element_webid=parents.get(above),
                depth=_depth(item["Path"]),
                assetdatabase_webid=database,
                ingestion_timestamp=reading.ingested,
            )


def elements(reading: Reading, database: str, *fields: str) -> Iterator[dict[str, Any]]:
    """Give every element of a database, by pages of one search rather than a request for each element."""
    return reading.pages(below("assetdatabases", database, "elements"), fields, ("searchFullHierarchy", "true"))


def _depth(path: str) -> int:
    r"""Give how many elements are above `\\server\database\A\B`: 1."""
    return max(path.lstrip("\\").count("\\") - 2, 0)


def element_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_element_attributes: of `element_webids`, else of every element, a page of them at a time."""
    if given := reading.texts.listed("element_webids"):
        webids = iter(given)
    else:
        webids = (item["WebId"] for database in database_webids(reading) for item in elements(reading, database, "WebId"))
    while some := list(islice(webids, PAGE)):
        yield from attribute_rows(reading, "elements", some, ATTRIBUTES, "element_webid")


def attribute_rows(
    reading: Reading, kind: str, webids: Sequence[str], columns: Sequence[Column], owner: str
) -> Iterator[dict[str, Any]]:
    """Give the attributes of many objects (`kind`: elements, eventframes), nested ones too; batches for the first pages."""
    for webid, items in _lists(reading, (kind, "attributes"), webids, fields_of(columns), ("searchFullHierarchy", "true")):
        for item in items:
            yield row_of(columns, item, **{owner: webid}, ingestion_timestamp=reading.ingested)


def _lists(
    reading: Reading, place: tuple[str, str], webids: Sequence[str], fields: tuple[str, ...], *params: tuple[str, str]
) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    """Give a list below each of many objects: batches for the first pages, requests of its own for a list that has more.

    place: what the objects are, and the list's name; objects that are forbidden or gone are reported.
    """
    kind, name = place
    most = max(1, min(PAGE, _MOST_LISTED // reading.client.settings.parts_per_batch))
    asked = (*params, ("maxCount", str(most)), selected(*fields))
    for webid, body in reading.each(webids, [Call(below(kind, webid, name), asked) for webid in webids]):
        items = items_of(body, f"/{kind}/{name}")
        if len(items) >= most or (body.get("Links") or {}).get("Next"):
            yield webid, reading.pages(below(kind, webid, name), fields, *params)
        else:
            yield webid, items


def templates(reading: Reading, *, of_events: bool | None) -> Iterator[dict[str, Any]]:
    """Give the templates of elements, or those of event frames, of all databases; None: of both."""
    for database in database_webids(reading):
        most = ("maxCount", str(reading.client.settings.most_items))
        path = below("assetdatabases", database, "elementtemplates")
        for item in listed(reading, path, TEMPLATES, _SEARCH, most):
            if of_events in {None, item.get("InstanceType") == "EventFrame"}:
                yield row_of(TEMPLATES, item, assetdatabase_webid=database)


def element_templates(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_element_templates."""
    return templates(reading, of_events=False)


def template_attributes(reading: Reading, *, of_events: bool | None) -> Iterator[dict[str, Any]]:
    """Give the attributes of templates, inherited ones left to the template that has them; None: of all templates."""
    database = {row["webid"]: row["assetdatabase_webid"] for row in templates(reading, of_events=of_events)}
    fields = (*fields_of(TEMPLATE_ATTRIBUTES), "DefaultValue")
    place = ("elementtemplates", "attributetemplates")
    for webid, items in _lists(reading, place, list(database), fields, ("showDescendants", "true")):
        for item in items:
            more = {"elementtemplate_webid": webid, "assetdatabase_webid": database[webid]}
            yield row_of(TEMPLATE_ATTRIBUTES, item, default_value=plain(item.get("DefaultValue")), **more)


def element_template_attributes(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_element_template_attributes."""
    return template_attributes(reading, of_events=False)


def attribute_templates(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_attribute_templates: those of elements and of event frames."""
    return template_attributes(reading, of_events=None)


def categories(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_categories: of analyses, attributes, elements and tables."""
    for database in database_webids(reading):
        for kind in _CATEGORY_LISTS:
            for item in listed(reading, below("assetdatabases", database, kind), CATEGORIES):
                yield row_of(CATEGORIES, item, category_type=kind.removesuffix("categories"), assetdatabase_webid=database)


def analyses(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_analyses."""
    for database in database_webids(reading):
        path = below("assetdatabases", database, "analyses")
        for item in reading.pages(path, fields_of(ANALYSES), _SEARCH):
            yield row_of(ANALYSES, item, assetdatabase_webid=database)


def analysis_templates(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_analysis_templates."""
    most = ("maxCount", str(reading.client.settings.most_items))
    for database in database_webids(reading):
        path = below("assetdatabases", database, "analysistemplates")
        for item in listed(reading, path, ANALYSIS_TEMPLATES, _SEARCH, most):
            yield row_of(ANALYSIS_TEMPLATES, item, assetdatabase_webid=database)


def tables(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_af_tables."""
    for database in database_webids(reading):
        for item in listed(reading, below("assetdatabases", database, "tables"), TABLES):
            yield row_of(TABLES, item, assetdatabase_webid=database)


def table_rows(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_af_table_rows: the rows of `table_webids`, else of all tables, numbered from 0 in the server's order."""
    webids = reading.texts.listed("table_webids") or [row["webid"] for row in tables(reading)]
    fields = selected("Columns", "Rows", items=False)
    for table in webids:  # each by itself: a table comes whole
        for webid, body in reading.each([table], [Call(below("tables", table, "data"), (fields,))]):
            for number, row in enumerate(body.get("Rows") or []):
                cells = {name: plain(cell) for name, cell in row.items()}
                more = {"columns": cells, "ingestion_timestamp": reading.ingested}
                yield row_of(TABLE_ROWS, {}, table_webid=webid, row_index=number, **more)


def units(reading: Reading) -> Iterator[dict[str, Any]]:
    """Read pi_units_of_measure: the units of all classes, of which `quantity_type` is the name."""
    for server in servers(reading):
        classes = listed(reading, below("assetservers", server["webid"], "unitclasses"), OBJECT)
        names = {item["WebId"]: item.get("Name") for item in classes}
        calls = [Call(below("unitclasses", webid, "units"), (selected(*fields_of(UNITS)),)) for webid in names]
        for webid, body in reading.each(list(names), calls):
            # The Swagger has one unit as the answer, where servers send a list.
            for item in items_of(body if "Items" in body else {"Items": [body]}, "/unitclasses/units"):
                yield row_of(UNITS, item, quantity_type=names[webid])
