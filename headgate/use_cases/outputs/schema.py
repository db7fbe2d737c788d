"""The output of each command, and its JSON Schema.

`format` counts up where a field changes its meaning; new fields may come at any time.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from headgate.engine.events import Event
from headgate.engine.model import PlannedPipeline
from headgate.use_cases.outputs import adopt, assess, deploys, layouts, observed, pipelines, progress, projects, sql, tables

# Command → its output. Where one connector is named and the command says so, a list of one is the one itself.
OUTPUTS: dict[str, Any] = {
    "discover": tables.DiscoverOutput | list[tables.DiscoverOutput],
    "balance": list[layouts.BalanceOutput] | list[layouts.ExplanationOutput] | list[layouts.CurveOutput],
    "slice": tables.SliceOutput,
    "show": list[layouts.ShowOutput],
    "check": list[layouts.CheckOutput],
    "cost": layouts.CostOutput | list[layouts.CostOutput],
    "review": deploys.ReviewOutput,
    "comment": deploys.CommentOutput,
    "handover": progress.RunbookOutput | list[progress.RunbookOutput] | progress.HandedOverOutput | progress.ResumedOutput,
    "stacks": list[str],
    "validate": deploys.ValidateOutput,
    "plan": deploys.PlanOutput,
    "approved": deploys.ApprovedOutput,
    "apply": deploys.ApplyOutput,
    "deploy": deploys.DeployEventOutput | deploys.PreflightOutput | deploys.RightsOutput,
    "record": progress.ProgressOutput | list[progress.ProgressOutput],
    "recover": deploys.RecoverOutput | list[deploys.RecoverOutput],
    "done": progress.ProgressOutput | list[progress.ProgressOutput],
    "rename": progress.RenameOutput,
    "retire": progress.RetireOutput,
    "backfill": tables.BackfillOutput,
    "observe": observed.ObserveOutput | list[observed.ObserveOutput],
    "adopt": adopt.AdoptOutput,
    "assess": assess.AssessOutput,
    "run": Event | list[PlannedPipeline],
    "doctor": projects.DoctorOutput,
    "init project": projects.WrittenOutput,
    "init connector": projects.NewConnectorOutput,
    "init notebook": projects.WrittenOutput,
    "init pipeline": projects.WrittenOutput,
    "init ci": projects.WrittenOutput,
    "generate bundle": projects.BundleOutput,
    "sql check": sql.SqlCheckOutput,
    "sql generate": sql.SqlGenerateOutput,
    "sql explain": sql.SqlExplainOutput,
    "sql import": projects.WrittenOutput,
    "sql test": sql.SqlTestOutput,
    "pipelines list": list[pipelines.PipelineOutput],
    "pipelines status": list[pipelines.StatusOutput],
    "pipelines start": list[pipelines.RanOutput],
    "pipelines stop": list[pipelines.RanOutput],
    "pipelines logs": list[pipelines.LogOutput],
    "pipelines delete": list[pipelines.DeletedOutput],
    "pipelines schedule": pipelines.ScheduledOutput,
}


class _Printed(GenerateJsonSchema):
    """Of what is printed every field is there, and titles would only say names again."""

    def field_is_required(self, *_: Any, **__: Any) -> bool:
        """Give True: no field is left out."""
        return True

    def field_title_should_be_set(self, _: Any) -> bool:
        """Give False."""
        return False


def output_schema(command: str) -> dict[str, Any]:
    """Give the JSON Schema (draft 2020-12) of a command's output."""
    schema = TypeAdapter(OUTPUTS[command]).json_schema(mode="serialization", schema_generator=_Printed)
    title = f"headgate {command} --format json"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
