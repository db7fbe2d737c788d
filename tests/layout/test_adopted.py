"""`adopted.<target>.json` gives back what was written, and says what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.layout.adopted import Adopted, AdoptedPipeline, adopted_path, adopted_text, read_adopted, rename_adopted
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path

ONE = AdoptedPipeline(
    "p-1", {"name": "Ä ${x}", "clusters": [{"num_workers": 0}]}, "abc", {"tasks": [{"pipeline_task": {}}]}, "7", "0 5 * * *"
)


def test_it_gives_back_what_was_written_and_nothing_where_there_is_none(tmp_path: Path) -> None:
    assert read_adopted(tmp_path, "prod") == Adopted("prod")

    adopted_path(tmp_path, "prod").write_text(adopted_text(Adopted("prod", {"crm_1": ONE})), encoding="utf-8")

    assert read_adopted(tmp_path, "prod") == Adopted("prod", {"crm_1": ONE})
    assert ONE.name == "Ä ${x}"


def test_a_pipeline_gets_another_id_in_it(tmp_path: Path) -> None:
    other = AdoptedPipeline("p-2", {"channel": "CURRENT"}, "")
    adopted_path(tmp_path, "prod").write_text(adopted_text(Adopted("prod", {"a": ONE, "b": other})), encoding="utf-8")

    assert rename_adopted(tmp_path, "prod", "a", "nightly")
    assert not rename_adopted(tmp_path, "prod", "a", "weekly")
    assert not rename_adopted(tmp_path, "dev", "b", "weekly")
    assert read_adopted(tmp_path, "prod").pipelines == {"nightly": ONE, "b": other}
    assert other.name == "p-2"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "is empty"),
        ("{", "ends in the middle"),
        ('{"format": 1, "pipelines": {"a": {"id": "5", "settings": {}, "tables": "", "job": {}}}}', "no single task"),
        ('{"format": 1, "pipelines": {"a": {"id": "", "settings": {"name": "a"}, "tables": ""}}}', "'a' has no id"),
        ('{"format": 1, "pipelines": {"a": {"id": "5", "settings": {}, "tables": ""}}}', "'a' has no settings"),
        (
            (
                '{"format": 1, "pipelines": {"a": {"id": "5", "settings": {"name": "a"}, "tables": ""}, '
                '"b": {"id": "5", "settings": {"name": "b"}, "tables": ""}}}'
            ),
            "'a' and 'b' have the same id",
        ),
        (
            (
                '{"format": 1, "pipelines": {"a": {"id": "5", "settings": {"name": "a"}, "tables": "", '
                '"job": {"tasks": [{"pipeline_task": {}}]}}}}'
            ),
            "the job of 'a' has no id",
        ),
        ('{"format": 1, "pipelines": {"a": {"id": 5, "settings": {}, "tables": ""}}}', "expected a string, found 5"),
        ('{"format": 1, "pipelines": {"A b": {"id": "5", "settings": {}, "tables": ""}}}', "expected an id"),
    ],
)
def test_a_damaged_file_is_told_with_what_to_do(text: str, wrong: str, tmp_path: Path) -> None:
    adopted_path(tmp_path, "prod").write_text(text)

    with pytest.raises(InputError, match=wrong) as refused:
        read_adopted(tmp_path, "prod")
    assert "last commit" in str(refused.value)
