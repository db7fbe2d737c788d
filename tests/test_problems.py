"""What people read where something is wrong."""

import pytest

from headgate.problems import InputError, Problem, did_you_mean


def test_few_problems_are_told_one_by_one_and_many_of_one_kind_once() -> None:
    few = [Problem("is empty", "fill it", "a.csv", line, column="schedule") for line in (2, 5, 9)]
    many = [Problem("is empty", "fill it", "b.csv", row + 1, row, "weight") for row in range(1, 61)]
    other = Problem("is odd", file="b.csv", line=3)

    assert str(InputError([few[0], *many[:30], other, *few[1:], *many[30:]])).splitlines() == [
        "a.csv:2: column schedule: is empty",
        "    fill it",
        "b.csv:2: row 1, column weight: is empty",
        "    fill it",
        "    the same 59 times more, up to row 60",
        "b.csv:3: is odd",
        "a.csv:5: column schedule: is empty",
        "    fill it",
        "a.csv:9: column schedule: is empty",
        "    fill it",
    ]


@pytest.mark.parametrize(
    ("found", "known", "said"),
    [
        ("wieght", ["weight", "a"], "did you mean 'weight'?"),
        ("WEIGHT", ["weight", "a"], "did you mean 'weight'?"),
        ("q", ["weight", "a"], "use one of: a, weight"),
        ("q", [f"t{number:02}" for number in range(99)], f"use one of: {', '.join(f't{n:02}' for n in range(20))} and 79 more"),
        ("q", [], ""),
    ],
)
def test_the_nearest_word_is_offered_or_others(found: str, known: list[str], said: str) -> None:
    assert did_you_mean(found, known) == said
