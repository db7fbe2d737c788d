"""Looking at the workspace, by databricks-sdk's login; nothing is changed.

Sources: Databricks' REST API reference. Effective permissions include what is inherited, page by page with `max_results=0`; Me
gives the groups that one is directly in; tables tell the pipeline that made them by `pipeline_id` and by the property
`pipelines.pipelineId`; a quota is told by what it is of, such as `table-quota` of a schema.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from databricks.sdk.errors import NotFound, Unauthenticated
from databricks.sdk.errors.base import DatabricksError

from headgate.clients.databricks import Login
from headgate.deployment.tags import tag_in
from headgate.operate.answers import listed_in
from headgate.preflight.model import Facts, Named, Rights, Untold
from headgate.problems import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from databricks.sdk.clock import Clock

    from headgate.preflight.model import Holder, Needs

_CATALOG = "/api/2.1/unity-catalog"
_MADE_BY = "pipelines.pipelineId"
# Seconds for which a question is asked again: somebody waits for what is found.
_LOOKING = 15


def look(needs: Needs, host: str | None, profile: str | None, clock: Clock | None = None) -> Facts:
    """Give what a workspace says of what is needed.

    Raises InputError without credentials, SourceError where it can't be reached, or says not even who asks.
    """
    return _Looking(needs, Login(host, profile, clock, retries=_LOOKING)).facts()


class _Looking:
    """The questions of one look. What can't be told is kept as such."""

    def __init__(self, needs: Needs, login: Login) -> None:
        self._needs, self._login = needs, login
        with login.asking("who deploys"):
            said = self._do("/api/2.0/preview/scim/v2/Me")
            groups = frozenset(str(one.get("display") or "") for one in said.get("groups") or ())
            self._facts = Facts(str(said["userName"]), groups - {""})

    def facts(self) -> Facts:
        """Ask for all that is needed."""
        needs, facts = self._needs, self._facts
        for one in needs.connections:
            with self._telling(f"connection {one.name}", f"USE CONNECTION on {one.name}"):
                found = self._found(f"{_CATALOG}/connections/{_part(one.name)}")
                facts.connections[one.name] = None if found is None else dict(found.get("options") or {})
        kinds: tuple[tuple[Holder, Mapping[str, bool]], ...] = (("catalog", needs.catalogs), ("schema", needs.schemas))
        for kind, names in kinds:
            for name in names:
                self._look_at(kind, name)
        self._look_at_pipelines()
        self._look_at_jobs()
        return facts

    def _look_at(self, kind: Holder, name: str) -> None:
        found: Mapping[str, Any] | None = None
        with self._telling(f"{kind} {name}", f"USE {kind.upper()} on {name}"):
            found = self._found(f"{_CATALOG}/{kind}s/{_part(name)}")
            if found is None:
                self._facts.rights[kind, name] = None
        if found is None:
            return
        if kind == "schema":
            self._look_inside(name)
        if self._needs.catalogs.get(name) or self._needs.schemas.get(name):
            return  # the deploy makes it, or made it
        with self._telling(f"who may write to {kind} {name}", f"MANAGE on {name}"):
            held: defaultdict[str, set[str]] = defaultdict(set)
            path = f"{_CATALOG}/effective-permissions/{kind}/{_part(name)}"
            for entry in self._pages(path, {"max_results": "0"}, "privilege_assignments"):
                for privilege in entry.get("privileges") or ():
                    held[str(privilege["privilege"])].add(str(entry["principal"]))
            holders = {privilege: frozenset(who) for privilege, who in held.items()}
            self._facts.rights[kind, name] = Rights(str(found.get("owner") or ""), holders)

    def _look_inside(self, schema: str) -> None:
        catalog, _, name = schema.partition(".")
        with self._telling(f"the tables of {schema}", f"USE SCHEMA on {schema}"):
            query = {"catalog_name": catalog, "schema_name": name, "omit_columns": "true"}
            found = self._pages(f"{_CATALOG}/tables", query, "tables")
            tables = {str(one["full_name"]): _maker(one) for one in found}
            self._facts.tables[schema] = tables
        with self._telling(f"how many more tables schema {schema} takes", "ownership of the schema, or of the metastore"):
            quota = self._found(f"{_CATALOG}/resource-quotas/schema/{_part(schema)}/table-quota")
            said: Mapping[str, Any] = (quota or {}).get("quota_info") or {}
            if "quota_limit" in said:
                self._facts.room[schema] = max(0, int(said["quota_limit"]) - int(said.get("quota_count") or 0))

    def _look_at_pipelines(self) -> None:
        needs, facts = self._needs, self._facts
        with self._telling("the names of pipelines", "CAN VIEW on the pipelines"):
            entries = list(self._pages("/api/2.0/pipelines", {"max_results": "100"}, "statuses"))
            owners = {owner for tables in facts.tables.values() for owner in tables.values()}
            for one in map(listed_in, entries):
                ours = one.id in needs.recorded
                if not ours and (one.name in needs.pipelines or one.id in owners):
                    spec = (self._found(f"/api/2.0/pipelines/{one.id}") or {}).get("spec") or {}
                    ours = self._is_ours(spec.get("tags"))
                facts.pipelines.append(Named(one.id, one.name, ours))
                facts.running += one.is_running and not ours

    def _look_at_jobs(self) -> None:
        with self._telling("the names of jobs", "CAN VIEW on the jobs"):
            for one in self._pages("/api/2.2/jobs/list", {"limit": "100"}, "jobs"):
                settings: Mapping[str, Any] = one.get("settings") or {}
                id_ = str(one["job_id"])
                ours = id_ in self._needs.recorded or self._is_ours(settings.get("tags"))
                self._facts.jobs.append(Named(id_, str(settings.get("name") or ""), ours))

    def _is_ours(self, tags: Mapping[str, Any] | None) -> bool:
        tag = tag_in(tags)
        return tag is not None and (tag.connector, tag.target) == (self._needs.connector, self._needs.target)

    @contextmanager
    def _telling(self, what: str, right: str) -> Iterator[None]:
        """Keep what the workspace refuses to say. One that can't be reached, or takes the login no more, ends all."""
        try:
            with self._login.asking(what, right):
                yield
        except SourceError as error:
            cause = error.__context__
            if not isinstance(cause, DatabricksError) or isinstance(cause, Unauthenticated):
                raise
            problem = error.problems[0]
            self._facts.untold.append(Untold(what, problem.message, problem.fix))

    def _found(self, path: str) -> Mapping[str, Any] | None:
        try:
            return self._do(path)
        except NotFound:
            return None

    def _pages(self, path: str, query: Mapping[str, str], name: str) -> Iterator[Mapping[str, Any]]:
        asked, tokens = dict(query), set[str]()
        while True:
            page = self._do(path, asked)
            yield from page.get(name) or ()
            token = page.get("next_page_token")
            if not token or token in tokens:
                return
            tokens.add(token)
            asked = {**query, "page_token": token}

    def _do(self, path: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        found: Any = self._login.client.api_client.do("GET", path, query=dict(query or {}))
        return dict(found or {})


def _maker(table: Mapping[str, Any]) -> str:
    return str(table.get("pipeline_id") or (table.get("properties") or {}).get(_MADE_BY) or "")


def _part(name: str) -> str:
    """Give a name as a part of a path."""
    return quote(name, safe="")
