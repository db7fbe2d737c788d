"""What a pipeline file may look like, and what is said of one that is wrong.

`python -m tests.sql.language.test_load` writes bad/*.txt anew; read the difference before you commit it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.problems import InputError
from headgate.sql.language.load import SUFFIX, parse_pipeline

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob(f"*{SUFFIX}"))
SHORT = """\
catalog: main
schema: silver
sources: {orders: {table: main.bronze.orders}}
tables: {all_orders: {type: streaming_table, from: orders}}
"""


def said(text: str, target: str | None = None) -> str:
    with pytest.raises(InputError) as caught:
        parse_pipeline(text, "x.pipeline.yaml", target)
    return str(caught.value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.removesuffix(SUFFIX))
def test_what_is_said_of_a_bad_file(path: Path) -> None:
    with pytest.raises(InputError) as caught:
        parse_pipeline(path.read_text(), path.name)

    assert f"{caught.value}\n" == path.with_name(path.name.removesuffix(SUFFIX) + ".txt").read_text()


def test_the_shortest_file_has_defaults_for_all_else() -> None:
    file = parse_pipeline(SHORT, "x.pipeline.yaml").file

    assert file.sources["orders"].mode == "auto"
    assert file.tables["all_orders"].private is False
    assert not file.approximate_counts


def test_a_place_for_anchors_is_no_key() -> None:
    text = "x-cdc: &cdc {keys: [id], sequence_by: [at]}\n" + SHORT.replace("from: orders", "flows: [{from: orders, cdc: *cdc}]")

    flow = parse_pipeline(text, "x.pipeline.yaml").file.tables["all_orders"].flows[0]

    assert flow.cdc is not None
    assert flow.cdc.keys == ["id"]


def test_a_parameter_without_a_value_in_a_target_is_a_problem_there_alone() -> None:
    text = "parameters: {c: {targets: {prod: main}}}\n" + SHORT.replace("catalog: main", "catalog: ${c}")

    assert parse_pipeline(text, "x.pipeline.yaml", "prod").file.catalog == "main"
    assert "the parameter 'c' has no value in this target" in said(text, "dev")


if __name__ == "__main__":
    for file in FILES:
        try:
            parse_pipeline(file.read_text(), file.name)
        except InputError as error:
            file.with_name(file.name.removesuffix(SUFFIX) + ".txt").write_text(f"{error}\n")
