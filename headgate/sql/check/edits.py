"""Edits of a query: what reads a table as a stream, or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.sql.check.findings import Edit
from headgate.sql.check.report import span_of_node
from headgate.sql.dialect.tokens import end_of_name, matching, span_of, word

if TYPE_CHECKING:
    from sqlglot import Token, exp

    from headgate.sql.dialect.place import Span
    from headgate.sql.dialect.statements import Query

_CLAUSES = ("LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "WINDOW", "CLUSTER BY", "SORT BY", "DISTRIBUTE BY", "ORDER BY")


class Words:
    """The tokens of a query, and where parts of it stand among them. text: of the whole file."""

    def __init__(self, query: Query, text: str) -> None:
        self.query, self.tokens, self.text = query, query.tokens, text

    def token_before(self, words: tuple[str, ...], offset: int) -> Token | None:
        """Give the last token with one of these words before a place."""
        found = [token for token in self.tokens if token.start < offset and word(token) in words]
        return found[-1] if found else None

    def token_after(self, words: tuple[str, ...], offset: int) -> Token | None:
        """Give the first token with one of these words at a place or after it."""
        return next((token for token in self.tokens if token.start >= offset and word(token) in words), None)

    def span(self, node: exp.Expr, *words: str) -> Span:
        """Give where a part of the query stands: the keyword before it, where words are given, else its own words."""
        place = span_of_node(node)
        if place is None:
            return span_of(self.tokens[:1])
        token = self.token_before(words, place.start) if words else None
        return span_of([token]) if token else place

    def end_of(self, at: int) -> int:
        """Give where the name ends that begins at a character, with the parenthesis of STREAM(…) or of a function after it."""
        tokens = self.tokens
        index = next((number for number, token in enumerate(tokens) if token.start == at), None)
        if index is None:
            return at
        end = end_of_name(tokens, index)
        if end + 1 < len(tokens) and word(tokens[end + 1]) == "(":
            end = matching(tokens, end + 1)
        opened = index > 1 and word(tokens[index - 1]) == "(" and word(tokens[index - 2]) == "STREAM"
        if opened and end + 1 < len(tokens) and word(tokens[end + 1]) == ")":
            end += 1
        return tokens[end].end + 1

    def end_of_clause(self, start: int) -> int:
        """Give where a clause ends that begins at a place: before the next one, or the parenthesis that closes around it."""
        depth, end = 0, start
        for token in self.tokens:
            if token.start < start:
                continue
            depth += (word(token) == "(") - (word(token) == ")")
            if depth < 0 or (not depth and token.start > start and word(token) in _CLAUSES):
                break
            end = token.end + 1
        return end

    def gap_before(self, start: int) -> int:
        """Give where the white space before a place begins."""
        while start and self.text[start - 1].isspace():
            start -= 1
        return start


def stream_edits(at: int, words: Words) -> list[Edit]:
    """Give what reads as a stream the table that begins at a place."""
    end = words.end_of(at)
    return [Edit(at, at, "STREAM("), Edit(end, end, ")")]


def batch_edits(at: int, words: Words) -> list[Edit]:
    """Give what reads whole a table that is read as a stream: without STREAM, and without a watermark, which is for streams."""
    index = next((number for number, token in enumerate(words.tokens) if token.start == at), 0)
    in_parentheses = index > 1 and word(words.tokens[index - 1]) == "("
    first = index - 2 if in_parentheses else index - 1
    if first < 0 or word(words.tokens[first]) != "STREAM":
        return []
    edits = [Edit(words.tokens[first].start, at, "")]
    if in_parentheses:
        end = words.end_of(at)
        edits.append(Edit(end - 1, end, ""))
    if (watermark := words.query.watermarks.get(at)) is not None:
        edits.append(Edit(words.gap_before(watermark.span.start), watermark.span.end, ""))
    return edits
