"""What sqlglot accepts silently, and Spark refuses.

sqlglot reads `SELECT a,, b` as `SELECT a, b`, an empty `GROUP BY` as none, and a `JOIN … ON` without a condition as `ON TRUE`
(tried with 30.30). So no word that needs something after it may stand before one that begins nothing, and the words that it
gives back are compared with those that went in.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sqlglot import Token, TokenType

from headgate.sql.dialect.place import FormError
from headgate.sql.dialect.tokens import DIALECT, retyped, shown, span_of, tokens_of, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlglot import exp

_CLAUSES = {
    "FROM", "WHERE", "GROUP BY", "ORDER BY", "SORT BY", "HAVING", "QUALIFY", "UNION", "EXCEPT", "INTERSECT",
    "ON", "USING", "JOIN",
}  # fmt: skip
# What comes after these is an operand; BY alone ends the names of clauses that the tokenizer keeps apart.
_WANT = _CLAUSES - {"UNION", "EXCEPT", "INTERSECT"} | {"SELECT", "AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "BY", "AS", ","}
_BEGIN_NONE = (_CLAUSES - {"JOIN", "ON", "USING"} | {",", ")", ".", "THEN", "ELSE", "AND", "OR", "JOIN", ""}) - {"EXCEPT"}
# Words that sqlglot leaves out where they say the default.
_DEFAULTS = {"NULLS", "FIRST", "LAST", "DELIMITED", "UNBOUNDED", "PRECEDING", "FOLLOWING", "ONLY", "INCLUDE", "EXCLUDE"}
_NO_WORD = re.compile(r"\W+")
_COMPARED = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER, TokenType.STRING}


def refuse_gaps(tokens: Sequence[Token]) -> None:
    """Raise FormError for a comma or a keyword that nothing follows that it could be of."""
    for index, token in enumerate(tokens):
        before, after = word(token), word(tokens[index + 1]) if index + 1 < len(tokens) else ""
        ends = index + 1 == len(tokens) or (after in _BEGIN_NONE and bool(after))
        opens_empty = before == "(" and after == ","
        is_name = index > 0 and word(tokens[index - 1]) in (".", "AS")
        if ((before in _WANT and ends and not is_name) or opens_empty) and not _is_column(tokens, index + 1):
            found = "nothing" if index + 1 == len(tokens) else shown(tokens[index + 1])
            thing = "a comma" if before == "," else shown(token)
            fix = "take the comma out" if before == "," or after == "," else "write what belongs there"
            raise FormError(f"{found} comes after {thing}", span_of([token]), fix)


def refuse_losses(tokens: Sequence[Token], tree: exp.Expr) -> None:
    """Raise FormError where a name, a number or a string of the tokens is missing in what sqlglot read."""
    returned = Counter(text for _, text in _compared(tokens_of(tree.sql(DIALECT))))
    for token, text in _compared(tokens):
        if not returned[text]:
            raise FormError(
                f"{shown(token)} can't be understood here", span_of([token]), "look at this word and the one before"
            )
        returned[text] -= 1


def _is_column(tokens: Sequence[Token], index: int) -> bool:
    """Give whether a word that might be a keyword is a name here: something of it follows."""
    return index < len(tokens) and index + 1 < len(tokens) and word(tokens[index + 1]) == "." and word(tokens[index]) != ","


def _compared(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    """Give names, numbers and strings word by word: `INTERVAL '5 minutes'` comes back as `INTERVAL '5' MINUTES`."""
    for token in tokens:
        if token.token_type in _COMPARED and word(token) != "WINDOW":
            for part in _NO_WORD.split(token.text.upper()):
                if part and part not in _DEFAULTS:
                    yield token, part


def without_hints(tokens: Sequence[Token]) -> list[Token]:
    """Give tokens without hints (`/*+ … */`), which are advice to the optimizer alone."""
    return [token for token in tokens if token.token_type is not TokenType.HINT]


def as_name(token: Token) -> Token:
    """Give a token as a plain word, which sqlglot takes for a name."""
    return retyped(token, TokenType.VAR)
