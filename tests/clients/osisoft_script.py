"""Asks a PI Web API by osisoft.pidevclub.piwebapi, in an environment of its own; prints what it was told, as JSON.

Words: the address of /piwebapi, user, password, and JSON with `paths` (of points), `start` and `end`.
"""

# What it imports is in another environment, and is without types there.
# mypy: ignore-errors
# ruff: noqa: ANN001, ANN002, B905, BLE001, T201

import json
import sys
import traceback

from osisoft.pidevclub.piwebapi.models import (
    PIAssetDatabase,
    PIAssetServer,
    PIAttribute,
    PIDataServer,
    PIElement,
    PIElementCategory,
    PIElementTemplate,
    PIEventFrame,
    PIPoint,
    PIRequest,
    PITable,
)
from osisoft.pidevclub.piwebapi.pi_web_api_client import PIWebApiClient
from osisoft.pidevclub.piwebapi.rest import ApiException


def frame(df) -> list:
    """Give a data frame's rows."""
    return json.loads(df.to_json(orient="records"))


def named(items) -> list:
    """Give what identifies each of a list's things."""
    return [[one.web_id, one.name, one.path, str(one.id)] for one in items]


def servers(client) -> dict:
    found = client.dataServer.list(None, None).items
    one = client.dataServer.get_by_path("\\\\" + found[0].name, None, None)
    points = client.dataServer.get_points(found[0].web_id, max_count=5, name_filter="Unit00.*", start_index=2).items
    return {
        "servers": named(found),
        "by_path": one.web_id,
        "points": named(points),
        "of_system": client.system.landing().product_title,
    }


def points(client, asked) -> list:
    found = [client.point.get_by_path(path, None, None) for path in asked["paths"]]
    again = client.point.get_multiple(web_id=[one.web_id for one in found]).items
    return [[one.web_id, one.name, one.point_type, one.engineering_units, two.object.web_id] for one, two in zip(found, again)]


def streams(client, asked) -> dict:
    data, path, ends = client.data, "pi:" + asked["paths"][0], {"start_time": asked["start"], "end_time": asked["end"]}
    paths = ["pi:" + one for one in asked["paths"]]
    told = {
        "recorded": frame(data.get_recorded_values(path, **ends)),
        "interpolated": frame(data.get_interpolated_values(path, interval="10m", **ends)),
        "plot": frame(data.get_plot_values(path, intervals=6, **ends)),
        "many": {name: frame(df) for name, df in data.get_multiple_recorded_values(paths, **ends).items()},
        "together": frame(data.get_multiple_interpolated_values(paths, interval="30m", **ends)),
    }
    web_id = client.point.get_by_path(asked["paths"][0], None, None).web_id
    summary = client.stream.get_summary(
        web_id, summary_type=["Minimum", "Maximum", "Average", "Count"], calculation_basis="EventWeighted", **ends
    )
    told["summary"] = {one.type: one.value.value for one in summary.items}
    value = client.stream.get_value(web_id)
    told["value"] = [value.timestamp, value.value]
    return told


def assets(client) -> dict:
    server = client.assetServer.list().items[0]
    databases = client.assetServer.get_databases(server.web_id).items
    elements = client.assetDatabase.get_elements(databases[0].web_id, search_full_hierarchy=True, max_count=20).items
    with_attributes = next(one for one in elements if one.template_name and client.element.get_attributes(one.web_id).items)
    attributes = client.element.get_attributes(with_attributes.web_id).items
    frames = client.assetDatabase.get_event_frames(databases[0].web_id, start_time="*-2d", end_time="*", max_count=10).items
    return {
        "server": named([server]),
        "databases": named(databases),
        "elements": named(elements),
        "owner": with_attributes.path,
        "attributes": named(attributes),
        "frames": [[*each, one.start_time, one.end_time] for each, one in zip(named(frames), frames)],
        "frame_attributes": named(client.eventFrame.get_attributes(frames[0].web_id).items),
        "templates": named(client.assetDatabase.get_element_templates(databases[0].web_id, ["Name"]).items),
        "categories": named(client.assetDatabase.get_element_categories(databases[0].web_id).items),
        "tables": named(client.assetDatabase.get_tables(databases[0].web_id).items),
        "unit_classes": named(client.assetServer.get_unit_classes(server.web_id).items),
    }


def web_ids(client, found) -> dict:
    """Make WebIDs from paths by the client's own rules, and take Full ones apart."""
    make, take = client.webIdHelper.generate_web_id_by_path, client.webIdHelper.get_web_id_info
    assets = found["assets"]
    kinds = {
        "points": (PIPoint, None, found["servers"]["points"]),
        "asset servers": (PIAssetServer, None, assets["server"]),
        "databases": (PIAssetDatabase, None, assets["databases"]),
        "elements": (PIElement, None, assets["elements"]),
        "attributes": (PIAttribute, PIElement, assets["attributes"]),
        "event frames": (PIEventFrame, None, assets["frames"]),
        "event frames' attributes": (PIAttribute, PIEventFrame, assets["frame_attributes"]),
        "templates": (PIElementTemplate, None, assets["templates"]),
        "categories": (PIElementCategory, None, assets["categories"]),
        "tables": (PITable, None, assets["tables"]),
    }
    told = {}
    for name, (kind, owner, things) in kinds.items():
        told[name] = []
        for web_id, _, path, number, *_ in things:
            info = take(web_id)
            own = str(info.object_id or info.point_id or info.server_id)
            made = make(path, type(kind()), type(owner()) if owner else None)
            told[name].append({"web_id": web_id, "path": path, "id": number, "made": made, "taken": [info.path, own]})
    # A data server's WebID holds its name, which is not its path in the asset framework's terms.
    told["servers"] = [make("\\\\" + one[1], type(PIDataServer())) for one in found["servers"]["servers"]]
    return told


def batch(client, asked) -> dict:
    web_id = client.point.get_by_path(asked["paths"][0], None, None).web_id
    base = client.baseUrl
    parts = {
        "point": PIRequest(method="GET", resource=f"{base}/points/{web_id}?selectedFields=WebId;Name"),
        "value": PIRequest(
            method="GET", resource=base + "/streams/{0}/value", parameters=["$.point.Content.WebId"], parent_ids=["point"]
        ),
        "nothing": PIRequest(method="GET", resource=f"{base}/points/nonsense"),
    }
    return {name: [one.status, one.content] for name, one in client.batch.execute(parts).items()}


def refused(client) -> list:
    try:
        client.point.get_by_path("\\\\SIM-PI\\nobody", None, None)
    except ApiException as error:
        return [error.status, error.error]
    return []


def attempt(what, *words):
    try:
        return what(*words)
    except Exception:
        return {"failed": traceback.format_exc()}


if __name__ == "__main__":
    address, user, password, told = sys.argv[1:]
    asked = json.loads(told)
    client = PIWebApiClient(address, useKerberos=False, username=user, password=password, verifySsl=False)
    found = {
        "servers": attempt(servers, client),
        "points": attempt(points, client, asked),
        "streams": attempt(streams, client, asked),
        "assets": attempt(assets, client),
        "batch": attempt(batch, client, asked),
        "refused": attempt(refused, client),
    }
    found["web_ids"] = attempt(web_ids, client, found)
    print(json.dumps(found))
