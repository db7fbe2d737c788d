"""A handover that dies after any of its requests, and is run again."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from headgate.problems import SourceError
from tests.handover.conftest import PLACED, Site, maker

if TYPE_CHECKING:
    from pathlib import Path


def finish(site: Site) -> None:
    """Run what is left to its end, as its user would."""
    site.hand_over()
    site.deploy()
    site.record()
    site.resume()


def outcome(site: Site) -> tuple[object, ...]:
    jobs = {id_: job.pause_status for id_, job in site.cloud.jobs.items()}
    return site.cloud.owners, jobs, site.states(), site.cloud.faults, site.journal_exists


@pytest.mark.parametrize("answered", [True, False], ids=["before a request", "after a request, its answer lost"])
def test_whatever_request_it_dies_at_a_second_run_ends_where_it_would_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answered: bool
) -> None:
    make = maker(tmp_path, monkeypatch)
    with ExitStack() as stack:
        whole = make(stack, "whole")
        whole.cloud.scheduled = 7
        whole.hand_over()
        requests = len(whole.cloud.log)
        whole.deploy()
        whole.record()
        whole.resume()
    owners = {f"main.bronze.{table}": "aaaa-1" if table == "people" else "bbbb-1" for table in PLACED}
    placed = {"items": "b_1", "orders": "b_1", "people": "a_1"}
    wanted = (owners, {"101": "UNPAUSED", "102": "UNPAUSED"}, placed, [], False)
    assert outcome(whole) == wanted

    for number in range(requests):
        with ExitStack() as stack:
            site = make(stack, f"dies_{number}")
            site.cloud.scheduled = 7
            site.cloud.dies_after, site.cloud.answers_last = number, answered
            with pytest.raises(SourceError):
                site.hand_over()
            site.cloud.dies_after = None
            finish(site)
            assert outcome(site) == wanted, f"died at request {number}: {site.cloud.log}"
            assert len(site.cloud.alters) <= 3
