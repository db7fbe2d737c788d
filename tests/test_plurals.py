"""One thing is never called by a plural: what is counted is said by `counted`."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from headgate.numbers import counted, number_text, rounded

ROOT = Path(__file__).resolve().parent.parent
# What may be counted, by the names that messages give it.
NOUNS = (
    "tables|stacks|pipelines|jobs|rows|parts|files|groups|values|tags|minutes|seconds|hours|days|problems|cells|columns|connectors"
    "|slices|points|workers|requests|updates|tries|times|elements|channels|changes|places|plans|handovers|targets|lines"
    "|resources|losses|entries|schedules|moves|options|secrets|characters|bytes|pages|states"
)
COUNTED = re.compile(rf" (?:(?!has )\w+ )?(?:{NOUNS})\b")
# Of these there are always several, or it is no number that stands before the word.
SEVERAL = {
    "seed": "' changes' are a generator's name",
    "self.seed": "likewise",
    "_zero(amount.hours)": "to a hundredth: 1.00 hours",
    "amount.hours": "likewise",
    "estimated.hours": "likewise",
    "instance.pipelines": "what can't shrink to more",
    "len(some)": "one has its place",
    "len(found)": "one is found",
    "len(names)": "one may be named",
    "names.count(name)": "named twice",
    "count": "there twice",
    "flow.target": "a table takes changes",
    "column.name": "a column changes",
    "len(families)": "one would be it",
    "len(cells)": "more than a line may have",
    "len(name)": "longer than the longest",
    "len(times)": "more than are shown",
    "len(content)": "larger than the largest",
    "len(named)": "one place is enough",
    "what": "a word",
    "zone": "likewise",
    "limit": "of a comment",
    "len(files)": "more than one process reads",
    "minutes": "one is every minute",
    "hours": "likewise",
    "days": "likewise",
}


def texts(path: Path) -> list[tuple[int, ast.expr, str]]:
    """Give line, value and the words behind it, of each value in a formatted text."""
    formatted = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)]
    return [
        (value.lineno, value.value, words.value)
        for node in formatted
        for value, words in zip(node.values, node.values[1:], strict=False)
        if isinstance(value, ast.FormattedValue) and isinstance(words, ast.Constant) and isinstance(words.value, str)
    ]


def is_counted(value: ast.expr) -> bool:
    """Whether a value is a constant, or said by what counts."""
    said = ast.unparse(value)
    return bool(re.fullmatch(r"_?[A-Z_]+( / \d+)?", said)) or said.startswith(("counted(", "' and '.join("))


@pytest.mark.parametrize("place", ["headgate", "stacks", "connectors", "apps"])
def test_no_message_says_1_tables(place: str) -> None:
    plain = [
        f"{path.relative_to(ROOT)}:{line}: {ast.unparse(value)} |{words}"
        for path in sorted((ROOT / place).rglob("*.py"))
        for line, value, words in texts(path)
        if COUNTED.match(words) and not is_counted(value) and ast.unparse(value) not in SEVERAL
    ]

    assert plain == []


def test_no_page_says_1_tables_either() -> None:
    behind = re.compile(rf"}}}}( (?:more )?(?:{NOUNS}) [^<]{{0,30}})")
    pages = list((ROOT / "headgate/render").rglob("*.html"))

    assert pages
    assert [found for page in pages for found in behind.findall(page.read_text())] == []


def test_counted_things() -> None:
    assert [counted(number, "table") for number in (0, 1, 2, 1000)] == ["0 tables", "1 table", "2 tables", "1,000 tables"]
    assert [counted(number, "table waits", "tables wait") for number in (1, 2)] == ["1 table waits", "2 tables wait"]
    assert counted(1.5, "minute") == "1.5 minutes"


@pytest.mark.parametrize(
    ("number", "shown", "text"),
    [
        (0.1 + 0.2, 0.3, "0.3"),
        (1234567.891, 1234567.89, "1,234,567.89"),
        (150.0, 150.0, "150"),
        (0.000123456789, 0.000123457, "0.000123457"),
        (0, 0, "0"),
        (-2.0000001, -2.0, "-2"),
        (float("inf"), float("inf"), "inf"),
    ],
)
def test_numbers_have_the_same_digits_for_people_and_machines(number: float, shown: float, text: str) -> None:
    assert rounded(number) == shown
    assert number_text(number) == text
