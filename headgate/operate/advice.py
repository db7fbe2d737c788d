"""What to do about what the service says of a pipeline that does not run. Pure.

Sources of the messages: users' own troubleshooting pages of community connectors ("Connection type HTTP is not supported", "No
LakeflowConnect class found", a table that is managed already), Databricks' documentation of error conditions
(TABLE_OR_VIEW_NOT_FOUND, DELTA_TABLE_NOT_FOUND) and of limits (concurrent updates, quotas).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.problems import Problem

_SAID = re.IGNORECASE | re.DOTALL
# The first that is found has the say.
_ADVICE = tuple(
    (re.compile(pattern, _SAID), words)
    for pattern, words in {
        r"connection type '?HTTP'? is not supported": (
            "a community connector needs a connection of type GENERIC_LAKEFLOW_CONNECT: make that one, and name it in "
            "connector.yaml (connection.name)"
        ),
        r"no lakeflowconnect (implementation|class)|lakeflowconnect class\b.*not found": (
            "the connector's code is not where the pipeline looks for it, or defines no such class: look at `code:` in "
            "connector.yaml, deploy its files, and see that the module defines or imports the class"
        ),
        r"no module named": (
            "the pipeline can't import the code: look at `code:` in connector.yaml (folder, wheels, git), and deploy its files"
        ),
        r"already (being )?managed by|is owned by (another )?pipeline|managed by another pipeline": (
            "another pipeline owns the table: hand it over (`headgate handover`), or give it another destination"
        ),
        r"TABLE_OR_VIEW_NOT_FOUND|DELTA_TABLE_NOT_FOUND|\btables?\b.{0,80}(not found|does ?n[o']t exist|cannot be found)": (
            "look whether the table is in the pipeline and in its source, spelled like that; `headgate show` says which "
            "pipeline has which"
        ),
        r"(schema|catalog)\b.{0,80}(not found|does ?n[o']t exist)|SCHEMA_NOT_FOUND|NO_SUCH_CATALOG": (
            "make the catalog or the schema, or have Headgate make it (destination.create_schema in connector.yaml)"
        ),
        r"connection\b.{0,80}(not found|does ?n[o']t exist)|CONNECTION_NOT_FOUND": (
            "make the connection, or deploy the shared stack that makes it; `connection.name` in connector.yaml names it"
        ),
        r"quota|resource[_ ]exhausted|limit\b.{0,80}(exceeded|reached)|exceed.{0,80}\blimit|too many (active|concurrent)": (
            "the workspace has no room for more: let fewer run at once (--at-once), stop what need not run, or have the quota "
            "raised"
        ),
        r"does not have (the )?\w+( \w+)* (privilege|permission)|PERMISSION_DENIED|INSUFFICIENT_PERMISSIONS|not authorized": (
            "a pipeline runs as its owner or `run_as`: grant that one USE CONNECTION on the connection, and USE CATALOG, USE "
            "SCHEMA and CREATE TABLE on the destination"
        ),
        r"too many requests|rate limit|\b429\b": (
            "the service wants fewer requests: wait some minutes and run the same again, it carries on"
        ),
    }.items()
)


def advice_for(said: str) -> str:
    """Give what to do about a message of the service; empty where nothing is known of it."""
    return next((words for pattern, words in _ADVICE if pattern.search(said)), "")


def advised(problem: Problem) -> Problem:
    """Give a problem whose fix is what is known of its message, where anything is."""
    known = advice_for(problem.message)
    return replace(problem, fix=known) if known else problem
