"""The tags of a server and how much each writes, as the values by which `headgate slice` cuts a table into pipelines."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from .points import points
from .problems import OptionsError, PiError, PiUnavailableError, TagProblem
from .stream_reader import StreamReader
from .streamsets import Window
from .times import shifted
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .reading import Reading

_FIELDS = ("WebId", "Items.Type", "Items.Value.Value")
# What reading a tag costs besides its values, in values an hour: no tag weighs nothing.
_LEAST = 1.0


def tag_weights(reading: Reading, hours: float = 24) -> dict[str, float]:
    """Give WebID → values an hour (1 at least) of all points that `nameFilter` lets through, over the last `hours`.

    Where `tag_webids` are given, of those alone. A tag that the server does not count weighs as the median of the others.
    Raises PiError where no point can be listed, OptionsError for `tag_webids` that are none of them.
    """
    webids = [row["webid"] for row in points(reading)]
    if wanted := reading.texts.listed("tag_webids"):
        known = set(map(stable_id, webids))
        if strange := sorted(webid for webid in wanted if stable_id(webid) not in known):
            more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
            raise OptionsError(f"tag_webids names {strange[0]}{more}, which no list of the server's points has")
        webids = wanted
    # Events are counted one by one only with this basis; the default one weighs by time.
    params = (("summaryType", "Count"), ("calculationBasis", "EventWeighted"))
    reader = StreamReader(reading.client, "/streamsets/summary", params, _FIELDS)
    start = shifted(reading.cap, -hours * 3600)
    counts: dict[str, float] = {}
    try:
        for found in reader.read([Window(webid, start, reading.cap) for webid in webids]):
            if isinstance(found, TagProblem):
                continue
            values = [item["Value"].get("Value") for item in found.items if item.get("Type") == "Count"]
            if values and isinstance(values[0], (int, float)):
                counts[found.webid] = max(values[0] / hours, _LEAST)
    except PiUnavailableError:
        raise
    except PiError:
        counts = {}  # a server that counts nothing: all tags weigh alike
    middle = sorted(counts.values())[len(counts) // 2] if counts else _LEAST
    return {webid: counts.get(webid, middle) for webid in webids}


def as_values(weights: dict[str, float], known: Iterable[str] = ()) -> str:
    """Write the weights as `headgate slice --values` reads them: value,weight, a line each, in the server's order.

    known: WebIDs that slices have. A tag that is among them by another WebID, since it or its server was renamed, is written
    as it stands there, so that it stays in its slice.
    """
    names = {stable_id(webid): webid for webid in known}
    return "".join(f"{names.get(stable_id(webid), webid)},{weight:.6g}\n" for webid, weight in weights.items())


def in_slices(inventory: Path) -> list[str]:
    """Give the WebIDs that rows of a tables.csv name; none without one. `headgate slice` says what is wrong there."""
    if not inventory.is_file():
        return []
    found = []
    with inventory.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            try:
                options = json.loads(row.get("table_options_json") or "{}")
            except ValueError:
                continue
            text = options.get("tag_webids") if isinstance(options, dict) else None
            found += [webid for part in (text if isinstance(text, str) else "").split(",") if (webid := part.strip())]
    return found
