"""Time zones by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.schedule import zones
from headgate.schedule.zones import check_timezone, zone

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Etc/GMT+2"])
def test_a_zone_that_is_known(name: str) -> None:
    assert check_timezone(name) is None
    assert str(zone(name)) == name


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("europe/berlin", "did you mean 'Europe/Berlin'?"),
        ("Berlin", "did you mean 'Europe/Berlin'?"),
        ("America/NewYork", "did you mean 'America/New_York'?"),
        ("New York", "did you mean 'America/New_York'?"),
        ("utc", "did you mean 'UTC'?"),
        ("CEST", "name an IANA time zone, such as Europe/Berlin or UTC"),
        ("GMT+2", "name an IANA time zone, such as Europe/Berlin or UTC"),
        ("../../etc/passwd", "name an IANA time zone, such as Europe/Berlin or UTC"),
        ("localtime", "name an IANA time zone, such as Europe/Berlin or UTC"),
        ("", "name an IANA time zone, such as Europe/Berlin or UTC"),
    ],
)
def test_a_zone_that_is_unknown(name: str, fix: str) -> None:
    error = check_timezone(name)
    assert error is not None
    assert error.fix == fix
    with pytest.raises(ValueError, match="time zone"):
        zone(name)


@pytest.fixture
def machine_without_zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def forget() -> None:
        zones._known.cache_clear()
        check_timezone.cache_clear()

    monkeypatch.setattr(zones, "available_timezones", set)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("machine_without_zones")
def test_a_machine_without_time_zone_data_still_has_utc() -> None:
    assert check_timezone("UTC") is None
    assert str(zone("UTC")) == "UTC"
    error = check_timezone("Europe/Berlin")
    assert error is not None
    assert "no time zone data" in error.message
    assert "tzdata" in error.fix
