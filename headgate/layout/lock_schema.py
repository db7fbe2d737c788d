"""The form of `layout.lock`: a pydantic model of its JSON, from which the layout is made."""

from __future__ import annotations

import json
import re
from typing import Any, Literal

from pydantic import Field

from headgate.layout.model import Asked, Layout, Left, Move, Pipeline, Placement, Retirement, TransformPipeline
from headgate.tables.ids import TableId
from headgate.validation import Destination, Id, StrictModel, parse_as

_BETWEEN = re.compile(r"[\s,:]*")
_ENTRY = 2  # the length of an entry's path: the list's name and its number


class _Table(StrictModel):
    """A table's entry, which names both sides of its `TableId`."""

    source_table: str
    destination: Destination
    pipeline: Id
    move: Move | None = None

    @property
    def placement(self) -> Placement:
        """The entry as the layout has it."""
        return Placement(TableId(self.source_table, self.destination), self.pipeline, self.move)


class _Lock(StrictModel):
    """The whole file. A list ends with null, for the sake of merges."""

    format: Literal[1]
    connector: str
    asked: Asked
    pipelines: list[Pipeline | None]
    tables: list[_Table | None]
    left: list[Left | None]
    retired: list[Retirement | None]
    transforms: list[TransformPipeline | None] = Field(default_factory=list)


def layout_in(text: str, file: str, fix: str) -> Layout:
    """Give the layout that a lock's text says, sorted.

    Raises InputError with every value of another form, each with the line on which its entry begins.
    """
    lines: dict[str, list[int]] = {}

    def line(path: tuple[Any, ...]) -> int | None:
        if len(path) < _ENTRY:
            return None
        name, number = path[:_ENTRY]
        lines.setdefault(name, entry_lines(text, name))
        return lines[name][number] if isinstance(number, int) else None

    lock = parse_as(_Lock, text, file, fix, line=line)
    placements = (table.placement for table in lock.tables if table)
    return Layout(
        lock.connector,
        lock.asked,
        tuple(sorted(filter(None, lock.pipelines), key=lambda pipeline: pipeline.id)),
        tuple(sorted(placements, key=lambda placement: placement.table.spelled)),
        tuple(sorted(filter(None, lock.left), key=lambda left: left.id)),
        tuple(sorted(filter(None, lock.retired), key=lambda retirement: retirement.target)),
        tuple(sorted(filter(None, lock.transforms), key=lambda one: one.id)),
    )


def entry_lines(text: str, name: str) -> list[int]:
    """Give the line on which each entry of the lock's list `name` begins, from 1; `text` is a JSON object."""
    decode = json.JSONDecoder().raw_decode

    def after(at: int) -> int:
        return _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too

    lines: list[int] = []
    at = after(text.index("{") + 1)
    while text[at] != "}":
        key, at = decode(text, at)
        at = after(at)
        if key == name and text[at] == "[":
            lines, at = [], after(at + 1)
            while text[at] != "]":
                lines.append(text.count("\n", 0, at) + 1)
                at = after(decode(text, at)[1])
            at = after(at + 1)
        else:
            at = after(decode(text, at)[1])
    return lines
