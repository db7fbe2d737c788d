"""Values that could not be sent: in a good answer some of them have an error of their own instead.

Source: AVEVA, PI Web API Reference, Stream GetRecorded: a value's `Errors` are those that were handled while it was sent.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

from starlette.datastructures import MutableHeaders

from .bodies import dumps

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from starlette.types import Message, Scope, Send

ERRORS = [{"FieldName": "Value", "Message": ["The value could not be read from the archive in time."]}]


def has_values(scope: Scope) -> bool:
    """Say whether a request is for values, whose errors would be sent."""
    asked = scope["query_string"]
    about = any(f"/{kind}" in scope["path"].lower() for kind in ("streams/", "streamsets", "calculation/"))
    return about and (b"selectedfields" not in asked.lower() or b"Errors" in asked)


def spoil(body: Any, chance: random.Random) -> bool:
    """Give one stream's values errors: the first ones, the last ones, some in between, or all; say whether there were any."""
    streams = [some for some in _streams(body) if some]
    if not streams:
        return False
    values = chance.choice(streams)
    first, last = sorted(chance.choice([0, chance.randrange(len(values)), len(values) - 1]) for _ in range(2))
    for value in values[first : last + 1]:
        value["Value"], value["Errors"] = None, ERRORS
    return True


def _streams(body: Any) -> Iterator[list[dict[str, Any]]]:
    """Give the values of each stream of an answer: of one stream, of a set, of summaries, or one value of each."""
    if not isinstance(body, dict):
        return
    if "Timestamp" in body:
        yield [body]
        return
    items = [item for item in body.get("Items") or [] if isinstance(item, dict)]
    inner = [item["Value"] for item in items if isinstance(item.get("Value"), dict) and "Timestamp" in item["Value"]]
    if inner:
        yield from ([value] for value in inner)
    elif any("Timestamp" in item for item in items):
        yield items
    else:
        for item in items:
            yield from _streams(item)


class ValueErrors:
    """Takes an answer whole, and sends it with values that have errors."""

    def __init__(self, send: Send, chance: random.Random) -> None:
        self._send, self._chance = send, chance
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Keep a message, or send all of them."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        headers = MutableHeaders(scope=self._start)
        body = self._body
        if self._start["status"] == 200:  # noqa: PLR2004 (HTTP's)
            packed = headers.get("content-encoding") == "gzip"
            told = json.loads(gzip.decompress(body) if packed else body)
            if spoil(told, self._chance):
                body = dumps(told)
                headers["content-length"] = str(len(body))
                if packed:
                    del headers["content-encoding"]
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})
