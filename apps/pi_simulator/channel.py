"""What a channel says: a message of what arrived since the last one, in the form of StreamSet GetEnd with lists of values.

Source: AVEVA's PI Web API Reference, "Channels" and "StreamSet GetChannelAdHoc".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bodies import dumps
from .rendering import items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .truth import Slice

EMPTY = b'{"Links":{},"Items":[]}'


def message(streams: Sequence[tuple[str, Slice]], base: str) -> bytes | None:
    """Write a message of WebIDs and their values; None where there is nothing to say."""
    told = [_stream(web_id, values, base) for web_id, values in streams if len(values)]
    return b'{"Links":{},"Items":[' + b",".join(told) + b"]}" if told else None


def _stream(web_id: str, values: Slice, base: str) -> bytes:
    about = {
        "WebId": web_id,
        "Name": values.tag.name,
        "Path": values.tag.path,
        "Links": {"Source": f"{base}/points/{web_id}"},
        "UnitsAbbreviation": values.tag.units,
    }
    return dumps(about)[:-1] + b',"Items":[' + items(values) + b"]}"
