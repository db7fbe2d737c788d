"""What a pipeline of transforms is: the model behind `*.pipeline.yaml`.

Field descriptions here are what `headgate schema pipeline` shows in an editor; for a field that is a part, the part's
docstring.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_core import PydanticKnownError

from headgate.sql.check.findings import Code
from headgate.sql.language.deploy import Deploy
from headgate.sql.language.names import Name, ParameterName, Value
from headgate.sql.language.target import Sink, Table
from headgate.sql.language.transform import Source, Transform
from headgate.validation import StrictModel


class Parameter(StrictModel):
    """A value that differs by target: `:name` in SQL, `${name}` in other text."""

    default: Value | None = Field(default=None, description="Its value in targets that are not named.")
    targets: dict[str, Value] = Field(default_factory=dict, description="Target → its value there.")


class PipelineFile(StrictModel):
    """The sources, transforms, tables and sinks of one pipeline; each has a name that no other one has."""

    catalog: Name = Field(description="The catalog of its tables.")
    schema_name: Name = Field(alias="schema", description="The schema of its tables.")
    approximate_counts: bool = Field(
        default=False, description="Whether COUNT(DISTINCT x) of a stream may become approx_count_distinct(x)."
    )
    allow: list[Annotated[Code, Field(strict=False)]] = Field(
        default_factory=list, description="Kinds of findings of the check that are warnings here."
    )
    deploy: Deploy | None = Field(
        default=None, description="That and how it is deployed; `deploy: {}` takes all defaults. Default: it is not."
    )
    parameters: dict[ParameterName, Parameter] = Field(default_factory=dict, description="Values that differ by target.")
    sources: dict[Name, Source] = Field(default_factory=dict, description="What is read from outside.")
    transforms: dict[Name, Transform] = Field(default_factory=dict, description="What is done, step by step.")
    tables: dict[Name, Table] = Field(default_factory=dict, description="What the pipeline makes.")
    sinks: dict[Name, Sink] = Field(default_factory=dict, description="Where rows leave the workspace's tables.")

    @field_validator("deploy", mode="before")
    @classmethod
    def _is_said(cls, value: object) -> object:
        """Refuse a key with nothing after it, which would be no deployment where all defaults were meant."""
        if value is None:
            raise PydanticKnownError("model_type", {"class_name": Deploy.__name__})
        return value

    @property
    def names(self) -> dict[str, str]:
        """Everything that has a name, and may be read: name → the section that it is in. Of a name used twice, the last."""
        sections = ("sources", "transforms", "tables")
        return {name: section for section in sections for name in getattr(self, section)}

    def parts(self, name: str, table: Table) -> tuple[str, ...]:
        """Give catalog, schema and a name beside a table; the name alone beside a view or a private table, without them."""
        if table.private or table.type == "temporary_view":
            return (name,)
        return table.catalog or self.catalog, table.schema_name or self.schema_name, name
