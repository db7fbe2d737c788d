"""What the light checks find in the corpus. Spark says the same of it: test_spark.py."""

from __future__ import annotations

from collections import Counter

import pytest

from headgate.sql.check.fix import apply, fixed
from headgate.sql.dialect.reader import read_file
from tests.sql.cases import Case, cases

CASES = cases()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_is_found_and_nothing_else(case: Case) -> None:
    assert case.codes() == case.finds


def test_the_corpus_has_each_kind_many_times_good_and_bad() -> None:
    bad = Counter(case.kind for case in CASES if case.finds)
    good = Counter(case.kind for case in CASES if not case.finds)

    assert len(CASES) >= 150
    assert min(bad.values()) >= 8
    assert set(good) == set(bad)
    assert len({str(case) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", [case for case in CASES if any(one.edits for one in case.findings())], ids=str)
def test_a_fix_settles_its_finding_and_a_second_one_changes_nothing(case: Case) -> None:
    def check(files: dict[str, str]) -> tuple[object, ...]:
        return case.findings(files["case.sql"])

    texts, settled = fixed({"case.sql": case.sql}, check, approximate=True)  # type: ignore[arg-type]  # one file's

    assert settled > 0
    assert read_file("case.sql", texts["case.sql"]).errors == ()
    assert not [one for one in case.findings(texts["case.sql"]) if one.edits]
    assert fixed(texts, check, approximate=True) == (texts, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", [case for case in CASES if any(one.edits for one in case.findings())], ids=str)
def test_each_edit_by_itself_leaves_statements_that_can_be_read(case: Case) -> None:
    for one in case.findings():
        text = apply(case.sql, one.edits)
        assert read_file("case.sql", text).errors == ()
