"""What a review says of what pipelines stand on, of their jobs and files, and of what changed behind Terraform's back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from headgate.definition.model import Definition
from headgate.layout.deployed import Deployed
from headgate.render.review.sections import summary_of
from headgate.render.review.text import render_text
from headgate.review.accepted import read_accepted
from headgate.review.context import Context
from headgate.review.decide import review_of
from headgate.review.document import parse_document, render_json
from headgate.review.predicted import predicted_facts
from tests.support.from_rows import balance, plan_stacks
from tests.support.plans import change, facts_of, pipelines, plan
from tests.support.samples import parts_of, tables_of

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.emit.terraform.stacks import StackPlan
    from headgate.review.model import Review

SATURDAY = datetime(2026, 3, 7, 12, 0, tzinfo=UTC)


def reviewed(*changes: dict[str, Any], **more: Any) -> Review:
    return review_of(facts_of(plan(*changes, **more)), [Context("crm", "prod")], now=SATURDAY)


def codes(review: Review) -> set[tuple[str, str]]:
    return {(finding.level, finding.code) for finding in review.findings}


def connection(**more: Any) -> dict[str, Any]:
    return {"id": "c", "name": "crm", "comment": None, "options": {"url": "https://crm", "client_secret": "S3cretValue"}} | more


def job(quartz: str, **more: Any) -> dict[str, Any]:
    return {"id": "1", "name": "a", "schedule": [{"quartz_cron_expression": quartz, "timezone_id": "Europe/Berlin"} | more]}


@pytest.mark.parametrize("kind", ["databricks_connection", "databricks_schema", "databricks_catalog", "databricks_volume"])
@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"], ["create", "delete"]])
def test_what_data_lies_in_or_is_read_through_is_not_destroyed_unseen(kind: str, actions: list[str]) -> None:
    value = {"id": "x", "name": "x"}
    review = reviewed(change(f"{kind}.crm", value, None if actions == ["delete"] else value, actions=actions))

    assert review.verdict == "loss"
    assert review.findings[0].subject == f"{kind}.crm"


def test_a_replaced_connection_says_why() -> None:
    review = reviewed(
        change(
            "databricks_connection.crm",
            connection(),
            connection(comment="x"),
            actions=["delete", "create"],
            replace_paths=[["comment"]],
            after_sensitive={"options": True},
            before_sensitive={"options": True},
        )
    )

    assert codes(review) == {("loss", "connection-replaced")}
    assert "comment" in review.findings[0].message


def unsent(options: dict[str, str], *, secrets: frozenset[str] = frozenset({"token"}), **more: Any) -> list[str]:
    """Give what a review says of an update of a connection whose other option changes."""
    marks = {"before_sensitive": {"options": True}, "after_sensitive": {"options": True}}
    before, after = connection(options={"url": "https://crm"}), connection(options={"url": "https://new"} | options)
    one = change("databricks_connection.crm", before, after, **marks, **more)
    facts = facts_of(plan(one), secrets=["token"])
    found = review_of(facts, [Context("crm", "prod", secrets=secrets)], now=SATURDAY).of_level("loss")
    assert all(finding.code == "secret-not-sent" for finding in found)
    return [finding.message for finding in found]


def test_an_update_that_leaves_out_a_secret_of_the_connection_is_refused_with_what_to_do() -> None:
    (message,) = unsent({})

    assert "its update would go out without token" in message
    assert "connection.rotate" in message


def test_a_secret_that_is_sent_or_may_be_or_is_another_connectors_is_no_matter() -> None:
    assert unsent({"token": "S3cretValue"}) == []
    assert unsent({}, after_unknown={"options": {"token": True}}) == []
    assert unsent({}, after_unknown={"options": True}) == []
    assert unsent({}, secrets=frozenset({"password"})) == []


@pytest.mark.parametrize(
    ("recorded", "rotate", "expected"),
    [
        pytest.param(False, [], ["secret-not-sent"], id="nothing is recorded"),
        pytest.param(False, ["token"], [], id="the secret is rotated"),
        pytest.param(True, [], [], id="recorded"),
    ],
)
def test_without_a_plan_the_same_is_told_from_the_files(recorded: bool, rotate: list[str], expected: list[str]) -> None:
    def stacks(digest: str, **more: Any) -> list[StackPlan]:
        parts = {"name": "crm", "secrets": ["token"]} | more
        definition = Definition.model_validate(parts_of({"connection": parts}))
        tables = tables_of(1)
        return plan_stacks(definition, tables, balance(tables, definition).layout, "dev", Deployed("dev", connection=digest))

    digest = stacks("")[0].body["resource"]["terraform_data"]["headgate_connection"]["input"] if recorded else ""
    before, after = stacks(digest), stacks(digest, options={"url": "https://new"}, rotate=rotate)
    review = review_of(predicted_facts(before, after, "dev", ["token"]), [Context("crm", "dev", secrets=frozenset({"token"}))])

    assert [finding.code for finding in review.of_level("loss")] == expected


def test_a_secret_is_told_to_change_and_never_its_value() -> None:
    marks = {"before_sensitive": {"options": True}, "after_sensitive": {"options": True}}
    after = connection(options={"url": "https://crm", "client_secret": "An0therValue"})
    review = reviewed(change("databricks_connection.crm", connection(), after, **marks))

    assert [(one.path, one.changed) for one in review.secrets] == [("options.client_secret", True)]
    assert "S3cretValue" not in repr(review)
    assert "An0therValue" not in repr(review)


def test_a_schedule_is_told_in_words_with_the_next_three_starts() -> None:
    review = reviewed(change("databricks_job.a", job("0 0 2 ? * MON-FRI"), job("0 30 2 * * ?")))

    assert review.verdict == "fine"
    assert review.resources[0].words == (
        "at 02:00 on Monday to Friday (Europe/Berlin)",
        "at 02:30 every day (Europe/Berlin)",
    )
    assert review.resources[0].starts == ("Sun 2026-03-08 02:30 CET", "Mon 2026-03-09 02:30 CET", "Tue 2026-03-10 02:30 CET")


def test_a_paused_job_has_no_next_start() -> None:
    review = reviewed(change("databricks_job.a", job("0 0 2 * * ?"), job("0 0 2 * * ?", pause_status="PAUSED")))

    assert review.resources[0].words[1] == "at 02:00 every day (Europe/Berlin), paused"
    assert review.resources[0].starts == ()


def test_a_job_that_goes_while_its_pipeline_stays_is_to_be_looked_at() -> None:
    held = {"a": ["t"]}
    review = reviewed(*pipelines(held, held), change("databricks_job.a", job("0 0 2 * * ?"), None))

    assert codes(review) == {("attention", "job-deleted")}


@pytest.mark.parametrize(
    "task",
    [
        {"pipeline_task": [{"pipeline_id": "p", "full_refresh": True}]},
        {"pipeline_task": [{"pipeline_id": "p", "full_refresh_selection": ["t"]}]},
        {"for_each_task": [{"task": [{"pipeline_task": [{"full_refresh": True}]}]}]},
    ],
)
def test_a_job_that_refreshes_everything_would_lose_what_the_source_no_longer_has(task: dict[str, Any]) -> None:
    review = reviewed(change("databricks_job.a", job("0 0 2 * * ?"), job("0 0 2 * * ?") | {"task": [task]}))

    assert codes(review) == {("loss", "full-refresh")}


def drifted(before: Any, after: Any) -> dict[str, Any]:
    return change("databricks_pipeline.a", before, after)


def test_what_was_changed_behind_terraforms_back_is_told() -> None:
    review = reviewed(resource_drift=[drifted({"id": "1", "photon": False}, {"id": "1", "photon": True})])

    assert codes(review) == {("attention", "drift")}
    assert "photon" in review.findings[0].message


def test_what_the_provider_works_out_by_itself_is_no_drift() -> None:
    review = reviewed(resource_drift=[drifted({"id": "1", "last_modified": 1}, {"id": "1", "last_modified": 2})])

    assert (review.verdict, review.findings) == ("fine", ())


def test_a_pipeline_that_is_gone_and_would_be_made_anew_has_lost_its_tables() -> None:
    made = change("databricks_pipeline.a", None, {"name": "a"})
    review = reviewed(made, resource_drift=[drifted({"id": "1"}, None)])

    assert ("loss", "gone") in codes(review)


def test_a_plan_that_is_not_whole_is_told() -> None:
    assert codes(reviewed(complete=False)) == {("attention", "plan-partial")}


ACTION = {"address": "action.aws_lambda_invoke.warm", "type": "aws_lambda_invoke", "name": "warm"}
AFTER = {"triggering_resource_address": "databricks_job.a", "action_trigger_event": "AfterUpdate"}


@pytest.mark.parametrize(
    ("part", "code", "where", "message"),
    [
        ({"action_invocations": [ACTION | {"lifecycle_action_trigger": AFTER}]}, "action-invoked", ACTION["address"],
         "the apply runs this action, after update databricks_job.a"),
        ({"action_invocations": [ACTION | {"invoke_action_trigger": {}}]}, "action-invoked", ACTION["address"],
         "the apply runs this action"),
        ({"checks": [{"address": {"to_display": "check.health"}, "status": "fail",
                      "instances": [{"problems": [{"message": "the API answers 500"}]}]}]},
         "check-failed", "check.health", "fails: the API answers 500"),
        ({"checks": [{"address": {"to_display": "check.health"}, "status": "error"}]},
         "check-failed", "check.health", "can't be evaluated"),
        ({"deferred_changes": [{"reason": "provider_config_unknown", "resource_change": {"address": "databricks_job.b"}}]},
         "deferred", "databricks_job.b",
         "is left for a later plan (provider config unknown): what becomes of it is not in this review"),
        ({"deferred_action_invocations": [{"reason": "unknown", "action_invocation": ACTION}]}, "deferred", ACTION["address"],
         "is left for a later plan (unknown): what becomes of it is not in this review"),
        ({"wishes": {"a": 1}}, "plan-part-unknown", "wishes",
         "is a part of the plan that headgate does not know: look at what `terraform show PLANFILE` says of it"),
    ],
)  # fmt: skip
def test_what_a_plan_says_besides_changes_needs_attention(part: dict[str, Any], code: str, where: str, message: str) -> None:
    review = reviewed(**part)

    assert [(one.level, one.code, one.subject, one.message) for one in review.findings] == [("attention", code, where, message)]
    assert review.exit_code == 2
    assert "no resource changes" in summary_of(review)
    assert parse_document(render_json(review), "")[0] == review.facts
    assert review.digest != reviewed().digest


def test_checks_that_pass_or_are_not_known_yet_and_empty_parts_are_no_finding() -> None:
    checks = [{"address": {"to_display": "check.a"}, "status": status} for status in ("pass", "unknown")]
    review = reviewed(checks=checks, wishes={}, action_invocations=None, timestamp="2026-03-01T00:00:00Z", applyable=True)

    assert (review.verdict, summary_of(review)) == ("fine", ["nothing changes"])


def test_a_secret_that_a_check_repeats_is_not_told() -> None:
    problems = [{"problems": [{"message": "login with S3cretValue failed"}]}]
    checks = [{"address": {"to_display": "check.a"}, "status": "fail", "instances": problems}]
    marks = {"after_sensitive": {"options": {"client_secret": True}}}
    review = reviewed(change("databricks_connection.crm", None, connection(), **marks), checks=checks)

    assert "login with" in str(review.findings)
    assert "S3cretValue" not in str(review)


@pytest.mark.parametrize(
    "kind", ["aws_s3_bucket", "azurerm_storage_account", "databricks_registered_model", "databricks_volume"]
)
@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"]])
def test_what_holds_data_is_a_loss_whoever_its_provider_is(kind: str, actions: list[str]) -> None:
    after = None if actions == ["delete"] else {"name": "b"}
    (finding,) = reviewed(change(f"{kind}.one", {"name": "a"}, after, actions=actions)).findings

    ends = "deleted" if actions == ["delete"] else "replaced"
    assert (finding.level, finding.code) == ("loss", f"{kind.removeprefix('databricks_').replace('_', '-')}-{ends}")


def test_a_type_that_accepted_yaml_names_holds_data_too(tmp_path: Path) -> None:
    path = tmp_path / "accepted.yaml"
    path.write_text("holds_data:\n  aws_sqs_queue: the messages in it go\n")
    facts = facts_of(plan(change("aws_sqs_queue.q", {"name": "q"}, None)))

    (finding,) = review_of(facts, (), read_accepted(path), SATURDAY).findings

    assert (finding.level, finding.message) == ("loss", "destroyed; the messages in it go")


def test_another_providers_resource_is_a_line_with_the_names_of_what_changes() -> None:
    before, after = {f"a{n}": "x" * 200 for n in range(8)}, {f"a{n}": "y" * 200 for n in range(8)}
    text = render_text(reviewed(change("aws_sqs_queue.q", before, after)))

    (line,) = [line for line in text.splitlines() if "aws_sqs_queue.q" in line]
    assert "a0, a1, a2, a3, a4 and 3 more" in line
    assert "xxx" not in text


def test_what_a_data_source_reads_is_no_change() -> None:
    read = change("databricks_current_user.me", None, {"id": "1"}, actions=["read"]) | {"mode": "data"}

    assert reviewed(read).resources == ()
