"""Which category a table belongs to, and which group: pure, from names, lists and prefixes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.definition.model import GroupBy

NO_CATEGORY = "core"
UNKNOWN = "unknown"
ALL = "all"


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
    """Give a table's category by its name: that of the longest prefix that it starts with, else its first word.

    A prefix is plain text: `pi_ev` matches `pi_event_frames`, and one that is to end at an underscore has it. The first word
    is what comes before the first underscore, in lower case; a name without one is in `core`.

    >>> category("crm_contacts", {}), category("contacts", {}), category("crm_contacts", {"crm_": "sales"})
    ('crm', 'core', 'sales')
    """
    matching = [prefix for prefix in prefixes if table.startswith(prefix)]
    if matching:
        return prefixes[max(matching, key=len)]
    word, underscore, _ = table.partition("_")
    return word.strip().lower() if underscore and word.strip() else NO_CATEGORY


def group(category: str, ingestion_type: str, group_by: GroupBy) -> str:
    """Give the group of a table; an empty ingestion type is `unknown`.

    >>> group("core", "snapshot", "category_and_ingestion_type"), group("core", "", "ingestion_type")
    ('core_snapshot', 'unknown')
    """
    kind = ingestion_type or UNKNOWN
    return {"category_and_ingestion_type": f"{category}_{kind}", "ingestion_type": kind, "category": category, "none": ALL}[
        group_by
    ]


def rule_of(ingestion_type: str) -> str:
    """Give the name under which schedules and weights are set for an ingestion type: cdc's also hold for cdc_with_deletes."""
    return "cdc" if ingestion_type == "cdc_with_deletes" else ingestion_type or UNKNOWN
