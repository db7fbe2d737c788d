"""Lists that come in pages by startIndex."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .client import web_exception
from .problems import PiError, PiUnavailableError
from .webids import stable_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """Give the items of all pages, each once though the list may shift between two pages, or items be renamed.

    Raises PiError as the client does, and for an item that holds a WebException.
    """
    # A list may have a million items, of which a number each is held: two ids have one by a chance of one in 10^7 then.
    start, seen = 0, set[int]()
    while True:
        body, page = page_at(client, path, params, start, page)
        items = items_of(body, path)
        for item in items:
            number = hash(stable_id(webid)) if (webid := item.get("WebId")) else None
            if number is None or number not in seen:
                yield item
            if number is not None:
                seen.add(number)
        start += len(items)
        if not items or not is_followed(body, len(items), page):
            return


def page_at(client: PiClient, path: str, params: Sequence[tuple[str, str]], start: int, page: int) -> tuple[Any, int]:
    """Give the page that begins at an index, and how many items it was asked for: fewer than `page` where the server wants so.

    Raises PiError as the client does.
    """
    while True:
        try:
            return client.get(path, *params, ("startIndex", str(start)), ("maxCount", str(page))), page
        except PiUnavailableError:
            raise
        except PiError as error:
            most = most_allowed(error)
            if most is None or page == 1:
                raise
            page = most if 0 < most < page else page // 2


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


def is_followed(body: dict[str, Any], count: int, page: int) -> bool:
    """Say whether a page is followed by another: by its links where it has any, else by whether it is full."""
    links = body.get("Links")
    return bool(links.get("Next")) if links else count >= page
