"""Pages of many tags' values: how much is asked for, what follows one that may be cut, what is told where none can be had."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.client import PiClient
from connectors.osipi.problems import PiError, TagProblem
from connectors.osipi.stream_reader import StreamReader
from connectors.osipi.streamsets import Page, Window
from connectors.osipi.times import next_after, previous, stamp_of
from tests.connectors.osipi.recorded import at

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer, Request

Clients = Callable[..., PiClient]
FIRST, LAST = stamp_of(at(0)), stamp_of(at(3600))


def read(client: PiClient, *tags: str, narrowing: bool = True) -> tuple[list[Page], list[TagProblem]]:
    found = list(StreamReader(client, narrowing=narrowing).read([Window(tag, FIRST, LAST) for tag in tags]))
    return [one for one in found if isinstance(one, Page)], [one for one in found if isinstance(one, TagProblem)]


def values(pages: list[Page]) -> list[Any]:
    return [item["Value"] for page in pages for item in page.items]


def asked(pi: PiServer) -> list[int]:
    return [int(request.query["maxCount"][0]) for request in pi.requests if request.path.endswith("recorded")]


def test_a_page_that_may_be_cut_is_read_on_from_its_last_instant_and_pages_follow_each_other(
    pi: PiServer, client: Clients
) -> None:
    pi.add("A", [(at(number), number) for number in range(25)])

    pages, problems = read(client(maxCount="10"), "A")

    assert (values(pages), problems) == (list(range(25)), [])
    assert [page.start for page in pages] == [FIRST, stamp_of(at(9)), stamp_of(at(18))]
    assert [page.stop for page in pages] == [stamp_of(at(9)), stamp_of(at(18)), next_after(LAST)]
    assert asked(pi) == [10, 10, 10]
    assert {(*request.query["boundaryType"], *request.query["endTime"]) for request in pi.requests} == {("Inside", LAST + "Z")}


def test_a_page_that_is_one_instant_is_asked_for_larger_and_the_next_is_as_before(pi: PiServer, client: Clients) -> None:
    pi.add("A", [*[(at(5), number) for number in range(30)], *[(at(6 + number), 30 + number) for number in range(5)]])

    pages, problems = read(client(maxCount="10"), "A")

    assert (values(pages), problems) == (list(range(35)), [])
    assert asked(pi) == [10, 40]


def test_more_values_of_an_instant_than_the_server_gives_are_told_and_the_rest_is_read(pi: PiServer, client: Clients) -> None:
    pi.most = 20
    pi.add("A", [*[(at(5), number) for number in range(30)], (at(6), 30)])

    pages, problems = read(client(maxCount="10"), "A")

    assert values(pages) == [30]
    [problem] = problems
    assert (problem.webid, problem.status, problem.end) == ("A", 0, stamp_of(at(5)))
    assert stamp_of(at(4)) < problem.start < problem.end
    assert problem.message == f"more values have the time {stamp_of(at(5))}Z than the 20 that the server gives at once"
    assert read(client(maxCount="10"), "A", narrowing=False)[0] == []


def test_a_server_that_tells_no_maximum_is_asked_for_half_until_it_answers(pi: PiServer, client: Clients) -> None:
    pi.add("A", [(at(number), number) for number in range(25)])

    def refuse(request: Request) -> Any:
        too_many = int(request.query["maxCount"][0]) > 30
        return (400, {"Errors": ["maxCount is greater than the maximum allowed."]}) if too_many else None

    pi.trouble.append(refuse)

    pages, problems = read(client(maxCount="100"), "A")

    assert (values(pages), problems) == (list(range(25)), [])
    assert asked(pi) == [100, 50, 25, 25]


@pytest.mark.parametrize("status", [403, 404])
def test_a_tag_that_is_refused_is_found_by_halves_and_told_with_its_time(pi: PiServer, client: Clients, status: int) -> None:
    tags = [f"T{number}" for number in range(8)]
    for tag in tags:
        pi.add(tag, [(at(1), tag)])
    pi.tags["T5"].broken = status, {"Errors": ["not for you"]}

    pages, problems = read(client(), *tags)

    assert sorted(values(pages)) == [tag for tag in tags if tag != "T5"]
    assert problems == [TagProblem("T5", status, "/streamsets/recorded: not for you", FIRST, LAST)]


def test_tags_of_a_data_server_that_does_not_answer_are_told_without_asking_for_each(pi: PiServer, client: Clients) -> None:
    tags = [f"F1DP{server:x<22}{number}" for number in range(30) for server in ("up", "down")]
    for tag in tags:
        pi.add(tag, [(at(1), 1)])
    pi.trouble.append(lambda request: (502, {}) if any("down" in tag for tag in request.webids) else None)

    pages, problems = read(client(max_tries="1", tags_per_request="2", threads="1"), *tags)

    assert {page.webid for page in pages} == {tag for tag in tags if "up" in tag}
    assert {problem.webid for problem in problems} == {tag for tag in tags if "down" in tag}
    assert {(problem.start, problem.end) for problem in problems} == {(FIRST, LAST)}
    given_up = [problem for problem in problems if problem.message.startswith("its data server does not answer")]
    assert len(given_up) >= 20
    assert {problem.status for problem in given_up} == {0}


def test_an_error_in_a_value_leaves_open_what_lies_between_its_neighbours(pi: PiServer, client: Clients) -> None:
    tag = pi.add("A", [(at(number), number) for number in range(5)])
    tag.values[2]["Errors"] = [{"Message": ["not now"]}]

    pages, problems = read(client(), "A")

    assert values(pages) == [0, 1, 3, 4]
    assert [(page.start, page.stop) for page in pages] == [
        (FIRST, next_after(stamp_of(at(1)))),
        (stamp_of(at(3)), next_after(LAST)),
    ]
    [problem] = problems
    assert (problem.status, problem.start, problem.end) == (0, next_after(stamp_of(at(1))), previous(stamp_of(at(3))))
    assert "not now" in problem.message


def test_a_failure_of_everything_is_raised_and_one_of_logins_too(pi: PiServer, client: Clients) -> None:
    pi.add("A", [(at(1), 1)])
    pi.trouble.append(lambda _: (401, {"Errors": ["who are you?"]}))

    with pytest.raises(PiError, match="401"):
        read(client(), "A")


def test_a_limit_leaves_windows_for_the_next_read(pi: PiServer, client: Clients) -> None:
    tags = [f"T{number}" for number in range(6)]
    for tag in tags:
        pi.add(tag, [(at(number), number) for number in range(10)])
    reader = StreamReader(client(tags_per_request="1", threads="1"))

    some = [page for page in reader.read([Window(tag, FIRST, LAST) for tag in tags], 25) if isinstance(page, Page)]

    assert [page.webid for page in some] == ["T0", "T1"]
    assert reader.cut_short
    every = list(reader.read([Window(tag, FIRST, LAST) for tag in tags]))
    assert len(every) == 6
    assert not reader.cut_short


def test_a_request_that_fails_for_a_while_is_made_again_after_ever_longer_waits(
    pi: PiServer, client: Clients, waits: list[float]
) -> None:
    pi.add("A", [(at(1), 1)])
    answers: list[Any] = [(503, {})] * 3
    pi.trouble.append(lambda _: answers.pop() if answers else None)

    pages, problems = read(client(max_tries="4"), "A")

    assert (values(pages), problems, len(asked(pi))) == ([1], [], 4)
    assert waits == sorted(waits)
    assert len(waits) == 3


def test_a_tag_that_fails_in_an_answer_that_is_good_is_tried_as_often_and_told(
    pi: PiServer, client: Clients, waits: list[float]
) -> None:
    exception = {"Items": [], "WebException": {"StatusCode": 503, "Errors": ["not now"]}}
    for tag in "AB":
        pi.add(tag, [(at(1), tag)])
    pi.tags["A"].broken = 200, exception

    pages, problems = read(client(max_tries="3"), "A", "B", narrowing=False)

    assert values(pages) == ["B"]
    assert [(problem.webid, problem.status, problem.start, problem.end) for problem in problems] == [("A", 503, FIRST, LAST)]
    assert [request.webids for request in pi.requests] == [["A", "B"], ["A"], ["A"]]
    assert len(waits) == 2
    assert waits[0] < waits[1]


@pytest.mark.parametrize("status", [None, 502])
def test_values_that_do_not_come_in_pages_are_all_that_there_are(pi: PiServer, client: Clients, status: int | None) -> None:
    streams = [{"WebId": tag, "Name": tag, "Items": [{"Timestamp": at(1), "Value": tag}]} for tag in "AB"]
    if status:
        streams[0]["Items"][0]["Errors"] = [{"Message": ["not now"]}]  # type: ignore[index] # a list, as in the line above
    pi.objects["/streamsets/interpolated"] = {"Items": streams}
    reader = StreamReader(
        client(), "/streamsets/interpolated", (("interval", "1h"),), ("WebId", "Name", "Items.Value", "Items.Errors")
    )

    found = list(reader.read([Window(tag, FIRST, LAST) for tag in "AB"]))

    assert [one.webid for one in found] == ["A", "B"]
    assert isinstance(found[0], TagProblem) == bool(status)
    assert not isinstance(found[0], TagProblem) or (found[0].status, "not now" in found[0].message) == (0, True)
