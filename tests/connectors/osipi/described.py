"""What a PI Web API takes: the paths that the connector asks, and the parameters that it may ask them with."""

from __future__ import annotations

import re

_PAGE = "maxCount startIndex"
_TIMES = "startTime endTime"
# Path below /piwebapi → its parameters beside selectedFields.
GETS = {
    "/assetservers": "",
    "/assetservers/{webId}/assetdatabases": "",
    "/assetservers/{webId}/unitclasses": "",
    "/assetdatabases/{webId}/analyses": f"field {_PAGE}",
    "/assetdatabases/{webId}/analysiscategories": "",
    "/assetdatabases/{webId}/analysistemplates": "field maxCount",
    "/assetdatabases/{webId}/attributecategories": "",
    "/assetdatabases/{webId}/elementcategories": "",
    "/assetdatabases/{webId}/elements": f"searchFullHierarchy {_PAGE}",
    "/assetdatabases/{webId}/elementtemplates": "field maxCount",
    "/assetdatabases/{webId}/eventframes": f"searchFullHierarchy searchMode sortField sortOrder templateName {_TIMES} {_PAGE}",
    "/assetdatabases/{webId}/tablecategories": "",
    "/assetdatabases/{webId}/tables": "",
    "/calculation/intervals": f"expression sampleInterval webId {_TIMES}",
    "/dataservers": "",
    "/dataservers/{webId}/points": f"nameFilter {_PAGE}",
    "/elements/{webId}/attributes": f"searchFullHierarchy {_PAGE}",
    "/elementtemplates/{webId}/attributetemplates": f"showDescendants {_PAGE}",
    "/eventframes/{webId}": "",
    "/eventframes/{webId}/annotations": "",
    "/eventframes/{webId}/attributes": f"searchFullHierarchy {_PAGE}",
    "/points/{webId}": "",
    "/points/{webId}/attributes": "",
    "/points/{webId}/attributes/{name}": "",
    "/streamsets/end": "webId",
    "/streamsets/interpolated": f"webId interval {_TIMES}",
    "/streamsets/plot": f"webId intervals {_TIMES}",
    "/streamsets/recorded": f"webId boundaryType maxCount {_TIMES}",
    "/streamsets/recordedattime": "webId time retrievalMode",
    "/streamsets/summary": f"webId calculationBasis summaryDuration summaryType {_TIMES}",
    "/streamsets/value": "webId time",
    "/streamsets/{webId}/value": "",
    "/tables/{webId}/data": "",
    "/unitclasses/{webId}/units": "",
}
_PATTERNS = [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), {"selectedFields", *names.split()}) for path, names in GETS.items()]


def is_taken(path: str, parameters: set[str]) -> bool:
    """Say whether a GET of a path below /piwebapi may be asked with these parameters."""
    return any(pattern.fullmatch(path) and parameters <= names for pattern, names in _PATTERNS)
