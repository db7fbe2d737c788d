"""The stacks of a synthesis, in the order of their applies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from headgate.ci.manifest import read_stacks, stacks_in_order
from headgate.problems import InputError

if TYPE_CHECKING:
    from pathlib import Path


def manifest(**waits_for: list[str]) -> dict[str, Any]:
    return {"stacks": {name: {"name": name, "dependencies": needed} for name, needed in waits_for.items()}}


def test_a_stack_comes_after_what_it_depends_on_and_else_by_name() -> None:
    stacks = manifest(crm_2=["crm_shared"], crm_1=["crm_shared"], crm_shared=[], alone=[], last=["crm_2", "alone"])

    assert stacks_in_order(stacks) == ["alone", "crm_shared", "crm_1", "crm_2", "last"]


def test_a_target_that_is_taken_down_has_its_shared_stack_last() -> None:
    assert stacks_in_order(manifest(shared=["one", "two"], one=[], two=[])) == ["one", "two", "shared"]


@pytest.mark.parametrize(
    ("stacks", "said"),
    [
        ({"a": {"dependencies": ["b"]}, "b": {"dependencies": ["a"]}}, "in a circle"),
        ({"a": {"dependencies": ["gone"]}}, "depends on gone"),
        ({"../../etc": {}}, "can't be a stack's name"),
        ({"-chdir=x": {}}, "can't be a stack's name"),
    ],
)
def test_what_no_cdk_writes_is_refused(stacks: dict[str, Any], said: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"stacks": stacks}))

    with pytest.raises(InputError, match=said):
        read_stacks(tmp_path)


@pytest.mark.parametrize("text", ["3", "[]", '{"stacks": 1}', "{}", '{"stacks": {"a": 1}}'])
def test_a_file_that_is_no_manifest_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(text)

    with pytest.raises(InputError, match="is not what the CDK writes: it names no stacks"):
        read_stacks(tmp_path)


@pytest.mark.parametrize(("data", "said"), [(b"", "json:1: is not JSON"), (b"\xff", "json:1: is not UTF-8")])
def test_a_file_that_is_no_json_is_told_with_its_line(data: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(data)

    with pytest.raises(InputError, match=said):
        read_stacks(tmp_path)


def test_a_folder_without_synthesis_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="synthesize first"):
        read_stacks(tmp_path)
