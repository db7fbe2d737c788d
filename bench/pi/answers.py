"""What kept answers take to become something else, in seconds of this process's processor: the fewest of some turns."""

from __future__ import annotations

import importlib
import math
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connectors.osipi.values import Values

_TURNS = 7
_AT_ONCE = 32_768  # rows that become a batch, as the connector's own
_INGESTED = "2026-03-01T12:00:00Z"


def seconds(answers: Sequence[bytes]) -> dict[str, float]:
    """Give by name: `decoding` by orjson alone, `to_columns` and `to_dictionaries`, from JSON to Arrow record batches."""
    return {
        "decoding": _fewest(importlib.import_module("orjson").loads, answers),
        "to_columns": _fewest(_to_columns, answers),
        "to_dictionaries": _fewest(_to_dictionaries, answers),
    }


def _fewest(work: Callable[[bytes], Any], answers: Sequence[bytes]) -> float:
    best = math.inf
    for _ in range(_TURNS):
        start = time.process_time()
        for text in answers:
            work(text)
        best = min(best, time.process_time() - start)
    return best


def _values(text: bytes) -> Iterator[Values]:
    """Give the values of each tag of an answer, as the connector decodes it: one of recorded values, or a batch of such."""
    from connectors.osipi.codec import decode  # noqa: PLC0415 (after the decoder is chosen)
    from connectors.osipi.values import Values  # noqa: PLC0415

    body = decode(text)
    for part in [body] if "Items" in body else [part["Content"] for part in body.values()]:
        for stream in part["Items"]:
            yield Values((stream["WebId"], stream["Name"], stream["UnitsAbbreviation"]), stream["Items"], _INGESTED)


def _to_columns(text: bytes) -> None:
    from connectors.osipi.arrow import batches  # noqa: PLC0415 (an extra)

    for _ in batches(_values(text)):
        pass


def _to_dictionaries(text: bytes) -> None:
    """Make rows of an answer, and batches of those as pyarrow does it: times as text, which it then reads."""
    import pyarrow as pa  # noqa: PLC0415 (an extra)

    from connectors.osipi.arrow import SCHEMA  # noqa: PLC0415 (an extra)

    times = pa.timestamp("us", "UTC")
    sent = pa.schema([field.with_type(pa.string()) if field.type == times else field for field in SCHEMA])
    rows = [row for values in _values(text) for row in values]
    for start in range(0, len(rows), _AT_ONCE):
        pa.Table.from_pylist(rows[start : start + _AT_ONCE], sent).cast(SCHEMA)
