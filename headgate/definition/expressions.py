"""Python expressions that a notebook may evaluate on the driver: parsed, held against what is allowed, and written anew."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 2000
_DEEPEST = 40
_ALLOWED = (
    "allowed are text and numbers, f-strings without a format, + between texts, spark.conf.get('…') with or without a default, "
    "and dbutils.notebook.entry_point.getDbutils().notebook().getContext().NAME().get()"
)
_CONTEXT = "dbutils.notebook.entry_point.getDbutils().notebook().getContext()"
# What of the notebook context gives text. Source: the notebook context's own names, as Databricks' notebooks show it.
_CONTEXT_NAMES = (
    "apiToken",
    "apiUrl",
    "browserHostName",
    "clusterId",
    "currentRunId",
    "jobId",
    "notebookPath",
    "userName",
    "workspaceId",
)
# What people write most, in words.
_KINDS: dict[type[ast.AST], str] = {
    ast.IfExp: "a choice by if and else",
    ast.BinOp: "an operator other than +",
    ast.BoolOp: "and, or",
    ast.Compare: "a comparison",
    ast.Subscript: "an index in brackets",
    ast.Lambda: "a function",
    ast.List: "a list",
    ast.Dict: "a dictionary",
    ast.Tuple: "a tuple",
    ast.Constant: "a value of this kind",
}


class ExpressionError(ValueError):
    """An expression that is not allowed: why, how to mend it, and the column of the fault, from 1."""

    def __init__(self, message: str, fix: str, column: int) -> None:
        super().__init__(message)
        self.message, self.fix, self.column = message, fix, column


def parse_expression(text: str) -> ast.expr:
    """Give the tree of an expression. Raises ExpressionError, with the column, for anything that is not allowed in one."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"is longer than {_LONGEST} characters", "shorten it", _LONGEST + 1)
    before = len(text) - len(text.lstrip())
    if not text.strip():
        raise ExpressionError("is empty", "write text in quotes, such as \"'value'\"", 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of an escape that Python does not know
            tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        column = before + _column(text.strip(), error.lineno or 1, (error.offset or 1) - 1)
        raise ExpressionError(f"is no Python expression: {error.msg}", _ALLOWED, min(column, len(text))) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("is no Python expression that can be read", _ALLOWED, before + 1) from None
    for node, message, fix in _refused(tree, 0):
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)  # in UTF-8
        written = text.strip().split("\n")[line - 1].encode()[:offset].decode(errors="ignore")
        raise ExpressionError(message, fix, min(before + _column(text.strip(), line, len(written)), len(text)))
    return tree


def expression_text(text: str) -> str:
    """Give an expression written anew from its tree, on one line: a notebook never holds what somebody wrote.

    f-strings become sums of texts, which every Python reads alike: before 3.12 they take no backslash and no nested quotes.
    Raises ExpressionError for one that is not allowed.
    """
    return ast.unparse(ast.fix_missing_locations(_Sums().visit(parse_expression(text))))


class _Sums(ast.NodeTransformer):
    """Makes sums of f-strings."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:  # ast calls it so
        found: ast.expr | None = None
        for part in node.values:
            one = _as_text(self.visit(part.value)) if isinstance(part, ast.FormattedValue) else part
            found = one if found is None else ast.BinOp(found, ast.Add(), one)
        return found or ast.Constant("")


def _as_text(node: ast.expr) -> ast.Call:
    return ast.Call(ast.Name("str", ast.Load()), [node], [])


def _column(text: str, line: int, offset: int) -> int:
    """Give the column in a text, from 1, of a place in one of its lines."""
    return sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + offset + 1


def _refused(node: ast.expr, depth: int) -> Iterator[tuple[ast.AST, str, str]]:
    """Give what is not allowed in a tree: the place, what it is, and how to mend it."""
    if depth > _DEEPEST:
        yield node, "is nested too deep", "write it shorter"
        return
    match node:
        case ast.Constant(value=str() | int() | float()) if not isinstance(node.value, bool):
            return
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _refused_in_text(part, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from _refused(left, depth + 1)
            yield from _refused(right, depth + 1)
        case ast.Call() if _is(node.func, "spark.conf.get"):
            yield from _refused_setting(node, depth)
        case ast.Call() if _of_context(node):
            return
        case ast.Call() if _is(node.func, "dbutils.secrets.get"):
            yield node, "reads a secret", "name it under secret_mappings, with its key"
        case _:
            yield node, f"{_words(node)} is not allowed", _ALLOWED


def _refused_in_text(part: ast.expr, depth: int) -> Iterator[tuple[ast.AST, str, str]]:
    if not isinstance(part, ast.FormattedValue):
        return
    if part.format_spec is not None:
        yield part, "a format after a colon is not allowed in an f-string", "take it out"
    elif part.conversion not in (-1, ord("s")):
        yield part, "a conversion such as !r is not allowed in an f-string", "take it out"
    else:
        yield from _refused(part.value, depth + 1)


def _refused_setting(call: ast.Call, depth: int) -> Iterator[tuple[ast.AST, str, str]]:
    """Give what is wrong with the arguments of spark.conf.get: a name as text, and a default, also as `default=`."""
    named = [keyword for keyword in call.keywords if keyword.arg != "default"]
    given = [*call.args[1:], *(keyword.value for keyword in call.keywords)]
    if not call.args or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
        fix = "such as spark.conf.get('spark.databricks.workspaceUrl')"
        yield call, "spark.conf.get takes the name of a setting, in quotes", fix
    elif named or len(given) > 1:
        yield call, "spark.conf.get takes a name and a default", "take the rest out"
    else:
        for one in given:
            yield from _refused(one, depth + 1)


def _is(node: ast.expr, dotted: str) -> bool:
    """Whether a node is exactly these names."""
    return isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) == dotted


def _of_context(call: ast.Call) -> bool:
    """Whether a call is of the notebook context: NAME().get(), or tags().apply('…') or tags().get('…').get()."""
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Attribute(value=context, attr=name), args=[], keywords=[]), attr="get"),
            args=[],
            keywords=[],
        ) if name in _CONTEXT_NAMES:
            return _unparsed(context) == _CONTEXT
        case ast.Call(func=ast.Attribute(value=tags, attr="apply"), args=[ast.Constant(value=str())], keywords=[]):
            return _unparsed(tags) == f"{_CONTEXT}.tags()"
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Attribute(value=tags, attr="get"), args=[ast.Constant(value=str())], keywords=[]),
                attr="get",
            ),
            args=[],
            keywords=[],
        ):
            return _unparsed(tags) == f"{_CONTEXT}.tags()"
    return False


def _unparsed(node: ast.expr) -> str:
    """Give a context's text, by whichever of its two ways it is reached."""
    return ast.unparse(node).replace("dbutils.entry_point.", "dbutils.notebook.entry_point.", 1)


def _words(node: ast.AST) -> str:
    """Say what a node is, without what it holds."""
    match node:
        case ast.Name(id=name):
            return f"the name '{name}'"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return f"a call of '{name}'"
        case ast.Attribute(attr=name):
            return f"the attribute '{name}'"
        case ast.Constant(value=None | True | False as value):
            return f"'{value}'"
    return _KINDS.get(type(node), "this")
