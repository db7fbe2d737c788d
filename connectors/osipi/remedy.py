"""The command that mends what no read will see, as it is typed: what it does not name, it asks for by itself."""

from __future__ import annotations

import shlex


def backfill_command(table: str, start: str, before: str, webid: str = "", *, delete: bool = False) -> str:
    """Give the `headgate backfill` of a stretch (two stamps) into the pipelines' tables, of one tag or of all that they read.

    table: the source table that was read; empty where that is not known, for the command's own, pi_timeseries. delete: rows go
    that the server does not have.
    """
    words = ["headgate", "backfill", "osipi", "--from", start + "Z", "--to", before + "Z"]
    words += ["--tags", webid] if webid else []
    words += ["--table", table] if table not in {"", "pi_timeseries"} else []
    words += ["--merge"] + (["--delete"] if delete else [])
    return shlex.join(words)
