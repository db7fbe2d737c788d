"""No secret leaves a plan: not in any rendering, not in an error, wherever it stood."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.render.review.outputs import render
from headgate.review.accepted import Accepted
from headgate.review.decide import review_of
from headgate.review.masks import MASK, Masks, masks_of
from headgate.review.plan_file import facts_of_plans
from tests.support.plans import change, file, pipeline, pipelines, plan
from tests.support.spellings import SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = ("text", "json", "markdown", "html")
MARKED = {"before_sensitive": {"options": True}, "after_sensitive": {"options": True}}


def shown(whole: dict[str, Any], secrets: tuple[str, ...] = ()) -> Iterator[str]:
    """Give all that a review of a plan prints."""
    facts = facts_of_plans([("crm-prod-1", json.dumps(whole), "crm-prod-1.json")], "prod", secrets)
    review = review_of(facts, accepted=Accepted())
    yield from (render(review, form, diffs=True) for form in FORMS)


def connection(options: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"id": "m|crm", "name": "crm", "options": options} | more


@pytest.mark.parametrize("actions", [["create"], ["update"], ["delete"], ["delete", "create"], ["no-op"]])
def test_a_value_that_the_plan_marks_is_in_no_rendering(actions: list[str]) -> None:
    before = None if actions == ["create"] else connection({"client_secret": "CANARY-before"}, comment="has CANARY-before")
    after = None if actions == ["delete"] else connection({"client_secret": "CANARY-after"}, comment="has CANARY-after")
    whole = plan(change("databricks_connection.crm", before, after, actions=actions, **MARKED))

    assert [text for text in shown(whole) if "CANARY" in text] == []


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_variable_that_the_configuration_marks_is_in_no_rendering_however_its_value_is_written(spelling: str) -> None:
    value = 'CANARY va|ue "ü"/+'
    written = SPELLINGS[spelling](value)
    whole = plan(
        change("databricks_job.j", {"name": "x"}, {"name": written}),
        change("databricks_pipeline.a", pipeline("a"), pipeline("a")),
        change("databricks_workspace_file.a", file("a", ["t"]), file("a", ["t"], t={"note": written})),
        variables={"crm_secret": {"value": value}, "open": {"value": "told"}},
        configuration={"root_module": {"variables": {"crm_secret": {"sensitive": True}, "open": {}}}},
    )

    for text in shown(whole):
        assert "CANARY" not in text
        assert not [line for line in written.splitlines() if line in text]


def test_an_option_that_the_definition_calls_secret_is_masked_though_the_plan_does_not_mark_it() -> None:
    whole = plan(change("databricks_connection.crm", connection({"pin": "8471-CANARY"}), connection({"pin": "9999-CANARY"})))

    assert [text for text in shown(whole, ("pin",)) if "CANARY" in text] == []
    assert any("CANARY" in text for text in shown(whole))


# Made up here, in pieces, so that no scanner takes them for real ones.
TOKENS = [
    "dapi" + "0123456789abcdef" * 2,
    "ghp_" + "A1b2" * 9,
    "glpat-" + "x1Y2" * 5,
    "AKIA" + "ABCD1234EFGH5678",
    "eyJ" + "hbGciOiJub25l" + "." + "eyJzdWIiOiJhbm4i" + "." + "c2lnbmF0dXJl",
    "https://user:" + "hunter22" + "@host/path",
    "sig=" + "a1B2%2F" * 5,
    "-----BEGIN " + "PRIVATE KEY-----\nabcdef\n-----END " + "PRIVATE KEY-----",
]


@pytest.mark.parametrize("token", TOKENS)
def test_what_looks_like_a_token_is_masked_anywhere(token: str) -> None:
    secret = token.partition("user:")[2].partition("@")[0] or token
    whole = plan(
        change("databricks_job.a", {"name": "x"}, {"name": token, "description": f"see {token} there"}),
        change("databricks_pipeline.a", pipeline("a"), pipeline("a", configuration={"note": token})),
        change("databricks_workspace_file.a", file("a", ["t"]), file("a", ["t"], t={"page": token})),
        resource_drift=[change("databricks_job.b", {"name": "x"}, {"name": token})],
    )

    for text in shown(whole):
        assert secret not in text
        assert secret.splitlines()[0] not in text


@pytest.mark.parametrize("name", ["api_key", "apikey", "password", "refresh_token", "clientSecret", "privateKey"])
def test_an_option_whose_name_tells_of_a_secret_is_masked_in_files_and_their_diffs(name: str) -> None:
    whole = plan(
        change("databricks_pipeline.a", pipeline("a"), pipeline("a")),
        change("databricks_workspace_file.a", file("a", ["t"], t={name: "CANARY-1"}), file("a", ["t"], t={name: "CANARY-2"})),
    )

    assert [text for text in shown(whole) if "CANARY" in text] == []


@pytest.mark.parametrize("word", ["databricks", "pipeline", "delete", "main", "bronze", "file"])
def test_a_secret_that_is_a_word_of_the_plans_names_changes_nothing_and_is_not_told_by_what_is_masked(word: str) -> None:
    def whole(token: str) -> dict[str, Any]:
        before, after = connection({"token": token}), connection({"token": token, "page": "2"})
        made = change("databricks_connection.crm", before, after, **MARKED)
        variables = {"variables": {"crm_token": {"value": token}}}
        marks = {"configuration": {"root_module": {"variables": {"crm_token": {"sensitive": True}}}}}
        return plan(made, *pipelines({"a": ["t"], "b": ["u"]}, {"a": ["t"]}), **variables, **marks)

    assert list(shown(whole(word))) == list(shown(whole("Zq9-another-one")))


def test_an_option_that_the_definition_has_in_clear_is_told_and_its_neighbours_are_not() -> None:
    options = {"base_url": "https://one.example", "client_secret": "CANARY-1"}
    after = {"base_url": "https://two.example", "client_secret": "CANARY-2"}
    whole = plan(change("databricks_connection.crm", connection(options), connection(after), **MARKED))
    facts = facts_of_plans([("crm-prod-1", json.dumps(whole), "")], "prod", ["client_secret"], clear=["base_url"])
    text = render(review_of(facts), "text")

    assert "options.base_url: https://one.example → https://two.example" in text
    assert "CANARY" not in text


def test_a_secret_that_only_the_environment_knows_is_masked_in_a_plan_that_does_not_use_it() -> None:
    whole = plan(change("databricks_job.a", {"name": "x"}, {"name": "CANARY-77"}))
    facts = facts_of_plans([("crm-prod-1", json.dumps(whole), "")], "prod", values=["CANARY-77"])

    assert "CANARY" not in render(review_of(facts), "json")


def test_what_is_no_secret_stays_readable() -> None:
    whole = plan(
        change("databricks_pipeline.a", pipeline("a"), pipeline("a")),
        change("databricks_workspace_file.a", file("a", ["t"]), file("a", ["t", "customers"])),
        change(
            "databricks_connection.crm",
            connection({"sourceName": "customers"}),
            connection({"sourceName": "customers"}),
            **MARKED,
        ),
    )

    assert all("customers" in text for text in shown(whole))


def test_masks_tell_nothing_of_themselves() -> None:
    masks = masks_of(plan(change("databricks_connection.c", connection({"k": "CANARY-1"}), None, **MARKED)))

    assert "CANARY" not in repr(masks)
    assert masks.text("a CANARY-1 b") == f"a {MASK} b"
    assert Masks().text("nothing") == "nothing"
