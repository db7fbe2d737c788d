"""What the shared stack has for pipelines of transforms, word by word, as it was looked at: `golden_transforms/`.

After a wanted change: `python -m tests.deployment.test_transforms` writes it anew; look at the difference.
"""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.deployment.files import MOST_BYTES
from headgate.deployment.transforms import size_problems
from headgate.inventory.row import TableRow
from headgate.layout.deployed import Deployed
from headgate.project import Connector
from headgate.sql.language.deploy import Deploy
from headgate.transforms.deployed import DeployedFile, DeployedTransforms, deployed_transforms
from headgate.transforms.named import named_files
from tests.support.from_rows import balance, plan_stacks
from tests.support.samples import parts_of

GOLDEN = Path(__file__).resolve().parent / "golden_transforms"
PARTS: dict[str, Any] = {
    "destination": {"catalog": "main", "schema": "bronze", "create_schema": True},
    "schedules": {"timezone": "Europe/Berlin"},
    "targets": {
        "dev": {"name_prefix": "dev_", "catalog": "dev", "paused": True, "protect": False},
        "prod": {
            "permissions": [{"level": "CAN_RUN", "group": "analysts"}],
            "run_as": {"service_principal": "1b2c"},
            "notifications": ["data@example.com"],
            "budget_policy_id": "f00d",
        },
    },
}
ROWS = [TableRow("contacts", ingestion_type="snapshot", weight=40)]


def made(target: str) -> dict[str, str]:
    """Give file → text: what runs in a target, and the resources without it."""
    definition = Definition.model_validate(parts_of(PARTS))
    layout = balance(ROWS, definition).layout
    connector = Connector(GOLDEN, definition, tuple(ROWS), layout)
    transforms = deployed_transforms(connector, named_files(GOLDEN), target, [connector])
    shared, *_ = plan_stacks(definition, ROWS, layout, target, Deployed(target), transforms=transforms)
    ids = {one.id for one in transforms}
    own: dict[str, Any] = {}
    for kind, blocks in shared.body["resource"].items():
        its = {name: block for name, block in blocks.items() if name.partition("-")[0] in ids or name.partition("_")[2] in ids}
        own |= {kind: its} if its else {}
    files = {block["path"]: b64decode(block.pop("content_base64")) for block in own["databricks_workspace_file"].values()}
    texts = {f"{target}_{Path(path).name.replace('.py', '.txt')}": text.decode() for path, text in files.items()}
    return texts | {f"{target}.json": f"{json.dumps(own, indent=1)}\n"}


@pytest.mark.parametrize("target", ["dev", "prod"])
def test_pipelines_of_transforms_are_as_they_were_looked_at(target: str) -> None:
    assert made(target) == {path.name: path.read_text() for path in GOLDEN.glob(f"{target}*") if path.suffix != ".yaml"}


def test_a_file_that_is_too_large_for_the_workspace_is_told() -> None:
    one = DeployedTransforms("sales", Deploy(), "main", "silver", (DeployedFile("sales", "-" * MOST_BYTES, ""),), (), "CORE")

    assert [problem.message for problem in size_problems([one])] == [
        "'sales' becomes 13,981,016 bytes of base64 in one file, and the workspace takes 10,485,760"
    ]


if __name__ == "__main__":
    for target_name in PARTS["targets"]:
        for file_name, text in made(target_name).items():
            (GOLDEN / file_name).write_text(text)
