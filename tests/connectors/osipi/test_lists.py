"""Lists of servers and of the asset model: rows come before the last page is asked for, and few objects are held at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.connectors.osipi.filled import element, fill
from tests.connectors.osipi.frames import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors.osipi import OsipiLakeflowConnect
    from tests.connectors.osipi.server import PiServer

    Connectors = Callable[..., OsipiLakeflowConnect]

MANY, PAGE = 5_000, 1_000
_LEAST = 3_000  # objects of three pages
# Table → which of its requests are for pages of its list, and the rows of one object.
PAGED = {
    "pi_points": ("/points", 1),
    "pi_analyses": ("/analyses", 1),
    "pi_element_attributes": ("/elements", 1),
    "pi_links": ("/elements", 1),
}


def path_of(number: int) -> str:
    """Give the path of an element; each hundredth has the ones after it below it."""
    above = f"\\\\AFSRV\\Plant\\Area {number // 100}"
    return above if number % 100 == 0 else f"{above}\\Pump {number}"


@pytest.fixture
def plant(pi: PiServer) -> PiServer:
    """Give a server with many of everything; elements come sorted by name, so pumps long before or after their areas."""
    fill(pi)
    elements = [element(f"E{number}", path_of(number)) | {"HasChildren": number % 100 == 0} for number in range(MANY)]
    elements.sort(key=lambda one: str(one["Name"]), reverse=True)
    pi.lists |= {
        "/dataservers/S1/points": [{"WebId": f"P{number}", "Name": "P", "Path": "p"} for number in range(MANY)],
        "/assetdatabases/DB/analyses": [{"WebId": f"N{number}", "Path": "n"} for number in range(MANY)],
        "/assetdatabases/DB/elements": [one | {"Links": {"Self": "…"}} for one in elements],
    }
    pi.lists |= {
        f"/elements/{one['WebId']}/attributes": [{"WebId": f"{one['WebId']}a", "Name": "Level", "Path": "a"}]
        for one in elements
    }
    return pi


@pytest.mark.parametrize("table", PAGED)
def test_rows_of_a_page_come_before_the_next_is_asked_for(
    plant: PiServer, connector: Connectors, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    monkeypatch.setattr("connectors.osipi.client.decode", Held.decoder("Path"))
    ending = PAGED[table][0]

    def asked() -> int:
        return sum(request.path.endswith(ending) for request in plant.requests)

    rows, _ = connector().read_table(table, None, {})

    seen: list[int] = []
    for _ in rows:
        if not seen or seen[-1] != asked():
            seen.append(asked())
    assert seen[-1] == MANY // PAGE
    assert seen[-MANY // PAGE :] == list(range(1, MANY // PAGE + 1))
    assert 1 <= Held.most <= _LEAST


@pytest.mark.usefixtures("plant")
def test_the_hierarchy_holds_the_parents_and_a_page_and_knows_every_parent(
    connector: Connectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.osipi.client.decode", Held.decoder("Path"))

    rows, _ = connector().read_table("pi_af_hierarchy", None, {})
    parents = {row["element_webid"]: row["parent_element_webid"] for row in rows}

    wanted = {f"E{number}": f"E{number // 100 * 100}" if number % 100 else None for number in range(MANY)}
    assert parents == wanted
    assert Held.most <= _LEAST


def test_tables_come_one_at_a_time(plant: PiServer, connector: Connectors, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.lists["/assetdatabases/DB/tables"] = [{"WebId": f"TB{number}", "Name": "Sites"} for number in range(9)]
    plant.objects |= {f"/tables/TB{number}/data": {"Rows": [{"Site": "North"}] * 50} for number in range(9)}
    monkeypatch.setattr("connectors.osipi.client.decode", Held.decoder("Site"))

    rows, _ = connector().read_table("pi_af_table_rows", None, {})

    assert sum(1 for _ in rows) == 9 * 50
    assert Held.most <= 2 * 50


@pytest.mark.parametrize("parts", ["100", "1000", "7"])
def test_lists_below_many_objects_are_short_where_they_come_as_a_batch(
    plant: PiServer, connector: Connectors, parts: str
) -> None:
    many: list[dict[str, Any]] = [{"WebId": f"A{number}", "Name": "Level"} for number in range(1_500)]
    plant.lists["/elements/E5/attributes"] = many

    rows, _ = connector(parts_per_batch=parts).read_table("pi_element_attributes", None, {})
    found = [row["attribute_webid"] for row in rows]

    assert len(set(found)) == len(found) == MANY - 1 + 1_500
    asked = [int(request.query["maxCount"][0]) for request in plant.requests if request.path.endswith("/attributes")]
    assert max(asked[:100]) * int(parts) <= 20_000
