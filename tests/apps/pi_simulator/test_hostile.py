"""A hostile world: the same by the same seed, and never without an end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from apps.pi_simulator.faults import COMMON, Fault, FaultPlan
from apps.pi_simulator.tags import tag

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Start


@pytest.mark.parametrize(
    ("trouble", "status"),
    [(Fault.TOO_MANY, 429), (Fault.BAD_GATEWAY, 502), (Fault.UNAVAILABLE, 503), (Fault.TIMEOUT, 504)],
)
def test_three_requests_fail_and_the_fourth_is_answered(start: Start, trouble: Fault, status: int) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(trouble,)))
    assert [hostile.get("/system").status_code for _ in range(8)] == [status, status, status, 200] * 2


def test_an_answer_may_be_good_by_its_status_only(start: Start) -> None:
    answer = start(hostility=FaultPlan(share=1.0, troubles=(Fault.EXCEPTION,))).get("/system")
    assert answer.status_code == 200
    assert answer.json()["WebException"]["StatusCode"] == 500


@pytest.mark.parametrize("trouble", [Fault.RESET, Fault.TRUNCATED])
def test_a_connection_may_break_in_the_middle_of_a_body(start: Start, trouble: Fault) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(trouble,)))
    for _ in range(3):
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            hostile.get("/system")
    assert hostile.get("/system").status_code == 200


def test_parts_of_a_batch_fail_while_the_batch_is_answered(start: Start) -> None:
    hostile = start(hostility=FaultPlan(share=0.5, troubles=(Fault.UNAVAILABLE,)))
    parts = {str(n): {"Method": "GET", "Resource": f"{hostile.base}/system"} for n in range(40)}
    answer = next(answer for answer in iter(lambda: hostile.batch(parts), None) if answer.status_code == 207)
    assert {part["Status"] for part in answer.json().values()} == {200, 503}


def test_a_part_that_fails_with_a_page_leaves_its_batch_to_be_read(start: Start) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(Fault.BAD_GATEWAY,)))
    parts = {"one": {"Method": "GET", "Resource": f"{hostile.base}/system"}}
    while (answer := hostile.batch(parts)).status_code != 207:
        pass
    assert answer.json()["one"]["Status"] == 502
    assert "Bad Gateway" in answer.json()["one"]["Content"]


def test_the_same_seed_makes_the_same_troubles() -> None:
    def troubles(seed: int) -> list[Fault | None]:
        hostility = FaultPlan(seed=seed)
        return [hostility.next_request(bytes(number)) for number in range(500)]

    assert troubles(1) == troubles(1) != troubles(2)
    assert set(troubles(1)) == {None, *COMMON}


def test_a_token_may_end_before_its_time_but_a_renewed_one_holds_and_so_does_a_password(start: Start) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(Fault.EXPIRED,)))
    hostile.session.headers["Authorization"] = "Bearer any"
    assert [hostile.get("/system").status_code for _ in range(4)] == [401, 200] * 2
    hostile.session.headers["Authorization"] = "Basic any"
    assert hostile.get("/system").status_code == 200


BAD = (Fault.UNAVAILABLE, Fault.EXPIRED)


@pytest.mark.parametrize("others", range(1, 8))
def test_patience_wins_whatever_others_ask_meanwhile(others: int) -> None:
    hostility = FaultPlan(share=1.0, troubles=BAD)
    asked = [str(number).encode() for number in range(others)]
    for ask in (hostility.next_request, hostility.next_part):
        rounds = [[ask(one) for one in asked] for _ in range(4)]
        assert all(None in tries for tries in zip(*rounds, strict=True))


def test_patience_wins_in_a_batch_whatever_else_is_in_it(start: Start) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(Fault.UNAVAILABLE,)))
    waiting = {str(n): {"Method": "GET", "Resource": f"{hostile.base}/system?selectedFields=a{n}"} for n in range(4)}
    for _ in range(4):
        while (answer := hostile.batch(waiting)).status_code != 207:
            pass
        waiting = {name: waiting[name] for name, part in answer.json().items() if part["Status"] != 200}
    assert waiting == {}


def test_a_login_that_was_renewed_for_a_request_holds() -> None:
    for seed in range(50):
        hostility = FaultPlan(seed=seed, share=1.0, troubles=BAD)
        assert [hostility.next_request(b"one") for _ in range(4)].count(Fault.EXPIRED) <= 1


def test_a_channel_that_is_opened_again_meets_other_troubles() -> None:
    hostility = FaultPlan()
    assert hostility.channel("one").random() != hostility.channel("one").random()


VALUES = {
    "a stream's": "/streams/{0}/recorded?startTime=*-1h",
    "a set's": "/streamsets/recorded?startTime=*-1h&webId={0}&webId={1}",
    "made ones": "/streamsets/interpolated?startTime=*-1h&interval=10m&webId={0}&webId={1}",
    "summaries": "/streamsets/summary?startTime=*-1h&summaryType=Count&webId={0}&webId={1}",
    "one of each": "/streamsets/value?webId={0}&webId={1}",
    "one": "/streams/{0}/value",
}


@pytest.mark.parametrize("path", VALUES.values(), ids=VALUES.keys())
def test_values_of_a_good_answer_may_have_errors_of_their_own(start: Start, path: str) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(Fault.VALUE_ERRORS,)))
    asked = path.format(*(tag(number).identity.web_id() for number in (0, 11)))

    answers = [hostile.get(asked) for _ in range(4)]

    assert {answer.status_code for answer in answers} == {200}
    assert [bool(errors(answer.json())) for answer in answers] == [True, True, True, False]


def errors(body: Any) -> list[Any]:
    """Give all errors of values in a body."""
    if isinstance(body, list):
        return [error for one in body for error in errors(one)]
    if not isinstance(body, dict):
        return []
    return (body.get("Errors") or []) + errors(list(body.values()))


def test_values_without_their_errors_have_none(start: Start) -> None:
    hostile = start(hostility=FaultPlan(share=1.0, troubles=(Fault.VALUE_ERRORS,)))
    asked = f"/streams/{tag(0).identity.web_id()}/recorded?startTime=*-1h&selectedFields=Items.Value"

    assert not errors(hostile.get(asked).json())
