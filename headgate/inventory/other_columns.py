"""Columns of the community connectors' own generators, as those generators mean them.

Source: databrickslabs/lakeflow-community-connectors, pull requests 15 (tools/ingestion_dab_generator) and 42
(tools/load_balanced_deployment).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.problems import Problem

CONFIGURATION = "table_configuration_json"
OTHERS = (CONFIGURATION, "prefix", "priority")
_OURS, _GROUP = "table_options_json", "pipeline_group"
_NOTHING = ("", "{}")


def in_our_columns(cells: dict[str, str], place: Problem) -> Iterator[Problem]:
    """Put a row's cells into our columns, and say which can't be: problems at `place`.

    `table_configuration_json` are the table's options where `table_options_json` has none. A row without a group is in
    `<prefix>_<priority>`, or `<prefix>` where no priority is given; of a row with one, both are only notes.
    """
    configuration = cells.pop(CONFIGURATION, "").strip()
    if configuration not in _NOTHING:
        ours = cells.pop(_OURS, "").strip()
        cells[CONFIGURATION] = configuration
        if ours not in (*_NOTHING, configuration):
            fix = f"keep one of them; the generator takes {_OURS}"
            yield replace(place, message=f"says otherwise than {_OURS}", fix=fix, column=CONFIGURATION)
    prefix, priority = (cells.pop(name, "").strip() for name in OTHERS[1:])
    if cells.get(_GROUP, "").strip():
        return
    if prefix:
        cells[_GROUP] = f"{prefix}_{priority}" if priority else prefix
    elif priority:
        fix = f"name the group in {_GROUP}, or leave the cell empty"
        yield replace(place, message="says nothing without a prefix", fix=fix, column="priority")
