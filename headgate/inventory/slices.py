"""A table too heavy for one pipeline, cut by one of its options into slices that are balanced like tables. Pure.

A streaming table belongs to one pipeline, so each slice is a row of its own: the same source table, a part of the option's
values, and a destination of its own. The first keeps the table's, and so its history.
"""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from headgate.inventory.cells import MOST_WEIGHT
from headgate.names import catalog_name_fault
from headgate.numbers import counted
from headgate.problems import InputError, Problem, did_you_mean, refuse, short
from headgate.tables.names import Names, blurred

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from headgate.inventory.row import TableRow

SliceState = Literal["new", "same", "changed", "back", "gone"]
_DIGITS = 9  # of a slice's weight: no more than a person can compare
_NAMED = re.compile(r"(?P<stem>.+)_[sS](?P<number>[0-9]{3,})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice as it is now, and how it came to be so.

    row: of the inventory, from 1. state: new; same; changed; back, where it was marked gone and holds values again; gone,
    where none of its values is left. A gone one still names the values that it read last, for an empty option could mean
    all of them; they are reported as removed.
    """

    destination: str
    row: int
    values: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    weight: float | None
    state: SliceState


@dataclass(frozen=True, slots=True)
class Sliced:
    """The inventory, and the table's slices in it."""

    tables: tuple[TableRow, ...]
    slices: tuple[Slice, ...]


@dataclass(slots=True)
class _Row:
    """A slice in the making. place: in the inventory, None for a new one. before: the values that it had."""

    table: TableRow
    number: int
    before: list[str]
    place: int | None
    kept: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.table.status != "gone"

    @property
    def same(self) -> bool:
        return self.place is not None and self.kept == self.before and not self.added

    @property
    def size(self) -> int:
        return len(self.kept) + len(self.added)

    @property
    def state(self) -> SliceState:
        if self.place is None:
            return "new"
        return "gone" if not self.size else "back" if not self.live else "same" if self.same else "changed"


def slice_table(
    tables: Sequence[TableRow],
    name: str,
    option: str,
    values: Mapping[str, float],
    at_most: int,
    *,
    separator: str = ",",
    weight_of: Callable[[TableRow], float] | None = None,
) -> Sliced:
    """Cut the table `name` (a source table, or a destination where that says more) into slices of at most `at_most` values.

    values: value of the option → what it weighs beside the others, all alike: 1. They are in the option with `separator`
    between. The first time they are spread evenly, in alphabetical order, over as few slices as hold them. From then on each
    stays in its slice, whatever order they come in: new ones fill the emptiest first, then slices marked gone, then new
    slices; removed ones are taken out. A slice without values is marked gone, its row is never taken out. Slices share the
    table's weight by their values; weight_of says it for a row without one. A slice without changes keeps its row as it is.

    Raises InputError where there is no such table or more than one, for values that the option can't hold, and where a
    slice's destination is another table's.
    """
    _check(option, values, at_most, separator)
    rows = _rows(tables, name, option, separator)
    # The first time the values are spread evenly; later ones go where there is room.
    cap = -(-len(values) // -(-len(values) // at_most)) if len(rows) == 1 and len(values) > at_most else at_most
    _keep(rows, values, cap)
    rows += _place(rows, values, option, cap)
    _check_names(tables, rows)
    weights = _weights(rows, values, weight_of)
    loads, estimated = _loads(rows, values, "loads"), _loads(rows, values, "estimated_loads")
    for row, given, guessed in zip(rows, loads, estimated, strict=True):
        row.table = replace(row.table, loads=given, estimated_loads=guessed)
    return _assemble(tables, rows, option, separator, weights)


def _check(option: str, values: Mapping[str, float], at_most: int, separator: str) -> None:
    problems = [] if values else [Problem("there are no values", "name the values that the table is to be cut by")]
    if at_most < 1:
        problems.append(Problem(f"{counted(at_most, 'value')} at most hold nothing", "ask for 1 or more"))
    if not option.strip():
        raise InputError("the option has no name", "name the option that the table is to be cut by, such as tags")
    if not separator.strip():
        problems.append(Problem("the separator is empty", "give what the source splits the option's values by, such as ,"))
        raise InputError(problems)
    for value, weight in values.items():
        if fault := value_fault(value, separator):
            problems.append(Problem(f"the value {short(value)} {fault}", "take it out"))
        if not 0 <= weight < math.inf:
            problems.append(Problem(f"the value {short(value)} weighs {weight}", "give 0 or more"))
    refuse(problems)


def value_fault(value: str, separator: str) -> str:
    """Say why a value can't be among others in an option; empty where it can."""
    if not value or value != value.strip():
        return "is empty" if not value.strip() else "begins or ends with a space"
    return f"holds the separator {separator!r}" if separator in value else ""


def _rows(tables: Sequence[TableRow], name: str, option: str, separator: str) -> list[_Row]:
    """Give the table's rows, the first slice first. Rows with one source table and one stem of a name belong together."""
    named = Names((word, _family(table, option)) for table in tables for word in (table.source_table, _stem(table, option)[0]))
    families = list(dict.fromkeys(named.find(name)))
    if not families:
        raise InputError(f"the inventory has no table {short(name)}", did_you_mean(name, {one.source_table for one in tables}))
    stems = Names((_stem(table, option)[0], _family(table, option)) for table in tables)
    chosen = [family for family in dict.fromkeys(stems.find(name)) if family in families] if len(families) > 1 else families
    if len(chosen) != 1:
        places = ", ".join(".".join(part for part in family[1:] if part) for family in sorted(families))
        raise InputError(f"{short(name)} is {len(families)} tables: {places}", "slice it by the destination's name of one")
    (family,) = chosen
    found = [
        _Row(table, _stem(table, option)[1], _split(table, option, separator), place)
        for place, table in enumerate(tables)
        if _family(table, option) == family
    ]
    return sorted(found, key=lambda row: row.number)


def _family(table: TableRow, option: str) -> tuple[str, ...]:
    """Give what the slices of one table have in common, however each of them is spelled."""
    parts = (table.source_table, table.destination_catalog, table.destination_schema, _stem(table, option)[0])
    return tuple(blurred(part) for part in parts)


def _stem(table: TableRow, option: str) -> tuple[str, int]:
    """Give the name that a slice's destination begins with, and the slice's number: 1 for a table that is no later slice."""
    parts = _NAMED.fullmatch(table.destination_table)
    if option in table.options and parts and int(parts["number"]) > 1:
        return parts["stem"], int(parts["number"])
    return table.destination_name, 1


def _split(table: TableRow, option: str, separator: str) -> list[str]:
    text = table.options.get(option, "")
    if not isinstance(text, str):
        message = f"{short(table.destination_name)} holds {short(option)} as {type(text).__name__}, and it is cut as text"
        raise InputError(message, f"write the values as one text with {separator!r} between, or take the option out")
    return list(dict.fromkeys(part.strip() for part in text.split(separator) if part.strip()))


def _keep(rows: Sequence[_Row], values: Collection[str], cap: int) -> None:
    """Leave each value where it is, once, as far as there is room; live slices come before those marked gone."""
    seen: set[str] = set()
    for row in sorted(rows, key=lambda row: not row.live):
        row.kept = [value for value in row.before if value in values and value not in seen][:cap]
        seen.update(row.kept)


def _place(rows: Sequence[_Row], values: Collection[str], option: str, cap: int) -> list[_Row]:
    """Give each value without a slice one: where there is room, then one marked gone, then a new one. Give the new ones."""
    fresh = sorted(set(values) - {value for row in rows for value in row.kept})
    fresh = _fill([row for row in rows if row.live or row.kept], fresh, cap)
    for row in rows:
        if not row.size:
            fresh = _fill([row], fresh, cap)
    first = rows[0].table
    model = replace(first, destination_table=_stem(first, option)[0], status="")
    count, last = -(-len(fresh) // cap), rows[-1].number
    new = [
        _Row(replace(model, destination_table=f"{model.destination_table}_s{number:03d}"), number, [], None)
        for number in range(last + 1, last + 1 + count)
    ]
    _fill(new, fresh, cap)
    return new


def _fill(rows: Sequence[_Row], fresh: list[str], cap: int) -> list[str]:
    """Give values to the rows with room, the emptiest first, neighbours together; give back those that found none."""
    heap = [(row.size, number) for number, row in enumerate(rows) if row.size < cap]
    heapq.heapify(heap)
    shares: Counter[int] = Counter()
    while heap and shares.total() < len(fresh):
        size, number = heapq.heappop(heap)
        shares[number] += 1
        if size + 1 < cap:
            heapq.heappush(heap, (size + 1, number))
    for number, row in enumerate(rows):
        row.added += fresh[: shares[number]]
        fresh = fresh[shares[number] :]
    return fresh


def _check_names(tables: Sequence[TableRow], rows: Sequence[_Row]) -> None:
    problems = []
    taken = {_destination(table): number for number, table in enumerate(tables, 1)}
    for table in (row.table for row in rows if row.place is None):
        if fault := catalog_name_fault(table.destination_table):
            message = f"a slice's destination {short(table.destination_table)} {fault}"
            problems.append(Problem(message, "give the table a shorter destination_table"))
        elif number := taken.get(_destination(table)):
            message = f"a slice would go to {table.destination_table}, as the table in row {number} does"
            problems.append(Problem(message, "give that table another destination_table"))
    refuse(problems)


def _destination(table: TableRow) -> tuple[str, ...]:
    """Give what tells a row's destination from those of the other rows."""
    return tuple(blurred(name) for name in (table.destination_catalog, table.destination_schema, table.destination_name))


def _weights(
    rows: Sequence[_Row],
    values: Mapping[str, float],
    weight_of: Callable[[TableRow], float] | None,
    given: Callable[[TableRow], float | None] = lambda row: row.weight,
) -> list[float | None]:
    """Give each slice's weight, or another load: what its values brought along, and for each new one what a value has in all.

    A value that is no longer known counts as the mean. Where a slice has no weight, the new ones have none either.
    """
    total = math.fsum(values.values())

    def share(names: Collection[str]) -> float:
        return math.fsum(values.get(name, total / len(values)) for name in names) if total else float(len(names))

    known = [given(row.table) if row.place is not None else None for row in rows]
    before = [row.before for row in rows]
    old = [number for number, row in enumerate(rows) if row.place is not None]
    if len(old) == 1 and len(rows) > 1 and known[0] is None and weight_of:
        known[0] = weight_of(rows[0].table)
    if len(old) == 1 and not before[0]:
        before[0] = list(values)  # without the option a table reads all of them
    asked = [number for number in old if rows[number].live] or old
    weights = [weight for number in asked if (weight := known[number]) is not None]
    whole, whole_share = math.fsum(weights), math.fsum(share(before[number]) for number in asked)
    found: list[float | None] = []
    for row, weight, had in zip(rows, known, before, strict=True):
        if row.same or not row.size or not whole_share or len(weights) < len(asked):
            found.append(weight)
        elif row.place is not None and weight is None:
            found.append(None)
        else:
            kept = (weight or 0.0) * (share(row.kept) / share(had)) if share(had) else 0.0
            found.append(min(float(f"{kept + whole * (share(row.added) / whole_share):.{_DIGITS}g}"), MOST_WEIGHT))
    return found


def _loads(
    rows: Sequence[_Row], values: Mapping[str, float], field: Literal["loads", "estimated_loads"]
) -> list[dict[str, float]]:
    """Give each slice's loads, parted as weights are."""
    found: list[dict[str, float]] = [{} for _ in rows]
    for name in sorted({name for row in rows for name in getattr(row.table, field)}):

        def given(row: TableRow, name: str = name) -> float | None:
            loads: Mapping[str, float] = getattr(row, field)
            return loads.get(name)

        for its, amount in zip(found, _weights(rows, values, None, given), strict=True):
            its.update({} if amount is None else {name: amount})
    return found


def _assemble(
    tables: Sequence[TableRow], rows: Sequence[_Row], option: str, separator: str, weights: Sequence[float | None]
) -> Sliced:
    """Put the rows into the inventory, new ones after the table's last."""
    finished = [_finished(row, option, separator, weight) for row, weight in zip(rows, weights, strict=True)]
    last = max(row.place for row in rows if row.place is not None)
    by_place = {row.place: table for row, table in zip(rows, finished, strict=True) if row.place is not None}
    new = [table for row, table in zip(rows, finished, strict=True) if row.place is None]
    whole = [by_place.get(place, table) for place, table in enumerate(tables)]
    whole[last + 1 : last + 1] = new
    numbers = {_destination(table): number for number, table in enumerate(whole, 1)}
    told = [_told(row, table, numbers[_destination(table)]) for row, table in zip(rows, finished, strict=True)]
    return Sliced(tuple(whole), tuple(told))


def _finished(row: _Row, option: str, separator: str, weight: float | None) -> TableRow:
    if not row.size:
        return replace(row.table, status="gone")
    if row.same:
        return replace(row.table, status="", weight=weight)
    options = {**row.table.options, option: separator.join([*row.kept, *row.added])}
    return replace(row.table, options=options, status="", weight=weight)


def _told(row: _Row, table: TableRow, number: int) -> Slice:
    removed = tuple(value for value in row.before if value not in row.kept) if row.live or row.size else ()
    now = (*row.kept, *row.added)
    return Slice(table.destination_name, number, now, tuple(row.added), removed, table.weight, row.state)
