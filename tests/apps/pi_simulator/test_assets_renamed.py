"""What becomes of elements, databases and the asset server when they are renamed: paths follow, ids stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pi_simulator.assets.elements import first_elements, name_of, total
from apps.pi_simulator.assets.names import AS_MADE, SERVER_NAME, Names
from apps.pi_simulator.assets.order import at
from apps.pi_simulator.assets.plant import Plant
from apps.pi_simulator.assets.world import AssetWorld
from apps.pi_simulator.changes import Change, History, Kind, random_changes

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api, Start

AT = 17_723_664_000_000_000  # noon of 1 March 2026
PLANT = Plant(1, 120)
ELEMENTS = first_elements(PLANT, 10_000)
UNIT = ELEMENTS[1]
OLD = f"\\\\{SERVER_NAME}\\Plant\\Site 0000\\Unit 0000"
SERVER, DATABASE = Change(AT, Kind.RENAME_ASSET_SERVER, name="NEW-AF"), Change(AT, Kind.RENAME_DATABASE, 0, "Werk")
OF_UNIT = Change(AT, Kind.RENAME_ELEMENT, UNIT, "Halle Süd")


def whole(api: Api, path: str, **params: Any) -> list[dict[str, Any]]:
    """Give all items of a list, page by page."""
    found: list[dict[str, Any]] = []
    while some := api.get(path, maxCount=1000, startIndex=len(found), **params).json()["Items"]:
        found += some
    return found


def database(api: Api, kind: str = "Full") -> str:
    server = api.get("/assetservers", webIdType=kind).json()["Items"][0]["WebId"]
    return str(api.get(f"/assetservers/{server}/assetdatabases", webIdType=kind).json()["Items"][0]["WebId"])


def ids(items: list[dict[str, Any]]) -> list[str]:
    return sorted(item["Id"] for item in items)


class TestRenamed:
    @pytest.mark.parametrize(
        ("change", "old", "new"),
        [
            (SERVER, f"\\\\{SERVER_NAME}\\Plant\\", "\\\\NEW-AF\\Plant\\"),
            pytest.param(DATABASE, f"\\\\{SERVER_NAME}\\Plant\\", f"\\\\{SERVER_NAME}\\Werk\\", marks=pytest.mark.long),
            (OF_UNIT, OLD, f"\\\\{SERVER_NAME}\\Plant\\Site 0000\\Halle Süd"),
        ],
    )
    def test_paths_and_full_webids_follow_from_then_on_and_ids_stay(
        self, start: Start, change: Change, old: str, new: str
    ) -> None:
        before, after = (start(tags=120, clock=lambda now=now: now, changes=(change,)) for now in (AT - 1, AT))
        was, now = database(before), database(after)
        assert (was != now) is (change is not OF_UNIT)
        assert database(before, "IDOnly") == database(after, "IDOnly")

        for path, more in (
            (f"/assetdatabases/{was}/elements", {"searchFullHierarchy": "true"}),
            (f"/assetdatabases/{was}/eventframes", {"startTime": "*-6h"}),
            (f"/assetdatabases/{was}/elementattributes", {"searchFullHierarchy": "true"}),
            (f"/assetdatabases/{was}/analyses", {"field": "Name"}),
        ):
            then = {item["Id"]: item for item in whole(before, path, **more)}
            since = {item["Id"]: item for item in whole(after, path, **more)}
            assert then.keys() == since.keys()
            moved = [one for one in then if then[one]["Path"].startswith(old)]
            assert moved or "eventframes" in path
            for one, item in since.items():
                expected = then[one]["Path"]
                assert item["Path"] == (new + expected.removeprefix(old) if one in moved else expected)
                assert (item["WebId"] != then[one]["WebId"]) is (one in moved)
            assert ids(whole(after, path, webIdType="IDOnly", **more)) == sorted(then)

    def test_an_element_is_found_by_its_ids_and_its_new_path_only(self, start: Start) -> None:
        before, after = (start(tags=120, clock=lambda now=now: now, changes=(OF_UNIT,)) for now in (AT - 1, AT))

        was = {
            kind: before.get("/elements", path=OLD, webIdType=kind).json()["WebId"] for kind in ("Full", "IDOnly", "PathOnly")
        }
        now = after.get("/elements", path=f"\\\\{SERVER_NAME}\\Plant\\site 0000\\HALLE SÜD").json()

        assert now["Name"] == "Halle Süd"
        assert [after.get(f"/elements/{was[kind]}").status_code for kind in was] == [200, 200, 404]
        assert after.get(f"/elements/{was['Full']}").json()["WebId"] == now["WebId"] != was["Full"]
        assert after.get("/elements", path=OLD).status_code == 404
        (machine, *_) = after.get(f"/elements/{was['Full']}/elements").json()["Items"]
        assert machine["Path"].startswith(f"{now['Path']}\\")
        (attribute, *_) = after.get(f"/elements/{machine['WebId']}/attributes").json()["Items"]
        assert after.get(f"/streams/{attribute['WebId']}/value").status_code == 200
        assert [item["Name"] for item in after.get("/elements/search", query="Name:=halle*").json()["Items"]] == ["Halle Süd"]
        (by_name,) = after.get(
            f"/assetdatabases/{database(after)}/elements", nameFilter="halle*", searchFullHierarchy=True
        ).json()["Items"]
        assert by_name["WebId"] == now["WebId"]

    def test_event_frames_refer_to_elements_by_the_webids_that_they_have_now(self, start: Start) -> None:
        api = start(
            tags=120, clock=lambda: AT, changes=(SERVER, *(Change(AT, Kind.RENAME_ELEMENT, one, f"E{one}") for one in ELEMENTS))
        )

        frames = whole(api, f"/assetdatabases/{database(api)}/eventframes", startTime="*-6h")

        assert frames
        for frame in frames:
            referenced = api.get(f"/eventframes/{frame['WebId']}/referencedelements").json()["Items"]
            assert frame["RefElementWebIds"] == [item["WebId"] for item in referenced]
            assert all(item["Name"].startswith("E") and item["Path"].startswith("\\\\NEW-AF\\Plant\\E") for item in referenced)


class TestNames:
    @given(st.dictionaries(st.sampled_from(ELEMENTS), st.text("aBmyZö0", min_size=1, max_size=6)), st.sampled_from([0, 1]))
    def test_are_the_order_of_lists_however_many_changed(self, renamed: dict[int, str], which: int) -> None:
        unique = {number: f"{name} {number}" for number, name in renamed.items()}
        plant = Plant(1, 120, Names(elements=unique))
        every = range(total(plant, which))

        found = [at(plant, which, position) for position in every]

        assert set(found) == {at(PLANT, which, position) for position in every}
        assert [name_of(plant, one).casefold() for one in found] == sorted(name_of(plant, one).casefold() for one in found)
        assert list(AssetWorld(plant).elements(which)) == found
        with pytest.raises(IndexError):
            at(plant, which, len(every))

    def test_are_those_that_were_given_last_and_nothing_but_the_time_says_which(self) -> None:
        history = History([Change(AT, Kind.RENAME_ELEMENT, UNIT, "a"), Change(AT + 2, Kind.RENAME_ELEMENT, UNIT, "b"), SERVER])

        told = [(names.elements.get(UNIT), names.server) for names in map(history.names, (AT - 1, AT, AT + 2, AT))]

        assert history.names(AT - 1) is AS_MADE
        assert told == [(None, SERVER_NAME), ("a", "NEW-AF"), ("b", "NEW-AF"), ("a", "NEW-AF")]

    def test_of_elements_are_changed_by_chance_too_where_some_are_given(self) -> None:
        some = random_changes(1, range(10), AT, AT + 10**10, 200, ELEMENTS[:20])

        assert {Kind.RENAME_ELEMENT, Kind.RENAME_DATABASE, Kind.RENAME_ASSET_SERVER, Kind.RENAME} <= {one.kind for one in some}
        assert {one.number for one in some if one.kind is Kind.RENAME_ELEMENT} <= set(ELEMENTS[:20])
        assert not {one.kind for one in random_changes(1, range(10), AT, AT + 10**10, 200)} & {Kind.RENAME_ELEMENT}
