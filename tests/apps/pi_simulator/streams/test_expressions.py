"""Expressions: what they come to, and what is refused."""

from __future__ import annotations

import math

import pytest

from apps.pi_simulator.errors import PiError
from apps.pi_simulator.streams.calculations import calculation, passing
from apps.pi_simulator.streams.expressions import BadError, expression
from apps.pi_simulator.streams.samples import View, state
from apps.pi_simulator.tags import tag
from tests.apps.pi_simulator.streams.plain import HOUR, MINUTE, NOW, everything, seen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 - 3 - 4", -5),
        ("-2 ^ 2", -4),
        ("7 mod 4", 3),
        ("1e3 / .5", 2000),
        ("abs(-3) + Max(2, 5) - min(1, 2)", 7),
        ("sqr(16)", 4),
        ("3 > 2 and not 2 > 3", True),
        ("1 = 2 or 'A' <> 5", True),
        ("'A' * 2", 20),
        ('"Auto" = "auto"', True),
    ],
)
def test_an_expression_comes_to(text: str, told: object) -> None:
    assert expression(text).result({"A": 10}.__getitem__) == told


@pytest.mark.parametrize("text", ["1 / 0", "sqr(-1)", "log(0)", "'A' + 1", "10 ^ 999", '"x" + 1', 'not "x"'])  # fmt: skip
def test_what_has_no_result_is_bad(text: str) -> None:
    with pytest.raises(BadError):
        expression(text).result({"A": "text"}.__getitem__)


@pytest.mark.parametrize(
    "text",
    ["", "1 +", "(1", "1 2", "'open", "nosuch(1)", "abs(1, 2)", "__import__", "1; 2",
     "1e999", "(" * 60 + "1" + ")" * 60, "-" * 99 + "1",
     "1" * 5000],
)  # fmt: skip
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(PiError, match=r"expression|function"):
        expression(text)


def test_a_name_may_hold_quotes_where_there_is_such_a_tag() -> None:
    assert expression("'it's' - 'a'", {"it's", "a"}.__contains__).names == {"it's", "a"}


def _find(name: str) -> View:
    numbers = {tag(number).name: number for number in (0, 1, 22)}
    if name not in numbers:
        raise PiError(404, "none")
    return seen(numbers[name])


def test_results_are_those_of_the_values_at_that_time() -> None:
    one, other = tag(0).name, tag(1).name
    made = calculation(f"'{one}' * 2 - '{other}'", _find)
    times = [NOW - at * MINUTE for at in range(60)]

    for result, first, second in zip(made.at(times), seen(0).at(times), seen(1).at(times), strict=True):
        if first.good and second.good:
            assert result.value == pytest.approx(first.value * 2 - second.value)
        else:
            assert (result.value, result.good) == (state("Calc Failed"), False)


def test_a_tag_alone_gives_its_states_as_they_are() -> None:
    made = calculation(f"'{tag(22).name}'", _find)

    assert made.at([NOW - HOUR]) == seen(22).at([NOW - HOUR])


def test_there_is_a_result_wherever_one_of_the_tags_has_a_value() -> None:
    made = calculation(f"'{tag(0).name}' + '{tag(1).name}'", _find)
    start, end = NOW - HOUR, NOW - MINUTE
    times = sorted({value[0] for number in (0, 1) for value in everything(seen(number)) if start <= value[0] <= end})

    assert [one.time for one in made.recorded(start, end, 150_000)] == times
    assert [one.time for one in made.recorded(end, start, 150_000)] == times[::-1]
    with pytest.raises(PiError, match=r"maximum allowed \(10\)"):
        made.recorded(start, end, 10)


def test_a_filter_asks_for_the_value_itself_and_bad_ones_fail_it() -> None:
    passes = passing("'.' > 5 and '.' <= 10")

    assert [value for value in (5, 6, 10, 11, state("No Data"), math.pi) if passes(value)] == [6, 10]
    assert passing("'.' = \"Auto\"")({"Name": "Auto", "Value": 0, "IsSystem": False})
    with pytest.raises(PiError, match="only"):
        passing("'other' > 5")
