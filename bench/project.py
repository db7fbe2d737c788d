"""Projects to measure on: as many pipelines as asked for, each with a job, an ingest file and four tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from headgate.balance.plan import balance
from headgate.definition.load import FILE
from headgate.definition.site import FILE as SITES
from headgate.inventory.row import TableRow
from headgate.inventory.write import write_inventory
from headgate.layout.lock import write_lock
from headgate.project import LOCK, TABLES, read_connectors
from headgate.synthesis import deployment_of
from headgate.use_cases.balance import BalanceRequest, balance_tables

TABLES_EACH = 4
_PIPELINES_A_STACK = 100
_OSIPI = Path(__file__).resolve().parents[1] / "connectors" / "osipi"
_CATEGORIES = ("sales", "support", "finance", "people")

_DEFINITION = """\
id: bench
source: bench
connection:
  name: bench_connection
  options: {{host: source.example.com}}
  secrets: [token]
  external_options: [page_size]
destination: {{catalog: main, schema: bench, create_schema: true}}
code:
  git: {{url: "https://git.example.com/connectors.git"}}
group_by: ingestion_type
schedules: {{append: "{schedule}"}}
balance: {{stacks: {stacks}, pipelines: {pipelines}}}
targets:
  dev: {{name_prefix: dev_, paused: true}}
"""


def make_project(root: Path, pipelines: int, schedule: str = "*/15 * * * *") -> Path:
    """Write a project below `root`, balanced and locked, with a stack for each 100 pipelines; give `root`."""
    folder = root / "connectors" / "bench"
    folder.mkdir(parents=True)
    stacks = -(-pipelines // _PIPELINES_A_STACK)
    definition = _DEFINITION.format(stacks=stacks, pipelines=pipelines, schedule=schedule)
    (folder / "connector.yaml").write_text(definition, encoding="utf-8")
    write_inventory(folder / TABLES, tables(pipelines * TABLES_EACH))
    (connector,) = read_connectors(root)
    write_lock(folder / LOCK, balance(connector.tables, connector.definition).layout)
    return root


def make_sites(root: Path, count: int) -> Path:
    """Write a project below `root` with OSI PI's own tables at `count` sites, balanced and locked; give `root`."""
    folder = root / "connectors" / "osipi"
    folder.mkdir(parents=True)
    for name in (FILE, TABLES, *(path.name for path in _OSIPI.glob("*.py"))):
        (folder / name).write_bytes((_OSIPI / name).read_bytes())
    lines = [
        f"  site_{number:03}: {{destination: {{schema: site_{number:03}}}, table_options: {{nameFilter: S{number:03}*}}}}\n"
        for number in range(count)
    ]
    (folder / SITES).write_text("sites:\n" + "".join(lines), encoding="utf-8")
    balance_tables(BalanceRequest(root=root), lambda _: None)
    return root


def tables(count: int) -> list[TableRow]:
    """Give `count` tables as discovery leaves them: each with keys, a cursor and an option, all of one weight."""
    return [
        TableRow(
            source_table=f"table_{number:06}",
            options={"primary_keys": ["id"], "page_size": str(100 + number % 5)},
            weight=10,
            category=_CATEGORIES[number % len(_CATEGORIES)],
            ingestion_type="append",
            primary_keys=("id",),
            cursor_field="updated_at",
        )
        for number in range(count)
    ]


def bodies(root: Path) -> dict[str, dict[str, Any]]:
    """Give stack → its whole JSON as plain dictionaries: what a script with nothing to read or decide would begin with."""
    (connector,) = read_connectors(root)
    found = {}
    for plan in deployment_of(connector, None):
        body = json.loads(json.dumps(plan.body))
        body["terraform"]["backend"] = {plan.backend: plan.backend_body}
        found[plan.name] = body
    return found


def synthesized(out: Path) -> dict[str, Any]:
    """Give stack → its JSON as the CDK wrote it below `out`, without `//`: the CDK's notes on how things were made."""
    files = sorted(out.glob("stacks/*/cdk.tf.json"))
    return {file.parent.name: _without_notes(json.loads(file.read_bytes())) for file in files}


def _without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_notes(part) for key, part in value.items() if key != "//"}
    return [_without_notes(part) for part in value] if isinstance(value, list) else value
