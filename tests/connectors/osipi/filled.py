"""A server with a little of everything, from which every table has rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.osipi.server import PiServer, Reply, Request

TIME = "2026-03-01T11:00:00Z"
RUNNING = "9999-12-31T23:59:59.9999999Z"


def one_value(value: Any, time: str = TIME) -> dict[str, Any]:
    return {"Timestamp": time, "Value": value, "UnitsAbbreviation": "m", "Good": True, "Annotated": False}


def element(webid: str, path: str) -> dict[str, Any]:
    return {"WebId": webid, "Name": path.rpartition("\\")[2], "Path": path, "TemplateName": "Pump", "CategoryNames": []}


def frame(webid: str, end: str = RUNNING, **more: Any) -> dict[str, Any]:
    return {
        "WebId": webid, "Name": "Alarm", "TemplateName": "AlarmTemplate", "StartTime": TIME, "EndTime": end,
        "RefElementWebIds": ["E2", "E1"], "IsAcknowledged": False, "IsAnnotated": True, **more,
    }  # fmt: skip


def streams(*kinds: str) -> Callable[[Request], Reply]:
    """Answer a call below /streamsets with something for each tag: one value, some values, or summaries."""

    def answer(request: Request) -> Reply:
        items = []
        for webid in request.webids:
            stream: dict[str, Any] = {"WebId": webid, "Name": webid.lower()}
            if "one" in kinds:
                stream["Value"] = one_value(1.5)
            if "many" in kinds:
                stream["Items"] = [one_value(number, f"2026-03-01T{hour}:00:00Z") for number, hour in enumerate((11, 12))]
            if "summaries" in kinds:
                stream["Items"] = [{"Type": kind, "Value": one_value(5)} for kind in request.query["summaryType"]]
            items.append(stream)
        return 200, {"Items": items}

    return answer


def fill(pi: PiServer) -> PiServer:
    """Put a little of everything into a server."""
    pi.lists = {
        "/dataservers": [{"WebId": "S1", "Name": "PISRV", "Path": "\\\\PISRV", "Links": {"Self": "https://pi/1"}}],
        "/dataservers/S1/points": [
            {"WebId": tag, "Name": tag.lower(), "PointType": "Float32", "EngineeringUnits": "m", "Links": {"Self": f"https://pi/{tag}"}}
            for tag in "AB"
        ],
        "/assetservers": [{"WebId": "AF", "Name": "AFSRV", "Path": "\\\\AFSRV"}],
        "/assetservers/AF/assetdatabases": [{"WebId": "DB", "Name": "Plant", "Path": "\\\\AFSRV\\Plant"}],
        "/assetservers/AF/unitclasses": [{"WebId": "UC", "Name": "Length"}],
        "/unitclasses/UC/units": [{"WebId": "U1", "Name": "meter", "Abbreviation": "m", "Factor": 1.0}],
        "/assetdatabases/DB/elements": [
            element("E1", "\\\\AFSRV\\Plant\\North"),
            element("E2", "\\\\AFSRV\\Plant\\North\\Pump 1"),
        ],
        "/assetdatabases/DB/elementtemplates": [
            {"WebId": "T1", "Name": "Pump", "InstanceType": "Element"},
            {"WebId": "T2", "Name": "AlarmTemplate", "InstanceType": "EventFrame"},
        ],
        "/assetdatabases/DB/analyses": [{"WebId": "N1", "Name": "Rate", "TargetWebId": "E1"}],
        "/assetdatabases/DB/analysistemplates": [{"WebId": "NT1", "Name": "Rate"}],
        "/assetdatabases/DB/tables": [{"WebId": "TB", "Name": "Sites"}],
        "/assetdatabases/DB/eventframes": [
            frame("F1"),
            frame("F2", "2026-03-01T11:30:00Z", IsAcknowledged=True, AcknowledgedBy="me", AcknowledgedDate=TIME),
        ],
        "/eventframes/F1/annotations": [{"Id": "1", "Name": "note", "Value": "seen", "CreationDate": TIME}],
        "/eventframes/F2/annotations": [],
    }  # fmt: skip
    pi.lists |= {
        f"/assetdatabases/DB/{kind}categories": [{"WebId": f"C{kind}"}]
        for kind in ("analysis", "attribute", "element", "table")
    }
    pi.lists |= {
        f"/elements/{one}/attributes": [{"WebId": f"{one}a", "Name": "Level", "Type": "Double"}] for one in ("E1", "E2")
    }
    pi.lists |= {f"/eventframes/{one}/attributes": [{"WebId": f"{one}a", "Name": "Cause"}] for one in ("F1", "F2")}
    pi.lists |= {
        f"/elementtemplates/{one}/attributetemplates": [{"WebId": f"{one}a", "DefaultValue": 0.5}] for one in ("T1", "T2")
    }
    pi.lists |= {f"/points/{tag}/attributes": [{"Name": "span", "Value": 100}, {"Name": "tag", "Value": tag}] for tag in "AB"}
    cause = {"Name": "Open", "Value": 1, "IsSystem": False}
    pi.objects = {
        "/streamsets/value": streams("one"),
        "/streamsets/recordedattime": streams("one"),
        "/streamsets/end": streams("one"),
        "/streamsets/interpolated": streams("many"),
        "/streamsets/plot": streams("many"),
        "/streamsets/summary": streams("summaries"),
        "/calculation/intervals": {"Items": [one_value(4.5, "2026-03-01T11:30:00Z")], "UnitsAbbreviation": "m"},
        "/tables/TB/data": {"Columns": {"Site": "String"}, "Rows": [{"Site": "North", "Code": 7}, {"Site": None}]},
        **{f"/streamsets/{one}/value": {"Items": [{"Name": "Cause", "Value": {"Value": cause}}]} for one in ("F1", "F2")},
    }
    for tag in "AB":
        pi.add(tag, [("2026-03-01T11:30:00Z", 1.5)])
    return pi
