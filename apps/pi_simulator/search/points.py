"""Searches for points by a query: `Tag:=Unit0* PointType:=Float32 AND Span:>5 OR Descriptor:=*flow*`.

Source: AVEVA, PI Web API Reference, "PIPoint Search Query Syntax (Core Services)", and PI Server, "Syntax for PI point
searches": the aliases, and that a filter is named once in what AND joins, that values are not searched together with OR, and
that `Float` stands for all types of that name.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from ..errors import PiError
from ..streams.points import attribute, attribute_names
from ..streams.samples import Sample, View
from ..tags import name_of, tag
from ..times import parse
from .comparing import COMPARED
from .grammar import Filter, QueryError, parsed
from .wildcards import pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..tags import Tag
    from ..world import World

    Test = Callable[[int], bool]

_ALIASES = {
    "": "tag",
    "name": "tag",
    "datatype": "pointtype",
    "description": "descriptor",
    "pointclass": "ptclassname",
}
_TYPES = {
    one.lower(): (one,) for one in ("Int16", "Int32", "Float16", "Float32", "Float64", "Digital", "String", "Blob", "Timestamp")
} | {"float": ("Float16", "Float32", "Float64")}
_DATES = {"changedate", "creationdate"}
_FLAGS: dict[str, Callable[[Sample], bool]] = {
    "substituted": lambda sample: sample.substituted,
    "questionable": lambda sample: sample.questionable,
    "annotated": lambda _: False,
    "isgood": lambda sample: sample.good,
}
_OF_VALUES = {"value", "timestamp", *_FLAGS}
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_SHOWN = 200


def _refused(text: str, why: str) -> PiError:
    return PiError(400, f"The parameter 'query' is invalid: {why}: '{text[:_SHOWN]}'.")


def _read(text: str) -> tuple[tuple[Filter, ...], ...]:
    """Read a query, its filters under the names of attributes. Raises PiError 400 for what is none."""
    try:
        alternatives = parsed(text)
    except QueryError as error:
        raise _refused(text, str(error)) from None
    named = tuple(tuple(_named(one, text) for one in filters) for filters in alternatives)
    for filters in named:
        names = [one.name for one in filters]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise _refused(text, f"'{twice[0]}' stands twice in what AND joins")
    every = [one for filters in named for one in filters]
    split = len(named) > 1 or any(one.name == "pointtype" and len(_TYPES.get(one.text.lower(), ())) > 1 for one in every)
    if split and any(one.name in _OF_VALUES for one in every):
        raise _refused(text, "values are not searched together with OR, nor with a type that stands for several")
    return named


def _named(one: Filter, text: str) -> Filter:
    if one.path or one.below is not None or one.sign == "in":
        raise _refused(text, "points are searched by their attributes and their value alone")
    name = _ALIASES.get(one.name, one.name)
    if name not in _OF_VALUES and name not in attribute_names():
        raise _refused(text, f"there is no point attribute '{one.name}'")
    return Filter(name, one.sign, one.values)


def searched(world: World, now: int, text: str) -> Sequence[int]:
    """Give the numbers of the points that pass a query at `now` (ticks). Raises PiError 400 for what is no query."""
    alternatives, archive = _read(text), world.archive
    moves = any(one.name in _OF_VALUES or one.name in _DATES for filters in alternatives for one in filters)
    if moves or archive.compression or archive.history.changed:
        return array("L", _passing(archive.count, text, world, now))
    return _unmoved(archive.count, text)


@lru_cache(maxsize=16)
def _unmoved(count: int, text: str) -> array[int]:
    """Give what passes a query that asks for nothing that time changes."""
    return array("L", _passing(count, text))


def _passing(count: int, text: str, world: World | None = None, now: int = 0) -> Iterator[int]:
    choices = [[_test(one, text, world, now) for one in filters] for filters in _read(text)] or [[]]
    numbers: Iterable[int] = chain(range(count), sorted(world.archive.history.made)) if world else range(count)
    return (number for number in numbers if any(all(test(number) for test in tests) for tests in choices))


def _test(one: Filter, text: str, world: World | None, now: int) -> Test:
    """Give what tries a point by its number: as it is at `now` in a world, or as it was made."""
    changed = world.archive.history.changed if world else frozenset[int]()

    def look(number: int) -> Tag:
        return world.archive.look(number, now) if world else tag(number)

    if one.name in _OF_VALUES:
        if world is None:
            raise _refused(text, "values are not searched here")
        passes, truth = _of_value(one, text, now), world.truth
        return lambda number: passes(View(truth, look(number), now).snapshot())
    if one.name in _DATES:
        moment, compared = _moment(one, text, now), COMPARED[one.sign]
        return lambda number: compared(parse(str(attribute(look(number), one.name)), now), moment)
    if one.name == "pointtype":
        return _of_type(one, text, look)
    fits = _compared(one)
    if one.name == "tag":  # without making the point, for most queries ask for no more
        return lambda number: fits(look(number).name if number in changed else name_of(number))
    return lambda number: fits(attribute(look(number), one.name))


def _moment(one: Filter, text: str, now: int) -> int:
    try:
        return parse(one.text, now)
    except ValueError:
        raise _refused(text, f"'{one.text[:_SHOWN]}' is no time") from None


def _of_type(one: Filter, text: str, look: Callable[[int], Tag]) -> Test:
    if one.sign not in {"=", "<>"}:
        raise _refused(text, "types are equal or not")
    fits = [kind for word, kinds in _TYPES.items() for kind in kinds if word == one.text.lower()]
    if not fits:
        matches = pattern(one.pattern).fullmatch
        fits = [kinds[0] for kinds in _TYPES.values() if matches(kinds[0])]
    if not fits:
        raise _refused(text, f"there is no point type '{one.text[:_SHOWN]}'")
    return lambda number: (look(number).point_type in fits) is (one.sign == "=")


def _of_value(one: Filter, text: str, now: int) -> Callable[[Sample], bool]:
    if one.name == "timestamp":
        moment, compared = _moment(one, text, now), COMPARED[one.sign]
        return lambda sample: compared(sample.time, moment)
    if one.name == "value":
        fits = _compared(one)
        return lambda sample: fits(sample.value["Name"] if isinstance(sample.value, dict) else sample.value)
    wanted = _TRUTHS.get(one.text.lower())
    if wanted is None or one.sign != "=":
        raise _refused(text, f"'{one.name}' is True or False")
    flag = _FLAGS[one.name]
    return lambda sample: flag(sample) is wanted


def _compared(one: Filter) -> Callable[[Any], bool]:
    """Give what compares a value with a filter's: numbers as such, texts by wildcards or in the order of the alphabet."""
    number = _number(one.text)
    if one.sign in {"=", "<>"}:
        matches, positive = pattern(one.pattern).fullmatch, one.sign == "="
        return lambda told: (_equal(told, number) or matches(_text(told)) is not None) is positive
    compared, low = COMPARED[one.sign], one.text.lower()

    def ordered(told: Any) -> bool:
        if isinstance(told, int | float):
            return number is not None and compared(told, number)
        return compared(_text(told).lower(), low)

    return ordered


def _equal(told: Any, number: float | None) -> bool:
    return number is not None and isinstance(told, int | float) and told == number


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
