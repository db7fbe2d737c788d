"""SQL as tokens with their places, by sqlglot's tokenizer for Databricks.

Deployment parameters (`${catalog}`, `{{ schema }}`) stand for text that is put in later: each becomes one word, together with
what it is glued to, as in `${prefix}_orders`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlglot import Token, TokenType
from sqlglot.dialects.databricks import Databricks
from sqlglot.errors import TokenError

from headgate.problems import short
from headgate.sql.dialect.place import FormError, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIALECT = Databricks()
_AT = re.compile(r"from (\d+):(\d+)")  # where sqlglot says that a quote was opened
# In quotes, or no word at all: no keyword, whatever the text.
_NO_WORDS = {TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.RAW_STRING}


def tokens_of(text: str) -> list[Token]:
    """Give the tokens of SQL; `start` is a token's first character, `end` its last. Raises FormError for an open quote."""
    try:
        found = DIALECT.tokenize(text)
    except TokenError as error:
        raise FormError(*_broken(text, str(error))) from None
    return list(_with_parameters(found, text))


def word(token: Token | None) -> str:
    """Give a token's text in capitals where it may be a keyword, else nothing."""
    return "" if token is None or token.token_type in _NO_WORDS else token.text.upper()


def shown(token: Token) -> str:
    """Give a token as messages name it. What stands in quotes may be secret: it is not told."""
    return "a string" if token.token_type in (TokenType.STRING, TokenType.RAW_STRING) else short(token.text)


def span_of(tokens: Sequence[Token]) -> Span:
    """Give where tokens stand that follow each other."""
    return Span(tokens[0].start, tokens[-1].end + 1) if tokens else Span(0, 0)


def retyped(token: Token, kind: TokenType, text: str | None = None) -> Token:
    """Give a token as another kind of token, at the same place."""
    return Token(kind, token.text if text is None else text, token.line, token.col, token.start, token.end, token.comments)


def matching(tokens: Sequence[Token], opening: int) -> int:
    """Give the index of the parenthesis that closes the one at `opening`; the last token's where none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        kind = tokens[index].token_type
        depth += (kind is TokenType.L_PAREN) - (kind is TokenType.R_PAREN)
        if not depth:
            return index
    return len(tokens) - 1


def end_of_name(tokens: Sequence[Token], first: int) -> int:
    """Give the index of the last token of a name that begins at `first`, such as `main.silver.orders`."""
    end = first
    while end + 2 < len(tokens) and word(tokens[end + 1]) == ".":
        end += 2
    return end


def _broken(text: str, said: str) -> tuple[str, Span, str]:
    at = _AT.search(said)
    if at:
        lines = text.splitlines(keepends=True)
        start = sum(map(len, lines[: int(at[1]) - 1])) + max(int(at[2]) - 1, 0)
    else:
        start = max(len(text.rstrip()) - 1, 0)
    return "a quote or a comment is opened and never closed", Span(start, start + 1), "close it"


def _with_parameters(tokens: Sequence[Token], text: str) -> Iterator[Token]:
    """Give tokens with each deployment parameter as one word."""
    index = 0
    while index < len(tokens):
        end = _end_of_word(tokens, index)
        if end == index:
            yield tokens[index]
        else:
            first, last = tokens[index], tokens[end]
            raw = text[first.start : last.end + 1]
            yield Token(TokenType.VAR, raw, first.line, first.col, first.start, last.end, last.comments)
        index = end + 1


def _end_of_word(tokens: Sequence[Token], index: int) -> int:
    """Give the index of the last token of a word with parameters that begins at an index; the index itself if none does."""
    end, has_parameter = index, False
    while True:
        closing = _parameter_end(tokens, end)
        has_parameter |= closing is not None
        end = end if closing is None else closing
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        if following is None or following.start != tokens[end].end + 1 or not _glues(tokens, end, end + 1):
            break
        end += 1
    return end if has_parameter else index


def _glues(tokens: Sequence[Token], before: int, index: int) -> bool:
    def is_part(at: int) -> bool:
        kind = tokens[at].token_type
        closes = kind is TokenType.R_BRACE
        return closes or kind is TokenType.VAR or kind is TokenType.NUMBER or _parameter_end(tokens, at) is not None

    return is_part(before) and (tokens[index].token_type is not TokenType.R_BRACE) and is_part(index)


def _parameter_end(tokens: Sequence[Token], index: int) -> int | None:
    """Give the index of the brace that ends a parameter which begins at an index."""
    kinds = [token.token_type for token in tokens[index : index + 2]]
    if kinds not in ([TokenType.PARAMETER, TokenType.L_BRACE], [TokenType.L_BRACE, TokenType.L_BRACE]):
        return None
    closings = 1 if kinds[0] is TokenType.PARAMETER else 2
    for at in range(index + 2, min(index + 12, len(tokens))):
        if tokens[at].token_type is TokenType.R_BRACE:
            closings -= 1
            if not closings:
                return at
    return None
