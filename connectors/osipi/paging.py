"""Lists that come in pages by startIndex."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .client import web_exception
from .problems import PiError, PiUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .client import PiClient

PAGE = 1000
_TOO_MANY = re.compile(r"(?:maximum|max).*?(\d[\d,.]*)", re.IGNORECASE | re.DOTALL)
_BAD_REQUEST = 400


def most_allowed(error: PiError) -> int | None:
    """Give the most items that a server allows, told by its 400; 0 where it tells no number, None for another error.

    AVEVA, Restrictions on number of items per call: 400, "Parameter (name) is greater than the maximum allowed (number)".
    """
    if error.status != _BAD_REQUEST or "maximum" not in error.message.lower():
        return None
    match = _TOO_MANY.search(error.message)
    return int(re.sub(r"\D", "", match[1])) if match else 0


def pages(client: PiClient, path: str, *params: tuple[str, str], page: int = PAGE) -> Iterator[dict[str, Any]]:
    """Give the items of all pages, each WebID once though the list may shift between two pages.

    Raises PiError as the client does, and for an item that holds a WebException.
    """
    start, seen = 0, set[str]()
    while True:
        try:
            body = client.get(path, *params, ("startIndex", str(start)), ("maxCount", str(page)))
        except PiUnavailableError:
            raise
        except PiError as error:
            most = most_allowed(error)
            if most is None or page == 1:
                raise
            page = most if 0 < most < page else page // 2
            continue
        items = items_of(body, path)
        for item in items:
            webid = item.get("WebId")
            if webid not in seen:
                yield item
            if webid:
                seen.add(webid)
        start += len(items)
        if not items or not _more(body, len(items), page):
            return


def list_of(body: Any, path: str) -> list[dict[str, Any]]:
    """Give the items of an answer, those that failed too; raises PiError where there are none to have."""
    items = body.get("Items") if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise PiError(0, f"{path}: the answer has no Items; is pi_base_url a PI Web API?")
    return items


def items_of(body: Any, path: str) -> list[dict[str, Any]]:
    """Give the items of an answer; raises PiError where there are none to have, or one has failed."""
    items = list_of(body, path)
    for item in items:
        if problem := web_exception(item, path):
            raise problem
    return items


def _more(body: dict[str, Any], count: int, page: int) -> bool:
    """Say whether a page is followed by another: by its links where it has any, else by whether it is full."""
    links = body.get("Links")
    return bool(links.get("Next")) if links else count >= page
