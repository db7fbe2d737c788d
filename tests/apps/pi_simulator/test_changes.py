"""What becomes of points and of the server's name while they are read: renamed, deleted, made anew, hidden and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pi_simulator.archive import Archive
from apps.pi_simulator.changes import Change, History, Kind, random_changes
from apps.pi_simulator.errors import PiError
from apps.pi_simulator.streams.points import attribute, named
from apps.pi_simulator.tags import SERVER, Tag, tag
from apps.pi_simulator.times import written
from apps.pi_simulator.truth import Truth

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api, Start

AT = 17_723_664_000_000_000  # noon of 1 March 2026
BEFORE, AFTER = AT - 1, AT


def archive(*changes: Change, count: int = 100) -> Archive:
    return Archive(count, history=History(changes))


def names(one: Archive, now: int, text: str = "*") -> list[str]:
    return [found.name for found in named(one, now, text).page(0, 1000)]


def test_a_renamed_point_is_found_by_its_new_name_and_by_all_its_ids() -> None:
    one = archive(Change(AT, Kind.RENAME, 7, "Renamed.a.b"))
    old, new = tag(7), one.look(7, AFTER)

    assert one.look(7, BEFORE) == old
    assert new.identity.web_id() != old.identity.web_id()
    assert new.identity.web_id("IDOnly") == old.identity.web_id("IDOnly")
    for webid in (old.identity.web_id(), new.identity.web_id(), new.identity.web_id("IDOnly"), new.identity.web_id("PathOnly")):
        assert one.by_web_id(webid, AFTER) == new
    assert one.by_path(new.path, AFTER) == new
    assert ("Renamed.a.b" in names(one, BEFORE), old.name in names(one, BEFORE)) == (False, True)
    assert ("Renamed.a.b" in names(one, AFTER), old.name in names(one, AFTER)) == (True, False)
    assert names(one, AFTER, "Renamed*") == names(one, AFTER, "renamed.a.b") == ["Renamed.a.b"]
    for gone in (old.path, tag(7).identity.web_id("PathOnly")):
        with pytest.raises(PiError):
            one.by_path(gone, AFTER) if gone == old.path else one.by_web_id(gone, AFTER)


def test_a_renamed_server_changes_every_full_web_id_and_no_id() -> None:
    one = archive(Change(AT, Kind.RENAME_SERVER, name="NEW"))

    for number in range(100):
        old, new = tag(number), one.look(number, AFTER)
        assert new.path == old.path.replace(SERVER, "NEW")
        assert new.identity.web_id() != old.identity.web_id()
        assert new.identity.web_id("IDOnly") == old.identity.web_id("IDOnly")
        assert one.by_web_id(old.identity.web_id(), AFTER) == new
    assert one.server(AFTER).web_id("IDOnly") == one.server(BEFORE).web_id("IDOnly")


def test_a_point_that_is_made_anew_has_another_id_and_begins_then() -> None:
    one, truth = archive(Change(AT, Kind.REMAKE, 7)), Truth()
    (new,) = [found for found in named(one, AFTER, "*").page(0, 1000) if found.name == tag(7).name]

    assert new.number != 7
    assert names(one, AFTER).count(tag(7).name) == names(one, BEFORE).count(tag(7).name) == 1
    assert one.by_path(new.path, AFTER) == new
    with pytest.raises(PiError):
        one.by_web_id(tag(7).identity.web_id(), AFTER)
    times = truth.between(new, 0, AT + 36_000_000_000, AT + 36_000_000_000).times
    assert len(times)
    assert times.min() >= AT
    assert attribute(new, "creationdate") == written(AT)


def test_points_and_sets_of_states_are_searched_by_the_names_that_they_have_now(start: Start) -> None:
    changes = Change(AT, Kind.RENAME, 7, "Renamed.a.b"), Change(AT, Kind.RENAME_SERVER, name="NEW"), Change(AT, Kind.REMAKE, 8)
    before, after = (start(tags=20, clock=lambda now=now: now, changes=changes) for now in (BEFORE, AFTER))

    def items(api: Api, path: str, **params: str) -> list[Any]:
        return list(api.get(path, **params).json()["Items"])

    def found(api: Api, query: str) -> list[str]:
        return [item["Path"] for item in items(api, "/points/search", query=query)]

    old = tag(7).name
    assert found(before, f"tag:={old}") == [f"\\\\{SERVER}\\{old}"]
    assert (found(before, "tag:=Renamed*"), found(after, f"tag:={old}")) == ([], [])
    assert found(after, "tag:=Renamed*") == found(after, "descriptor:=a* PointType:=Float32") == ["\\\\NEW\\Renamed.a.b"]
    assert found(after, f"tag:={tag(8).name}") == [f"\\\\NEW\\{tag(8).name}"]
    assert len(found(after, "pointtype:=Float32")) == len(found(before, "pointtype:=Float32"))
    (server,) = items(before, "/dataservers")
    for full in items(before, f"/dataservers/{server['WebId']}/enumerationsets"):
        now = after.get(f"/enumerationsets/{full['WebId']}").json()
        assert now["Path"] == full["Path"].replace(SERVER, "NEW")
        assert now["WebId"] != full["WebId"]
        assert items(after, f"/enumerationsets/{full['WebId']}/enumerationvalues")
    (server,) = items(after, "/dataservers")
    modes = items(after, f"/dataservers/{server['WebId']}/enumerationsets")[0]
    assert modes["Links"]["DataServer"].endswith(server["WebId"])


@pytest.mark.parametrize("kind", [Kind.HIDE, Kind.DELETE])
def test_a_point_that_is_gone_or_hidden_is_in_no_list_and_found_by_nothing(kind: Kind) -> None:
    one = archive(Change(AT, kind, 7), Change(AT + 100, Kind.SHOW, 7))

    assert tag(7).name in names(one, BEFORE)
    assert tag(7).name not in names(one, AFTER)
    with pytest.raises(PiError):
        one.by_web_id(tag(7).identity.web_id("IDOnly"), AFTER)
    assert (tag(7).name in names(one, AT + 100)) is (kind is Kind.HIDE)


@given(st.integers(0, 1000), st.integers(0, 12))
def test_chance_is_repeatable_and_leaves_no_point_hidden(seed: int, count: int) -> None:
    changes = random_changes(seed, range(10), AT, AT + 10**10, count)
    history = History(changes)

    assert changes == random_changes(seed, range(10), AT, AT + 10**10, count)
    deleted = {one.number for one in changes if one.kind in {Kind.DELETE, Kind.REMAKE}}
    assert {number for number in range(10) if not history.has(number, AT + 10**11)} == deleted
    looks: list[Tag] = [history.look(number, AT + 10**11) for number in range(10)]
    assert len({one.name for one in looks}) == 10
