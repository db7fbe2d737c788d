"""What the provider or the workspace would refuse is refused before anything is synthesized."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headgate.definition.model import Definition
from headgate.deployment.refused import code_problems
from headgate.problems import InputError
from headgate.project import Connector
from headgate.synthesis import deployment_of
from tests.support.from_rows import balance
from tests.support.samples import parts_of, tables_of


def connector(folder: Path, **files: bytes) -> Connector:
    (folder / "src").mkdir(parents=True)
    for name, content in files.items():
        (folder / "src" / name).write_bytes(content)
    definition = Definition.model_validate(parts_of({"code": {"folder": "src"}}))
    return Connector(folder, definition, (), None)


def test_what_the_workspace_would_not_take_is_refused_with_its_file(tmp_path: Path) -> None:
    one = connector(tmp_path, **{"large.bin": bytes(8 * 1024 * 1024), "a\nb.py": b"1", "fine.bin": bytes(7 * 1024 * 1024)})

    with pytest.raises(InputError) as caught:
        deployment_of(one, "dev")

    assert [(Path(problem.file).name, problem.message.split(",")[0]) for problem in caught.value.problems] == [
        ("a\\nb.py", "has a name with a control character"),
        ("large.bin", "has 8"),
    ]
    assert code_problems(one, {"fine.py": b""}) == []


def test_a_managed_pipeline_without_a_table_is_refused_before_the_provider_does(tmp_path: Path) -> None:
    def definition(pipelines: int, **parts: Any) -> Definition:
        return Definition.model_validate(parts_of(parts, pipelines=pipelines))

    tables = tuple(tables_of(4))
    before = balance(tables, definition(1)).layout
    layout = balance(tables, definition(2), before).layout  # two tables are to be handed over to a new pipeline
    managed = Connector(tmp_path, definition(2, ingestion="managed"), tables, layout)

    with pytest.raises(InputError) as caught:
        deployment_of(managed, "dev")

    assert [problem.message.split(",")[0] for problem in caught.value.problems] == [
        "pipeline 'all_2' has no table before a handover or after it"
    ]
    assert len(deployment_of(Connector(tmp_path, definition(2), tables, layout), "dev")) == 2
