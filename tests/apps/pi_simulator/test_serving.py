"""What comes over a real connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.pi_simulator.tags import tag

if TYPE_CHECKING:
    from tests.apps.pi_simulator.api import Api


def test_an_answer_of_several_megabytes_comes_whole_and_with_its_length(api: Api) -> None:
    path = f"/streams/{tag(0).identity.web_id()}/recorded"
    params = {"startTime": "2026-03-01T00:00:00Z", "endTime": "2026-03-03T00:00:00Z", "maxCount": "30000"}
    answer = api.session.get(api.base + path, params=params, headers={"Accept-Encoding": "identity"}, timeout=30)
    assert len(answer.content) == int(answer.headers["Content-Length"]) > 4_000_000
    assert len(answer.json()["Items"]) == 30_000
