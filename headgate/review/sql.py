"""What changes of SQL files mean for the tables that are there: a type that can't change, a stream that would begin anew."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from headgate.layout.ingested import CODE_TYPES
from headgate.review.blocks import mapping
from headgate.review.facts import Other
from headgate.review.holdings import address_of
from headgate.review.masks import file_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.review.masks import Masks

_Texts = tuple[str | None, str | None]  # before and after; None where there is none, or none that can be read
UNREAD = "sql-unread"
_UNKNOWN = "whether tables change their type, or need a full refresh, is not known"


def sql_changes(entries: Sequence[Mapping[str, Any]], stack: str, masks: Masks) -> tuple[Other, ...]:
    """Give what the changes of a stack's SQL files do to tables: codes `dataset-type-changed` and `needs-full-refresh`.

    entries: the stack's resource changes, as a plan has them. Where a file can't be read, or what reads SQL is not installed,
    that is said instead (`sql-unread`). A file that is new, or goes, changes no table that is there.
    """
    files = [entry for entry in entries if entry["type"] in CODE_TYPES and _is_sql(entry["change"])]
    texts = {address_of(entry): _texts(entry["change"], masks) for entry in files}
    changed = {address: both for address, both in texts.items() if both[0] != both[1] or both == (None, None)}
    if not changed or not all(any(mapping(entry["change"].get(side)) for entry in files) for side in ("before", "after")):
        return ()
    if find_spec("sqlglot") is None:
        message = f"its SQL changes, and sqlglot, which reads it, is not installed: {_UNKNOWN}"
        return tuple(Other(stack, UNREAD, address, message) for address in changed)
    return tuple(_compared(texts, changed, stack))


def _compared(texts: Mapping[str, _Texts], changed: Iterable[str], stack: str) -> Iterator[Other]:
    from headgate.sql.check.deployed import check_deployed  # noqa: PLC0415  # sqlglot is an extra
    from headgate.sql.dialect.reader import read_file  # noqa: PLC0415

    before, after = ({name: both[side] or "" for name, both in texts.items()} for side in (0, 1))
    for address in changed:
        if texts[address] == (None, None) or any(read_file(address, one[address]).errors for one in (before, after)):
            yield Other(stack, UNREAD, address, f"its SQL can't be read: {_UNKNOWN}")
    for found in check_deployed(before, after):
        table = after[found.file][found.span.start : found.span.end].replace("`", "")
        yield Other(stack, found.code.value, table, f"{found.message}; {found.fix}")


def _is_sql(change: Mapping[str, Any]) -> bool:
    sides = mapping(change.get("after")) or mapping(change.get("before"))
    return str(sides.get("path")).endswith(".sql") or sides.get("language") == "SQL"


def _texts(change: Mapping[str, Any], masks: Masks) -> _Texts:
    before, after = (file_text(change.get(side), change.get(f"{side}_sensitive"), masks) for side in ("before", "after"))
    return before, after
