"""Analyses, their templates, their rules and time rules, and the plug-ins of those."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from ..assets import kinds
from ..assets.analyses import analysis_name
from ..request_context import Wanted
from ..search.objects import Described
from .assets_common import Databases, Ordered, WebId, cut, described, describing, find, own
from .paging import Paged

router = APIRouter()


@router.get("/analyses/search")
def search(asked: Wanted, page: Paged, databases: Databases, wanted: Annotated[Described, describing("analyses")]) -> Response:
    """List the analyses that a query describes."""
    assets = asked.assets
    every = (key for one in databases for key in assets.analysis_keys(one.number))
    things = (assets.analysis(*key) for key in every if wanted.named(analysis_name(*key)))
    return described(asked, things, page, wanted)


@router.get("/analysistemplates/search")
def search_templates(
    asked: Wanted, page: Paged, databases: Databases, wanted: Annotated[Described, describing("analysistemplates")]
) -> Response:
    """List the templates of analyses that a query describes."""
    libraries = [asked.assets.libraries[one.number] for one in databases]
    every = [one for some in libraries for one in some.analysis_templates if one.kind is kinds.ANALYSIS_TEMPLATE]
    return described(asked, every, page, wanted)


own(router, kinds.ANALYSIS)
own(router, kinds.ANALYSIS_TEMPLATE)
own(router, kinds.ANALYSIS_RULE)
own(router, kinds.RULE_PLUGIN)
own(router, kinds.TIME_RULE)
own(router, kinds.TIME_PLUGIN)


@router.get("/analysisrules/{web_id}/analysisrules")
def below(
    asked: Wanted,
    web_id: WebId,
    page: Paged,
    order: Ordered,  # noqa: ARG001  # of nothing
    name: Annotated[str | None, Query(alias="nameFilter")] = None,  # noqa: ARG001
    nested: Annotated[bool, Query(alias="searchFullHierarchy")] = False,  # noqa: ARG001
) -> Response:
    """List nothing: no rule is below another here."""
    find(asked, "analysisrules", web_id)
    return cut(asked, [], page)
