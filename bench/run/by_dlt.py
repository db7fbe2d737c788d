"""What dlt (dlthub) makes of the same: dictionaries, or PI Web API by its REST source, to Delta tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dlt
from dlt.sources.rest_api import rest_api_source

from bench.run.made_up.connector import dictionaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Work = Callable[[], dict[str, float]]

_PAGE = 10_000  # rows that dlt is given at once, as it advises
_SET = 100  # tags of a request
_VALUE = ("Timestamp", "Value", "Good", "Questionable", "Substituted", "Annotated")
_SELECTED = ";".join(["Items.WebId", "Items.Name", "Items.UnitsAbbreviation", *(f"Items.Items.{name}" for name in _VALUE)])


def dictionaries_to_delta(out: Path, rows: int) -> Work:
    """Give what has dlt load the same dictionaries."""

    def pages() -> Iterator[list[dict[str, Any]]]:
        for first in range(0, rows, _PAGE):
            yield list(dictionaries(first, min(_PAGE, rows - first)))

    return _by_dlt(out, dlt.resource(pages, name="things", write_disposition="append"), rows)


def pi(out: Path, base: str, webids: Sequence[str], start: str, end: str) -> Work:
    """Give what has dlt's REST source load recorded values: a request for each hundred tags, the values below their tag."""
    common = {"startTime": start, "endTime": end, "maxCount": "150000", "selectedFields": _SELECTED}
    sets = [webids[place : place + _SET] for place in range(0, len(webids), _SET)]
    resources: list[Any] = [
        {
            "name": f"streams_{number}",
            "table_name": "streams",
            "write_disposition": "append",
            "endpoint": {
                "path": "streamsets/recorded",
                "params": common | {"webId": list(some)},
                "data_selector": "Items",
                "paginator": "single_page",
            },
        }
        for number, some in enumerate(sets)
    ]
    return _by_dlt(out, rest_api_source({"client": {"base_url": f"{base}/"}, "resources": resources}), None)


def _by_dlt(out: Path, data: Any, rows: int | None) -> Work:
    place = dlt.destinations.filesystem(bucket_url=(out / "dlt").as_uri())
    pipeline = dlt.pipeline("bench", destination=place, dataset_name="bench", pipelines_dir=str(out / "work"))

    def run() -> dict[str, float]:
        pipeline.run(data, table_format="delta", loader_file_format="parquet").raise_on_failed_jobs()
        trace: Any = pipeline.last_trace
        counts: dict[str, int] = trace.last_normalize_info.row_counts
        loaded = max(count for name, count in counts.items() if not name.startswith("_dlt"))
        if rows not in {None, loaded}:
            raise SystemExit(f"dlt loaded {loaded} of {rows} rows")
        return {"rows": loaded}

    return run
