"""SQL that people have, as pipeline files: golden/NAME.sql, NAME.yaml, and NAME.txt of what was left out.

`python -m tests.sql.importing.test_import` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.emit.bundle.yaml_text import yaml_text
from headgate.sql.explain import Explained, explain
from headgate.sql.generate.statements import generate
from headgate.sql.importing.statements import import_sql
from headgate.sql.language.load import parse_pipeline

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(GOLDEN.glob("*.sql"))
GENERATED = sorted((Path(__file__).parents[1] / "generate" / "golden").glob("*.sql"))


def imported(path: Path) -> tuple[str, str]:
    """Give the pipeline file of a file of SQL, and what was left out."""
    found = import_sql(path.read_text(), path.name, "main", "silver")
    return yaml_text(found.data, "imported"), "".join(f"{problem}\n" for problem in found.not_taken)


def again(yaml: str) -> str:
    return generate(parse_pipeline(yaml, "x.pipeline.yaml"), {}).sql


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_pipeline_file_of_sql(path: Path) -> None:
    yaml, left_out = imported(path)

    assert yaml == path.with_suffix(".yaml").read_text()
    assert left_out == path.with_suffix(".txt").read_text()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_imported_can_be_generated(path: Path) -> None:
    assert again(imported(path)[0])


def tables_of(explained: Explained) -> tuple[set[str], set[tuple[str, str, bool]]]:
    nodes = {f"{one.name} {one.kind}" for one in explained.nodes}
    return nodes, {(edge.source, edge.target, edge.streaming) for edge in explained.edges}


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.stem)
def test_what_was_generated_comes_back_as_the_same_tables_that_read_the_same(path: Path) -> None:
    sql = path.read_text()

    yaml, left_out = imported(path)

    assert left_out == ""
    assert tables_of(explain({"x": again(yaml)})) == tables_of(explain({"x": sql}))


if __name__ == "__main__":
    for file in FILES:
        text, words = imported(file)
        file.with_suffix(".yaml").write_text(text)
        file.with_suffix(".txt").write_text(words)
