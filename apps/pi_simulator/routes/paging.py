"""Lists that come in pages, with the links from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar
from urllib.parse import quote, urlencode

from fastapi import Depends, Query, Request

from ..errors import PiError
from ..request_context import Wanted
from ..streams.parameters import limited

Item = TypeVar("Item")
_PAGING = {"startindex", "maxcount"}


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: `most` items from `start` on (0 is the first), and the request's own `address` and `params`.

    A page without an address, of a list that takes no startIndex, has no links.
    """

    start: int
    most: int
    address: str = ""
    params: tuple[tuple[str, str], ...] = ()

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """Give the part of a list."""
        return items[self.start : self.start + self.most]

    def links(self, total: int) -> dict[str, str]:
        """Give the links to the other parts of a list of `total` items; none where it has one part only."""
        if not self.address or (total <= self.most and not self.start):
            return {}
        starts = {"First": 0}
        if self.start:
            starts["Previous"] = max(0, self.start - self.most)
        if self.start + self.most < total:
            starts["Next"] = self.start + self.most
        starts["Last"] = max(0, (total - 1) // self.most * self.most)
        return {name: self._link(start) for name, start in starts.items()}

    def _link(self, start: int) -> str:
        query = urlencode([*self.params, ("startIndex", str(start)), ("maxCount", str(self.most))], quote_via=quote)
        return f"{self.address}?{query}"


async def _first(asked: Wanted, most: Annotated[int | None, Query(alias="maxCount")] = None) -> Page:
    settings = asked.world.settings
    return Page(0, settings.page if most is None else limited("maxCount", most, settings.max_items))


async def _page(
    request: Request, first: Annotated[Page, Depends(_first)], start: Annotated[int, Query(alias="startIndex")] = 0
) -> Page:
    if start < 0:
        raise PiError(400, "The parameter 'startIndex' must not be negative.")
    params = tuple((name, text) for name, text in request.query_params.multi_items() if name.lower() not in _PAGING)
    return Page(start, first.most, str(request.url.replace(query="")), params)


# A list that takes maxCount but no startIndex takes FirstPage.
FirstPage = Annotated[Page, Depends(_first)]
Paged = Annotated[Page, Depends(_page)]
