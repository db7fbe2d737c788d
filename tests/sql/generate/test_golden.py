"""Pipeline files and the SQL that they become: golden/NAME.pipeline.yaml, NAME.sql, and NAME.py where it has sinks.

`python -m tests.sql.generate.test_golden` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.sql.generate.statements import Generated, generate
from headgate.sql.language.load import SUFFIX, load_pipeline

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob(f"*{SUFFIX}"))


def generated(path: Path, target: str | None = None) -> Generated:
    return generate(load_pipeline(path, target), {})


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name.removesuffix(SUFFIX) + suffix)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(SUFFIX))
def test_the_sql_of_a_pipeline_file(path: Path) -> None:
    found = generated(path)

    assert found.sql == beside(path, ".sql").read_text()
    code = beside(path, ".txt")
    assert found.python == (code.read_text() if code.is_file() else "")


def test_a_target_has_its_own_values() -> None:
    found = generated(GOLDEN / "parameters.pipeline.yaml", "prod").sql

    assert "`main`.`bronze`.`orders`" in found
    assert "ordered_at > '2020' AND (number > 10 OR FALSE) AND doc:a.b::int = 1" in found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(SUFFIX))
def test_each_line_knows_the_line_of_the_file_that_it_was_made_of(path: Path) -> None:
    found = generated(path)
    text = path.read_text().splitlines()

    for number, line in enumerate(found.sql.splitlines(), 1):
        if line.strip().startswith(("CREATE OR REFRESH STREAMING", "CREATE OR REFRESH MATERIALIZED")):
            table = line.rpartition("`.`")[2].partition("`")[0]
            origin = text[found.origin(number) - 1]
            assert table in origin or origin.strip().startswith(("inner", "good_orders"))


if __name__ == "__main__":
    for file in FILES:
        whole = generated(file)
        beside(file, ".sql").write_text(whole.sql)
        if whole.python:
            beside(file, ".txt").write_text(whole.python)
