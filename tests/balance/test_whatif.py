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


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["pipeline=6"], "did you mean 'pipelines'"),
        (["pipelines"], "'pipelines' has no value\n +write pipelines=VALUE"),
        (["together=[]"], "'together=\\[\\]' is not a balance setting"),
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
