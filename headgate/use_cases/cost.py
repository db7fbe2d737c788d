"""What the agreed layout costs in a month, and what it used in one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from headgate.cost.estimate import cost_of
from headgate.cost.usage import MAINTENANCE, METADATA, PIPELINE, read_usage, usage_of
from headgate.cost.used import month_start, used_month
from headgate.problems import InputError
from headgate.use_cases.request import ProjectRequest

if TYPE_CHECKING:
    from pathlib import Path

    from headgate.cost.model import Cost
    from headgate.cost.usage import UsageRecord
    from headgate.cost.used import UsedMonth
    from headgate.definition.model import Target
    from headgate.use_cases.request import ConnectorRequest

_COLUMNS = ("usage_date", PIPELINE, MAINTENANCE, "record_type", "usage_quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRequest(ProjectRequest):
    """files: exported rows of system.billing.usage; none: the SQL warehouse of this id is asked. month: such as 2026-10."""

    files: tuple[Path, ...] = ()
    month: str = ""
    warehouse: str = ""


def estimate_cost(request: ConnectorRequest) -> Cost:
    """Give the pipeline-hours of an average month by group, and what they cost. Raises StaleError without a lock."""
    one, target = request.read()
    return cost_of(one.definition, target, one.agreed(), one.weighed())


def compare_usage(request: UsageRequest) -> list[tuple[Cost, UsedMonth]]:
    """Give what each connector's layout costs in an average month, and what it used in one, beside the estimate for it.

    Raises InputError for files that can't be read and a month without usage, StaleError without a lock, SourceError where the
    warehouse can't be asked.
    """
    if request.month:
        month_start(request.month)
    if not request.files and not request.warehouse:
        raise InputError("no usage is named", "name exported rows, --usage FILE, or a SQL warehouse to ask, --warehouse ID")
    from_files = read_usage(request.files)
    found = []
    for one, target in request.read():
        definition, layout = one.definition, one.agreed()
        records = from_files if request.files else _asked(definition.targets[target], request.warehouse, request.month)
        used = used_month(definition, target, layout, one.weighed(), one.deployed(target), records, request.month)
        found.append((cost_of(definition, target, layout, one.weighed()), used))
    return found


def _asked(target: Target, warehouse: str, month: str) -> tuple[UsageRecord, ...]:
    """Ask a target's workspace for the DBUs of all pipelines in a month, day by day."""
    from headgate.clients.databricks import Login
    from headgate.clients.warehouse import Warehouse

    first = month_start(month)
    after = (first + timedelta(days=31)).replace(day=1)
    ids = f"{METADATA}.{PIPELINE}, {METADATA}.{MAINTENANCE}"
    statement = (
        f"SELECT usage_date, {ids}, record_type, sum(usage_quantity) FROM system.billing.usage "  # noqa: S608  # dates alone
        f"WHERE usage_unit = 'DBU' AND {METADATA}.{PIPELINE} IS NOT NULL "
        f"AND usage_date >= DATE'{first}' AND usage_date < DATE'{after}' GROUP BY ALL"
    )
    rows = Warehouse(Login(target.host, target.profile), warehouse).rows(statement)
    return usage_of(dict(zip(_COLUMNS, row, strict=True)) for row in rows)
