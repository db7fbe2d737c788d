"""Calls everything by which pi-web-api-python-sdk reads, in an environment of its own; prints what it was told, as JSON.

Words: the address of /piwebapi, user, password, and JSON with the WebIDs and paths to ask for, a search and times.
"""

# What it imports is in another environment, and is without types there.
# mypy: ignore-errors
# ruff: noqa: ANN001, BLE001, T201

import json
import sys

from pi_web_api import PIWebAPIClient


def names(answer) -> list:
    """Give the names of what a list has."""
    return [one.name for one in answer.items]


def told(client, asked) -> dict:
    """Give each call as what asks it."""
    sets, paths, points = client.stream_sets, asked["paths"], asked["points"]
    ends = {"start_time": asked["start"], "end_time": asked["end"]}
    template, table = client.element_templates, client.tables

    def values(answer) -> list:
        return [[one.name, [[each.timestamp, each.value] for each in one.items]] for one in answer.items]

    return {
        "home": lambda: bool(client.home.get()),
        "status": lambda: client.system.get_status().state,
        "user": lambda: client.system.get_user_info().name,
        "servers": lambda: names(client.asset_servers.list()),
        "databases": lambda: names(client.asset_servers.get_databases(client.asset_servers.list().items[0].web_id)),
        "database": lambda: client.asset_databases.get_by_path(paths["database"]).name,
        "tables": lambda: names(client.asset_databases.get_tables(asked["database"])),
        "templates": lambda: names(client.asset_databases.get_element_templates(asked["database"])),
        "element": lambda: client.elements.get_by_path(paths["element"]).name,
        "elements": lambda: len(client.elements.get_multiple_by_path([paths["element"]]).items),
        "attribute": lambda: client.attributes.get_by_path(paths["attribute"]).name,
        "attributes": lambda: len(client.attributes.get_multiple_by_path([paths["attribute"]], as_parallel=True).items),
        "template": lambda: template.get(template.get_by_path(paths["template"]).web_id).name,
        "attribute templates": lambda: names(template.get_attribute_templates(template.get_by_path(paths["template"]).web_id)),
        "set": lambda: names(
            client.enumeration_sets.get_values(client.enumeration_sets.get_by_path(paths["set"]).web_id),
        ),
        "rows": lambda: len(table.get_data(table.get_by_path(paths["table"]).web_id).rows),
        "frames": lambda: names(client.event_frames.search(database_web_id=asked["database"], query=asked["query"])),
        "frame": lambda: client.event_frames.get(asked["frame"]).name,
        "frame by path": lambda: client.event_frames.get_by_path(paths["frame"]).name,
        "annotations": lambda: len(client.event_frames.get_annotations(asked["frame"]).items),
        "values": lambda: names(sets.get_values(points)),
        "recorded": lambda: values(sets.get_recorded(points, **ends)),
        "interpolated": lambda: values(sets.get_interpolated(points, interval="10m", **ends)),
        "plot": lambda: names(sets.get_plot(points, intervals=10, **ends)),
        "joined": lambda: values(sets.get_joined(base_web_id=points[0], subordinate_web_ids=points[1:], **ends)),
        "at a time": lambda: names(sets.get_recorded_at_time(points, time=asked["end"])),
        "at times": lambda: names(sets.get_recorded_at_times(points, times=[asked["start"], asked["end"]])),
        "updates": lambda: len(sets.retrieve_updates(asked["markers"]).items),
        "batch": lambda: client.batch.execute({"1": {"Method": "GET", "Resource": f"{client.base_url}/system"}})["1"].status,
    }


def attempt(what):
    try:
        return what()
    except Exception as error:
        return {"failed": repr(error)}


if __name__ == "__main__":
    address, user, password, words = sys.argv[1:]
    with PIWebAPIClient(address, auth=(user, password), headers={"X-Requested-With": "tests"}, retries=0) as client:
        print(json.dumps({name: attempt(what) for name, what in told(client, json.loads(words)).items()}))
