"""Lists that come in pages, with the links from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request

from ..asking import Plain  # noqa: TC001 (FastAPI reads the annotations)
from ..errors import PiError
from .parameters import limited


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page begins and how many items it has at most; `address` and `params` are the request's own."""

    start: int
    count: int
    address: str
    params: tuple[tuple[str, str], ...]

    def links(self, total: int) -> dict[str, str]:
        """Give the links to other pages of so many items."""
        last = max(0, (total - 1) // self.count * self.count)
        told = {"First": self._link(0)}
        if self.start > 0:
            told["Previous"] = self._link(max(0, self.start - self.count))
        if self.start + self.count < total:
            told["Next"] = self._link(self.start + self.count)
        return told | {"Last": self._link(last)}

    def _link(self, start: int) -> str:
        given = [pair for pair in self.params if pair[0].lower() not in {"startindex", "maxcount"}]
        return f"{self.address}?{urlencode([*given, ('startIndex', str(start)), ('maxCount', str(self.count))])}"


async def _page(
    asked: Plain,
    request: Request,
    start: Annotated[int, Query(alias="startIndex")] = 0,
    count: Annotated[int | None, Query(alias="maxCount")] = None,
) -> Page:
    settings = asked.world.settings
    if start < 0:
        raise PiError(400, "The parameter 'startIndex' must not be negative.")
    most = settings.page if count is None else limited("maxCount", count, settings.max_items)
    address = str(request.url).partition("?")[0]
    return Page(start, most, address, tuple(request.query_params.multi_items()))


Paged = Annotated[Page, Depends(_page)]
