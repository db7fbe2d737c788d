"""Salesforce's connector against an organization of the test's own."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from connectors.salesforce import SalesforceLakeflowConnect
from connectors.salesforce.client import Client
from connectors.salesforce.options import settings_of
from connectors.salesforce.problems import OptionsError, SalesforceError
from tests.connectors.salesforce.server import PASSWORD, TOKEN, USER, Organization

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = {
    "Id": "id", "Name": "string", "AnnualRevenue": "currency", "BillingAddress": "address", "IsDeleted": "boolean",
    "SystemModstamp": "datetime",
}  # fmt: skip


def account(number: int, changed: str, **more: Any) -> dict[str, Any]:
    return {"Id": f"001{number:015}", "Name": f"n{number}", "IsDeleted": False, "SystemModstamp": f"{changed}.000+0000", **more}


@pytest.fixture
def salesforce(monkeypatch: pytest.MonkeyPatch) -> Iterator[Organization]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    records = [account(number, f"2026-02-{number:02}T08:00:00") for number in range(1, 8)]
    with Organization({"Account": (FIELDS, records), "Calendar": ({"Id": "id"}, [{"Id": "1"}])}) as organization:
        yield organization


def connector(salesforce: Organization, **options: str) -> SalesforceLakeflowConnect:
    login = {"username": USER, "password": PASSWORD, "security_token": TOKEN, "instance_url": salesforce.url}
    made = SalesforceLakeflowConnect({**login, **options})
    made.now = lambda: NOON
    return made


def names(records: Iterator[dict[str, Any]]) -> list[str]:
    return [one["Name"] for one in records]


def test_objects_are_tables_with_what_can_be_read_of_them(salesforce: Organization) -> None:
    one = connector(salesforce)

    assert one.list_tables() == ["Account", "Calendar"]
    assert one.read_table_metadata("Account", {}) == {
        "primary_keys": ["Id"], "cursor_field": "SystemModstamp", "ingestion_type": "cdc_with_deletes",
    }  # fmt: skip
    assert one.read_table_metadata("Calendar", {}) == {
        "primary_keys": ["Id"],
        "cursor_field": None,
        "ingestion_type": "snapshot",
    }
    records, _ = one.read_table("Account", None, {})
    assert set(next(records)) == {"Id", "Name", "AnnualRevenue", "IsDeleted", "SystemModstamp"}  # no compound address
    assert [one["Id"] for one in one.read_table("Calendar", None, {})[0]] == ["1"]


def test_a_run_reads_all_and_the_next_one_what_changed_since(salesforce: Organization) -> None:
    one = connector(salesforce)
    records, offset = one.read_table("Account", {}, {})
    assert names(records) == [f"n{number}" for number in range(1, 8)]
    assert one.read_table("Account", offset, {})[1] == offset  # so the run ends

    salesforce.objects["Account"][1].extend([account(8, "2026-03-01T11:55:00"), account(9, "2026-03-01T12:30:00")])
    later = connector(salesforce)
    later.now = lambda: NOON.replace(hour=13)
    records, offset = later.read_table("Account", offset, {})

    assert names(records) == ["n8", "n9"]  # the first of them was committed late
    assert offset == {"until": "2026-03-01T13:00:00Z"}


def test_one_that_stays_reads_on_after_each_end(salesforce: Organization) -> None:
    one = connector(salesforce, lookback_seconds="0")
    _, offset = one.read_table("Account", {}, {})
    one.read_table("Account", offset, {})
    salesforce.objects["Account"][1].append(account(9, "2026-03-01T12:30:00"))
    one.now = lambda: NOON.replace(hour=13)

    assert names(one.read_table("Account", offset, {})[0]) == ["n9"]


def test_what_was_deleted_comes_by_its_key_and_is_read_no_more(salesforce: Organization) -> None:
    salesforce.objects["Account"][1][2]["IsDeleted"] = True
    one = connector(salesforce)

    records, offset = one.read_table_deletes("Account", {}, {})

    assert list(records) == [{"Id": f"001{3:015}", "SystemModstamp": "2026-02-03T08:00:00.000+0000"}]
    assert one.read_table_deletes("Account", offset, {})[1] == offset
    assert "n3" not in names(connector(salesforce).read_table("Account", {}, {})[0])


def test_a_session_that_ends_in_the_middle_of_a_read_is_made_anew(salesforce: Organization) -> None:
    salesforce.lasts = 2

    records, _ = connector(salesforce).read_table("Account", {}, {})

    assert names(records) == [f"n{number}" for number in range(1, 8)]
    assert len(salesforce.logins) == 3


def test_many_threads_log_in_once(salesforce: Organization) -> None:
    client = Client(settings_of(connector(salesforce).options))
    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(lambda _: client.sobjects(), range(8)))) == 8
    assert len(salesforce.logins) == 1


def test_a_session_that_is_refused_again_is_told(salesforce: Organization) -> None:
    salesforce.lasts = 0
    with pytest.raises(SalesforceError, match=r"401 INVALID_SESSION_ID: /services/data/.*: Session expired"):
        connector(salesforce).list_tables()
    assert len(salesforce.logins) == 2


def test_what_passes_is_tried_again(salesforce: Organization) -> None:
    busy: list[tuple[int, Any]] = [(503, {}), (429, {})]
    salesforce.trouble.append(lambda _: busy.pop() if busy else None)
    client = Client(settings_of(connector(salesforce).options), backoff=0)

    assert len(client.sobjects()) == 2
    assert busy == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"password": "CANARY-wrong"}, "500 INVALID_LOGIN: no login: look at username, password and security_token"),
        ({"security_token": ""}, "INVALID_LOGIN"),
        ({"instance_url": "http://127.0.0.1:9"}, "the connection failed"),
    ],
)
def test_a_login_that_fails_is_told_without_its_secrets(
    options: dict[str, str],
    words: str,
    salesforce: Organization,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("connectors.salesforce.client.Retry.sleep", lambda *_: None)
    caplog.set_level(logging.DEBUG)
    client = Client(settings_of({**connector(salesforce).options, **options}), backoff=0)
    with pytest.raises(SalesforceError) as told:
        client.sobjects()
    assert words in str(told.value)
    assert "CANARY" not in f"{told.value!r} {vars(client)!r} {caplog.text}"


@pytest.mark.parametrize("answer", [(200, "<html>"), (200, []), (400, {}), (302, ""), (200, "<sessionId>a\nb</sessionId>")])
def test_an_answer_of_something_else_is_an_error_in_words(salesforce: Organization, answer: tuple[int, Any]) -> None:
    salesforce.trouble.append(lambda _: answer)
    with pytest.raises(SalesforceError, match="no login: look at instance_url"):
        connector(salesforce).list_tables()
    salesforce.trouble[0] = lambda path: None if path == "login" else answer
    with pytest.raises(SalesforceError, match="the answer is none of the REST API's"):
        connector(salesforce).list_tables()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"username": "", "password": ""}, "username is not given; password is not given"),
        ({"instance_url": "http://example.com"}, "instance_url is no address like https://"),
        ({"instance_url": "https://u:p@example.com"}, "instance_url is no address"),
        ({"instance_url": "https://a b"}, "instance_url is no address"),
    ],
)
def test_options_that_are_wrong_are_told_at_once(options: dict[str, str], words: str, salesforce: Organization) -> None:
    with pytest.raises(OptionsError, match=words):
        connector(salesforce, **options)


@pytest.mark.parametrize("name", ["Nothing", "Account; DELETE", "../../x", "Akkountö", ""])
def test_an_object_that_there_is_not_is_told(name: str, salesforce: Organization) -> None:
    with pytest.raises(ValueError, match="Salesforce has no object"):
        connector(salesforce).read_table_metadata(name, {})


def test_a_lookback_that_is_no_number_is_told(salesforce: Organization) -> None:
    with pytest.raises(OptionsError, match="lookback_seconds is 'ten'"):
        connector(salesforce).read_table("Account", {}, {"lookback_seconds": "ten"})
