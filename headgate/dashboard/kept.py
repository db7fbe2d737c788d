"""Answers that are the same for everybody, kept for a moment: many who watch cost no more than one."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

_SECONDS = 2.0


class Kept:
    """Pages by address, each made by one thread at a time and given to all who ask within two seconds of the same figures."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[float, object, Response]] = {}
        self._locks: dict[str, threading.Lock] = {}

    def page(self, request: Request, make: Callable[[], Response]) -> Response:
        """Give the page of an address, which has no parameters that matter: as it was made a moment ago, else made now."""
        path, figures = request.url.path, request.app.state.figures.snapshot
        with self._locks.setdefault(path, threading.Lock()):
            known = self._pages.get(path)
            if known is None or known[1] is not figures or time.monotonic() - known[0] > _SECONDS:
                known = time.monotonic(), figures, make()
                self._pages[path] = known
        return Response(known[2].body, known[2].status_code, media_type=known[2].media_type)
