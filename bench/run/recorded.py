"""OSI PI's recorded values, from HTTP to a committed Delta table."""

from __future__ import annotations

from typing import Any

from apps.pi_simulator.tags import tag
from bench.__main__ import Row
from bench.pi.running import read, server
from bench.run.loads import HERE
from bench.run.running import Kinds, in_turns

TAGS, TURNS = 1040, 2
START, END = "2026-03-01T09:00:00Z", "2026-03-01T12:00:00Z"
BY_ROWS, DLT, UNITS = 4, 10, 3


def rows() -> list[Row]:
    """Measure by columns, by dictionaries and by dlt's REST source, against one simulator."""
    webids = [tag(number).identity.web_id() for number in range(TAGS)]
    with server(TAGS) as at:
        options = {"tag_webids": ",".join(webids), "startTime": START, "endTime": END, "late_hours": "0"}
        words: dict[str, Any] = {"connection": {"pi_base_url": at.base}, "table": "pi_timeseries", "options": options}
        kinds: Kinds = {
            "columns": ("engine", {**words, "code": str(HERE.parents[1] / "connectors" / "osipi")}),
            "rows": ("engine", {**words, "code": str(HERE / "pi_by_rows")}),
        }
        took = in_turns(kinds, TURNS)
        took |= in_turns({"dlt": ("dlt_pi", {"base": at.base, "webids": webids, "start": START, "end": END})}, 1)
        if len({one["rows"] for one in took.values()}) > 1:
            raise SystemExit(f"the loads do not have the same number of values: {took}")
        answers = read(at, "recorded", "--tags", str(TAGS), "--decoding")
    own = took["columns"]["cpu"]
    return [
        Row(f"recorded values of {TAGS:,} tags from HTTP to Delta", took["columns"]["rows"], "rows"),
        Row("  by columns, processor", own, "s"),
        Row("  by dictionaries", took["rows"]["cpu"], "s"),
        Row("  times faster by columns", took["rows"]["cpu"] / own, "x", BY_ROWS, over=True),
        Row("dlt's REST source", took["dlt"]["cpu"], "s"),
        Row("  times faster by columns", took["dlt"]["cpu"] / own, "x", DLT, over=True),
        Row("answer to Arrow, in orjson.loads", answers["to_columns"] / answers["decoding"], "x", UNITS),
    ]
