"""The script of a job against a hostile simulator: what it merged is the truth, each value once."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from apps.pi_simulator.app import create_app
from apps.pi_simulator.faults import Fault, FaultPlan
from apps.pi_simulator.serving import served
from apps.pi_simulator.settings import Settings
from apps.pi_simulator.tags import tag
from apps.pi_simulator.times import SECOND
from apps.pi_simulator.truth import Truth
from connectors.osipi.script import batch_script
from tests.connectors.osipi.script.job import TABLE, Secrets, Spark
from tests.connectors.osipi.simulated.expected import compare, expected, moment
from tests.connectors.osipi.simulated.world import NOON
from tests.support.examples import some_of

if TYPE_CHECKING:
    from collections.abc import Mapping

TAGS = 30
# A login is none of this world's, and who waits makes it no worse.
TROUBLES = tuple(one for one in Fault if one not in {Fault.EXPIRED, Fault.SLOW, Fault.TOO_MANY})


def as_read(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "timestamp": f"{row['timestamp']:%Y-%m-%dT%H:%M:%S.%f}Z"}


@pytest.mark.parametrize("seed", some_of(range(3)))
def test_what_it_merged_is_the_truth_whatever_goes_wrong_on_the_way(seed: int) -> None:
    spark = Spark()
    with served(
        create_app(Settings(tags=TAGS, clock=lambda: NOON, strict=True, hostility=FaultPlan(seed, 0.3, TROUBLES)))
    ) as url:
        options = {"pi_base_url": url, "lookback_minutes": "2", "maxCount": "20", "tags_per_request": "9"}
        text = batch_script(options, TABLE, "pi").replace("WAIT = 1.0", "WAIT = 0.0")
        now = f"datetime(*{tuple(moment(NOON).utctimetuple())[:6]}, tzinfo=timezone.utc)"
        job = compile(text.replace("datetime.now(timezone.utc)", now), "job.py", "exec")
        for _ in range(12):  # a value with an error of its own, which passes too, is the next run's
            with suppress(RuntimeError):
                exec(job, {"spark": spark, "dbutils": Secrets()})  # noqa: S102  # what a job does with it

    truth = expected(Truth(1), range(TAGS), NOON - 120 * SECOND, NOON, NOON)
    findings = compare(map(as_read, spark.rows.values()), truth)
    assert findings.none, str(findings)
    assert {row["tag_webid"]: row["tag_name"] for row in spark.rows.values()} == {
        tag(number).identity.web_id(): tag(number).name for number in range(TAGS)
    }
