"""Our own table of what PI Web API answers: the properties of its objects, and the answers of its paths.

A shape is what a schema of the description is (see `swagger.py`), written shorter: a dict of properties, a list of one shape,
or a word for a plain type.
"""

from __future__ import annotations

from typing import Any

_PLAIN: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "flag": {"type": "boolean"},
    "whole": {"type": "integer"},
    "number": {"type": "number"},
    "instant": {"type": "string", "format": "date-time"},
    "guid": {"type": "string", "format": "uuid"},
    "anything": {"type": "object"},
}


def _texts(words: str) -> dict[str, Any]:
    return dict.fromkeys(words.split(), "text")


def _object(links: str) -> dict[str, Any]:
    return {**_texts("WebId Name Path"), "Links": _texts(links)}


_ERRORS = {"Errors": ["text"]}
_FAILED = {**_ERRORS, "StatusCode": "whole"}
_VALUE = {
    "Timestamp": "instant",
    "Value": "anything",
    "UnitsAbbreviation": "text",
    **dict.fromkeys(("Good", "Questionable", "Substituted", "Annotated"), "flag"),
    "Errors": [{"FieldName": "text", "Message": ["text"]}],
}
_ANNOTATION = {
    **_texts("Id Name Description Creator Modifier"),
    "Value": "anything",
    "CreationDate": "instant",
    "ModifyDate": "instant",
}
_SUMMARY = {"Type": "text", "Value": _VALUE}
_POINT = {
    **_object("Self Attributes DataServer Value EndValue RecordedData InterpolatedData PlotData SummaryData"),
    **_texts("Descriptor PointClass PointType DigitalSetName EngineeringUnits"),
    **dict.fromkeys(("Id", "DisplayDigits"), "whole"),
    **dict.fromkeys(("Span", "Zero"), "number"),
    **dict.fromkeys(("Step", "Future"), "flag"),
}
_UPDATE = {
    **_texts("LatestMarker RequestedMarker Source SourceName SourcePath Status"),
    "Events": [{**_VALUE, "Action": "text", "PreviousEventAction": "text"}],
    "Exception": _ERRORS,
}
_STREAM = {**_object("Source"), "WebException": _FAILED}


def _page(shape: Any) -> dict[str, Any]:
    return {"Items": [shape], "Links": _texts("First Previous Next Last")}


def _streams() -> dict[str, Any]:
    """Give what one stream answers to each reading, and a set of streams."""
    found: dict[str, Any] = {}
    for reading in ("recorded", "recordedattimes", "interpolated", "interpolatedattimes", "plot"):
        values = [{**_VALUE, "Annotations": [_ANNOTATION]} if "recorded" in reading else _VALUE]
        found[f"/streams/{{webId}}/{reading}"] = {"Items": values, "UnitsAbbreviation": "text"}
        found[f"/streamsets/{reading}"] = _page({**_STREAM, "Items": [_VALUE], "UnitsAbbreviation": "text"})
    for reading in ("value", "end", "recordedattime"):
        found[f"/streams/{{webId}}/{reading}"] = _VALUE
        found[f"/streamsets/{reading}"] = _page({**_STREAM, "Value": _VALUE})
    # A set answers to "end" as to "recorded": with a list of one value.
    found["/streamsets/end"] = found["/streamsets/plot"]
    found["/streamsets/joined"] = found["/streamsets/recorded"]
    found["/streams/{webId}/summary"] = _page(_SUMMARY)
    found["/streamsets/summary"] = _page({**_STREAM, "Items": [_SUMMARY]})
    return found


_ENUMERATION_SET = {
    **_object("Self Values DataServer Database Security SecurityEntries"),
    "Id": "guid",
    "Description": "text",
    "SerializeDescription": "flag",
}
_SERIALIZED = dict.fromkeys(
    ("SerializeDescription", "SerializeId", "SerializeLinks", "SerializePath", "SerializeWebId"), "flag"
)
_ENUMERATION_VALUE = {
    **_object("Self EnumerationSet Parent"),
    **_texts("Description Parent"),
    **_SERIALIZED,
    "Id": "guid",
    "Value": "whole",
}
_SERVER = {
    **_object("Self Points EnumerationSets"),
    "Id": "guid",
    "IsConnected": "flag",
    "ServerVersion": "text",
    "ServerTime": "instant",
}
_ANSWERS: dict[str, Any] = {
    **_streams(),
    "/streams/updates/{marker}": _UPDATE,
    "/streamsets/updates": _page(_UPDATE),
    **{f"/calculation/{way}": {"Items": [_VALUE], "UnitsAbbreviation": "text"} for way in ("times", "intervals", "recorded")},
    "/calculation/summary": _page(_SUMMARY),
    "/dataservers": _page(_SERVER),
    "/dataservers/{webId}": _SERVER,
    "/dataservers#name": _SERVER,
    "/dataservers#path": _SERVER,
    "/dataservers/{webId}/points": _page(_POINT),
    "/dataservers/{webId}/enumerationsets": _page(_ENUMERATION_SET),
    "/points": _POINT,
    "/points/{webId}": _POINT,
    "/points/multiple": _page({**_texts("Identifier IdentifierType"), "Object": _POINT, "Exception": _ERRORS}),
    "/points/{webId}/attributes": _page({"Name": "text", "Value": "anything", "Links": _texts("Self Point")}),
    "/enumerationsets": _ENUMERATION_SET,
    "/enumerationsets/{webId}": _ENUMERATION_SET,
    "/enumerationsets/{webId}/enumerationvalues": _page(_ENUMERATION_VALUE),
    "/enumerationvalues": _ENUMERATION_VALUE,
    "/enumerationvalues/{webId}": _ENUMERATION_VALUE,
}
PATHS = tuple(_ANSWERS)


def schema_of(path_template: str, status: int) -> dict[str, Any]:
    """Give the schema of a GET's answer; KeyError for a path that the table does not have."""
    return _schema(_ANSWERS[path_template] if status < 400 else _ERRORS)


def _schema(shape: Any) -> dict[str, Any]:
    if isinstance(shape, str):
        return _PLAIN[shape]
    if isinstance(shape, list):
        return {"type": "array", "items": _schema(shape[0])}
    return {"type": "object", "properties": {name: _schema(inner) for name, inner in shape.items()}}
