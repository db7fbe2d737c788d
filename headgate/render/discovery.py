"""What a discovery did, as text. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from headgate.numbers import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.discovery.request import DiscoveryResult

_MOST = 20
_CHANGES = ("added", "gone", "back", "changed")


def as_text(result: DiscoveryResult) -> str:
    """Give a table of groups and the names that are new, gone, back or changed since the last discovery."""
    groups = groups_of(result)
    width = max(len(group) for group in (*groups, "group"))
    lines = [f"{result.csv}: {counted(sum(groups.values()), 'table')}", "", f"{'group':<{width}}  tables"]
    lines += [f"{group:<{width}}  {count:>6}" for group, count in groups.items()]
    changes = {} if result.first else {kind: list(getattr(result.merged, kind)) for kind in _CHANGES}
    lines += [""] if any(changes.values()) else []
    lines += [f"{kind} ({len(names)}): {_some(names)}" for kind, names in changes.items() if names]
    if result.first:
        lines += ["", "first discovery: all tables are new"]
    elif not any(changes.values()):
        lines += ["", "nothing changed"]
    return "\n".join(lines)


def groups_of(result: DiscoveryResult) -> dict[str, int]:
    """Give group → how many tables it has that are not gone."""
    return dict(sorted(Counter(table.pipeline_group for table in result.merged.tables if table.status != "gone").items()))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
