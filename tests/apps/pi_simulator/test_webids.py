from uuid import UUID

import pytest

from apps.pi_simulator.webids import Identity, unpack


def test_the_published_vector() -> None:
    server = Identity("DS", (UUID("85bb49d6-f101-4807-baf9-57c2fbd33000"),), "MYSERVER")

    assert server.web_id("IDOnly") == "I1DS1km7hQHxB0i6-VfC-9MwAA"


def test_a_point_tells_its_server_its_number_and_its_path() -> None:
    point = Identity("DP", (UUID("85bb49d6-f101-4807-baf9-57c2fbd33000"),), "MyServer\\sinusoid", 7)

    told = point.web_id()
    assert (told[:4], told[26:32]) == ("F1DP", "BwAAAA")
    assert unpack(told[32:]) == b"MYSERVER\\SINUSOID"
    assert unpack(point.web_id("PathOnly")[4:]) == b"MYSERVER\\SINUSOID"


def test_each_guid_stands_by_itself_as_in_the_example_of_the_description() -> None:
    server, frame = UUID("96f9a00e-4d80-471f-aba9-ea89a1db402c"), UUID("96f9a00e-4d80-471f-0000-00000004b002")

    event = Identity("Fm", (server, frame), "MyAssetServer\\MyDatabase\\EventFrames[EF20140725-001]")

    assert event.web_id("IDOnly") == "I1FmDqD5loBNH0erqeqJodtALADqD5loBNH0cAAAAAAASwAg"


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Half"):
        Identity("DS", (), "x").web_id("Half")
