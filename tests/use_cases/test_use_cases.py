"""The use cases, called as a web application would: from threads of one process that speaks to nobody."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest

from headgate.cost.model import Cost
from headgate.problems import InputError, StaleError
from headgate.review.model import Review
from headgate.use_cases.balance import BalanceRequest, BalanceResult, balance_tables
from headgate.use_cases.check import CheckedConnector, CheckRequest, ShownConnector, check_project, show_layouts
from headgate.use_cases.cost import estimate_cost
from headgate.use_cases.record import DoneRequest, RecordRequest, record_applied, record_by_hand
from headgate.use_cases.request import ConnectorRequest, ProjectRequest
from headgate.use_cases.retire import Retirement, RetireRequest, take_down
from headgate.use_cases.review import ReviewRequest, review_changes
from headgate.use_cases.slice_table import SliceRequest, SliceResult, cut_table
from tests.support.small_project import write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path)


@pytest.fixture(autouse=True)
def _nothing_is_printed_and_the_process_stays_as_it_was(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    before = _process()
    yield
    assert capfd.readouterr() == ("", "")
    assert _process() == before


def _process() -> tuple[Path, dict[str, str]]:
    environ = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    return Path.cwd(), environ


@pytest.fixture
def said() -> list[str]:
    """Give what use cases tell, which they put there."""
    return []


@pytest.fixture
def agreed(project: Path, said: list[str]) -> Path:
    """Give the project with its lock."""
    balance_tables(BalanceRequest(root=project), said.append)
    said.clear()
    return project


def test_a_balance_writes_the_lock_and_tells_the_caller_so(project: Path, said: list[str]) -> None:
    lock = project / "connectors/crm/layout.lock"

    looked = balance_tables(BalanceRequest(root=project, write=False), said.append)
    assert (looked.changed, said, lock.exists()) == (("crm",), [], False)

    made = balance_tables(BalanceRequest(root=project), said.append)
    assert {row.pipeline: row.tables for row in made.reports[0].rows} == {"money_1": 1, "people_1": 2}
    assert (said, lock.exists()) == ([f"{lock} written"], True)
    assert balance_tables(BalanceRequest(root=project), said.append).changed == ()


def test_what_is_wrong_is_raised_with_its_fix(project: Path) -> None:
    with pytest.raises(StaleError) as found:
        estimate_cost(ConnectorRequest(connector="crm", root=project))

    assert found.value.problems[0].fix == "run `headgate balance crm`"


def test_requests_that_only_look_are_answered_side_by_side(agreed: Path) -> None:
    values = agreed / "tags.csv"
    values.write_text("a\nb\nc\n")
    tables = (agreed / "connectors/crm/tables.csv").read_bytes()
    asked: list[Callable[[], object]] = [
        lambda: estimate_cost(ConnectorRequest(connector="crm", target="prod", root=agreed)),
        lambda: list(check_project(CheckRequest(frozen=True, root=agreed))),
        lambda: list(show_layouts(ProjectRequest(root=agreed))),
        lambda: cut_table(
            SliceRequest(connector="crm", table="deals", option="maxCount", values=values, at_most=2, write=False, root=agreed)
        ),
        lambda: balance_tables(BalanceRequest(root=agreed, settings=("pipelines=3",)), lambda _: None),
        lambda: review_changes(ReviewRequest(root=agreed, before=agreed), lambda _: None),
    ]
    together = Barrier(2 * len(asked))

    def ask(question: Callable[[], object]) -> object:
        together.wait()
        return question()

    with ThreadPoolExecutor(together.parties) as threads:
        answers = list(threads.map(ask, asked * 2))

    assert answers[:6] == answers[6:]
    cost, checked, shown, sliced, tried, review = answers[:6]
    assert isinstance(cost, Cost)
    assert isinstance(checked, list)
    assert [replace(one, warnings=()) for one in checked] == [CheckedConnector("crm", "dev", 3, 2, (), ())]
    assert isinstance(shown, list)
    assert isinstance(shown[0], ShownConnector)
    assert isinstance(sliced, SliceResult)
    assert [part.destination for part in sliced.slices] == ["deals", "deals_s002"]
    assert isinstance(tried, BalanceResult)
    assert tried.changed == ("crm",)
    assert isinstance(review, Review)
    assert review.verdict == "fine"
    assert (agreed / "connectors/crm/tables.csv").read_bytes() == tables


def test_a_target_is_taken_down_once_the_caller_agrees_to_what_goes(agreed: Path, said: list[str]) -> None:
    shown: list[Retirement] = []
    request = RetireRequest(connector="crm", target="dev", root=agreed)

    def disagree(goes: Retirement) -> bool:
        shown.append(goes)
        return False

    assert take_down(request, disagree, said.append) is None
    assert said == []
    assert (shown[0].pipelines, shown[0].tables) == (2, 3)
    assert take_down(request, lambda _: True, said.append) == shown[0]
    assert record_by_hand(DoneRequest(connector="crm", root=agreed), said.append).pending.retired


def test_states_of_another_connector_are_refused(agreed: Path, said: list[str]) -> None:
    (agreed / "other-dev-1.json").write_text("{}")

    with pytest.raises(InputError, match="none of the states is of this connector and target"):
        record_applied(RecordRequest(connector="crm", states=(agreed / "other-dev-1.json",), root=agreed), said.append)
