"""Reading pieces of SQL with sqlglot, which reads some broken SQL without a word.

`SELECT a,, b` loses a comma, `a AS, b` an AS, `SELEC id` is a column called SELEC. So what it gives back is compared with what
went in. Source: tried with sqlglot 30.30.
"""

from __future__ import annotations

import logging
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from headgate.problems import short

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIALECT = Databricks()
# It warns of statements that it does not know, which are refused here.
logging.getLogger("sqlglot").setLevel(logging.ERROR)
WORDS = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER}
_OPENS = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.COMMA}
_CLOSES = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.COMMA}
# What ends a list of columns: a comma before it is one too many. After `SELECT`, `BY` and the like no comma may follow.
_AFTER_LIST = {TokenType.FROM, TokenType.WHERE, TokenType.HAVING, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.QUALIFY}
_BEFORE_LIST = {TokenType.SELECT, TokenType.DISTINCT, TokenType.FROM, TokenType.WHERE, TokenType.GROUP_BY, TokenType.ORDER_BY}
OPERAND = {*WORDS, TokenType.R_PAREN, TokenType.R_BRACKET}


class FragmentError(ValueError):
    """A piece of SQL that is not what it should be; the text says why."""


def tokens(text: str) -> list[Token]:
    """Give a text's tokens. Raises FragmentError where a quote or a comment does not end."""
    try:
        return _DIALECT.tokenize(text)
    except SqlglotError:
        raise FragmentError("a quote or a comment in it does not end") from None


def clean(text: str, *, query: bool = False) -> tuple[str, list[Token]]:
    """Give a text without its comments and, of a query, without the `;` at its end; and its tokens."""
    found = tokens(text)
    if query and found and found[-1].token_type is TokenType.SEMICOLON:
        found = found[:-1]
    if not found:
        raise FragmentError("is empty")
    if any(token.token_type is TokenType.SEMICOLON for token in found):
        raise FragmentError("holds a `;`: it is to be one piece of SQL")
    parts, at = [], found[0].start
    for token in found:
        gap = text[at : token.start]
        parts += [gap if not gap.strip() else "\n" if "\n" in gap else " ", text[token.start : token.end + 1]]
        at = token.end + 1
    piece = "".join(parts)
    if "${" in piece:
        raise FragmentError("holds `${`: in SQL a parameter is written :name")
    return piece, tokens(piece)


def masked(text: str, found: Sequence[Token]) -> tuple[str, list[Token]]:
    """Hide what sqlglot does not parse: `WATERMARK … DELAY OF INTERVAL …`, and a window(…) that GROUP BY begins with."""
    characters = list(text)
    number = 0
    while number < len(found):
        token = found[number]
        following = found[number + 1] if number + 1 < len(found) else None
        if token.text.lower() == "watermark" and following and following.token_type in WORDS | {TokenType.L_PAREN}:
            last = _end_of_watermark(found, number)
            if last is not None:
                characters[token.start : found[last].end + 1] = " " * (found[last].end + 1 - token.start)
                number = last
        elif token.token_type is TokenType.WINDOW and following and following.token_type is TokenType.L_PAREN:
            characters[token.start : token.end + 1] = "windo_"
        number += 1
    hidden = "".join(characters)
    return hidden, tokens(hidden)


def _end_of_watermark(found: Sequence[Token], start: int) -> int | None:
    """Give the number of the last token of a WATERMARK clause; None where it is none."""
    words = [token.text.lower() for token in found]
    for number in range(start + 1, len(words) - 3):
        if words[number : number + 3] == ["delay", "of", "interval"]:
            last = number + 3
            while last + 2 < len(words) and found[last + 2].token_type in {TokenType.NUMBER, TokenType.STRING}:
                last += 2
            is_unit = last + 1 < len(words) and found[last + 1].token_type is TokenType.VAR
            return last + 1 if is_unit else last
    return None


def parsed(text: str, found: list[Token]) -> list[exp.Expr | None]:
    """Give the statements that a text and its tokens say. Raises FragmentError, with the place."""
    try:
        return list(_DIALECT.parser(error_level=ErrorLevel.IMMEDIATE).parse(found, text))
    except ParseError as error:
        detail = error.errors[0] if error.errors else {}
        near = f" near {short(str(detail['highlight']))}" if detail.get("highlight") else ""
        line = f", line {detail['line']} of it" if detail.get("line", 1) > 1 else ""
        raise FragmentError(f"is not SQL{near}{line}: {_description(str(detail.get('description', error)))}") from None
    except (SqlglotError, RecursionError) as error:
        raise FragmentError(f"is not SQL: {str(error).splitlines()[0] if str(error) else 'nested too deeply'}") from None


def _description(said: str) -> str:
    """Give what sqlglot says, without the names of its own classes."""
    if said.startswith("Required keyword"):
        return "something is missing after it"
    if said.startswith("Invalid expression"):
        return "it has no place there"
    return said.splitlines()[0].partition(" but got <")[0]


def only(found: list[exp.Expr | None], what: str) -> exp.Expr:
    """Give the one statement. Raises FragmentError where it is not one."""
    if len(found) != 1 or found[0] is None:
        raise FragmentError(f"expected one {what}")
    return found[0]


def compare(found: Sequence[Token], tree: exp.Expr) -> None:
    """Raise FragmentError where something of the text is not in what was read of it."""
    if tree.find(exp.Command):
        raise FragmentError("expected SQL, found something that is none")
    for one, after in pairwise(found):
        kinds = one.token_type, after.token_type
        empty = kinds[0] in _OPENS and kinds[1] in _CLOSES and TokenType.COMMA in kinds
        if empty or (kinds[1] is TokenType.COMMA and kinds[0] in _BEFORE_LIST):
            raise FragmentError(f"there is nothing {'before' if kinds[1] is TokenType.COMMA else 'after'} a comma")
        if kinds[0] is TokenType.COMMA and kinds[1] in _AFTER_LIST:
            raise FragmentError(f"there is nothing between a comma and {after.text.upper()}")
        if kinds[0] is TokenType.ALIAS and kinds[1] in _CLOSES | _AFTER_LIST:
            raise FragmentError("AS names nothing")
    if found[-1].token_type in {TokenType.COMMA, TokenType.ALIAS}:
        raise FragmentError(f"ends with {found[-1].text}")
    lost = Counter(_names(found)) - Counter(_names(tokens(tree.sql(_DIALECT))))
    if lost:
        raise FragmentError(f"{short(next(iter(lost)))} has no place there")


def _names(found: Sequence[Token]) -> list[str]:
    """Give the names of columns and tables: of functions sqlglot has other ones, of units of time too."""
    pairs = zip(found, [*found[1:], None], strict=True)
    return [
        token.text.lower()
        for token, after in pairs
        if token.token_type is TokenType.IDENTIFIER
        or (token.token_type is TokenType.VAR and not (after and after.token_type is TokenType.L_PAREN))
        if token.text.lower() not in _REWRITTEN
    ]


# Words that sqlglot writes in other ways: units of time, and names of types.
_REWRITTEN = {
    *(unit + more for unit in ("microsecond", "millisecond", "second", "minute", "hour", "day", "week") for more in ("", "s")),
    *("month", "months", "quarter", "quarters", "year", "years", "dayofweek", "doy", "dow", "integer", "numeric", "long"),
    *(
        [
            "short",
            "byte",
            "real",
            "dec",
            "current_date",
            "current_timestamp",
            "current_user",
            "respect",
            "ignore",
            "nulls",
            "first",
            "last",
        ]
    ),
}
