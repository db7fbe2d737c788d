"""Queries: what sqlglot can't parse is taken out of their tokens and kept beside the tree; all else keeps its place.

`STREAM`, `WATERMARK … DELAY OF …` and options after a table (`WITH (…)`) are taken out; `window` becomes an ordinary name,
where it is one. Functions are left as they are written, so that the tree has the words of the text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from sqlglot import Token, TokenType, exp
from sqlglot.errors import ParseError
from sqlglot.parsers.databricks import DatabricksParser

from headgate.sql.dialect.cursor import Cursor
from headgate.sql.dialect.form import as_name, refuse_gaps, refuse_losses, without_hints
from headgate.sql.dialect.place import FormError, Span
from headgate.sql.dialect.statements import Query, Watermark
from headgate.sql.dialect.tokens import DIALECT, matching, shown, span_of, word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

QUERY_BEGINS = ("SELECT", "WITH", "FROM", "VALUES", "(", "TABLE")
_SPECIAL = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "POSITION", "OVERLAY")
_UNITS = ("MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR")
_STATEMENTS = ("CREATE", "APPLY", "DROP", "ALTER", "USE", "SET")
_BEFORE_RELATION = ("FROM", "JOIN", ",", "(")
_AFTER_RELATION = (".", ",", ")", "WHERE", "JOIN", "AS", "ON", "WATERMARK", "WITH")
_SKIPPING = ("SKIPCHANGECOMMITS", "READCHANGEFEED", "READCHANGEDATA")


class _Parser(DatabricksParser):
    """Databricks' SQL with functions as they are written; those that have a syntax of their own are parsed."""

    # As a plain function, `array(1, 2)[0]` would be read as an array of the index (sqlglot 30.30).
    FUNCTIONS: ClassVar[dict[str, Any]] = {"ARRAY": DatabricksParser.FUNCTIONS["ARRAY"]}
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {name: DatabricksParser.FUNCTION_PARSERS[name] for name in _SPECIAL}


def read_query(tokens: Sequence[Token], text: str, near: Span) -> Query:
    """Read the tokens of a query, of the text that they are of; `near` is where it should be.

    Raises FormError for what is none.
    """
    if not tokens:
        raise FormError("expected a query, found the end of the statement", near, "write SELECT … there")
    if word(tokens[0]) not in QUERY_BEGINS:
        raise FormError(f"expected a query, found {shown(tokens[0])}", span_of(tokens[:1]), "begin it with SELECT")
    rewriting = _Rewriting(without_hints(tokens), text)
    plain = rewriting.run()
    refuse_gaps(plain)
    tree = _parsed(plain, text)
    if not isinstance(tree, exp.Query | exp.Values):
        raise FormError("expected a query", span_of(tokens[:1]), "begin it with SELECT")
    refuse_losses(plain, tree)
    return Query(
        tree, tuple(tokens), frozenset(rewriting.streams), frozenset(rewriting.skipping), rewriting.watermarks, span_of(tokens)
    )


def read_expression(tokens: Sequence[Token], text: str, near: Span) -> exp.Expr:
    """Read one expression, such as a condition. Raises FormError for what is none."""
    if not tokens:
        raise FormError("expected a condition, found nothing", near, "write a condition there")
    plain = [as_name(token) if token.token_type is TokenType.WINDOW else token for token in without_hints(tokens)]
    refuse_gaps(plain)
    first = tokens[0]
    select = Token(TokenType.SELECT, "SELECT", first.line, first.col, first.start, first.start, [])
    tree = _parsed([select, *plain], text)
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or set(_present(tree)) - {"expressions"}:
        raise FormError("expected one expression", span_of(tokens), "write one condition, in parentheses")
    found: exp.Expr = tree.expressions[0]
    if isinstance(found, exp.Alias):
        raise FormError(
            f"'{found.alias}' can't be understood here", span_of(tokens[-1:]), "look at this word and the one before"
        )
    refuse_losses(plain, found)
    return found


def read_relation(tokens: Sequence[Token], text: str, near: Span) -> Query:
    """Read a source, such as `STREAM(t)` or `(SELECT …)`, as a query for everything of it. Raises FormError."""
    if not tokens:
        raise FormError("expected a source, found the end of the statement", near, "write FROM STREAM(table)")
    first = tokens[0]
    lead = [(TokenType.SELECT, "SELECT"), (TokenType.STAR, "*"), (TokenType.FROM, "FROM")]
    before = [Token(kind, word_, first.line, first.col, first.start, first.start - 1, []) for kind, word_ in lead]
    return replace(read_query([*before, *tokens], text, near), tokens=tuple(tokens), span=span_of(tokens))


def _present(tree: exp.Select) -> list[str]:
    return [name for name, value in tree.args.items() if value]


def _parsed(tokens: Sequence[Token], text: str) -> exp.Expr | None:
    try:
        found: list[exp.Expr | None] = _Parser(dialect=DIALECT).parse(list(tokens), text)
    except ParseError as error:
        said = error.errors[0] if error.errors else {}
        message = str(said.get("description") or "can't be parsed").rstrip(".")
        line, column = said.get("line"), said.get("col")
        at = next((token for token in tokens if (token.line, token.col) == (line, column)), tokens[-1])
        near = span_of([at])
        if message.startswith("Required keyword"):
            raise FormError(f"something is missing at {shown(at)}", near, "look at this word and the one before") from None
        if word(at) in _STATEMENTS:
            fix = "end the statement before it with ;"
            raise FormError(f"a statement begins at {shown(at)} before the one before has ended", near, fix) from None
        if message.startswith("Invalid expression"):
            raise FormError(f"{shown(at)} can't be understood here", near, "look at this word and the one before") from None
        raise FormError(f"can't be parsed at {shown(at)}: {message}", near, "look at this word and the one before") from None
    except RecursionError:
        raise FormError("is nested too deep", span_of(tokens[:1]), "split it into views") from None
    if len(found) != 1:
        raise FormError("expected one query", span_of(tokens[:1]), "end each statement with ;")
    return found[0]


class _Rewriting:
    """Takes out of a query's tokens what sqlglot can't parse, and keeps where it stood."""

    def __init__(self, tokens: Sequence[Token], text: str) -> None:
        self._cursor = Cursor(tokens)
        self._text = text
        self._kept: list[Token] = []
        self._closing: set[int] = set()  # indices of parentheses of STREAM(…)
        self.streams: set[int] = set()
        self.skipping: set[int] = set()
        self.watermarks: dict[int, Watermark] = {}

    def run(self) -> list[Token]:
        cursor = self._cursor
        while cursor.token is not None:
            if cursor.at in self._closing:
                cursor.take()
            elif cursor.word == "STREAM" and self._at_relation():
                self._stream()
            elif cursor.word == "WATERMARK" and self._kept and self._is_watermark():
                self._watermark()
            elif cursor.looks_at("WITH", "(") and self._kept and self._is_options():
                self._options()
            elif cursor.word == "WINDOW" and not self._names_window():
                self._kept.append(as_name(cursor.take()))
            else:
                self._kept.append(cursor.take())
        return self._kept

    def _at_relation(self) -> bool:
        """Give whether a relation may begin here, and not a table of the name STREAM end."""
        before = word(self._kept[-1]) if self._kept else ""
        ends = self._cursor.at + 1 == len(self._cursor.tokens)
        return before in _BEFORE_RELATION and not ends and self._cursor.peek(1) not in _AFTER_RELATION

    def _stream(self) -> None:
        cursor = self._cursor
        cursor.take()
        if cursor.word in ("STREAM", "SELECT", "FROM") and cursor.peek(1) not in _AFTER_RELATION:
            raise FormError(f"expected a table after STREAM, found {shown(cursor.take())}", cursor.span, "name a table there")
        if cursor.word == "(":
            opening = cursor.at
            if cursor.peek(1) in ("SELECT", "WITH"):
                raise FormError("STREAM takes a table, found a query", cursor.span, "put STREAM before the tables of the query")
            closing = matching(cursor.tokens, opening)
            if word(cursor.tokens[closing]) != ")":
                raise FormError("a parenthesis is opened and never closed", cursor.span, "close it with )")
            self._closing.add(closing)
            cursor.take()
        self.streams.add(cursor.span.start)

    def _is_watermark(self) -> bool:
        ahead, depth = 1, 0
        while self._cursor.at + ahead < len(self._cursor.tokens):
            one = self._cursor.peek(ahead)
            depth += (one == "(") - (one == ")")
            if depth < 0 or (not depth and one in ("SELECT", "WHERE", "JOIN", "FROM")):
                return False
            if one == "DELAY":
                return True
            ahead += 1
        return False

    def _watermark(self) -> None:
        cursor = self._cursor
        anchor = self._anchor()
        first = cursor.at
        cursor.take()
        tokens = cursor.until("DELAY")
        cursor.expect("DELAY", "OF", "INTERVAL")
        self._interval()
        whole = read_watermark_column(tokens, self._text, cursor.span)
        self.watermarks[anchor] = Watermark(*whole, span_of(cursor.tokens[first : cursor.at]))

    def _interval(self) -> None:
        """Read an interval after its first word. Raises FormError for one without a unit, or a negative one."""
        cursor = self._cursor
        if cursor.word == "-":
            raise FormError("the delay of a watermark can't be negative", cursor.span, "write how late rows may come")
        if cursor.token is not None and cursor.token.token_type not in (TokenType.NUMBER, TokenType.STRING):
            cursor.fail("a number")
        number = cursor.take()
        if not self._is_unit():
            fix = f"write INTERVAL {number.text.split()[0]} and a unit, such as INTERVAL 10 MINUTES"
            raise FormError("the delay of a watermark has no unit", span_of([number]), fix)
        cursor.take()
        if cursor.accept("TO"):
            cursor.take()

    def _is_unit(self) -> bool:
        return self._cursor.word.removesuffix("S") in _UNITS

    def _is_options(self) -> bool:
        previous = self._kept[-1]
        return previous.token_type in (TokenType.VAR, TokenType.IDENTIFIER) and bool(self.streams)

    def _options(self) -> None:
        anchor = self._anchor()
        self._cursor.take()
        inside = self._cursor.group()
        if any(token.text.upper() in _SKIPPING for token in inside):
            self.skipping.add(anchor)

    def _names_window(self) -> bool:
        """Give whether WINDOW is the clause that names windows here: `WINDOW w AS (…)`."""
        return self._cursor.peek(2) == "AS" and self._cursor.peek(3) == "("

    def _anchor(self) -> int:
        """Give where the relation begins that ends here: its name's first part, or the parenthesis of a query."""
        index = len(self._kept) - 1
        if self._kept[index].token_type is TokenType.R_PAREN:
            index = self._opening(index)
            if index and self._kept[index - 1].token_type in (TokenType.VAR, TokenType.IDENTIFIER):
                index -= 1
            else:
                return self._kept[index].start
        while index > 1 and word(self._kept[index - 1]) == ".":
            index -= 2
        return self._kept[index].start

    def _opening(self, closing: int) -> int:
        depth = 0
        for index in range(closing, -1, -1):
            kind = self._kept[index].token_type
            depth += (kind is TokenType.R_PAREN) - (kind is TokenType.L_PAREN)
            if not depth:
                return index
        return 0


def read_watermark_column(tokens: Sequence[Token], text: str, near: Span) -> tuple[str, exp.Expr, bool]:
    """Read what a watermark is of: the column's name, its expression, whether the clause makes it. Raises FormError."""
    named = len(tokens) > 2 and word(tokens[-2]) == "AS"  # noqa: PLR2004 (AS, and a name)
    expression = read_expression(tokens[:-2] if named else tokens, text, near)
    if named:
        return tokens[-1].text, expression, True
    if not isinstance(expression, exp.Column):
        raise FormError("the watermark is of an expression without a name", span_of(tokens), "write WATERMARK … AS name")
    return expression.name, expression, False
