"""What sqlglot accepts silently, and Spark refuses.

sqlglot reads `SELECT a,, b` as `SELECT a, b`, an empty `GROUP BY` as none, and a `JOIN … ON` without a condition as `ON TRUE`
(tried with 30.30). So no word that needs something after it may stand before one that begins nothing, and the words that it
gives back are compared with those that went in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import Token, TokenType, exp

from headgate.sql.dialect.place import FormError
from headgate.sql.dialect.tokens import DIALECT, retyped, shown, span_of, tokens_of, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CLAUSES = {
    "FROM", "WHERE", "GROUP BY", "ORDER BY", "SORT BY", "HAVING", "QUALIFY", "UNION", "EXCEPT", "INTERSECT",
    "ON", "USING", "JOIN",
}  # fmt: skip
# What comes after these is an operand; BY alone ends the names of clauses that the tokenizer keeps apart.
_WANT = _CLAUSES - {"UNION", "EXCEPT", "INTERSECT"} | {
    "SELECT", "AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "BY", "AS", ",", ".", "PARTITION BY", "BETWEEN", "+",
}  # fmt: skip
_BEGIN_NONE = (_CLAUSES - {"ON", "USING"} | {",", ")", ".", "THEN", "ELSE", "AND", "OR"}) - {"EXCEPT"}
# After these a query begins in parentheses only.
_BEFORE_TABLE = ("FROM", "JOIN")
# Words that sqlglot leaves out where they say the default.
_DEFAULTS = {"NULLS", "FIRST", "LAST", "DELIMITED", "UNBOUNDED", "PRECEDING", "FOLLOWING", "ONLY", "INCLUDE", "EXCLUDE"}
_NO_WORD = re.compile(r"\W+")
_COMPARED = {TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER, TokenType.STRING}


def refuse_gaps(tokens: Sequence[Token]) -> None:
    """Raise FormError for a comma or a keyword that nothing follows that it could be of."""
    for index, token in enumerate(tokens):
        before, after = word(token), word(tokens[index + 1]) if index + 1 < len(tokens) else ""
        ends = index + 1 == len(tokens) or after in _BEGIN_NONE or (before in _BEFORE_TABLE and after == "SELECT")
        opens_empty = before == "(" and after == ","
        is_name = index > 0 and word(tokens[index - 1]) in (".", "AS")
        if ((before in _WANT and ends and not is_name) or opens_empty) and not _is_column(tokens, index + 1):
            found = "nothing" if index + 1 == len(tokens) else shown(tokens[index + 1])
            thing = "a comma" if before == "," else shown(token)
            fix = "take the comma out" if before == "," or after == "," else "write what belongs there"
            raise FormError(f"{found} comes after {thing}", span_of([token]), fix)


def refuse_losses(tokens: Sequence[Token], tree: exp.Expr) -> None:
    """Raise FormError where the names, numbers and strings of the tokens aren't in what sqlglot read, in their order."""
    returned = [text for _, text in _compared(tokens_of(tree.sql(DIALECT)))]
    # `FROM t |> SELECT a`, and what begins with FROM, comes back in the order of SELECT; a WITH in another comes
    # back before it.
    inner_with = any(one is not tree.args.get("with_") for one in tree.find_all(exp.With))
    in_order = word(tokens[0]) != "FROM" and not any(word(token) == "|>" for token in tokens) and not inner_with
    at = 0
    for token, text in _compared(tokens):
        try:
            place = returned.index(text, at)
        except ValueError:
            fix = "look at this word and the one before"
            raise FormError(f"{shown(token)} can't be understood here", span_of([token]), fix) from None
        if in_order:
            at = place + 1
        else:
            returned.pop(place)
    _refuse_halves(tokens, tree)


def _refuse_halves(tokens: Sequence[Token], tree: exp.Expr) -> None:
    """Raise FormError for a BETWEEN without its AND, and for joins of nothing: sqlglot takes both."""
    ands = sum(word(token) == "AND" for token in tokens)
    if ands < sum(1 for _ in tree.find_all(exp.And, exp.Between)):
        between = next((token for token in tokens if word(token) == "BETWEEN"), tokens[-1])
        raise FormError("BETWEEN has no AND", span_of([between]), "write BETWEEN lowest AND highest")
    for select in tree.find_all(exp.Select):
        if select.args.get("joins") and select.args.get("from_") is None:
            raise FormError("a join without FROM", span_of(tokens[:1]), "write FROM before the first table")


def _is_column(tokens: Sequence[Token], index: int) -> bool:
    """Give whether a word that might be a keyword is a name here: something of it follows."""
    after = word(tokens[index + 1]) if index + 1 < len(tokens) else ""
    return after == "." and word(tokens[index]) not in (",", ".")


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
