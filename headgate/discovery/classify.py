"""Which category a table belongs to: pure, from lists and prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INVENTED = "core"


def listed(lists: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give each table's category by the source's own lists (category → tables).

    A table in several belongs to the shortest, so that a list of all tables beside the others changes nothing; of equally
    long ones to the first.
    """
    categories: dict[str, str] = {}
    for category, tables in sorted(lists.items(), key=lambda item: len(item[1])):
        for table in tables:
            categories.setdefault(table, category)
    return categories


def category(table: str, prefixes: Mapping[str, str]) -> str:
    """Give a table's category by its name: that of the longest prefix that it starts with, empty where there is none.

    A prefix is plain text: `pi_ev` matches `pi_event_frames`, and one that is to end at an underscore has it.

    >>> category("crm_contacts", {}), category("crm_contacts", {"crm_": "sales"})
    ('', 'sales')
    """
    return prefixes[max(matching, key=len)] if (matching := [prefix for prefix in prefixes if table.startswith(prefix)]) else ""


def invented(table: str) -> str:
    """Give the category that discoveries made of a table's name once: its first word, or `core`. Nobody declared it.

    >>> invented("crm_contacts"), invented("contacts")
    ('crm', 'core')
    """
    word, underscore, _ = table.partition("_")
    return word.strip().lower() if underscore and word.strip() else _INVENTED
