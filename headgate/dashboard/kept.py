"""Pages that are the same for everybody, kept as long as their figures are the last: many who watch cost no more than one."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from headgate.dashboard.conditional import answer, entity_tag

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

_SECONDS = 15.0  # that a page is kept at most, because it says how old things are
_BYTES = 50_000_000
_LOCKS = 16


class Kept:
    """Pages by their addresses, each made by one thread at a time and given to all who ask as long as there are no new figures.

    Whoever has a page already, and says so, is told that it is the same. Pages that were not asked for the longest go first.
    """

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, ...], tuple[float, object, Response]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        self._making = [threading.Lock() for _ in range(_LOCKS)]

    def page(self, request: Request, make: Callable[[], Response], *parameters: str) -> Response:
        """Give the page of an address's path and those parameters that matter: the one that is kept, else one that is made now.

        What is no page, but says why there is none, is not kept.
        """
        key, figures = (request.url.path, *parameters), request.app.state.figures.snapshot
        with self._making[hash(key) % _LOCKS]:
            found = self._known(key, figures)
            if found is None:
                found = make()
                if found.status_code != 200:  # noqa: PLR2004  # OK
                    return found
                # A browser may keep it, but asks each time whether it is still the one.
                found.headers.update({"Cache-Control": "private, no-cache", "ETag": entity_tag(bytes(found.body))})
                self._keep(key, figures, found)
        headers = {name: found.headers[name] for name in ("Cache-Control", "ETag")}
        return answer(request, bytes(found.body), found.media_type, headers)

    def _known(self, key: tuple[str, ...], figures: object) -> Response | None:
        with self._lock:
            known = self._pages.get(key)
            if known is None or known[1] is not figures or time.monotonic() - known[0] > _SECONDS:
                return None
            self._pages.move_to_end(key)
            return known[2]

    def _keep(self, key: tuple[str, ...], figures: object, page: Response) -> None:
        with self._lock:
            if before := self._pages.pop(key, None):
                self._size -= len(before[2].body)
            self._pages[key] = time.monotonic(), figures, page
            self._size += len(page.body)
            while self._size > _BYTES:
                self._size -= len(self._pages.popitem(last=False)[1][2].body)
