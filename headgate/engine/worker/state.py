"""Where a table's load stands, kept in the commits of its Delta table: rows and offset land in one commit, or neither does."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from headgate.engine.worker.errors import TableError

KEY = "headgate.state"
REFRESH = "load it anew: headgate run … --full-refresh TABLE"


class State(BaseModel):
    """What is committed of a table.

    batch: the number of the last commit that changed it, which is its Delta transaction's version too. load: the batch with
    which the last full load began. anchor: the last batch with which an offset moved; what later ones brought is read again.
    rows, deletes: the connector's offsets of its two flows, None where nothing was read yet. digest: of a snapshot's rows, so
    that one that did not change is not written again. loaded: the first load came to its end. way: how rows become the
    table's, as the plan says it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    batch: int = 0
    load: int = 0
    anchor: int = 0
    rows: dict[str, Any] | None = None
    deletes: dict[str, Any] | None = None
    digest: str = ""
    loaded: bool = False
    way: str = ""

    def after(self, **changes: Any) -> State:
        """Give the state after one more commit, at which offsets moved."""
        return self.model_copy(update={"batch": self.batch + 1, "anchor": self.batch + 1, **changes})

    def within(self) -> State:
        """Give the state after one more commit of what is not whole yet."""
        return self.model_copy(update={"batch": self.batch + 1})


def read_state(text: str) -> State:
    """Read a state as a commit has it. Raises TableError for what is none."""
    try:
        return State.model_validate_json(text)
    except ValidationError as error:
        raise TableError(f"the state in the table's last commit can't be read: {error.errors()[0]['msg']}", REFRESH) from None
