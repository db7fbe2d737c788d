"""The blocks of pipelines and jobs that were there before: their settings, as the REST API has them, in the provider's words.

Source: the provider's pipelines/resource_pipeline.go and jobs/resource_job.go, whose fields have the API's names but for lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.emit.terraform.blocks import managed_objects
from headgate.emit.terraform.literals import literal

if TYPE_CHECKING:
    from headgate.deployment.model import AdoptedJob, AdoptedPipeline
    from headgate.emit.terraform.blocks import Block

# The API's name of a list → the provider's.
_PIPELINE = {"clusters": "cluster", "libraries": "library", "notifications": "notification"}
_JOB = {"tasks": "task"}
# What the provider fills in by itself where nothing is said, which would change what was found without it.
_FILLED_IN = {"pipeline": ("channel", "edition"), "job": ("max_concurrent_runs", "name")}


def adopted_pipeline_block(one: AdoptedPipeline) -> Block:
    """Give an adopted pipeline's block."""
    block = _in_words(one.settings, _PIPELINE)
    ignored = [name for name in _FILLED_IN["pipeline"] if name not in block]
    if "ingestion_definition" in block:
        if one.managed:
            block["ingestion_definition"] |= {"objects": managed_objects(one.managed)}
        # The workspace says what it is, and takes no word on it.
        ignored.append("ingestion_definition[0].source_type")
    return block | _lifecycle(ignored) | ({"depends_on": [ref.address for ref in one.after]} if one.after else {})


def adopted_job_block(one: AdoptedJob) -> Block:
    """Give an adopted job's block; its task runs the pipeline that is beside it."""
    block = _in_words(one.settings, _JOB)
    (task,) = block["task"]
    started = {**task["pipeline_task"], "pipeline_id": f"${{databricks_pipeline.{one.id}.id}}"}
    block["task"] = [{**task, "pipeline_task": started}]
    if one.schedule:
        block["schedule"] = {
            "quartz_cron_expression": literal(one.schedule.quartz),
            "timezone_id": literal(one.schedule.timezone),
            "pause_status": "PAUSED" if one.schedule.paused else "UNPAUSED",
        }
    if one.paused and "schedule" in block:
        block["schedule"] |= {"pause_status": "PAUSED"}
    return block | _lifecycle([name for name in _FILLED_IN["job"] if name not in block])


def _lifecycle(ignored: list[str]) -> Block:
    return {"lifecycle": {"ignore_changes": ignored}} if ignored else {}


def _in_words(settings: Any, names: dict[str, str]) -> Block:
    return {names.get(name, literal(name)): _value(value) for name, value in sorted(settings.items())}


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return literal(value)
    if isinstance(value, dict):
        return {literal(name): _value(inner) for name, inner in value.items()}
    return [_value(inner) for inner in value] if isinstance(value, list) else value
