"""What the shared stack has for the monitoring, word by word, as it was looked at: `golden/`.

After a wanted change: `python -m tests.deployment.test_golden` writes it anew; look at the difference.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.inventory.row import TableRow
from headgate.layout.deployed import Deployed
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import parts_of

GOLDEN = Path(__file__).resolve().parent / "golden"
PARTS: dict[str, Any] = {
    "monitoring": {"schema": "monitoring", "schedule": "30 * * * *"},
    "schedules": {"snapshot": "0 2 * * 1-5", "append": "*/15 * * * *"},
    "targets": {"prod": {"warehouse_id": "wh1", "permissions": [{"level": "CAN_VIEW", "group": "analysts"}]}},
}
ROWS = [
    TableRow("orders", ingestion_type="append", weight=40), TableRow("notes", ingestion_type="append", weight=20),
    TableRow("people", ingestion_type="snapshot", weight=5),
]  # fmt: skip


def made() -> dict[str, str]:
    """Give file → text: the pipeline's file, the dashboard, and the resources without either."""
    definition = Definition.model_validate(parts_of(PARTS, pipelines=3))
    layout = balance(ROWS, definition).layout
    shared, *stacks = plan_stacks(definition, ROWS, layout, "prod", Deployed("prod"))
    resources = shared.body["resource"]
    own = {kind: blocks["crm"] for kind, blocks in resources.items() if "crm" in blocks and kind != "databricks_connection"}
    own |= {name: block for name, block in resources["databricks_permissions"].items() if name.endswith("_crm")}
    file = b64decode(own["databricks_workspace_file"].pop("content_base64")).decode()
    dashboard = own["databricks_dashboard"].pop("serialized_dashboard")
    own["event logs"] = {
        name: block["event_log"] for stack in stacks for name, block in stack.body["resource"]["databricks_pipeline"].items()
    }
    return {"summaries.txt": file, "dashboard.json": f"{dashboard}\n", "resources.json": f"{json.dumps(own, indent=1)}\n"}


@pytest.mark.parametrize("name", ["summaries.txt", "dashboard.json", "resources.json"])
def test_the_monitoring_is_as_it_was_looked_at(name: str) -> None:
    assert made()[name] == (GOLDEN / name).read_text()


if __name__ == "__main__":
    for file_name, text in made().items():
        (GOLDEN / file_name).write_text(text)
