"""Expressions over tags and attributes, worked out at given times, wherever one of the tags has a value, or summed up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import PiError
from .expressions import BadError, Expression, expression
from .grids import too_many
from .samples import Constant, Sample, View, bad
from .summaries import Series

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Calculation:
    """An expression and what it names."""

    tree: Expression
    views: Mapping[str, View | Constant]

    @property
    def step(self) -> bool:
        """Whether results hold until the next: where all that it names does."""
        return bool(self.views) and all(view.step for view in self.views.values())

    def at(self, times: Sequence[int]) -> list[Sample]:
        """Give the result at each of some times; `Calc Failed` where there is none."""
        told = {name: view.at(times) for name, view in self.views.items()}
        return [_worked_out(self.tree, time, {name: told[name][at] for name in told}) for at, time in enumerate(times)]

    def recorded(self, start: int, end: int, most: int) -> list[Sample]:
        """Give the result wherever a tag has a value, backwards from a later start. Raises PiError 400 for more than `most`."""
        times: set[int] = set()
        for view in self.views.values():
            times.update(view.recorded_times(min(start, end), max(start, end)))
            if len(times) > most:
                raise too_many("maxCount", most)
        return self.at(sorted(times, reverse=start > end))

    def series(self, times: Sequence[int]) -> Series:
        """Give the results at times in their order, to be summed up."""
        results = self.at(times)
        numbers = [sample.value if isinstance(sample.value, int | float) else np.nan for sample in results]
        good = np.array([sample.good for sample in results], np.bool_)
        return Series(np.array(times, np.int64), np.array(numbers, np.float64), good, self.step)


def calculation(text: str, find: Callable[[str], View | Constant]) -> Calculation:
    """Read an expression; PiError 400 for what is none. `find` gives what a name stands for, or raises PiError."""

    def known(name: str) -> bool:
        try:
            find(name)
        except PiError:
            return False
        return True

    tree = expression(text, known)
    return Calculation(tree, {name: find(name) for name in sorted(tree.names)})


def _worked_out(tree: Expression, time: int, given: Mapping[str, Sample]) -> Sample:
    if tree.kind == "name":  # a name alone gives its states and texts too
        return given[tree.value]

    def lookup(name: str) -> Any:
        sample = given[name]
        if not sample.good:
            raise BadError
        return sample.value["Name"] if isinstance(sample.value, dict) else sample.value

    try:
        result = tree.result(lookup)
    except BadError:
        return bad(time, "Calc Failed")
    if isinstance(result, bool):
        result = int(result)
    return Sample(time, result, questionable=any(sample.questionable for sample in given.values()))


def passing(text: str) -> Callable[[Any], bool]:
    """Read a filter over '.', the value itself; give what says whether a value passes. Raises PiError 400 for what is none."""
    tree = expression(text, lambda name: name == ".")
    if tree.names - {"."}:
        raise PiError(400, f"The filter expression may name '.' only: '{text[:200]}'.")

    def passes(value: Any) -> bool:
        def lookup(_: str) -> Any:
            if isinstance(value, dict):
                if value["IsSystem"]:
                    raise BadError
                return value["Name"]
            return value

        try:
            result = tree.result(lookup)
        except BadError:
            return False
        return bool(result)

    return passes
