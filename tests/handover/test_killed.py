"""A handover that dies at any of its requests, and is run again."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from headgate.clients import databricks
from headgate.problems import SourceError
from tests.handover.conftest import MOVING, PLACED, Site, maker
from tests.workspace.faults import death

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Make = Callable[[ExitStack, str], Site]

OWNERS = {f"main.bronze.{table}": "aaaa-1" if table == "people" else "bbbb-1" for table in PLACED}
WANTED: tuple[object, ...] = (
    OWNERS,
    {101: "UNPAUSED", 102: "UNPAUSED"},
    {"items": "b_1", "orders": "b_1", "people": "a_1"},
    [],
    False,
)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Give what makes a site, in which dead connections are tried again once."""
    monkeypatch.setattr(databricks, "RETRIES", 1)
    return maker(tmp_path, monkeypatch)


def whole_run(site: Site) -> int:
    """Hand over, deploy, record and resume, as a user would; give the number of the handover's requests."""
    site.cloud.scheduled = 7
    before = len(site.cloud.log)
    site.hand_over()
    requests = len(site.cloud.log) - before
    site.deploy()
    site.record()
    site.resume()
    return requests


def outcome(site: Site) -> tuple[object, ...]:
    site.look_at_changed_jobs()
    jobs = {id_: job.pause_status for id_, job in site.cloud.jobs.items()}
    return site.owners, jobs, site.states(), site.cloud.clashes, site.journal_exists


def dying_runs(make: Make, action: Callable[[Site], object], numbers: Iterable[int], *, carried_out: bool) -> Iterator[Site]:
    """Give sites in which a handover died at each of these requests, before it or with its answer lost, in turn."""
    for number in numbers:
        with ExitStack() as stack:
            site = make(stack, f"dies_{number}_{carried_out}")
            site.cloud.scheduled = 7
            site.cloud.add(*death(number + 1, carried_out=carried_out))
            with pytest.raises(SourceError):
                action(site)
            site.cloud.mend()
            yield site


def test_a_handover_that_loses_the_answer_to_any_post_ends_where_it_would_have(make: Make) -> None:
    with ExitStack() as stack:
        whole = make(stack, "whole")
        requests = whole_run(whole)
        assert outcome(whole) == WANTED
    posts = [number for number, one in enumerate(whole.cloud.log[:requests]) if one.method == "POST"]
    assert len(posts) > 10

    for site in dying_runs(make, Site.hand_over, posts, carried_out=True):
        whole_run(site)
        assert outcome(site) == WANTED


@pytest.mark.long
@pytest.mark.parametrize("carried_out", [True, False], ids=["its answer lost", "before it"])
def test_a_handover_that_dies_at_any_request_ends_where_it_would_have(make: Make, *, carried_out: bool) -> None:
    with ExitStack() as stack:
        requests = whole_run(make(stack, "whole"))
    assert requests > 20

    for site in dying_runs(make, Site.hand_over, range(requests), carried_out=carried_out):
        whole_run(site)
        assert outcome(site) == WANTED


@pytest.mark.parametrize("carried_out", [True, False], ids=["its answer lost", "before it"])
def test_resuming_that_dies_at_any_request_ends_where_it_would_have(make: Make, *, carried_out: bool) -> None:
    def handed_over(stack: ExitStack, name: str) -> Site:
        site = make(stack, name)
        site.hand_over()
        site.deploy()
        site.record()
        site.pause(101)  # as a deploy leaves it that ignores the schedule
        return site

    with ExitStack() as stack:
        whole = handed_over(stack, "whole")
        before = len(whole.cloud.log)
        whole.resume()
        requests = len(whole.cloud.log) - before
    assert requests > 3

    for site in dying_runs(handed_over, Site.resume, range(requests), carried_out=carried_out):
        site.resume()
        assert outcome(site) == WANTED


@pytest.mark.long
@pytest.mark.parametrize("carried_out", [True, False], ids=["its answer lost", "before it"])
def test_going_back_that_dies_at_any_request_ends_where_it_began(make: Make, *, carried_out: bool) -> None:
    def handed_over(stack: ExitStack, name: str) -> Site:
        site = make(stack, name)
        site.hand_over()
        return site

    def back(site: Site) -> None:
        site.give_back(MOVING)

    with ExitStack() as stack:
        fresh = outcome(make(stack, "fresh"))
        whole = handed_over(stack, "whole")
        before = len(whole.cloud.log)
        back(whole)
        requests = len(whole.cloud.log) - before

    for site in dying_runs(handed_over, back, range(requests), carried_out=carried_out):
        back(site)
        site.resume()
        assert outcome(site) == fresh
