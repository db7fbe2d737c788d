"""From `headgate init connector --from salesforce` to rows in Delta tables, over sessions that end after three requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.salesforce.server import PASSWORD, TOKEN, USER, Organization
from tests.support.command import in_process

if TYPE_CHECKING:
    from pathlib import Path

pl = pytest.importorskip("polars", reason="needs the extra 'delta': make .venv/.exact.ready")
pytest.importorskip("deltalake", reason="needs the extra 'delta': make .venv/.exact.ready")

FIELDS = {"Id": "id", "Founded": "date", "Revenue": "currency", "IsDeleted": "boolean", "SystemModstamp": "datetime"}
RECORDS = [
    {
        "Id": f"001{number:015}",
        "Founded": "2020-01-02",
        "Revenue": 1.5,
        "IsDeleted": number == 3,
        "SystemModstamp": f"2026-02-{number:02}T08:00:00.000+0000",
    }
    for number in range(1, 8)
]


@pytest.mark.long
def test_what_is_there_is_loaded_and_what_was_deleted_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HEADGATE_OPTION_PASSWORD", PASSWORD)
    monkeypatch.setenv("HEADGATE_OPTION_SECURITY_TOKEN", TOKEN)
    headgate = in_process(tmp_path, monkeypatch, capfd)
    with Organization({"Account": (FIELDS, RECORDS)}, lasts=3) as salesforce:
        options = ("--option", f"username={USER}", "--option", f"instance_url={salesforce.url}")
        headgate("init", "connector", "crm", "--from", "salesforce", *options)
        inventory = tmp_path / "connectors/crm/tables.csv"
        inventory.write_text("".join(inventory.read_text().splitlines(keepends=True)[:2]))
        assert "nothing changed" in headgate("discover", "--connector-name", "crm").stdout
        headgate("balance", "crm")

        said = headgate("run", "crm")

        assert len(salesforce.logins) > 2
        assert "CANARY" not in said.stdout + said.stderr
    loaded = pl.read_delta(str(tmp_path / "build/run/dev_crm/bronze/account"))
    assert sorted(loaded["Id"]) == [one["Id"] for one in RECORDS if not one["IsDeleted"]]
    assert [str(kind) for kind in loaded.select("Founded", "Revenue").dtypes] == ["Date", "Float64"]
