from uuid import UUID

import pytest

from apps.pi_simulator.webids import Identity, unpack


def test_the_published_vector() -> None:
    server = Identity("DS", (UUID("85bb49d6-f101-4807-baf9-57c2fbd33000"),), "MYSERVER")

    assert server.web_id("IDOnly") == "I1DS1km7hQHxB0i6-VfC-9MwAA"


def test_a_point_tells_its_server_its_number_and_its_path() -> None:
    point = Identity("DP", (UUID("85bb49d6-f101-4807-baf9-57c2fbd33000"),), "MyServer\\sinusoid", 7)

    told = unpack(point.web_id()[4:])
    assert (told[16:20], told[20:]) == (b"\7\0\0\0", b"MYSERVER\\SINUSOID")
    assert unpack(point.web_id("PathOnly")[4:]) == b"MYSERVER\\SINUSOID"


def test_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="Half"):
        Identity("DS", (), "x").web_id("Half")
