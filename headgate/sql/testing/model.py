"""The model behind `*.test.yaml`, and behind the files of sdp-test.

Source of the latter: sdp-test 0.4.0 on PyPI, its model of `*.unit_tests.yml` and `*_pipeline_tests.yml`.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, Field

from headgate.sql.language.names import Name, Text
from headgate.validation import StrictModel

Rows = list[dict[Name, Any]]


class StepModel(StrictModel):
    """Rows that come in together, and what holds after the update that reads them."""

    given: dict[Name, Rows] = Field(default_factory=dict, description="Source → rows that come in.")
    expect: dict[Name, Rows] = Field(
        default_factory=dict, description="Table → all rows that it holds then, in any order; only named columns are compared."
    )
    dropped: dict[Name, Rows] = Field(
        default_factory=dict, description="Table → rows that its expectations drop in this update, in any order."
    )
    violations: dict[Name, dict[Name, int]] = Field(
        default_factory=dict, description="Table → expectation → for how many rows of this update it does not hold."
    )


class CaseModel(StepModel):
    """A test: one step, or several."""

    steps: list[StepModel] = Field(default_factory=list, description="Instead of the other keys: steps, one after the other.")


class TestsModel(StrictModel):
    """The tests of one pipeline."""

    __test__ = False  # no test that pytest collects

    pipeline: Text | None = Field(
        default=None,
        description="The pipeline file, or a file of SQL, seen from here. Default: NAME.pipeline.yaml, else NAME.sql.",
    )
    values: dict[Name, str] = Field(default_factory=dict, description="Of a file of SQL: what stands there as ${name}.")
    columns: dict[Name, dict[Name, Text]] = Field(
        default_factory=dict, description="Source → column → SQL type, where the pipeline file does not say it."
    )
    tests: dict[Name, CaseModel] = Field(min_length=1, description="The tests by their names.")


class SdpGiven(StrictModel):
    """sdp-test's rows of a table. types: column → type, where rows don't tell it."""

    table: Text
    rows: Rows = Field(default_factory=list)
    types: dict[Name, Text] = Field(default_factory=dict, alias="schema")


class SdpExpect(StrictModel):
    """sdp-test's expected rows of the model."""

    rows: Rows = Field(default_factory=list)


class SdpCase(StrictModel):
    """sdp-test's test of one model."""

    model_config = ConfigDict(extra="ignore")

    name: str | None = None
    model: Text
    spark_conf: dict[Name, str | int | float | bool] = Field(default_factory=dict)
    given: list[SdpGiven] = Field(default_factory=list)
    expect: SdpExpect = Field(default_factory=SdpExpect)


class SdpTests(StrictModel):
    """sdp-test's file of tests. defaults: what stands for ${name}."""

    model_config = ConfigDict(extra="ignore")

    defaults: dict[Name, str | int | float | bool] = Field(default_factory=dict)
    tests: list[SdpCase] = Field(default_factory=list)


def json_schema() -> dict[str, Any]:
    """Give the JSON Schema of `*.test.yaml` (draft 2020-12), for editors."""
    schema = TestsModel.model_json_schema() | {"title": "Headgate tests of a pipeline of transforms"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
