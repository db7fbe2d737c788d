"""`headgate plan` and `headgate apply`, with a real Terraform on stacks that need no provider."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from base64 import encodebytes
from typing import TYPE_CHECKING

import pytest

from tests.ci.stacks import thing, write_stacks
from tests.support.outputs import parsed
from tests.support.program import needs_terraform

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.usefixtures("out"),
    needs_terraform,
]

SECRET = "CANARY-plan-7f3a"  # noqa: S105  # made up, to be looked for


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Give two synthesized stacks, the second after the first by its dependency, not by its name."""
    folder = tmp_path / "cdktf.out"
    write_stacks(folder, {"a-last": thing("two"), "b-first": thing("one")}, {"a-last": ["b-first"]})
    return folder


def test_what_was_planned_is_what_is_applied_in_order(headgate: Run, out: Path) -> None:
    planned = headgate("plan", "--format", "json")
    # What changes after the plan is not applied: the plan file is.
    (out / "stacks/b-first/cdk.tf.json").write_text((out / "stacks/b-first/cdk.tf.json").read_text().replace("one", "other"))
    applied = headgate("apply")

    assert parsed("plan", planned.stdout) == {
        "format": 1,
        "changes": True,
        "stacks": {"b-first": "changes", "a-last": "changes"},
    }
    assert applied.stdout == "b-first: applied\na-last: applied\n"
    state = json.loads((out.parent / "state/b-first.tfstate").read_text())
    assert state["resources"][0]["instances"][0]["attributes"]["input"]["value"] == "one"


def test_after_the_apply_there_is_nothing_to_do(headgate: Run) -> None:
    headgate("plan")
    headgate("apply")

    again = headgate("plan", "--format", "json")

    assert parsed("plan", again.stdout) == {
        "format": 1,
        "changes": False,
        "stacks": dict.fromkeys(("b-first", "a-last"), "nothing"),
    }


def test_plans_are_their_owners_alone(headgate: Run, out: Path) -> None:
    headgate("plan", "b-first", "--plans", "kept")

    kept = out.parent / "kept"
    assert sorted(path.name for path in kept.iterdir()) == ["b-first.json", "b-first.tfplan"]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    assert json.loads((kept / "b-first.json").read_text())["resource_changes"][0]["change"]["actions"] == ["create"]


def test_plans_of_an_earlier_synthesis_are_gone(headgate: Run, out: Path) -> None:
    headgate("plan")
    write_stacks(out, {"another": thing("x")})

    headgate("plan")

    assert sorted(path.name for path in (out / "plans").iterdir()) == ["another.json", "another.tfplan"]


def test_a_plan_that_fails_is_told_beside_the_others_and_can_not_be_applied(headgate: Run, out: Path) -> None:
    headgate("plan")
    headgate("apply")
    write_stacks(
        out, {"a-last": thing("two", triggers_replace="x", lifecycle={"prevent_destroy": True}), "b-first": thing("3")}
    )

    done = headgate("plan", code=4)

    assert done.stdout == "a-last: the plan failed\nb-first: something to do\n"
    assert "Instance cannot be destroyed" in done.stderr
    assert json.loads((out / "plans/a-last.json").read_text())["errored"] is True
    assert "there is no plan of a-last" in headgate("apply", code=1).stderr


def test_a_stack_that_can_not_be_planned_at_all_has_an_errored_plan_too(headgate: Run, out: Path) -> None:
    (out / "stacks/b-first/cdk.tf.json").write_text("{")

    headgate("plan", "b-first", code=4)

    assert json.loads((out / "plans/b-first.json").read_text()) == {"format_version": "1.2", "errored": True}


def test_the_first_apply_that_fails_ends_it(headgate: Run, out: Path) -> None:
    headgate("plan")
    (out / "plans/b-first.tfplan").write_bytes(b"damaged")

    done = headgate("apply", code=4)

    assert done.stdout == "b-first: failed\n"
    assert not (out.parent / "state/a-last.tfstate").exists()


def test_quiet_leaves_the_result_and_terraforms_words_of_what_failed(headgate: Run, out: Path) -> None:
    headgate("plan")
    assert headgate("apply", "-q").stderr == ""
    write_stacks(out, {"a-last": thing("three"), "b-first": thing("four")}, {"a-last": ["b-first"]})
    headgate("plan")
    (out / "plans/a-last.tfplan").write_bytes(b"damaged")

    failed = headgate("apply", "-q", code=4)

    assert failed.stdout == "b-first: applied\na-last: failed\n"
    assert "Error" in failed.stderr
    assert "Apply complete" not in failed.stderr


def test_quiet_says_why_a_plan_failed(headgate: Run, out: Path) -> None:
    write_stacks(out, {"a-last": thing('${file("gone")}')})

    assert 'no file exists at "gone"' in headgate("plan", "-q", code=4).stderr


def test_a_stale_plan_is_not_applied(headgate: Run, out: Path) -> None:
    headgate("plan")
    shutil.copytree(out / "plans", out.parent / "old")
    headgate("apply")

    done = headgate("apply", "--plans", "old", code=4)

    assert "stale" in done.stderr


def test_no_secret_of_the_environment_is_in_what_is_said(headgate: Run, out: Path) -> None:
    variable = {"variable": {"token": {"type": "string"}}}
    check = {"precondition": [{"condition": '${var.token == ""}', "error_message": "The token is ${var.token}."}]}
    write_stacks(out, {"told": thing("${var.token}", lifecycle=check) | variable})

    done = headgate("plan", code=4, TF_VAR_token=SECRET)

    assert "The token is ***." in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_an_apply_says_what_failed_without_secrets(headgate: Run, out: Path) -> None:
    variable = {"variable": {"token": {"type": "string"}}}
    check = {"postcondition": [{"condition": '${self.id == ""}', "error_message": "The token is ${var.token}."}]}
    write_stacks(out, {"told": thing("${var.token}", lifecycle=check) | variable})
    headgate("plan", TF_VAR_token=SECRET)

    done = headgate("apply", code=4)

    assert "The token is ***." in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_an_apply_says_no_secret_that_only_its_plan_has(headgate: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variable = {"variable": {"pin": {"type": "string", "sensitive": True}}}
    check = {"postcondition": [{"condition": '${self.id == ""}', "error_message": "It is ${nonsensitive(var.pin)}."}]}
    write_stacks(out, {"told": thing("${var.pin}", lifecycle=check) | variable})
    headgate("plan", TF_VAR_pin=SECRET)
    monkeypatch.delenv("TF_VAR_pin")

    done = headgate("apply", code=4)

    assert "It is ***." in done.stderr
    assert SECRET not in done.stdout + done.stderr


def test_a_secret_of_several_lines_is_not_said_by_an_apply_that_tells_it_line_by_line(tmp_path: Path, headgate: Run) -> None:
    secret = "user: a\npin: 7\nCANARY\nend"  # noqa: S105  # made up
    wrapped = encodebytes(f"as much as makes a line of base64, and then {secret}".encode()).decode()
    write_stacks(tmp_path / "cdktf.out", {"s": {}})
    (tmp_path / "s.tfplan").write_text("a plan")
    terraform = tmp_path / "careless"
    said = f"Error\n│ {secret.replace(chr(10), f'{chr(10)}│ ')}\n╵\n{wrapped}done\n"
    terraform.write_text(f"#!{sys.executable}\nprint({said!r}, end='')\n")
    terraform.chmod(0o755)

    done = headgate("apply", "--terraform", str(terraform), "--plans", ".", TF_VAR_login=secret)

    assert done.stderr == "s:\nError\n│ ***\n╵\n***\ndone\n"


def test_a_stack_that_is_not_there_is_told(headgate: Run) -> None:
    assert "there is no stack 'c'" in headgate("plan", "c", code=1).stderr


def test_a_terraform_that_is_not_there_is_told(headgate: Run) -> None:
    assert "no such program" in headgate("plan", "--terraform", "./no-terraform", code=4).stderr


def test_a_local_state_that_a_killed_apply_left_empty_is_no_empty_deployment(headgate: Run, out: Path) -> None:
    for value in ("one", "another"):  # from the second apply on, there is a state of before
        write_stacks(out, {"first": thing(value)})
        headgate("plan")
        headgate("apply")
    state = out.parent / "state/first.tfstate"
    state.write_bytes(b"")

    done = headgate("plan", code=4)

    assert "state/first.tfstate: is empty: an apply was killed while Terraform wrote it" in done.stderr
    assert "`cp state/first.tfstate.backup state/first.tfstate`" in done.stderr
    shutil.copy(state.with_name("first.tfstate.backup"), state)
    assert parsed("plan", headgate("plan", "--format", "json").stdout)["stacks"] == {"first": "changes"}
