"""Load a connector's class, ask it for its tables and say what it answers: `python -m headgate.discovery.child FILE`.

FILE is made, to answer in (see `channel`). The request is a JSON object on standard input: `path` or `module`;
`is_root`; `class`; `options`; `made_up` (what stands for options that nobody gave); `search` (folders to import from);
`table_options` by table, `all_tables` besides; `timeout` in seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.discovery.child import offline, stubs
from headgate.discovery.child.channel import Channel, plain
from headgate.discovery.child.fault import fault
from headgate.discovery.child.find import Search, described, search_files, search_module, table_lists
from headgate.tables.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable

_MOST_TABLES = 100_000
_GRACE = 5


def main() -> None:
    """Answer the request on standard input."""
    channel = Channel(sys.argv[1])
    request = json.load(sys.stdin)
    # Should whoever started this be gone by then, nobody else ends it.
    if hasattr(signal, "alarm"):  # Windows has none
        signal.alarm(int(request["timeout"]) + _GRACE)
    try:
        _answer(request, channel)
    except BaseException as error:  # noqa: BLE001 (classes may behave oddly wherever they are looked at)
        channel.say(fault=fault(error, Path(os.devnull)))
    channel.end()


def _answer(request: dict[str, Any], channel: Channel) -> None:
    channel.say(stage="import")
    if request["made_up"]:
        offline.forbid()
    search = _search(request, lambda place: channel.say(importing=place))
    if len(search.classes) == 1:
        _ask(search.classes[0], request, search.code, channel)
    else:
        found = [described(one) for one in search.classes]
        channel.say(classes=found, looked=search.looked, errors=search.errors)


def _search(request: dict[str, Any], begin: Callable[[str], object]) -> Search:
    sys.path[:0] = request["search"]
    if request["module"]:
        stubs.install("")
        return search_module(request["module"], request["class"], begin)
    path = Path(request["path"])
    folder = path if path.is_dir() else path.parent
    stubs.install(str(folder.parent))
    return search_files(path, request["class"], begin, is_root=request["is_root"])


def _ask(kind: type, request: dict[str, Any], code: Path, channel: Channel) -> None:
    try:
        channel.say(stage="lists", connector=described(kind))
        channel.say(lists=table_lists(kind))
        channel.say(stage="init")
        connector = _made(kind, request, code, channel)
        channel.say(stage="list_tables")
        tables = _listed(connector.list_tables())
        channel.say(stage="metadata", tables=tables)
    except BaseException as error:  # noqa: BLE001 (the connector's code may raise anything, sys.exit included)
        channel.say(fault=fault(error, code))
        return
    options = Names(request["table_options"].items())
    for table in dict.fromkeys(name for name in tables if isinstance(name, str)) if isinstance(tables, list) else ():
        channel.say(asking=table)
        try:
            its = options.find(table)
            given = {**request["all_tables"], **(its[0] if len(its) == 1 else {})}
            metadata = plain(connector.read_table_metadata(table, dict(given)))
            if isinstance(metadata, dict) and set(metadata) != {"not"}:
                metadata = {**_size(connector, table, given), **metadata}
        except BaseException as error:  # noqa: BLE001 (likewise, and the other tables are still asked for)
            channel.say(table=table, fault=fault(error, code))
        else:
            channel.say(table=table, metadata=metadata)


def _made(kind: type, request: dict[str, Any], code: Path, channel: Channel) -> Any:
    """Make the connector. One that needs what nobody gave, or a network that is not there, is given as far as it got."""
    options = {**request["made_up"], **request["options"]}
    try:
        return kind(dict(options))
    except BaseException as error:
        unmade = fault(error, code)
        if request["options"] and not request["made_up"] and "unreached" not in unmade:
            raise
    channel.say(unmade=unmade)
    connector: Any = object.__new__(kind)
    with contextlib.suppress(BaseException):
        connector.__init__(dict(options))
    return connector


def _size(connector: Any, table: str, options: dict[str, str]) -> dict[str, object]:
    """Give what a connector that can estimate a table's size says of it, under the names that metadata has for it.

    `estimate_table_size(table, options)` gives a dictionary with rows, bytes and loads, or some of them. It is only a help:
    where it fails, that is printed, and the table has no estimate.
    """
    estimate = getattr(connector, "estimate_table_size", None)
    if not callable(estimate):
        return {}
    try:
        found = plain(estimate(table, options))
    except Exception as error:  # noqa: BLE001 (the connector's code may raise anything)
        print(f"estimate_table_size({table!r}): {type(error).__name__}: {error}")  # noqa: T201 (kept with what the code prints)
        return {}
    known = found if isinstance(found, dict) else {}
    return {f"estimated_{what}": known[what] for what in ("rows", "bytes", "loads") if what in known}


def _listed(value: Any) -> object:
    """Give what `list_tables` gave as a list, were it an endless generator; what is no series of names, as `plain` gives it."""
    if value is None or isinstance(value, str | bytes | int | float | dict) or not hasattr(value, "__iter__"):
        return {"not": type(value).__name__}
    listed = sorted(value, key=str) if isinstance(value, set | frozenset) else list(islice(value, _MOST_TABLES + 1))
    return {"more": _MOST_TABLES} if len(listed) > _MOST_TABLES else plain(listed)


if __name__ == "__main__":
    main()
