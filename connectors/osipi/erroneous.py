"""Values that carry an error of their own: PI could not send them, and a later read may.

A value of a good answer can have `Errors` (AVEVA, PI Web API Reference, Stream GetRecorded: an error that was handled while the
value was sent). It is no value, and what the server has around it need not be in the answer either: the time between the good
values before and after it is open, and is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .client import said
from .times import next_after, stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .streamsets import Page

Items = list[dict[str, Any]]


def error_of(value: Any) -> str:
    """Give the words of a value's own error; empty where it has none."""
    errors = value.get("Errors") if isinstance(value, dict) else None
    if not errors:
        return ""
    told = [said({"Errors": one.get("Message")}) if isinstance(one, dict) else str(one) for one in _list(errors)]
    return f"the value came with an error: {'; '.join(word for word in told if word) or 'without words'}"


def error_in(page: Page) -> str:
    """Give the words of the first error of a page's values, those of summaries too; empty where there is none."""
    for item in page.items:
        if words := error_of(item) or error_of(item.get("Value")):
            return words
    return error_of(page.value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def good_parts(items: Sequence[dict[str, Any]], start: str, stop: str) -> Iterator[tuple[str, str, Items, str]]:
    """Cut a page of values, from `start` to just before `stop`, at those with errors; give its parts in order of time.

    A part is (start, stop, items, ""), or (start, stop, [], words) for a time that is open. All values of an instant at which
    one has an error are left out, for their numbers would not be known.
    """
    spoilt = {_stamp(item) for item in items if item.get("Errors")}
    run: Items = []
    words = ""
    for item in items:
        if not item.get("Errors") and (stamp := _stamp(item)) and stamp not in spoilt:
            if words:
                yield start, stamp, [], words
                start, words = stamp, ""
            run.append(item)
        elif not words:
            open_from = next_after(_stamp(run[-1])) if run else start
            if run:
                yield start, open_from, run, ""
            start, run = open_from, []
            words = next(told for one in items if (told := error_of(one)))
    yield (start, stop, [], words) if words else (start, stop, run, "")


def _stamp(item: dict[str, Any]) -> str:
    """Give the stamp of a value; empty where an error left it none."""
    try:
        return stamp_of(item["Timestamp"])
    except (KeyError, TypeError, ValueError):
        return ""
