"""What the provider sends of a state, what it reads back, and what a plan of it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tf.types import Unknown

from tests.standin.derived import ENDS, derived
from tests.standin.facts import FACTS
from tests.standin.planning import Planner
from tests.standin.values import from_api, known, same, to_api

BLOCK = derived(ENDS["1.99.0"]).resources["pipeline"]
NAMES = {"library": "libraries", "cluster": "clusters"}
words = st.none() | st.text(max_size=3)
libraries = st.lists(
    st.fixed_dictionaries({"jar": words, "file": st.lists(st.fixed_dictionaries({"path": st.just("a")}), max_size=1)})
)
states = st.fixed_dictionaries(
    {
        "name": words,
        "continuous": st.none() | st.booleans(),
        "tags": st.none() | st.dictionaries(st.text(max_size=2), st.text(max_size=2), max_size=2),
        "library": libraries,
        "cluster": st.lists(st.fixed_dictionaries({"label": words, "num_workers": st.none() | st.integers(0, 3)}), max_size=2),
    }
)


def whole(values: dict[str, Any], block: dict[str, Any] = BLOCK) -> dict[str, Any]:
    """Give a state with all that a block has."""
    found = {name: values.get(name) for name in block["attributes"]}
    for name, nested in block["block_types"].items():
        found[name] = [whole(one, nested["block"]) for one in values.get(name, [])]
    return found


def plan(kind: str, was: dict[str, Any] | None, wanted: dict[str, Any]) -> tuple[dict[str, Any], list[Any]]:
    planner = Planner(FACTS[kind])
    found = planner.plan(derived(ENDS["1.99.0"]).resources[kind], was, wanted)
    return found, planner.replaced


@given(states)
def test_what_was_sent_and_is_answered_is_what_stands_in_the_state(values: dict[str, Any]) -> None:
    state = whole(values)
    assert from_api(BLOCK, to_api(BLOCK, state, NAMES), NAMES, state, new=True) == state


@given(states)
def test_a_plan_without_a_difference_is_the_state_itself(values: dict[str, Any]) -> None:
    state = whole(values) | {"edition": "ADVANCED", "channel": "CURRENT"}
    assert plan("pipeline", state, whole(values)) == (state, [])


@given(states, states)
def test_a_plan_says_what_is_wanted(before: dict[str, Any], after: dict[str, Any]) -> None:
    found, replaced = plan("pipeline", whole(before), whole(after))

    assert all(same(known(found[name]), after[name]) for name in ("name", "continuous", "tags", "library"))
    assert replaced == []


def test_what_nobody_set_is_the_default_or_unknown_until_it_is_made() -> None:
    found, _ = plan("pipeline", None, whole({"name": "a", "cluster": [{"label": "default"}]}))

    assert (found["edition"], found["channel"], found["catalog"]) == ("ADVANCED", "CURRENT", None)
    assert (found["id"], found["url"], found["cluster"][0]["node_type_id"]) == (Unknown, Unknown, Unknown)


@pytest.mark.parametrize(
    ("kind", "was", "wanted", "replaced"),
    [
        pytest.param("pipeline", {"channel": "PREVIEW"}, {"channel": "preview"}, None, id="capitals"),
        pytest.param("pipeline", {"catalog": "main"}, {"catalog": "other"}, [], id="in place"),
        pytest.param("pipeline", {"storage": "a"}, {"storage": "b"}, [["storage"]], id="anew"),
        pytest.param(
            "pipeline",
            {"ingestion_definition": [{"connection_name": "a"}]},
            {"ingestion_definition": [{"connection_name": "b"}]},
            [["ingestion_definition", (0,), "connection_name"]], id="anew for an argument of a block",
        ),
        pytest.param("job", {"queue": [{"enabled": True}]}, {}, None, id="a block that the platform added"),
        pytest.param("connection", {"comment": "a"}, {"comment": None}, [["comment"]], id="anew for what is gone"),
        pytest.param("permissions", {"access_control": [{"group_name": "a"}, {"user_name": "b"}]},
                     {"access_control": [{"user_name": "b"}, {"group_name": "a"}]}, None, id="the same set"),
    ],
)  # fmt: skip
def test_a_difference_is_none_a_change_or_makes_the_resource_anew(
    kind: str, was: dict[str, Any], wanted: dict[str, Any], replaced: list[Any] | None
) -> None:
    block = derived(ENDS["1.99.0"]).resources[kind]
    state = whole(was, block) | {
        name: value for name, value in FACTS[kind].default.items() if name not in was and "." not in name
    }

    found, anew = plan(kind, state, whole(wanted, block))

    assert (found == state) == (replaced is None)
    assert anew == (replaced or [])
