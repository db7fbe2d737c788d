"""A workspace's event logs, asked by REST.

Source: Databricks REST API reference, "List pipeline events": GET /api/2.0/pipelines/{id}/events with `filter`, `order_by`,
`max_results` (250 at most), and a `next_page_token` for the next page, beside which only `max_results` may be given. The SDK's
own type of an event has no `details`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.clients.databricks import Login

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from databricks.sdk.clock import Clock

_PAGE = 250


class DatabricksEvents:
    """The event logs of a workspace: by a login that there is, else that of `host` and `profile`, whose clock waits.

    do: sends a request, as the SDK's API client does it, and may wait before; None: that client's own.
    """

    def __init__(
        self,
        host: str | None,
        profile: str | None,
        clock: Clock | None = None,
        *,
        login: Login | None = None,
        do: Callable[..., Any] | None = None,
    ) -> None:
        self._login = login or Login(host, profile, clock)
        self._do = do or self._login.client.api_client.do

    def rows(self, pipeline_id: str, since: datetime | None) -> list[Mapping[str, Any]] | None:
        """Give a pipeline's events, oldest first, from a time on; None where there is no such pipeline.

        Raises SourceError where the workspace can't be asked.
        """
        what, right = f"the events of pipeline {pipeline_id}", "CAN VIEW on the pipeline"
        return self._login.found(what, lambda: list(self._rows(pipeline_id, since)), right)

    def _rows(self, pipeline_id: str, since: datetime | None) -> Iterator[Mapping[str, Any]]:
        query: dict[str, Any] = {"max_results": _PAGE, "order_by": "timestamp asc"}
        if since is not None:
            query["filter"] = f"timestamp >= '{since:%Y-%m-%dT%H:%M:%S}.000Z'"
        path, seen = f"/api/2.0/pipelines/{pipeline_id}/events", set[str]()
        while True:
            found: Any = self._do("GET", path, query=query)
            yield from found.get("events") or ()
            token = found.get("next_page_token")
            if not token or token in seen:
                return
            seen.add(token)
            query = {"max_results": _PAGE, "page_token": token}
