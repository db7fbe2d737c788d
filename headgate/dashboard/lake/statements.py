"""Statements on a SQL warehouse, each ended when its time is over. Everything here waits for the workspace: ask in a thread.

By the statement execution API: values are parameters by name, the warehouse itself ends what takes too long, and large results
come as links to parts of them. Source: Databricks REST API, Statement Execution.
"""

from __future__ import annotations

import json
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
from databricks.sdk.service.sql import (
    Disposition,
    ExecuteStatementRequestOnWaitTimeout,
    StatementParameterListItem,
    StatementState,
)

from headgate.clients.databricks import Login
from headgate.dashboard.asker import asker
from headgate.dashboard.lake.errors import BusyError, NoTableError, QuestionError
from headgate.numbers import counted
from headgate.problems import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.dashboard.lake.databricks_sql import Statement
    from headgate.dashboard.settings import Warehouse

Row = tuple[Any, ...]
UNDER_WAY = frozenset({StatementState.PENDING, StatementState.RUNNING})
# Seconds that the API lets one wait, and that its answer may take on the way.
_SHORTEST, _LONGEST, _ON_THE_WAY = 5, 50, 5
_RETRIES = 5  # seconds that a busy workspace is asked again
_MOST_LOGINS = 50
# The beginning of a message, [CLASS.SUBCLASS] (Databricks, "Error conditions").
_CODE = re.compile(r"\[([A-Z_0-9]+)")
_NO_TABLE = frozenset({
    "TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND", "NO_SUCH_CATALOG_EXCEPTION", "CATALOG_NOT_FOUND", "INSUFFICIENT_PERMISSIONS",
    "PERMISSION_DENIED", "UNAUTHORIZED_ACCESS",
})  # fmt: skip
_NO_VALUE = frozenset({
    "CAST_INVALID_INPUT", "CAST_OVERFLOW", "NUMERIC_VALUE_OUT_OF_RANGE", "ARITHMETIC_OVERFLOW", "DATETIME_OVERFLOW",
    "INVALID_PARAMETER_MARKER_VALUE",
})  # fmt: skip
_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("BYTE", "SHORT", "INT", "LONG"), int),
    **dict.fromkeys(("FLOAT", "DOUBLE"), float),
    "BOOLEAN": lambda text: text == "true",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a statement gave: columns as (name, type as text), and rows, whose cells are of their column's type, or text."""

    columns: tuple[tuple[str, str], ...]
    rows: list[Row]


class Statements:
    """A warehouse, asked by the app's own rights, or by those of who asks."""

    def __init__(self, warehouse: Warehouse, seconds: float) -> None:
        self._warehouse, self._seconds = warehouse, seconds
        self._logins: dict[str, Login] = {}
        self._lock = threading.Lock()

    @property
    def whose(self) -> str:
        """By whose rights is asked: a token, empty for the app's own. Raises QuestionError where a user's is missing."""
        if not self._warehouse.as_user:
            return ""
        if not (token := asker().token):
            raise QuestionError(
                "rows are read with your own rights, and this request says nothing of who you are: open the dashboard by the "
                "app's address, and let it act for you (the scope `sql`)"
            )
        return token

    def run(self, statement: Statement, whose: str) -> Found:
        """Run a statement to its end. Raises BusyError, NoTableError, QuestionError."""
        seconds = min(_LONGEST, max(_SHORTEST, round(self._seconds)))
        answer = self._asked(whose, lambda login: self._begin(login, statement, seconds, cancel=True))
        if answer.status and answer.status.state in {StatementState.CANCELED, *UNDER_WAY}:
            raise BusyError(
                f"The question took longer than {counted(seconds, 'second')}: filter for less; or the SQL warehouse is still "
                "starting: try again in a minute."
            )
        self.refuse_failed(answer, whose)
        columns = answer.manifest.schema.columns or []
        read = [_READ.get(one.type_name.value if one.type_name else "", str) for one in columns]
        chunks = self._asked(whose, lambda login: list(_chunks(login, answer)))
        rows = [
            tuple(None if cell is None else how(cell) for how, cell in zip(read, row, strict=True))
            for chunk in chunks
            for row in chunk
        ]
        return Found(tuple((one.name, one.type_text) for one in columns), rows)

    def begin(self, statement: Statement, whose: str) -> Any:
        """Begin a statement whose result may be large, and give its state. Raises BusyError."""
        return self._asked(whose, lambda login: self._begin(login, statement, _SHORTEST, cancel=False))

    def look(self, id_: str, whose: str) -> Any:
        """Look at a statement that was begun. Raises BusyError."""
        return self._asked(whose, lambda login: login.client.statement_execution.get_statement(id_))

    def part(self, id_: str, number: int, whose: str) -> tuple[list[Row], int | None]:
        """Give a part of the rows of one that has ended, and the number of the next one. Raises BusyError."""
        found = self._asked(whose, lambda login: login.client.statement_execution.get_statement_result_chunk_n(id_, number))
        rows: list[Row] = []
        following = None
        for link in found.external_links or []:
            rows += map(tuple, _fetched(link.external_link, link.http_headers or {}))
            following = link.next_chunk_index
        return rows, following

    def cancel(self, id_: str, whose: str) -> None:
        """Ask for the end of a statement. What keeps that from being heard is left: the warehouse ends it by itself."""
        with suppress(BusyError):
            self._asked(whose, lambda login: login.client.statement_execution.cancel_execution(id_))

    def refuse_failed(self, answer: Any, whose: str) -> None:
        """Raise NoTableError, QuestionError or BusyError where a statement has not ended well."""
        status = answer.status
        if status and status.state == StatementState.SUCCEEDED:
            return
        said = status.error.message or "" if status and status.error else ""
        code = found[1] if (found := _CODE.match(said)) else ""
        if code in _NO_TABLE:
            who = "you" if whose else "the app"
            raise NoTableError(
                f"The table is not there yet, or {who} may not read it: that takes USE CATALOG, USE SCHEMA and SELECT."
            )
        shown = self._login(whose).redacted(said.partition("\n")[0])[:300]
        if code in _NO_VALUE:
            raise QuestionError(shown)
        raise NoTableError(f"The table can't be read: {shown or 'the SQL warehouse gave no answer'}")

    def _begin(self, login: Login, statement: Statement, seconds: int, *, cancel: bool) -> Any:
        then = ExecuteStatementRequestOnWaitTimeout
        return login.client.statement_execution.execute_statement(
            statement.sql,
            self._warehouse.id,
            parameters=[StatementParameterListItem(one.name, one.type, one.value) for one in statement.parameters],
            wait_timeout=f"{seconds}s",
            on_wait_timeout=then.CANCEL if cancel else then.CONTINUE,
            disposition=Disposition.INLINE if cancel else Disposition.EXTERNAL_LINKS,
        )

    def _asked(self, whose: str, ask: Callable[[Login], Any]) -> Any:
        """Give what the workspace answers. Raises BusyError where it does not, in words without secrets."""
        try:
            login = self._login(whose)
            with login.asking(f"SQL warehouse {self._warehouse.id}"):
                return ask(login)
        except HeadgateError as error:
            with self._lock:  # one that failed to reach the workspace would not try again
                self._logins.pop(whose, None)
            raise BusyError(f"The tables can't be asked now: {error.problems[0].message}") from None

    def _login(self, whose: str) -> Login:
        with self._lock:
            if whose not in self._logins:
                if len(self._logins) >= _MOST_LOGINS:
                    self._logins.clear()
                longest = self._seconds + _ON_THE_WAY
                self._logins[whose] = Login(None, None, retries=_RETRIES, token=whose, longest=longest)
            return self._logins[whose]


def _chunks(login: Login, answer: Any) -> Iterator[list[list[str | None]]]:
    chunk = answer.result
    while chunk:
        yield chunk.data_array or []
        following = chunk.next_chunk_index
        ask = login.client.statement_execution.get_statement_result_chunk_n
        chunk = ask(answer.statement_id, following) if following else None


def _fetched(link: str, headers: Mapping[str, str]) -> list[list[str | None]]:
    """Give the rows behind a link, which is asked without a login. Nothing is said of the link: it is a secret itself."""
    try:
        with requests.Session() as session:
            session.auth = _no_login
            answer = session.get(link, headers=dict(headers), timeout=(5, 30), allow_redirects=False)
            answer.raise_for_status()
            found: list[list[str | None]] = json.loads(answer.content)
            return found
    except (requests.RequestException, ValueError):
        raise BusyError("A part of the download can't be fetched from the workspace's storage.") from None


def _no_login(request: Any) -> Any:
    return request
