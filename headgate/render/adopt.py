"""What is taken over of a workspace, and what is left alone, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.numbers import counted
from headgate.render.tables import table_text
from headgate.visible import seen

if TYPE_CHECKING:
    from headgate.adopt.model import Adoption, Left


def adoption_text(made: Adoption, width: int | None = None) -> str:
    """Give the pipelines as a table, and below it what is left alone, each with its reasons."""
    tables = [placement.pipeline for placement in made.layout.tables]
    rows = [
        (id_, seen(one.name), str(tables.count(id_)), one.schedule or "-", seen(made.jobs.get(id_, "-")))
        for id_, one in sorted(made.adopted.pipelines.items())
    ]
    columns = ("id in the lock", "pipeline", "tables", "schedule", "job")
    head = f"{counted(len(rows), 'pipeline')} with {counted(len(tables), 'table')} taken over as they are"
    parts = [head, table_text(columns, rows, (2,), width=width, spare=(4, 3))]
    if made.left:
        parts += ["", f"{counted(len(made.left), 'pipeline or job', 'pipelines and jobs')} left alone", *map(_left, made.left)]
    return "\n".join(parts)


def _left(one: Left) -> str:
    whose = f"{one.kind} {one.name or one.id}" + (f" ({one.id})" if one.id and one.name else "")
    return seen(f"  {whose}: {'; '.join(one.why)}")
