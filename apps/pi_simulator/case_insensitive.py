"""Reads addresses as PI's host does: words of a path and names of parameters are the same in capitals or not; WebIDs are not.

Source: ASP.NET, on which PI Web API stands, matches routes and binds parameters without regard to case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from .request_context import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send


class CaseInsensitive:
    """Stands before an application and hands it `paths` and `names` (of parameters) spelled as they are here."""

    def __init__(self, app: ASGIApp, paths: Iterable[str], names: Iterable[str]) -> None:
        self._app = app
        words = (word for path in (ROOT, *paths) for word in path.split("/") if not word.startswith("{"))
        self._words = {word.lower(): word for word in words}
        self._names = {name.lower(): name for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        if scope["type"] in {"http", "websocket"} and scope["path"].lower().startswith(ROOT):
            path = self._path(scope["path"])
            scope = {**scope, "path": f"{path}/" if path == ROOT else path, "query_string": self._query(scope["query_string"])}
        await self._app(scope, receive, send)

    def _path(self, told: str) -> str:
        return "/".join(self._words.get(word.lower(), word) for word in told.split("/"))

    def _query(self, told: bytes) -> bytes:
        return b"&".join(self._parameter(one) for one in told.split(b"&"))

    def _parameter(self, told: bytes) -> bytes:
        name, equals, value = told.partition(b"=")
        known = self._names.get(unquote_plus(name.decode("latin-1")).lower())
        return (known.encode() if known else name) + equals + value
