"""OSI PI's connector reads all of its tables from the simulator; those of the asset model are what the pure world says."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.assets import kinds
from apps.pi_simulator.assets.designs import TABLES
from apps.pi_simulator.assets.elements import above, path_of
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.tables import rows as table_rows
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.events.frames import phases
from apps.pi_simulator.events.objects import annotation_id
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.times import NEVER_ENDS, SECOND, ticks_of, written
from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.catalogue import BY_NAME, CATALOGUE
from connectors.osipi.tables import TABLES as CONNECTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apps.pi_simulator.assets.objects import Thing
    from apps.pi_simulator.events.frames import Frame
    from apps.pi_simulator.webids import Identity

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW = ticks_of(NOON)
DAY = 86400 * SECOND
TAGS = 20
WORLD = AssetWorld(Plant(1, TAGS))
EVENT_FRAMES = ("pi_event_frames", "pi_eventframe_referenced_elements")
OPTIONS = {"lookback_days": "0.25", "lookback_minutes": "5"}

Row = dict[str, Any]


@pytest.fixture(scope="module")
def connector() -> Iterator[OsipiLakeflowConnect]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        with served(create_app(Settings(tags=TAGS, clock=lambda: NOW, strict=True))) as url:
            yield _connector(url)


def _connector(url: str) -> OsipiLakeflowConnect:
    made = OsipiLakeflowConnect({"pi_base_url": url + "/piwebapi", "max_tries": "1"})
    made.clock = lambda: NOON
    return made


def _read(connector: OsipiLakeflowConnect, table: str) -> list[Row]:
    rows, _ = connector.read_table(table, None, OPTIONS)
    found = [{name: cell for name, cell in row.items() if name != "ingestion_timestamp"} for row in rows]
    # Of tags that are no numbers there are no averages; all else can be read.
    assert [one for one in connector.problems if "not numeric" not in one.message] == []
    return found


IDS: dict[str | None, str] = {}  # of each Full WebID that the world told, the one that stays when things are renamed


def _id(thing: Thing) -> str:
    return _full(thing.identity)


def _full(identity: Identity) -> str:
    full = identity.web_id()
    IDS[full] = identity.web_id("IDOnly")
    return full


def _with_ids(table: str, row: Row) -> Row:
    """Give a row with the ids that belong to its WebIDs."""
    ids = {one.name: row[one.id_of] for one in CONNECTED[table].columns if one.id_of}
    return row | {
        name: [IDS[webid] for webid in webids] if isinstance(webids, list) else webids and IDS[webids]
        for name, webids in ids.items()
    }


def _object(thing: Thing) -> Row:
    return {"webid": _id(thing), "name": thing.name, "description": thing.description, "path": thing.path}


def _databases() -> list[tuple[int, str]]:
    return [(one.number, _id(one)) for one in WORLD.databases]


def _plain(value: Any) -> str | None:
    """A value as untyped columns hold it: a text as it is, a state's name, all else as JSON."""
    if isinstance(value, dict):
        return str(value["Name"])
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def asset_servers() -> Iterator[Row]:
    server = WORLD.server(NOW)
    yield {**_object(server), "is_connected": True, "server_version": server.fields["ServerVersion"]}


def asset_databases() -> Iterator[Row]:
    for one in WORLD.databases:
        yield {**_object(one), "assetserver_webid": _id(WORLD.server(NOW))}


def hierarchy() -> Iterator[Row]:
    for number, database in _databases():
        for place in WORLD.elements(number):
            thing, parent = WORLD.element(place), above(place)
            yield {
                **_object(thing),
                "element_webid": _id(thing),
                "element_type": thing.fields["TemplateName"],
                "template_name": thing.fields["TemplateName"],
                "parent_element_webid": _id(WORLD.element(parent)) if parent else None,
                "depth": path_of(WORLD.plant, place).count("\\") - 4,
                "has_children": thing.fields["HasChildren"],
                "category_names": list(thing.fields["CategoryNames"]),
                "assetdatabase_webid": database,
            }


def _attribute(thing: Thing) -> Row:
    fields = thing.fields
    return {
        "name": thing.name,
        "description": thing.description,
        "path": thing.path,
        "type": fields["Type"],
        "type_qualifier": fields["TypeQualifier"],
        "default_units_name": fields["DefaultUnitsName"],
        "data_reference_plugin": fields["DataReferencePlugIn"],
        "config_string": fields["ConfigString"],
        "is_configuration_item": fields["IsConfigurationItem"],
        "category_names": list(fields["CategoryNames"]),
    }


def _attributes(owners: Iterable[Thing], column: str) -> Iterator[Row]:
    for owner in owners:
        for one in WORLD.attributes_of(owner, NOW):
            if not one.thing.fields["IsHidden"]:
                yield {**_attribute(one.thing), column: _id(owner), "attribute_webid": _id(one.thing)}


def element_attributes() -> Iterator[Row]:
    elements = (WORLD.element(place) for number, _ in _databases() for place in WORLD.elements(number))
    return _attributes(elements, "element_webid")


def _templates(instance: str) -> Iterator[Row]:
    for number, database in _databases():
        for one in WORLD.libraries[number].templates:
            fields = one.fields
            if fields["InstanceType"] == instance:
                yield {
                    **_object(one),
                    "instance_type": instance,
                    "base_template": fields["BaseTemplate"],
                    "naming_pattern": fields["NamingPattern"],
                    "severity": fields["Severity"],
                    "can_be_acknowledged": fields["CanBeAcknowledged"],
                    "category_names": list(fields["CategoryNames"]),
                    "assetdatabase_webid": database,
                }


def _template_attributes(*instances: str) -> Iterator[Row]:
    for number, database in _databases():
        library = WORLD.libraries[number]
        for template, attributes in zip(library.templates, library.attribute_templates, strict=True):
            for one in attributes if template.fields["InstanceType"] in instances else ():
                yield {
                    **_attribute(one),
                    "webid": _id(one),
                    "default_value": _plain(one.fields["DefaultValue"]),
                    "elementtemplate_webid": _id(template),
                    "assetdatabase_webid": database,
                }


def categories() -> Iterator[Row]:
    for number, database in _databases():
        library = WORLD.libraries[number]
        for name, kind in (
            ("analysis", kinds.ANALYSIS_CATEGORY),
            ("attribute", kinds.ATTRIBUTE_CATEGORY),
            ("element", kinds.ELEMENT_CATEGORY),
            ("table", kinds.TABLE_CATEGORY),
        ):
            for one in library.categories[kind]:
                yield {**_object(one), "category_type": name, "assetdatabase_webid": database}


def analyses() -> Iterator[Row]:
    for number, database in _databases():
        for one in WORLD.analyses(number):
            yield {
                **_object(one),
                "analysis_template_name": one.fields["TemplateName"],
                "target_element_webid": _full(one.fields["TargetWebId"]),
                "status": one.fields["Status"],
                "rule_plugin": one.fields["AnalysisRulePlugInName"],
                "category_names": list(one.fields["CategoryNames"]),
                "assetdatabase_webid": database,
            }


def analysis_templates() -> Iterator[Row]:
    for one in WORLD.libraries[0].analysis_templates:
        if one.kind is kinds.ANALYSIS_TEMPLATE:
            yield {
                **_object(one),
                "target_name": one.fields["TargetName"],
                "rule_plugin": one.fields["AnalysisRulePlugInName"],
                "category_names": list(one.fields["CategoryNames"]),
                "assetdatabase_webid": _id(WORLD.databases[0]),
            }


def tables() -> Iterator[Row]:
    for number, database in _databases():
        for one in WORLD.libraries[number].tables:
            names = list(one.fields["CategoryNames"])
            yield {
                **_object(one),
                "time_zone": one.fields["TimeZone"],
                "category_names": names,
                "assetdatabase_webid": database,
            }


def rows_of_tables() -> Iterator[Row]:
    for library in WORLD.libraries:
        for one, design in zip(library.tables, library.table_designs, strict=True):
            for number, row in enumerate(table_rows(WORLD.plant, design)):
                cells = {name: _plain(cell) for name, cell in row.items()}
                yield {"table_webid": _id(one), "row_index": number, "columns": cells}


def units() -> Iterator[Row]:
    for of_class, some in zip(WORLD.unit_classes, WORLD.units, strict=True):
        for one in some:
            yield {
                "webid": _id(one),
                "name": one.name,
                "abbreviation": one.fields["Abbreviation"],
                "quantity_type": of_class.name,
                "description": one.description,
                "factor": one.fields["Factor"],
                "offset": one.fields["Offset"],
                "reference_unit_abbreviation": one.fields["ReferenceUnitAbbreviation"],
            }


def _frames() -> Iterator[tuple[Frame, Thing]]:
    """The frames of the last six hours and their phases."""
    for whole in WORLD.events(NOW - DAY // 4, NOW, NOW):
        for one in (whole, *phases(whole)):
            if one.there <= NOW and one.seen_end(NOW) >= NOW - DAY // 4:
                yield one, WORLD.event(one, NOW)


def _instant(ticks: int) -> str:
    text = written(ticks).rstrip("Z")
    head, _, fraction = text.partition(".")
    return f"{head}.{fraction[:6]}Z" if fraction else f"{head}Z"


def _end(frame: Frame) -> str:
    return "9999-12-31T00:00:00Z" if frame.seen_end(NOW) == NEVER_ENDS else _instant(frame.end)


def event_frames() -> Iterator[Row]:
    for frame, thing in _frames():
        fields = thing.fields
        elements = [_full(one) for one in fields["RefElementWebIds"]]
        values = {one.thing.name: _plain(one.value) for one in WORLD.attributes_of(thing, NOW)}
        yield {
            **_object(thing),
            "event_frame_webid": _id(thing),
            "template_name": fields["TemplateName"],
            "start_time": _instant(frame.start),
            "end_time": _end(frame),
            "is_running": frame.seen_end(NOW) == NEVER_ENDS,
            "primary_referenced_element_webid": elements[0] if elements else None,
            "attributes": values,
            "severity": fields["Severity"],
            "can_be_acknowledged": fields["CanBeAcknowledged"],
            "is_acknowledged": fields["IsAcknowledged"],
            "acknowledged_by": fields["AcknowledgedBy"],
            "is_annotated": fields["IsAnnotated"],
            "category_names": list(fields["CategoryNames"]),
            "referenced_element_webids": elements,
            "assetdatabase_webid": _id(WORLD.databases[0]),
        }


def frame_attributes() -> Iterator[Row]:
    return _attributes((thing for _, thing in _frames()), "event_frame_webid")


def referenced_elements() -> Iterator[Row]:
    for frame, thing in _frames():
        for nth, element in enumerate(thing.fields["RefElementWebIds"]):
            yield {
                "event_frame_webid": _id(thing),
                "element_webid": _full(element),
                "is_primary": nth == 0,
                "start_time": _instant(frame.start),
                "end_time": _end(frame),
            }


def acknowledgements() -> Iterator[Row]:
    for frame, thing in _frames():
        if frame.acknowledged <= NOW:
            date = _instant(frame.acknowledged)
            told = {"ack_id": date, "acknowledged_by": frame.operator, "acknowledged_date": date}
            yield {"event_frame_webid": _id(thing), **told}


def notes() -> Iterator[Row]:
    for frame, thing in _frames():
        for note in frame.notes(NOW):
            yield {
                "event_frame_webid": _id(thing),
                "annotation_id": annotation_id(note, frame),
                "name": f"Note {note.number + 1}",
                "description": "",
                "creator": note.creator,
                "creation_date": _instant(note.created),
                "modifier": note.creator,
                "modify_date": _instant(note.modified if note.modified <= NOW else note.created),
            }


TRUTH: dict[str, Callable[[], Iterator[Row]]] = {
    "pi_assetservers": asset_servers,
    "pi_assetdatabases": asset_databases,
    "pi_af_hierarchy": hierarchy,
    "pi_element_attributes": element_attributes,
    "pi_element_templates": lambda: _templates("Element"),
    "pi_element_template_attributes": lambda: _template_attributes("Element"),
    "pi_attribute_templates": lambda: _template_attributes("Element", "EventFrame"),
    "pi_categories": categories,
    "pi_analyses": analyses,
    "pi_analysis_templates": analysis_templates,
    "pi_af_tables": tables,
    "pi_af_table_rows": rows_of_tables,
    "pi_units_of_measure": units,
    "pi_event_frames": event_frames,
    "pi_eventframe_attributes": frame_attributes,
    "pi_eventframe_templates": lambda: _templates("EventFrame"),
    "pi_eventframe_template_attributes": lambda: _template_attributes("EventFrame"),
    "pi_eventframe_referenced_elements": referenced_elements,
    "pi_eventframe_acknowledgements": acknowledgements,
    "pi_eventframe_annotations": notes,
}
# What PI's own form of a fact becomes is the connector's business, not the world's.
_LEFT = {"pi_event_frames": {"acknowledged_date"}, "pi_eventframe_annotations": {"value"}}


def _by_key(table: str, rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    listed = list(rows)
    found = {tuple(row[name] for name in BY_NAME[table].primary_keys): row for row in listed}
    assert len(found) == len(listed)
    return found


@pytest.mark.parametrize("table", TRUTH)
def test_a_table_of_the_asset_model_is_what_the_world_says(table: str, connector: OsipiLakeflowConnect) -> None:
    left = _LEFT.get(table, set())
    found = [{name: cell for name, cell in row.items() if name not in left} for row in _read(connector, table)]

    assert found
    assert _by_key(table, found) == _by_key(table, [_with_ids(table, row) for row in TRUTH[table]()])


@pytest.mark.parametrize("table", [one.name for one in CATALOGUE if one.name not in TRUTH])
def test_the_other_tables_are_read_without_a_problem(table: str, connector: OsipiLakeflowConnect) -> None:
    assert _read(connector, table)


def test_a_hierarchy_of_several_pages_comes_whole() -> None:
    world = AssetWorld(Plant(1, 520))
    with served(create_app(Settings(tags=520, clock=lambda: NOW, strict=True))) as url:
        paths = [row["path"] for row in _read(_connector(url), "pi_af_hierarchy")]

    assert len(paths) > 1000
    assert sorted(paths) == sorted(world.element(place).path for nth in (0, 1) for place in world.elements(nth))


def test_event_frames_that_change_are_given_again_and_others_are_not() -> None:
    moment = [NOW]
    with served(create_app(Settings(tags=TAGS, clock=lambda: moment[0], strict=True))) as url:
        connector = _connector(url)
        rows, offset = connector.read_table("pi_event_frames", None, OPTIONS)
        first = {row["event_frame_webid"]: row for row in rows}
        connector.read_table("pi_event_frames", offset, OPTIONS)
        moment[0] = NOW + 2 * 3600 * SECOND
        connector.clock = lambda: NOON.replace(hour=14)
        rows, _ = connector.read_table("pi_event_frames", offset, OPTIONS)
        second = {row["event_frame_webid"]: row for row in rows}

    ended = {webid for webid, row in first.items() if row["is_running"]} & {
        webid for webid, row in second.items() if not row["is_running"]
    }
    quiet = {webid for webid, row in first.items() if not row["is_running"]} - set(second)
    assert ended
    assert quiet
    assert set(second) - set(first)


def test_tables_hold_what_is_hard_to_hold() -> None:
    cells = [cell for design in TABLES for row in table_rows(WORLD.plant, design) for cell in row.values()]

    assert {type(cell) for cell in cells} == {int, str, float, bool, type(None)}
    assert any("'" in cell for cell in cells if isinstance(cell, str))
