"""Reading a statement token by token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import Token, TokenType

from headgate.problems import did_you_mean
from headgate.sql.dialect.place import FormError, Span
from headgate.sql.dialect.statements import Name
from headgate.sql.dialect.tokens import matching, shown, span_of, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SIGNS = {
    TokenType.L_PAREN,
    TokenType.R_PAREN,
    TokenType.COMMA,
    TokenType.DOT,
    TokenType.STRING,
    TokenType.EQ,
    TokenType.NUMBER,
}


class Cursor:
    """A place in the tokens of a statement, which moves on as they are read."""

    def __init__(self, tokens: Sequence[Token], after: Span | None = None) -> None:
        self.tokens = tokens
        self.at = 0
        self._after = after or Span(0, 1)

    @property
    def token(self) -> Token | None:
        """The token that is read next; None at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    @property
    def word(self) -> str:
        """The next token in capitals, where it may be a keyword."""
        return word(self.token)

    @property
    def span(self) -> Span:
        """Where the next token stands, at the end the last one."""
        if not self.tokens:
            return self._after
        return span_of([self.tokens[min(self.at, len(self.tokens) - 1)]])

    def peek(self, ahead: int) -> str:
        """Give a later token in capitals."""
        at = self.at + ahead
        return word(self.tokens[at]) if at < len(self.tokens) else ""

    def looks_at(self, *words: str) -> bool:
        """Give whether these words come next."""
        return all(self.peek(ahead) == one for ahead, one in enumerate(words))

    def accept(self, *words: str) -> bool:
        """Read these words where they come next, and give whether they did."""
        found = self.looks_at(*words)
        self.at += len(words) if found else 0
        return found

    def expect(self, *words: str) -> None:
        """Read these words. Raises FormError where others come."""
        for one in words:
            if not self.accept(one):
                self.fail(" ".join(words))

    def fail(self, expected: str, known: Sequence[str] = ()) -> None:
        """Raise FormError that something else was expected here."""
        found = "the end of the statement" if self.token is None else shown(self.token)
        fix = did_you_mean(self.word, known) if self.word and known else f"write {expected} there"
        raise FormError(f"expected {expected}, found {found}", self.span, fix)

    def take(self) -> Token:
        """Read a token. Raises FormError at the end."""
        if self.token is None:
            self.fail("more of the statement")
        token = self.tokens[self.at]
        self.at += 1
        return token

    def name(self, what: str) -> Name:
        """Read a name of one to three parts, such as `main.silver.orders`. Raises FormError for what is none."""
        first = self.at
        if self.looks_at("IDENTIFIER", "("):
            self.at = matching(self.tokens, self.at + 1) + 1
            tokens = self.tokens[first : self.at]
            return Name(("".join(token.text for token in tokens),), span_of(tokens))
        parts = [self._part(what)]
        while self.token is not None and self.token.token_type is TokenType.DOT:
            self.take()
            parts.append(self._part(what))
        return Name(tuple(parts), span_of(self.tokens[first : self.at]))

    def group(self) -> tuple[Token, ...]:
        """Read what stands in parentheses. Raises FormError where none opens here, or none closes."""
        if self.word != "(":
            self.fail("(")
        closing = matching(self.tokens, self.at)
        if self.tokens[closing].token_type is not TokenType.R_PAREN or closing == self.at:
            raise FormError("a parenthesis is opened and never closed", self.span, "close it with )")
        inside = tuple(self.tokens[self.at + 1 : closing])
        self.at = closing + 1
        return inside

    def until(self, *ends: str) -> tuple[Token, ...]:
        """Read tokens up to one of these words outside of parentheses, else all that are left."""
        first, depth = self.at, 0
        while self.token is not None:
            depth += (self.word == "(") - (self.word == ")")
            if not depth and self.word in ends and self.at > first:
                break
            self.at += 1
        return tuple(self.tokens[first : self.at])

    def _part(self, what: str) -> str:
        if self.token is None or self.token.token_type in _SIGNS:
            self.fail(what)
        return self.take().text


def listed(tokens: Sequence[Token]) -> Iterator[tuple[Token, ...]]:
    """Give the parts of a list that commas separate. Raises FormError for an empty one."""
    depth, first = 0, 0
    for index, token in enumerate(tokens):
        kind = token.token_type
        depth += (kind in (TokenType.L_PAREN, TokenType.LT)) - (kind in (TokenType.R_PAREN, TokenType.GT))
        if kind is TokenType.COMMA and depth <= 0:
            yield _filled(tokens[first:index], token)
            first, depth = index + 1, 0
    if tokens:
        yield _filled(tokens[first:], tokens[-1])


def _filled(part: Sequence[Token], near: Token) -> tuple[Token, ...]:
    if not part:
        raise FormError("a comma without something on both of its sides", span_of([near]), "take the comma out")
    return tuple(part)
