"""An event log is read on as it grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.engine.events import Event, append_event
from headgate.observe import tail as tail_module
from headgate.observe.tail import EventTail

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

OF_RUN = '"connector": "crm", "target": "dev", "started_at": "2026-03-01T00:00:00Z"'
LINE = f'{{"kind": "run", "state": "started", "run": "%s", {OF_RUN}}}\n'


def names(tail: EventTail) -> list[str]:
    return [event.run for event in tail.read()]


def test_a_log_that_is_not_there_yet_has_no_events(tmp_path: Path) -> None:
    assert names(EventTail(tmp_path / "events.jsonl")) == []


def test_what_is_new_is_taken_in_and_a_line_without_an_end_waits_for_it(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    tail = EventTail(log)
    log.write_text(LINE % "a" + (LINE % "b")[:50])
    assert names(tail) == ["a"]
    with log.open("a") as file:
        file.write((LINE % "b")[50:])
    assert names(tail) == ["a", "b"]
    assert names(tail) == ["a", "b"]


def test_a_log_that_was_written_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    tail = EventTail(log)
    log.write_text(LINE % "a" + LINE % "b")
    assert names(tail) == ["a", "b"]
    log.write_text(LINE % "c")
    assert names(tail) == ["c"]
    (tmp_path / "new").write_text(LINE % "d" + LINE % "e" + LINE % "f")
    (tmp_path / "new").replace(log)
    assert names(tail) == ["d", "e", "f"]
    log.unlink()
    assert names(tail) == []


def test_lines_that_are_no_events_are_counted_and_no_hindrance(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text("no json\n[1]\n" + "[" * 5000 + "\n" + LINE % "a" + '{"kind": "x"}\n\n')
    tail = EventTail(log)

    assert names(tail) == ["a"]
    assert sum(tail.unknown.values()) == 4


def test_an_event_after_a_line_that_was_cut_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(LINE % "a" + (LINE % "b")[:50])
    tail = EventTail(log)
    for run in ("c", "d"):
        append_event(log, Event.model_validate_json(LINE % run))

    assert names(tail) == ["a", "c", "d"]
    assert tail.unknown == {"lines that are no JSON object": 1}


def test_of_a_log_that_is_longer_than_what_is_kept_only_the_end_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "_MOST_EVENTS", 3)
    log = tmp_path / "events.jsonl"
    for block in (1, 10, len(LINE % "a"), 200, 10_000):
        monkeypatch.setattr(tail_module, "_BLOCK", block)
        log.write_text("no json\n" + "".join(LINE % name for name in "abcde") + (LINE % "f")[:50])
        tail = EventTail(log)
        assert (names(tail), tail.unknown.total()) == (["c", "d", "e"], 0)
        with log.open("a") as file:
            file.write((LINE % "f")[50:])
        assert names(tail) == ["d", "e", "f"]
        for text, expected in (("", ""), (LINE % "a" * 3, "aaa"), ("no json\n" + LINE % "a" * 3, "aaa"), ("\n", "")):
            log.write_text(text)
            assert "".join(names(EventTail(log))) == expected
