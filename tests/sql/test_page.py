"""docs/sql-check.md: each kind of finding with an example that has it and one that hasn't."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from headgate.sql.check.findings import Code
from headgate.sql.check.pipeline import check_sql
from headgate.sql.known import KnownTables
from headgate.sql.schemas import read_schemas
from tests.docs.pages import ROOT, blocks
from tests.docs.reader import Reader
from tests.docs.story import Story

if TYPE_CHECKING:
    from pathlib import Path

PAGE = "docs/sql-check.md"
TEXT = (ROOT / PAGE).read_text()
PARTS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", TEXT, flags=re.MULTILINE | re.DOTALL))
EXAMPLES = {code: re.findall(r"```sql\n(.*?)```", part, flags=re.DOTALL) for code, part in PARTS.items()}
SCHEMAS = blocks(PAGE)[0].text.partition("<<END\n")[2].partition("END\n")[0]


def codes(sql: str) -> set[str]:
    tables = KnownTables(read_schemas(SCHEMAS, "tables.yaml"))
    return {one.code.value for one in check_sql({"example.sql": sql}, tables)}


def test_every_kind_is_explained() -> None:
    assert set(PARTS) == {code.value for code in Code}


@pytest.mark.parametrize("code", [code for code, examples in EXAMPLES.items() if examples])
def test_its_example_has_it_and_the_mended_one_has_nothing(code: str) -> None:
    bad, good = EXAMPLES[code]

    assert codes(bad) == {code}
    assert codes(good) == set()


@pytest.mark.long
def test_a_reader_of_the_page_gets_from_a_finding_to_none(tmp_path: Path) -> None:
    reader = Reader(tmp_path)

    Story(reader).read(PAGE)

    assert "WATERMARK ordered_at DELAY OF INTERVAL 10 MINUTES" in (reader.here / "silver.sql").read_text()
