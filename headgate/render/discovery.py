"""What a discovery did, for a person and for a program. Pure."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

from headgate.inventory.row import UNVERIFIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.discovery.request import DiscoveryResult

_MOST = 20
_OPEN = "(not known yet)"
_CHANGES = ("added", "gone", "back", "changed")


def as_text(result: DiscoveryResult) -> str:
    """Give a table of groups and the names that are new, gone, back or changed since the last discovery."""
    groups = _groups(result)
    width = max(len(group) for group in (*groups, "group"))
    lines = [f"{result.csv}: {_tables(sum(groups.values()))}", "", f"{'group':<{width}}  tables"]
    lines += [f"{group:<{width}}  {count:>6}" for group, count in groups.items()]
    changes = {} if result.first else {kind: _changed(result, kind) for kind in _CHANGES}
    lines += [""] if any(changes.values()) else []
    lines += [f"{kind} ({len(names)}): {_some(names)}" for kind, names in changes.items() if names]
    if result.first:
        lines += ["", "first discovery: all tables are new"]
    elif not any(changes.values()):
        lines += ["", "nothing changed"]
    return "\n".join(lines)


def as_json(result: DiscoveryResult, connector: str) -> str:
    """Give the same as a JSON object, with every name."""
    groups = _groups(result)
    return json.dumps(
        {
            "connector": connector,
            "file": str(result.csv),
            "read": str(result.own_csv),
            "starter": str(result.scaffold) if result.scaffold else None,
            "tables": sum(groups.values()),
            "groups": groups,
            **{kind: _changed(result, kind) for kind in _CHANGES},
            "unverified": [table.source_table for table in result.merged.tables if table.status == UNVERIFIED],
            "failed": [{"table": failure.table, "message": failure.message} for failure in result.found.failed],
        },
        indent=2,
        ensure_ascii=False,
    )


def _groups(result: DiscoveryResult) -> dict[str, int]:
    return dict(
        sorted(Counter(table.pipeline_group or _OPEN for table in result.merged.tables if table.status != "gone").items())
    )


def _changed(result: DiscoveryResult, kind: str) -> list[str]:
    return list(getattr(result.merged, kind))


def _tables(count: int) -> str:
    return f"{count} table{'' if count == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
