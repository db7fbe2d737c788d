"""What a user would write today who knows PI Web API well: the tags by streamsets of 100, many streamsets in one batch.

It has the same decoder and makes the same rows, asks for the fields that these need and for nothing else, and does nothing
that the connector does beside reading: no place for each tag, no page that was cut, no part that failed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FIELDS = ("Timestamp", "Value", "Good", "Questionable", "Substituted", "Annotated", "Errors")
_SELECTED = ";".join(["Items.WebId", "Items.Name", "Items.UnitsAbbreviation", *(f"Items.Items.{name}" for name in _FIELDS)])
SET, SETS = 100, 11  # tags of a streamset, and streamsets of a batch


def batch_client(base: str, webids: Sequence[str], start: str, end: str) -> Iterator[Iterator[dict[str, Any]]]:
    """Read recorded values of all tags; give the rows, batch by batch."""
    from connectors.osipi.codec import decode  # noqa: PLC0415 (after the decoder is chosen)
    from connectors.osipi.values import value_rows  # noqa: PLC0415

    session = requests.Session()
    session.headers["X-Requested-With"] = "XMLHttpRequest"
    common = [("startTime", start), ("endTime", end), ("maxCount", "150000"), ("selectedFields", _SELECTED)]
    sets = [webids[place : place + SET] for place in range(0, len(webids), SET)]
    for place in range(0, len(sets), SETS):
        urls = [
            f"{base}/streamsets/recorded?{urlencode([*(('webId', webid) for webid in some), *common])}"
            for some in sets[place : place + SETS]
        ]
        asked = {str(number): {"Method": "GET", "Resource": url} for number, url in enumerate(urls)}
        answer = session.post(f"{base}/batch", data=json.dumps(asked), headers={"Content-Type": "application/json"}, timeout=60)
        answer.raise_for_status()
        for part in decode(answer.content).values():
            for stream in part["Content"]["Items"]:
                yield value_rows((stream["WebId"], stream["Name"], stream["UnitsAbbreviation"]), stream["Items"], end)
