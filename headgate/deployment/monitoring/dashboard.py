"""The dashboard on top of the summaries: health and freshness, load against the bound, activity, tables.

Rendered as the platform serializes dashboards, the same bytes for the same names. Source: dashboards that were exported from
workspaces (.lvdash.json): datasets of query lines; pages of widgets, on a grid of six columns, each with its query's fields.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from headgate.deployment.monitoring.queries import query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The queries of the page: name → title.
DATASETS = {
    "health": "Health and freshness of pipelines",
    "load": "Load against the bound",
    "measures": "Seconds of a run",
    "activity": "Activity",
    "tables": "Freshness of tables",
}
_NAMED = {"num_rows": "rows", "of_bound": "of the bound", "*": "pipelines"}
_HEALTH = ["health", "name", "state", "created_at", "seconds", "num_rows", "completed_at", "minutes_since", "last_error"]
_LOAD = ["name", "group_name", "runs", "median_seconds", "expected_seconds", "bound_seconds", "of_bound"]
_TABLES = ["table_name", "pipeline", "state", "ended_at", "seconds", "num_rows", "rows_came_at"]
Widget = dict[str, Any]


def dashboard_text(names: Mapping[str, str]) -> str:
    """Give the serialized dashboard. names: each table of the summaries → its name in SQL."""
    layout = [
        _placed(_bars("health", "health", "*"), 0, 0, 2, 6),
        _placed(_bars("measures", "name", "seconds", "measure"), 2, 0, 4, 6),
        _placed(_table("health", _HEALTH), 0, 6, 6, 6),
        _placed(_table("load", _LOAD), 0, 12, 6, 6),
        _placed(_bars("activity", "day", "updates", "state"), 0, 18, 3, 6),
        _placed(_bars("activity", "day", "num_rows"), 3, 18, 3, 6),
        _placed(_table("tables", _TABLES), 0, 24, 6, 8),
    ]
    datasets = [
        {"name": name, "displayName": title, "queryLines": query(name, names).splitlines(keepends=True)}
        for name, title in DATASETS.items()
    ]
    page = {"name": "overview", "displayName": "Overview", "layout": layout}
    return json.dumps({"datasets": datasets, "pages": [page]}, indent=1)


def _placed(widget: Widget, x: int, y: int, width: int, height: int) -> dict[str, Any]:
    return {"widget": widget, "position": {"x": x, "y": y, "width": width, "height": height}}


def _widget(name: str, dataset: str, fields: Mapping[str, str], spec: Widget, title: str) -> Widget:
    """Give a widget. fields: name → SQL expression; where one of them adds rows up, the others group them."""
    grouped = any(field != expression.strip("`") for field, expression in fields.items())
    asked = {
        "datasetName": dataset,
        "fields": [{"name": field, "expression": expression} for field, expression in fields.items()],
        "disaggregated": not grouped,
    }
    return {
        "name": name,
        "queries": [{"name": "main_query", "query": asked}],
        "spec": spec | {"frame": {"showTitle": True, "title": title}},
    }


def _table(dataset: str, fields: Sequence[str]) -> Widget:
    columns = [{"fieldName": field, "displayName": _words(field)} for field in fields]
    spec = {"version": 1, "widgetType": "table", "encodings": {"columns": columns}}
    return _widget(f"table_{dataset}", dataset, {field: f"`{field}`" for field in fields}, spec, DATASETS[dataset])


def _bars(dataset: str, x: str, y: str, color: str = "") -> Widget:
    """Give bars: the sum of `y`, or with `*` the number of rows, for each `x`, side by side for each `color`."""
    height, expression = ("count(*)", "COUNT(`*`)") if y == "*" else (f"sum({y})", f"SUM(`{y}`)")
    fields = {x: f"`{x}`", height: expression}
    encodings = {
        "x": _encoding(x, x, "temporal" if x == "day" else "categorical"),
        "y": _encoding(height, y, "quantitative"),
    }
    if color:
        fields[color], encodings["color"] = f"`{color}`", _encoding(color, color, "categorical")
    spec = {"version": 3, "widgetType": "bar", "encodings": encodings, "mark": {"layout": "group"}}
    name = "all" if y == "*" else y
    return _widget(f"bars_{dataset}_{name}", dataset, fields, spec, f"{DATASETS[dataset]}: {_words(y)}")


def _encoding(field: str, named: str, kind: str) -> dict[str, Any]:
    return {"fieldName": field, "scale": {"type": kind}, "displayName": _words(named)}


def _words(field: str) -> str:
    return _NAMED.get(field, field.replace("_", " "))
