"""The pipelines of transforms that a layout keeps in mind: which pipeline files there are, and which there were. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.grouped import grouped
from headgate.layout.model import TransformPipeline
from headgate.numbers import counted
from headgate.problems import Problem, RefusedError, refuse
from headgate.tables.names import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from headgate.layout.model import Layout

ID_FIX = "give the file another id (`deploy: {id: …}`), or `headgate rename` the other pipeline"


def living_transforms(layout: Layout) -> list[str]:
    """Give the ids of pipelines of transforms that are to be there."""
    return [one.id for one in layout.transforms if one.left is None]


def leaving_transforms(layout: Layout, target: str) -> list[str]:
    """Give the ids of those that left, and that a target may still have."""
    return [one.id for one in layout.transforms if target in (one.left or ())]


def transform_misfits(layout: Layout, ids: Collection[str]) -> list[str]:
    """Give what does not fit the pipeline files with these ids, a sentence each."""
    living = living_transforms(layout)
    found = [f"pipeline of transforms '{name}' is not in it" for name in ids if name not in living]
    return found + [f"pipeline of transforms '{name}' has no pipeline file any more" for name in living if name not in ids]


def with_transforms(layout: Layout, made: Mapping[str, Collection[str]], targets: Collection[str]) -> Layout:
    """Give the layout with these pipelines of transforms: new ones come, and those that are no more leave in all `targets`.

    made: each one's id → catalog.schema.table of all that it makes in any target. One that left comes back only
    before any target has recorded that it forgot it. Raises RefusedError for any other.
    """
    retired = {entry.target for entry in layout.retired if entry.done}
    still = tuple(target for target in targets if target not in retired)
    before = {one.id: one for one in layout.transforms}
    refuse(
        (
            Problem(
                f"pipeline of transforms '{name}' left, and where it was deployed it is still there, with its tables",
                "give the file another id (`deploy: {id: …}`), and its tables other names, or drop those before",
            )
            for name in made
            if name in before and before[name].left is not None and not {*still} <= {*(before[name].left or ())}
        ),
        RefusedError,
    )
    gone = [one if one.left is not None else one.leaving(still) for name, one in before.items() if name not in made]
    found = [*gone, *(TransformPipeline(name, tables=tuple(sorted(tables))) for name, tables in made.items())]
    return replace(layout, transforms=tuple(sorted(found, key=lambda one: one.id)))


def transform_notes(before: Layout | None, after: Layout) -> Iterator[str]:
    """Say which pipelines of transforms come, and which leave, a sentence each."""
    living = living_transforms(before) if before else []
    now = living_transforms(after)
    for name in now:
        if name not in living:
            yield f"pipeline of transforms '{name}' comes"
    for name in living:
        if name not in now:
            yield (
                f"pipeline of transforms '{name}' leaves: the workspace keeps it, with its tables, and no job starts it; "
                f"was its file renamed, say `deploy: {{id: {name}}}` in it, and balance again"
            )


def forgotten(layout: Layout, target: str, ids: Iterable[str]) -> Layout:
    """Give the layout in which these, that left, are recorded as forgotten in a target."""
    names = {*ids}

    def settled(one: TransformPipeline) -> TransformPipeline:
        if one.left is None or one.id not in names:
            return one
        return one.leaving(tuple(name for name in one.left if name != target))

    return replace(layout, transforms=tuple(map(settled, layout.transforms)))


def taken_tables(before: Layout | None, after: Layout, places: Mapping[str, tuple[str, int]]) -> Iterator[Problem]:
    """Say which pipelines of transforms make tables of another, which keeps them.

    That is one that made them when the lock was written, or one that left and that some target may still have. places: file
    and line that name each pipeline, by its id.
    """
    living, known = living_transforms(after), before.transforms if before else ()
    holders = [*(one for one in known if one.id in living), *(one for one in after.transforms if one.left)]
    held = {folded(table): one.id for one in holders for table in one.tables}
    for one in after.transforms:
        pairs = ((held.get(folded(table), one.id), table) for table in one.tables if one.left is None)
        for old, tables in grouped(pairs).items():
            if old == one.id:
                continue
            more = f" and {counted(len(tables) - 1, 'more table', 'more tables')}" if len(tables) > 1 else ""
            message = f"'{one.id}' would make {tables[0]}{more} of pipeline of transforms '{old}', which keeps its tables"
            fix = "leave them to that, or call them something else"
            if old not in living:
                fix = (
                    f"was the file renamed, say `deploy: {{id: {old}}}` in it (of several files `pipeline: {old}`); "
                    "else call its tables something else"
                )
            file, line = places[one.id]
            yield Problem(f"{message}: each update would fail", fix, file, line, path="deploy")


def id_clashes(layout: Layout) -> Iterator[str]:
    """Say which pipelines of transforms have, or had, an id that is another's, a sentence each."""
    taken = {one.id for one in layout.pipelines} | {one.id for one in layout.left}
    taken |= {one.renamed.before for one in layout.pipelines if one.renamed}
    for one in layout.transforms:
        if one.id == layout.connector:
            yield f"pipeline of transforms '{one.id}' has the connector's id"
        elif one.id in taken:
            yield f"pipeline of transforms '{one.id}' has the id of a pipeline that ingests"
