"""`headgate cost` on a small project."""

import json
from pathlib import Path

from headgate.layout.lock import write_lock
from tests.cost.conftest import PLACES, layout
from tests.support.command import Run


def test_hours_are_told_and_with_prices_money(project: Path, headgate: Run) -> None:
    write_lock(project / "connectors/crm/layout.lock", layout(PLACES | {"companies": "people_1"}))
    assert headgate("cost", "crm").stdout.startswith("crm in dev: 1.86 hours a month\n- money (0 0 * * *): 0.59 hours;")

    with (project / "connectors/crm/connector.yaml").open("a") as file:
        file.write("cost: {currency: USD, dbu_price: 0.35, dbus_per_hour: {serverless: 8}}\n")
    shown = json.loads(headgate("cost", "crm", "-t", "prod", "--format", "json").stdout)
    assert (shown["target"], shown["hours"], shown["dbus"], shown["price"]) == ("prod", 1.86, 14.88, 5.21)


def test_without_a_lock_the_command_is_named(headgate: Run) -> None:
    assert "headgate balance crm" in headgate("cost", "crm", code=3).stderr
