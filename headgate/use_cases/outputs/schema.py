"""The output of each command, and its JSON Schema.

`format` counts up where a field changes its meaning; new fields may come at any time.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from headgate.engine.events import Event
from headgate.engine.planned import PlannedPipeline
from headgate.use_cases.outputs.deploys import (
    ApplyOutput,
    ApprovedOutput,
    CommentOutput,
    PlanOutput,
    RecoverOutput,
    ReviewOutput,
    ValidateOutput,
)
from headgate.use_cases.outputs.layouts import (
    BalanceOutput,
    CheckOutput,
    CostOutput,
    CurveOutput,
    ExplanationOutput,
    ShowOutput,
)
from headgate.use_cases.outputs.observed import ObserveOutput
from headgate.use_cases.outputs.progress import (
    HandedOverOutput,
    ProgressOutput,
    RenameOutput,
    ResumedOutput,
    RetireOutput,
    RunbookOutput,
)
from headgate.use_cases.outputs.projects import BundleOutput, DoctorOutput, NewConnectorOutput, WrittenOutput
from headgate.use_cases.outputs.sql import SqlCheckOutput, SqlExplainOutput, SqlGenerateOutput
from headgate.use_cases.outputs.tables import BackfillOutput, DiscoverOutput, SliceOutput

# Command → its output. Where one connector is named and the command says so, a list of one is the one itself.
OUTPUTS: dict[str, Any] = {
    "discover": DiscoverOutput | list[DiscoverOutput],
    "balance": list[BalanceOutput] | list[ExplanationOutput] | list[CurveOutput],
    "slice": SliceOutput,
    "show": list[ShowOutput],
    "check": list[CheckOutput],
    "cost": CostOutput | list[CostOutput],
    "review": ReviewOutput,
    "comment": CommentOutput,
    "handover": RunbookOutput | list[RunbookOutput] | HandedOverOutput | ResumedOutput,
    "stacks": list[str],
    "validate": ValidateOutput,
    "plan": PlanOutput,
    "approved": ApprovedOutput,
    "apply": ApplyOutput,
    "record": ProgressOutput | list[ProgressOutput],
    "recover": RecoverOutput | list[RecoverOutput],
    "done": ProgressOutput | list[ProgressOutput],
    "rename": RenameOutput,
    "retire": RetireOutput,
    "backfill": BackfillOutput,
    "observe": ObserveOutput | list[ObserveOutput],
    "run": Event | list[PlannedPipeline],
    "doctor": DoctorOutput,
    "init project": WrittenOutput,
    "init connector": NewConnectorOutput,
    "init pipeline": WrittenOutput,
    "init notebook": WrittenOutput,
    "init ci": WrittenOutput,
    "generate bundle": BundleOutput,
    "sql generate": SqlGenerateOutput,
    "sql explain": SqlExplainOutput,
    "sql import": WrittenOutput,
    "sql check": SqlCheckOutput,
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
