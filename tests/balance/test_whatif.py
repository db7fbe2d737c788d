"""Other balance settings, to see what they would do."""

from collections.abc import Callable

import pytest

from headgate.balance.whatif import with_settings
from headgate.definition.model import Definition
from headgate.problems import InputError

Define = Callable[..., Definition]


def test_settings_are_tried_in_place_of_the_definition_s_own(define: Define) -> None:
    tried = with_settings(define(pipelines=3, max_moves=5), ["pipelines=6", "stacks=2", "max_moves=none", "tolerance=0.1"])

    assert (tried.balance.pipelines, tried.balance.stacks, tried.balance.max_moves) == (6, 2, None)
    assert tried.balance.tolerance == 0.1


def test_a_number_of_pipelines_takes_the_deadline_s_place(define: Define) -> None:
    tried = with_settings(define(deadline={"minutes": 30}), ["pipelines=6"])

    assert (tried.balance.pipelines, tried.balance.deadline) == (6, None)


def test_a_deadline_takes_the_place_of_a_number(define: Define) -> None:
    tried = with_settings(define(pipelines=6), ["deadline.minutes=45", "deadline.concurrent_updates=4"])

    assert tried.balance.pipelines is None
    assert tried.balance.deadline is not None
    assert (tried.balance.deadline.minutes, tried.balance.deadline.concurrent_updates) == (45, 4)
    kept = with_settings(define(deadline={"minutes": 30, "startup_seconds": 5}), ["deadline.minutes=45"]).balance.deadline
    assert kept is not None
    assert (kept.minutes, kept.startup_seconds) == (45, 5)
    assert with_settings(define(deadline={"minutes": 30}), ["deadline=none"]).balance.deadline is None


def test_weights_rules_and_loads_are_tried_too(define: Define) -> None:
    before = define(pinned={"main.bronze.a": "all_1"}, weights={"append": 7}, move_costs={"tables": {"a": 1}})

    tried = with_settings(
        before,
        ["weights.cdc=20", 'together=[["a","b"]]', "pinned.main.bronze.a=none", "pinned.c=all_2", 'after.d=["c"]',
         "loads.requests.per_minute=300", "move_costs.tables.b=5"],
    ).balance  # fmt: skip

    assert (tried.weights.append, tried.weights.cdc) == (7, 20)
    assert (tried.together, tried.pinned, tried.after) == ([["a", "b"]], {"c": "all_2"}, {"d": ["c"]})
    assert tried.loads["requests"].per_minute == 300
    assert tried.move_costs.tables == {"a": 1, "b": 5}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["pipeline=6"], "did you mean 'pipelines'"),
        (["pipelines"], "'pipelines' has no value\n +write pipelines=VALUE"),
        (["togther=[]"], "'togther=\\[\\]' is not a balance setting"),
        (["pipelines.x=1"], "'pipelines.x=1' is not a balance setting"),
        (["deadline.minute=45"], "--what-if: deadline.minute: unknown key"),
        (["together=a"], "--what-if: together: expected a list"),
        (['together=[["a"]]'], "a list of one table says nothing"),
        (["pipelines=0"], "--what-if: pipelines: expected 1 or more, found 0"),
        (["stacks=two"], "stacks: expected a whole number, found 'two'"),
        (["trigger=0.01"], "the trigger 0.01 is below the tolerance 0.05"),
        (["stacks=none"], "stacks: expected a whole number, found nothing"),
    ],
)
def test_what_is_no_setting_is_told(define: Define, settings: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        with_settings(define(), settings)


def test_all_that_is_wrong_is_told_at_once(define: Define) -> None:
    with pytest.raises(InputError) as caught:
        with_settings(define(), ["pipeline=6", "stacks=0", "tolerance=x"])

    assert [problem.message.partition(",")[0] for problem in caught.value.problems] == [
        "'pipeline=6' is not a balance setting",
        "expected 1 or more",
        "expected a number",
    ]
