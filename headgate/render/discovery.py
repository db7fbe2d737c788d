"""What a discovery did, as text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted, some

if TYPE_CHECKING:
    from headgate.discovery.request import DiscoveryResult

_MOST = 20
_CHANGES = ("added", "gone", "back", "changed")


def as_text(result: DiscoveryResult) -> str:
    """Give a table of groups and the names that are new, gone, back or changed since the last discovery."""
    groups = result.groups
    width = max(len(group) for group in (*groups, "group"))
    lines = [f"{result.csv}: {counted(sum(groups.values()), 'table')}", "", f"{'group':<{width}}  tables"]
    lines += [f"{group:<{width}}  {count:>6}" for group, count in groups.items()]
    changes = {} if result.first else {kind: list(getattr(result.merged, kind)) for kind in _CHANGES}
    lines += [""] if any(changes.values()) else []
    lines += [f"{kind} ({len(names)}): {some(names, _MOST)}" for kind, names in changes.items() if names]
    if result.first:
        lines += ["", "first discovery: all tables are new"]
    elif not any(changes.values()) and not result.regrouped:
        lines += ["", "nothing changed"]
    if regrouped := result.regrouped:
        lines += ["", f"groups are by {regrouped.after} now, not by {regrouped.before}: connector.yaml says so"]
    if regrouped and regrouped.moves is not None:
        lines += [f"{counted(regrouped.moves, 'table')} would move to another pipeline for it: `headgate balance` plans that"]
    return "\n".join(lines)
