"""A goal that is missed is told, and makes the bench's exit code."""

from __future__ import annotations

import pytest

from bench.__main__ import Row
from bench.measure import fastest


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (Row("at most", 1.5, "x", 1.5), False),
        (Row("at most", 1.6, "x", 1.5), True),
        (Row("at least", 5, "x", 5, over=True), False),
        (Row("at least", 4.9, "x", 5, over=True), True),
        (Row("only told", 100, "s"), False),
        (Row("not to be told on this system", None, "MB", 400), False),
    ],
    ids=lambda value: value.what if isinstance(value, Row) else "",
)
def test_a_goal_is_missed_on_the_wrong_side_of_its_limit(row: Row, missed: bool) -> None:
    assert row.missed is missed
    assert str(row).endswith("MISSED") is missed


def test_measured_work_takes_turns_and_the_fewest_seconds_count() -> None:
    turns: list[str] = []

    def takes(name: str, seconds: list[float]) -> float:
        turns.append(name)
        return seconds.pop(0)

    a, b = [3.0, 1.0, 2.0], [5.0, 6.0]
    found = fastest({"a": (3, lambda: takes("a", a)), "b": (2, lambda: takes("b", b))})

    assert turns == ["a", "b", "a", "b", "a"]
    assert found == {"a": 1.0, "b": 5.0}
