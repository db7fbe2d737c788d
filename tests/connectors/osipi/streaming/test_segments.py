"""Rows and their offset are both there or neither, wherever the reader dies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.problems import OffsetError, OptionsError
from connectors.osipi.streaming.segments import Segments
from tests.connectors.osipi.streaming.conftest import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable


class DiedError(BaseException):
    """The machine stops here."""


def batch(number: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return [{"value": number}, {"value": -number}], {"until": str(number)}


@pytest.mark.parametrize("step", range(8))
def test_a_reader_that_dies_at_any_step_of_a_commit_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    left, died = [step], False

    def dies(real: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*given: Any) -> Any:
            if left[0] == 0:
                raise DiedError
            left[0] -= 1
            return real(*given)

        return instead

    first = Segments(tmp_path)
    first.commit(*batch(1))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", dies(os.fsync))
        patch.setattr(Path, "replace", dies(Path.replace))
        try:
            first.commit(*batch(2))
        except DiedError:
            died = True
            assert [row["value"] for row in rows_of(tmp_path)] in ([1, -1], [1, -1, 2, -2])
    first.close()

    again = Segments(tmp_path)
    done = int((again.offset or {})["until"])
    for number in range(done + 1, 4):
        again.commit(*batch(number))
    again.close()

    assert [row["value"] for row in rows_of(tmp_path)] == [1, -1, 2, -2, 3, -3]
    assert died == (step < 7)


def test_an_offset_without_rows_makes_no_segment(tmp_path: Path) -> None:
    one = Segments(tmp_path)

    assert one.commit([], {"until": "1"}) == 0
    one.close()

    again = Segments(tmp_path)
    again.close()
    assert again.offset == {"until": "1"}
    assert list((tmp_path / "rows").iterdir()) == []


def test_a_second_reader_of_one_folder_is_refused(tmp_path: Path) -> None:
    held = Segments(tmp_path)

    with pytest.raises(OptionsError, match="another reader writes to"):
        Segments(tmp_path)

    held.close()
    Segments(tmp_path).close()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"segment": "x", "offset": {}}', None])
def test_an_offset_that_is_broken_or_gone_is_never_taken_for_a_beginning(tmp_path: Path, text: str | None) -> None:
    one = Segments(tmp_path)
    one.commit(*batch(1))
    one.close()
    path = tmp_path / "offset.json"
    path.unlink() if text is None else path.write_text(text)

    with pytest.raises(OffsetError, match="name an empty folder"):
        Segments(tmp_path)
