"""The ways in which a program, a server or a tool may write a secret into a text of its own."""

from __future__ import annotations

import html
import json
from base64 import b64encode, encodebytes, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable


def _small(address: str) -> str:
    """Write the digits of %2F as %2f."""
    parts = address.split("%")
    return "%".join([parts[0], *(part[:2].lower() + part[2:] for part in parts[1:])])


def _go(secret: str) -> str:
    text = json.dumps(secret, ensure_ascii=False)[1:-1]
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "JSON in UTF-8": lambda secret: json.dumps(secret, ensure_ascii=False)[1:-1],
    "JSON with escapes": lambda secret: json.dumps(secret)[1:-1],
    "Python": lambda secret: repr(secret)[1:-1],
    "an address": quote,
    "an address, slashes too": lambda secret: quote(secret, safe=""),
    "a form": quote_plus,
    "base64": lambda secret: b64encode(secret.encode()).decode(),
    "base64 of an address": lambda secret: urlsafe_b64encode(secret.encode()).decode(),
    "HTTP Basic": lambda secret: b64encode(f"user:{secret}".encode()).decode(),
    "base64 in lines": lambda secret: encodebytes(f"more than a line of base64 that is long:{secret}".encode()).decode(),
    "JSON in JSON": lambda secret: json.dumps(json.dumps({"it": secret}))[1:-1],
    "JSON in JSON in UTF-8": lambda secret: json.dumps(json.dumps([secret], ensure_ascii=False), ensure_ascii=False),
    "an address in JSON in small digits": lambda secret: json.dumps(_small(quote(secret, safe=""))),
    "JSON in an address": lambda secret: quote(json.dumps(secret), safe=""),
    "an address in an address": lambda secret: quote(quote(secret, safe=""), safe=""),
    "base64 in an address": lambda secret: quote(b64encode(f"u:{secret}".encode()).decode(), safe=""),
    "Go's JSON": _go,
    "bytes in Python": lambda secret: repr(secret.encode())[2:-1],
    "HTML": html.escape,
}
