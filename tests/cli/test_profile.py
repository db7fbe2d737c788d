"""`--profile`: the login of one run, whatever the target says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from headgate.use_cases.request import ConnectorRequest, ProjectRequest
from tests.ci.stacks import write_stacks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

TERRAFORM = """\
#!/bin/sh
echo "$DATABRICKS_CONFIG_PROFILE" >>"$PROFILES"
exit 1
"""


@pytest.mark.parametrize("request_of", [ConnectorRequest, ProjectRequest])
def test_a_request_logs_in_with_it_and_with_the_targets_without(
    request_of: type[ConnectorRequest | ProjectRequest], project: Path
) -> None:
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("prod: {}", "prod: {profile: of_the_target}"))

    def profile(asked: str | None) -> str | None:
        found = request_of(connector="crm", target="prod", root=project, profile=asked).read()
        one, target = found if isinstance(found, tuple) else next(found)
        assert one.definition.targets["dev"].profile is None
        return one.definition.targets[target].profile

    assert profile("mine") == "mine"
    assert profile(None) == "of_the_target"


@pytest.mark.parametrize(("words", "used"), [(("-p", "mine"), "mine"), ((), "")])
def test_terraforms_provider_logs_in_with_it(
    words: tuple[str, ...], used: str, headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABRICKS_CONFIG_PROFILE", raising=False)
    write_stacks(project / "cdktf.out", {"crm-dev-1": {}})
    (project / "terraform").write_text(TERRAFORM)
    (project / "terraform").chmod(0o755)

    headgate("plan", "--terraform", str(project / "terraform"), *words, code=4, PROFILES=str(project / "profiles"))

    assert set((project / "profiles").read_text().splitlines()) == {used}


def test_a_stack_that_was_synthesized_with_another_is_refused(headgate: Run, project: Path) -> None:
    write_stacks(project / "cdktf.out", {"crm-dev-1": {}})
    body = {"provider": {"databricks": [{"profile": "of_the_target"}]}}
    (project / "cdktf.out/stacks/crm-dev-1/cdk.tf.json").write_text(json.dumps(body))
    (project / "terraform").write_text(TERRAFORM)
    (project / "terraform").chmod(0o755)

    said = headgate("plan", "--terraform", str(project / "terraform"), "-p", "mine", code=1).stderr

    assert "crm-dev-1 was synthesized to log in with profile 'of_the_target', not 'mine'" in said
