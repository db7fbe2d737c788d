"""The form of the corpus beside sqlfluff, which others wrote, with its dialect for Databricks."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.docs.pages import ROOT
from tests.sql.cases import cases

PYTHON = ROOT / "build" / "spark-sql" / "bin" / "python"
# What sqlfluff 4.5 doesn't know: watermarks, sinks, masks, options of a stream, parameters, notebooks, LIVE, FROM before
# SELECT.
UNKNOWN = (
    "WATERMARK", "watermark", "CREATE SINK", "MASK ", "skipChangeCommits", "${", "COMMAND ---", "INCREMENTAL LIVE", "OFFSET",
    "AS FROM",
)  # fmt: skip
# What sqlfluff lets through.
LETS_THROUGH = {"a comma at the end", "a dot too many", "two expectations of one name", "an unknown kind of history"}


@pytest.mark.long
def test_sqlfluff_parses_what_is_read_and_refuses_what_is_refused() -> None:
    if not PYTHON.exists():
        pytest.skip("sqlfluff is not installed: make build/spark-sql/.ready")
    asked = [case for case in cases() if not any(word in case.sql for word in UNKNOWN)]
    run = subprocess.run(
        [PYTHON, ROOT / "tests/sql/forms.py"],
        input=json.dumps([case.sql for case in asked]),
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(run.stdout)

    otherwise = [
        (str(case), found)
        for case, found in zip(asked, said, strict=True)
        if ("syntax" in case.finds) != bool(found) and case.name not in LETS_THROUGH
    ]
    assert otherwise == []
    assert sum(map(bool, said)) >= 20
    assert len(asked) >= 150
