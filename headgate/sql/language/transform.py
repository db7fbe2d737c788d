"""Where rows come from and what is done with them: `sources` and `transforms` of a pipeline file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from headgate.sql.language.names import Duration, Expression, Mode, Name, Text, Value
from headgate.validation import StrictModel


class Source(StrictModel):
    """What is read: a table of a connector of this project, any other table, or files. One of `table` and `files`."""

    connector: str | None = Field(default=None, description="The connector of this project whose table it is.")
    table: Text | None = Field(
        default=None, description="With a connector: the table as its tables.csv names it. Without: catalog.schema.table."
    )
    files: Text | None = Field(
        default=None, description="A path of files, which read_files reads: /Volumes/main/raw/in/*.json."
    )
    format: Text | None = Field(default=None, description="The files' format, such as json. Default: as the files look.")
    options: dict[Name, Value] = Field(default_factory=dict, description="Further arguments of read_files.")
    columns: dict[Name, Text] = Field(
        default_factory=dict, description="Column → SQL type, where known: for checks, and the schema that files are read by."
    )
    mode: Mode = Field(default="auto", description="streaming: read what is new. batch: read all. auto: as what reads it.")
    watermark_column: Name | None = Field(default=None, description="The time column by which late rows are known.")
    watermark_delay: Duration | None = Field(default=None, description="How late rows may come, such as `10 minutes`.")
    append_only: bool | None = Field(
        default=None, description="Whether rows of it never change. Default: as its connector says, else it is assumed."
    )


class Join(StrictModel):
    """What rows are joined with; the two sides are called by their names in `on`."""

    with_: Name = Field(alias="with", description="The other side: a source, a transform or a table.")
    how: Literal["inner", "left", "right", "full", "semi", "anti", "cross"] = Field(
        default="inner", description="Which rows stay that have no partner."
    )
    on: Expression | None = Field(default=None, description="The condition, such as `orders.id = items.order_id`.")
    using: list[Name] = Field(default_factory=list, description="Instead of `on`: columns that both sides have.")


class TimeWindow(StrictModel):
    """Windows of time, by which rows are aggregated; they give the columns window_start and window_end."""

    type: Literal["tumbling", "sliding", "session"] = Field(
        description="tumbling: one after the other. sliding: they overlap. session: as long as rows keep coming."
    )
    column: Name = Field(description="The time column.")
    size: Duration | None = Field(default=None, description="tumbling, sliding: how long a window is.")
    slide: Duration | None = Field(default=None, description="sliding: how long after a window the next one begins.")
    gap: Duration | None = Field(default=None, description="session: after how long without rows it ends.")


class Aggregate(StrictModel):
    """One row for each group of rows."""

    by: list[Expression | dict[Name, Expression]] = Field(
        default_factory=list, description="What makes a group: columns, or `name: expression`."
    )
    window: TimeWindow | None = Field(default=None, description="Windows of time that make groups as well.")
    values: dict[Name, Expression] = Field(default_factory=dict, description="Column → aggregate, such as `sum(amount)`.")
    having: Expression | None = Field(default=None, description="Which groups stay.")


class Analytic(StrictModel):
    """Columns that a row gets from the rows around it (OVER)."""

    columns: dict[Name, Expression] = Field(min_length=1, description="Column → window function, such as `lag(amount)`.")
    partition_by: list[Expression] = Field(default_factory=list, description="What rows belong together.")
    order_by: list[Expression] = Field(default_factory=list, description="Their order, such as `updated_at DESC`.")


class Dedupe(StrictModel):
    """One row of those that are alike."""

    keys: list[Name] = Field(default_factory=list, description="The columns that make rows alike. Default: all.")
    order_by: list[Expression] = Field(
        default_factory=list, description="With keys: the first row by this order stays, such as `updated_at DESC`."
    )


class Transform(StrictModel):
    """One step: its input, and exactly one of select, filter, join, aggregate, window, union, dedupe and sql."""

    from_: Name | None = Field(default=None, alias="from", description="The input: a source, a transform or a table.")
    mode: Mode = Field(default="auto", description="How what it reads is read: streaming, batch, or auto, as what reads it.")
    select: list[Expression | dict[Name, Expression]] | None = Field(
        default=None, description="The columns: an expression, or `name: expression`. Beside `join`: the columns of both sides."
    )
    filter: Expression | None = Field(default=None, description="Which rows stay.")
    join: Join | None = Field(default=None, description="Another input, joined to the first.")
    aggregate: Aggregate | None = Field(default=None, description="One row for each group of rows.")
    window: Analytic | None = Field(default=None, description="Columns from the rows around a row.")
    union: list[Name] | None = Field(
        default=None, min_length=2, description="All rows of several inputs, whose columns stand in the same order."
    )
    dedupe: Dedupe | None = Field(default=None, description="One row of those that are alike.")
    sql: Text | None = Field(default=None, description="A query; sources, transforms and tables of the file are named in it.")

    @property
    def kind(self) -> str:
        """What it does; of a join with columns, that it joins."""
        return next(name for name in KINDS if getattr(self, name) is not None)


# In the order in which a transform that has several is known by one of them.
KINDS = ("sql", "join", "aggregate", "window", "union", "dedupe", "filter", "select")
