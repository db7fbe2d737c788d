"""Whatever the text is, it is checked without a stack trace, and what is found has its place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from headgate.sql.check.fix import apply
from headgate.sql.check.pipeline import check_sql
from headgate.sql.dialect.reader import read_file
from headgate.sql.dialect.tokens import tokens_of
from headgate.sql.known import KnownTables
from tests.sql.cases import TABLES, Case, cases

if TYPE_CHECKING:
    from headgate.sql.check.findings import Finding

CASES = [case for case in cases() if case.kind != "form"]
WORDS = [
    "SELECT", "FROM", "STREAM", "(", ")", ",", ";", "WATERMARK", "DELAY OF INTERVAL 5 MINUTES", "window(", "GROUP BY", "AS",
    "JOIN", "LEFT JOIN", "ON", "UNION", "'", '"', "`", "--", "/*", "CREATE STREAMING TABLE", "CREATE FLOW f AS", "BY NAME",
    "KEYS (id)", "AUTO CDC INTO", "CONSTRAINT c EXPECT (", "ON VIOLATION DROP ROW", "main.bronze.orders", "id", "5", "'x'",
    "${a}", "{{ b }}", ":c", "count(DISTINCT", "ORDER BY", "WITH", "PIVOT (", "LATERAL VIEW", "explode(", "x -> x", "::", "[",
    "]", "INSERT INTO t", "é", "\x00", ".",
]  # fmt: skip


def check(text: str) -> tuple[Finding, ...]:
    return check_sql({"case.sql": text}, KnownTables(TABLES))


def places_hold(text: str, found: tuple[Finding, ...]) -> None:
    for one in found:
        assert 0 <= one.span.start <= one.span.end <= len(text) + 1
        assert text.count("\n", 0, one.span.start) == one.line - 1
        assert one.column == one.span.start - (text.rfind("\n", 0, one.span.start) + 1) + 1
        assert one.message
        before = len(read_file("case.sql", text).errors)
        assert not one.edits or len(read_file("case.sql", apply(text, one.edits)).errors) <= before


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    places_hold(text, check(text))


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_words_of_the_language(words: list[str]) -> None:
    text = " ".join(words)
    places_hold(text, check(text))


@given(st.sampled_from(CASES), st.integers(0, 400), st.integers(0, 3), st.sampled_from(WORDS))
def test_any_pipeline_with_a_word_out_or_in(case: Case, at: int, out: int, word: str) -> None:
    sql = case.sql
    tokens = tokens_of(sql)
    token = tokens[at % len(tokens)]
    last = tokens[min(at % len(tokens) + out, len(tokens) - 1)]
    for text in (sql[: token.start] + sql[last.end + 1 :], f"{sql[: token.start]} {word} {sql[token.start :]}"):
        places_hold(text, check(text))


@given(st.text(min_size=1, max_size=20).filter(lambda name: "`" not in name and "\x00" not in name))
def test_any_name_in_quotes_stays_what_it_is(name: str) -> None:
    text = f"CREATE STREAMING TABLE `t{name}` AS SELECT `{name}` AS a FROM STREAM(`x`.`y`)"  # noqa: S608  # nothing runs it

    read = read_file("case.sql", text)

    assert read.errors == ()
    assert read.statements[0].name.parts == (f"t{name}",)  # type: ignore[union-attr]
