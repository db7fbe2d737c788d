"""Where rows go: `tables` and `sinks` of a pipeline file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headgate.sql.language.names import Expression, Name, Text, Value
from headgate.validation import StrictModel


class Function(StrictModel):
    """A function of Unity Catalog that filters rows or masks a column."""

    function: Text = Field(description="Its name: catalog.schema.function.")
    columns: list[Name] = Field(default_factory=list, description="The columns that it is given (a mask: besides its own).")


class Column(StrictModel):
    """A column of a table, as it is declared."""

    type: Text = Field(description="Its SQL type, such as DECIMAL(18, 2).")
    not_null: bool = Field(default=False, description="Refuse rows without a value.")
    comment: str | None = Field(default=None, description="What it holds.")
    mask: Function | None = Field(default=None, description="The function that masks its values.")


class Expectation(StrictModel):
    """What holds for each row, and what happens to a row for which it does not hold, or is not known (NULL)."""

    check: Expression = Field(description="The condition, such as `amount >= 0`.")
    on_violation: Literal["warn", "drop", "fail", "quarantine"] = Field(
        default="warn",
        description="warn: count it. drop: leave the row out. fail: stop the update. quarantine: put it into another table.",
    )


class ChangeData(StrictModel):
    """Rows that are changes, applied by AUTO CDC."""

    keys: list[Name] = Field(min_length=1, description="The columns that tell rows apart.")
    sequence_by: list[Name] = Field(min_length=1, description="The columns that say which change is later.")
    scd_type: Literal[1, 2] = Field(default=1, description="1: keep each row's last state. 2: keep its history.")
    delete_when: Expression | None = Field(default=None, description="Which changes delete the row.")
    truncate_when: Expression | None = Field(default=None, description="Which changes empty the table (SCD type 1).")
    ignore_null_updates: bool = Field(default=False, description="A NULL in a change leaves the value as it was.")
    columns: list[Name] = Field(default_factory=list, description="The columns to keep. Default: all.")
    except_columns: list[Name] = Field(default_factory=list, description="The columns to leave out.")
    track_history: list[Name] = Field(default_factory=list, description="SCD type 2: the columns whose changes are history.")
    track_history_except: list[Name] = Field(default_factory=list, description="SCD type 2: those whose changes are none.")


class Flow(StrictModel):
    """Rows on their way into a streaming table. Without a name it is part of the table's own statement."""

    name: Name | None = Field(default=None, description="Its name, by which the platform knows what it has read.")
    from_: Name = Field(alias="from", description="What it reads: a source, a transform or a table.")
    comment: str | None = Field(default=None, description="What it is for.")
    once: bool = Field(default=False, description="Run it once, as a backfill; again after a full refresh.")
    cdc: ChangeData | None = Field(default=None, description="The rows are changes: apply them.")
    replace_where: Expression | None = Field(
        default=None, description="Replace the rows of the table for which this holds by those of the input for which it does."
    )


class Table(StrictModel):
    """A table or view that the pipeline makes: what it reads, by `from` or by `flows`, and how it looks."""

    type: Literal["streaming_table", "materialized_view", "temporary_view"] = Field(description="What it is.")
    from_: Name | None = Field(default=None, alias="from", description="What it reads: a source, a transform or a table.")
    flows: list[Flow] = Field(default_factory=list, description="Of a streaming table, instead of `from`: what goes into it.")
    catalog: Name | None = Field(default=None, description="Its catalog. Default: the file's.")
    schema_name: Name | None = Field(default=None, alias="schema", description="Its schema. Default: the file's.")
    private: bool = Field(default=False, description="Keep it out of the catalog; only this pipeline reads it.")
    comment: str | None = Field(default=None, description="What it holds.")
    columns: dict[Name, Column] = Field(default_factory=dict, description="Its columns, all of them. Default: as the query.")
    cluster_by: list[Name] | Literal["auto"] | None = Field(default=None, description="Columns to cluster by, or auto.")
    partition_by: list[Name] = Field(default_factory=list, description="Columns to partition by.")
    properties: dict[Name, Value] = Field(default_factory=dict, description="Table properties.")
    row_filter: Function | None = Field(default=None, description="The function that says which rows a user sees.")
    expectations: dict[Name, Expectation] = Field(default_factory=dict, description="What holds for each row.")
    quarantine_table: Name | None = Field(
        default=None, description="The table of rows in quarantine. Default: the table's name and _quarantine."
    )
    output_mode: Literal["append", "update", "complete"] | None = Field(
        default=None, description="append alone: pipelines append to streaming tables."
    )


class Sink(StrictModel):
    """Where rows leave the workspace's tables, by a streaming flow that appends."""

    from_: Name = Field(alias="from", description="What it reads: a source, a transform or a table.")
    format: Text = Field(description="kafka, delta, or the name of a Python data source.")
    options: dict[Name, Value] = Field(default_factory=dict, description="Its options, such as topic.")
