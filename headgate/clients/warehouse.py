"""SQL statements on a warehouse of a workspace, by the statement execution API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from databricks.sdk.service.sql import ExecuteStatementRequestOnWaitTimeout, StatementState

from headgate.problems import SourceError, short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.clients.databricks import Login

# Seconds that a statement may take, and that lie between two looks at it.
LONGEST, BETWEEN = 900.0, 2.0
_UNDER_WAY = (StatementState.PENDING, StatementState.RUNNING)
_MOST = 1_000  # characters of a statement that an error shows


class StatementFailedError(SourceError):
    """A statement reached the warehouse and failed there. Source: the statement execution API, state FAILED."""


class Warehouse:
    """A SQL warehouse of the workspace that one is logged in to, by its id."""

    def __init__(self, login: Login, id_: str) -> None:
        self._login, self._id, self._statements = login, id_, login.client.statement_execution

    def rows(self, statement: str) -> list[list[Any]]:
        """Run a statement to its end and give its rows, all as text.

        Raises StatementFailedError with the warehouse's own words where it fails, SourceError where it does not end or the
        warehouse can't be asked.
        """
        shown = statement if len(statement) <= _MOST else short(statement)
        with self._login.asking(f"SQL warehouse {self._id}"):
            answer = self._statements.execute_statement(
                statement, self._id, wait_timeout="30s", on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CONTINUE
            )
            waited = 0.0
            while answer.status and answer.status.state in _UNDER_WAY and answer.statement_id:
                if waited >= LONGEST:
                    fix = "look at the warehouse's query history, and run the same again once the statement has ended"
                    raise SourceError(f"a statement has not ended in {LONGEST / 60:.0f} minutes: {shown}", fix)
                self._login.clock.sleep(BETWEEN)
                waited += BETWEEN
                answer = self._statements.get_statement(answer.statement_id)
            status = answer.status
            if status and status.state == StatementState.SUCCEEDED:
                return list(self._all(answer))
        state = status.state.value if status and status.state else "of no state"
        said = status.error.message if status and status.error and status.error.message else ""
        fix = "see what the warehouse says, fix it, and run the same again: it carries on from here"
        raise StatementFailedError(f"a statement is {state}: {shown}\n    {self._login.redacted(said)}".rstrip(), fix)

    def _all(self, answer: Any) -> Iterator[list[Any]]:
        """Give the rows of all chunks in which a long result comes."""
        chunk = answer.result
        while chunk:
            yield from chunk.data_array or []
            following = chunk.next_chunk_index
            chunk = self._statements.get_statement_result_chunk_n(answer.statement_id, following) if following else None
