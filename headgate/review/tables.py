"""What changes for tables: which are added, removed, moved or read otherwise, and which of that would lose data. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from headgate.review.facts import Argument
from headgate.review.model import Finding, TableChange, TableKind
from headgate.review.whereabouts import Place, places
from headgate.tables.names import Names, blurred

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from headgate.review.context import Agreed, Context
    from headgate.review.facts import Held
    from headgate.review.whereabouts import Whole
    from headgate.tables.ids import TableId

# Options that are part of how a streaming table is kept: another value takes effect only with a full refresh.
KEEPING = ("scd_type", "primary_keys", "sequence_by")
# Of pipelines in default publishing mode, as ours are. Source: https://docs.databricks.com/aws/en/ldp/unity-catalog
_INACTIVE = "the pipeline's next update makes it inactive, and it can be queried until somebody drops it"


@dataclass
class Tables:
    """What was found about tables."""

    changes: list[TableChange] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, level: str, code: str, place: Place, message: str, subject: str = "") -> None:
        """Add a finding about a table, or another `subject`, in the pipeline's stack."""
        finding = Finding(level, code, subject or place.held.label, message, place.pipeline.stack)  # type: ignore[arg-type]  # callers name a level
        self.findings.append(finding)


def table_changes(pipelines: Sequence[Whole], contexts: Mapping[str, Context], stacks: Collection[str] = ()) -> Tables:
    """Give what changes for each table, in order of tables, and the findings.

    `contexts` by connector; `stacks`: those that the review has plans of.
    """
    found = Tables()
    here = {(pipeline.connector, pipeline.id) for pipeline in pipelines}
    lacking = {name for name, context in contexts.items() if context.stacks - {*stacks}}

    def elsewhere(agreed: str, pipeline: Whole) -> bool:
        """Whether the lock has a table in a pipeline of a stack that is not part of the review: there it may well be."""
        return pipeline.connector in lacking and (pipeline.connector, agreed) not in here

    before, after = places(pipelines, after=False), places(pipelines, after=True)
    labels = {table: its[0].held.label for table, its in [*before.items(), *after.items()]}
    sources = _by_source(before), _by_source(after)
    for table in sorted(before.keys() | after.keys(), key=lambda table: labels[table]):
        old, new = before.get(table, []), after.get(table, [])
        context = contexts.get((new or old)[0].pipeline.connector)
        if not old:
            _added(found, new, sources[0], context)
        elif not new:
            _removed(found, old[0], sources[1], context, elsewhere)
        elif not {_id(place) for place in old} & {_id(place) for place in new}:
            _moved(found, old[0], new[0], context)
        else:
            _compared(found, old, new, context)
    _overlaps(found, pipelines, after)
    _to_come(found, before, after, contexts)
    return found


def _added(found: Tables, new: list[Place], before: Names[Place], context: Context | None) -> None:
    place = new[0]
    elsewhere = _other_destination(place.held, before)
    reason = f"its destination was {elsewhere.held.destination}" if elsewhere else "new"
    if known := context.recorded.get(place.held.table) if context else None:
        reason = f"not new: it is recorded in {known}, and no state has it"
    found.changes.append(_change("added", place.held, context, after=place, reason=reason))


def _removed(
    found: Tables,
    place: Place,
    after: Names[Place],
    context: Context | None,
    elsewhere: Callable[[str, Whole], bool],
) -> None:
    pipeline = place.pipeline
    now = _other_destination(place.held, after)
    if pipeline.deleted:
        reason = f"dropped with pipeline {pipeline.id}, which is destroyed"
    elif pipeline.forgotten:
        runs = " and which runs on" if pipeline.continuous else ""
        reason = f"left in the workspace with pipeline {pipeline.id}, which no stack has any more{runs}"
        found.find("attention", "table-left", place, reason)
    elif pipeline.drops:
        reason = (
            "dropped at the pipeline's next update, as its setting pipelines.dropInactiveTables says; for 7 days it comes back "
            "with its row"
        )
        found.find("loss", "table-dropped", place, reason)
    else:
        reason = f"no longer read: {_INACTIVE}"
        if now:
            reason = f"its destination becomes {now.held.destination}, which starts empty; of this one, {_INACTIVE}"
        found.find("attention", "destination-changed" if now else "table-removed", place, reason)
    agreed = context.agreed.get(place.held.table) if context else None
    if agreed and context and not context.retired and not elsewhere(agreed.pipeline, pipeline):
        message = f"no pipeline would read it any more, and the lock has it in {agreed.pipeline}"
        found.find("loss", "table-lost", place, message)
    found.changes.append(_change("removed", place.held, context, before=place, reason=reason))


def _moved(found: Tables, old: Place, new: Place, context: Context | None) -> None:
    agreed = context.agreed.get(new.held.table) if context else None
    way = f"{old.pipeline.before_id} → {new.pipeline.id}"
    made = agreed is not None and agreed.hands_over(old.pipeline.id, new.pipeline.id)
    if made:
        reason = "its handover is recorded as made"
    else:
        fate = "is destroyed with its tables" if old.pipeline.deleted else "still owns the streaming table"
        reason = "no handover is recorded as made"
        message = f"no handover {way} is recorded as made, and {old.pipeline.before_id} {fate}"
        found.find("loss", "move-without-handover", new, message)
    options = _options(old.held, new.held)
    if named := _named_otherwise(found, old.held, new):
        reason = f"{reason}; {named}"
    found.changes.append(_change("moved", new.held, context, before=old, after=new, reason=reason, options=options))
    _kept_otherwise(found, new, options)


def _compared(found: Tables, old: list[Place], new: list[Place], context: Context | None) -> None:
    """Tell what differs of a table that stays in its pipeline."""
    ids = {_id(place): place for place in old}
    place = next(place for place in new if _id(place) in ids)
    was = ids[_id(place)]
    options, named = _options(was.held, place.held), _named_otherwise(found, was.held, place)
    if options or named:
        reason = "; ".join(part for part in (named, "its options change" if options else "") if part)
        found.changes.append(_change("changed", place.held, context, was, place, reason, options))
    if options:
        _kept_otherwise(found, place, options)


def _named_otherwise(found: Tables, before: Held, place: Place) -> str:
    """Say what differs in the name of a table that is still the same; empty where nothing does.

    An append flow is named after its source table, and what Databricks knows of a flow's progress goes by its name; whether
    that knows capitals isn't documented.
    """
    now = place.held
    if before.label == now.label:
        return ""
    again = "an append flow goes by its source table's name, so its table may be read again from the source's beginning"
    if blurred(before.source_table) != blurred(now.source_table):
        message = f"is read from {now.source_table} instead of {before.source_table}, and keeps what it holds; {again}"
        found.find("attention", "source-changed", place, message)
        return f"it was read from {before.source_table}"
    if before.source_table != now.source_table:
        message = f"its source table was spelled {before.source_table}, and a source may know capitals; {again}"
        found.find("attention", "source-respelled", place, message)
    return f"spelled otherwise, it was {before.label}; nothing of it is lost"


def _kept_otherwise(found: Tables, place: Place, options: Sequence[Argument]) -> None:
    names = [option.path for option in options if option.path.lower() in KEEPING]
    if names:
        message = (
            f"{' and '.join(names)} can't change without a full refresh, which reads it again from what the source still has"
        )
        found.find("loss", "full-refresh", place, message)


def _overlaps(found: Tables, pipelines: Sequence[Whole], after: Mapping[TableId, list[Place]]) -> None:
    """Find tables that two pipelines would write, and source tables that one pipeline would read once of two times."""
    for its in after.values():
        names = sorted({place.pipeline.id for place in its})
        if len({_id(place) for place in its}) > 1:
            found.find("loss", "table-in-two-pipelines", its[0], f"would be written by {' and '.join(names)}")
        elif len(its) > 1:
            found.find("loss", "destination-twice", its[0], f"is written twice by {names[0]}")
    for pipeline in pipelines:
        tables = pipeline.after or ()
        counts = Counter(held.source_table for held in tables)
        for held in {held.source_table: held for held in tables if counts[held.source_table] > 1}.values():
            message = f"is twice in {pipeline.id}, which reads a source table once: the other is silently lost"
            found.find("loss", "source-twice", Place(pipeline, held), message)


def _to_come(
    found: Tables, before: Mapping[TableId, list[Place]], after: Mapping[TableId, list[Place]], contexts: Mapping[str, Context]
) -> None:
    """Tell the moves that the lock plans: their handover comes before the files change."""
    known = {place.held.table: place for its in [*before.values(), *after.values()] for place in its}
    for _, context in sorted(contexts.items()):
        for table, agreed in sorted(context.agreed.items(), key=lambda entry: entry[0].spelled):
            place = known.get(table)
            if agreed.state == "planned" and place and place.pipeline.id == agreed.pipeline:
                reason = f"is to be handed over from {agreed.pipeline} to {agreed.to}; until then nothing of it changes"
                found.find("attention", "move-planned", place, reason)
                found.changes.append(_to_move(place, agreed, context, "to be handed over"))


def _to_move(place: Place, agreed: Agreed, context: Context, reason: str) -> TableChange:
    weight = context.weights.get(place.held.table)
    held = place.held
    return TableChange("to move", held.source_table, held.destination, agreed.pipeline, agreed.to, weight, (), reason)


def _by_source(places: Mapping[TableId, list[Place]]) -> Names[Place]:
    """Give where each source table goes to, a place for each destination."""
    return Names((its[0].held.source_table, its[0]) for its in places.values())


def _other_destination(held: Held, others: Names[Place]) -> Place | None:
    """Give the one place that the source table goes to on the other side, if that has another destination."""
    same = others.find(held.source_table)
    return same[0] if len(same) == 1 and same[0].held.table != held.table else None


def _options(before: Held, after: Held) -> tuple[Argument, ...]:
    names = sorted(before.options.keys() | after.options.keys())
    pairs = [(name, before.options.get(name), after.options.get(name)) for name in names]
    return tuple(Argument(name, old, new) for name, old, new in pairs if old != new)


def _change(
    kind: TableKind,
    held: Held,
    context: Context | None,
    before: Place | None = None,
    after: Place | None = None,
    reason: str = "",
    options: Sequence[Argument] = (),
) -> TableChange:
    weight: Any = context.weights.get(held.table) if context else None
    old, new = before.pipeline.before_id if before else "", after.pipeline.id if after else ""
    return TableChange(kind, held.source_table, held.destination, old, new, weight, tuple(options), reason)


def _id(place: Place) -> tuple[str, str]:
    return place.pipeline.connector, place.pipeline.id
