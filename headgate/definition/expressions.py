"""Python expressions that a notebook may evaluate on the driver: parsed, held against what is allowed, and written anew."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from copy import deepcopy
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 2000
_DEEPEST = 58  # levels of the tree, also of what is emitted
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
# What may be named in a message: any other name may be a secret that was pasted without quotes.
_KNOWN = {
    *(*dir(builtins), *dir(str), *_CONTEXT_NAMES, "spark", "sql", "table", "conf", "get", "set", "dbutils", "secrets", "fs"),
    *("widgets", "getArgument", "getContext", "getOrElse", "apply", "shutdown"),
    *("os", "environ", "getenv", "getlogin", "system", "popen", "read"),
}
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")  # which are the ends of a line to Python
# What people write most, in words.
_KINDS: dict[type[ast.AST], str] = {
    ast.IfExp: "a choice by if and else",
    ast.BinOp: "an operator other than +",
    ast.UnaryOp: "a sign or `not`",
    ast.NamedExpr: "an assignment by :=",
    ast.Await: "await",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Starred: "a star",
    ast.BoolOp: "and, or",
    ast.Compare: "a comparison",
    ast.Subscript: "an index in brackets",
    ast.Lambda: "a function",
    ast.List: "a list",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
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
    if _levels(tree) > _DEEPEST:
        raise ExpressionError("is nested too deep", "write it shorter", before + 1)
    for node, message, fix in _refused(tree):
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)  # in UTF-8
        written = _LINE.findall(text.strip())[line - 1].encode()[:offset].decode(errors="ignore")
        raise ExpressionError(message, fix, min(before + _column(text.strip(), line, len(written)), len(text)))
    if _levels(_emitted(tree)) > _DEEPEST:
        raise ExpressionError("has too many parts", "write it shorter", before + 1)
    return tree


def texts_of(tree: ast.expr) -> list[str]:
    """Give the text that an expression holds, with a NUL for each part that is not known here; and that of each default.

    What asks for a setting or a tag by its name holds no text.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is(node.func, "spark.conf.get")]
    defaults = [one for call in calls for one in _defaults(call)]
    return [_written(one) for one in (tree, *defaults)]


def expression_text(text: str) -> str:
    """Give an expression written anew from its tree, on one line: a notebook never holds what somebody wrote.

    f-strings become sums of texts, which every Python reads alike: before 3.12 they take no backslash and no nested quotes.
    Raises ExpressionError for one that is not allowed.
    """
    return ast.unparse(_emitted(parse_expression(text)))


def _emitted(tree: ast.expr) -> ast.expr:
    found: ast.expr = ast.fix_missing_locations(_Sums().visit(deepcopy(tree)))
    return found


def _levels(tree: ast.AST) -> int:
    """Give how deep a tree is, without going as deep."""
    level, count = [tree], 0
    while level:
        level, count = [child for node in level for child in ast.iter_child_nodes(node)], count + 1
    return count


def _written(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=value):
            return str(value)
        case ast.JoinedStr(values=parts):
            return "".join(_written(part.value if isinstance(part, ast.FormattedValue) else part) for part in parts)
        case ast.BinOp(left=left, right=right):
            return _written(left) + _written(right)
    return "\0"


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
    return sum(map(len, _LINE.findall(text)[: line - 1])) + offset + 1


def _refused(node: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    """Give what is not allowed in a tree: the place, what it is, and how to mend it."""
    match node:
        case ast.Constant(value=float() as value) if not isfinite(value):
            yield node, "the number is too large", "write it as text, in quotes"
        case ast.Constant(value=str() | int() | float()) if not isinstance(node.value, bool):
            return
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from _refused_in_text(part)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = [*_refused(left), *_refused(right)]
            yield from found
            if not found and _is_number(left) != _is_number(right):
                yield node, "+ between text and a number is an error in Python", "write the number in quotes, or an f-string"
        case ast.Call() if _is(node.func, "spark.conf.get"):
            yield from _refused_setting(node)
        case ast.Call() if _of_context(node):
            return
        case ast.Call() if _is(node.func, "dbutils.secrets.get"):
            yield node, "reads a secret", "name it under secret_mappings, with its key"
        case _:
            yield node, f"{_words(node)} is not allowed", _ALLOWED


def _is_number(node: ast.expr) -> bool:
    """Whether an expression that is allowed gives a number; all others give text."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


def _refused_in_text(part: ast.expr) -> Iterator[tuple[ast.AST, str, str]]:
    if not isinstance(part, ast.FormattedValue):
        return
    if part.format_spec is not None:
        yield part, "a format after a colon is not allowed in an f-string", "take it out"
    elif part.conversion not in (-1, ord("s")):
        yield part, "a conversion such as !r is not allowed in an f-string", "take it out"
    else:
        yield from _refused(part.value)


def _refused_setting(call: ast.Call) -> Iterator[tuple[ast.AST, str, str]]:
    """Give what is wrong with the arguments of spark.conf.get: a name as text, and a default, also as `default=`."""
    named = [keyword for keyword in call.keywords if keyword.arg != "default"]
    given = _defaults(call)
    if not call.args or not isinstance(call.args[0], ast.Constant) or not isinstance(call.args[0].value, str):
        fix = "such as spark.conf.get('spark.databricks.workspaceUrl')"
        yield call, "spark.conf.get takes the name of a setting, in quotes", fix
    elif named or len(given) > 1:
        yield call, "spark.conf.get takes a name and a default", "take the rest out"
    else:
        for one in given:
            found = list(_refused(one))
            yield from found
            if not found and _is_number(one):
                yield one, "the default of spark.conf.get is a number, and it takes text", "write it in quotes"


def _defaults(call: ast.Call) -> list[ast.expr]:
    return [*call.args[1:], *(keyword.value for keyword in call.keywords)]


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
            return f"the name '{name}'" if name in _KNOWN else "this name"
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return f"a call of '{name}'" if name in _KNOWN else "this call"
        case ast.Attribute(attr=name):
            return f"the attribute '{name}'" if name in _KNOWN else "this attribute"
        case ast.Constant(value=None | True | False as value):
            return f"'{value}'"
    return _KINDS.get(type(node), "this")
