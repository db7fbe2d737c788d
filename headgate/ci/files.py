"""The files that `headgate init ci` writes: pure, from a project's targets and secrets to texts."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from headgate.ci.plans import ERRORED
from headgate.generated import File
from headgate.names import secret_variable
from headgate.problems import InputError, did_you_mean
from headgate.schedule.cron import parse_cron
from headgate.schedule.errors import ScheduleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.definition.model import Definition

CiHost = Literal["github", "gitlab"]
NIGHTLY = "17 3 * * *"
BRANCH = "main"

# Each action by the commit of its release.
PINS = {
    "checkout": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup_python": "actions/setup-python@5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "setup_node": "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
    "setup_terraform": "hashicorp/setup-terraform@dfe3c3f87815947d99a8997f908cb6525fc44e9e # v4.0.1",
    "upload_artifact": "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "download_artifact": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
}
# A pull request whose jobs are given secrets: not from a fork, not by Dependabot, and deploying is set up.
_TRUSTED = (
    "vars.HEADGATE_DEPLOYS == 'true'",
    "github.event.pull_request.head.repo.full_name == github.repository",
    "github.event.pull_request.user.login != 'dependabot[bot]'",
)


_FILES: dict[CiHost, tuple[tuple[str, str, bool], ...]] = {
    "github": (
        (".github/actions/headgate-setup/action.yml", "github/setup.yml", True),
        (".github/actions/headgate-login/action.yml", "github/login.yml", True),
        (".github/workflows/headgate-review.yml", "github/review.yml", False),
        (".github/workflows/headgate-deploy.yml", "github/deploy.yml", False),
        (".github/workflows/headgate-drift.yml", "github/drift.yml", False),
    ),
    "gitlab": ((".gitlab-ci.yml", "gitlab/pipeline.yml", False),),
}


@dataclass(frozen=True, slots=True)
class WorkflowSettings:
    """What is to be written. `targets` in the order of their deploys; `nightly` is cron, in UTC."""

    host: CiHost
    targets: tuple[str, ...]
    connectors: tuple[str, ...]
    secrets: tuple[str, ...]  # Terraform's variables
    nightly: str = NIGHTLY
    branch: str = BRANCH

    @property
    def command(self) -> str:
        """The command that gives the same files again."""
        words = ["headgate", "init", "ci"]
        words += ["--host", self.host] if self.host != "github" else []
        words += [word for target in self.targets for word in ("--target", target)]
        words += ["--nightly", self.nightly] if self.nightly != NIGHTLY else []
        words += ["--branch", self.branch] if self.branch != BRANCH else []
        return shlex.join(words)


def workflow_settings(
    definitions: Sequence[Definition], host: CiHost, targets: Sequence[str], nightly: str, branch: str
) -> WorkflowSettings:
    """Give the settings for a project's connectors: these targets, or all those that every connector has.

    Raises InputError for a target that some connector hasn't, a schedule that is no cron, and a branch's name that is none.
    """
    common = [name for name in definitions[0].targets if all(name in one.targets for one in definitions)]
    for name in targets:
        if missing := [one.id for one in definitions if name not in one.targets]:
            raise InputError(f"{', '.join(missing)} has no target '{name}'", did_you_mean(name, common) if common else "")
    if not common:
        raise InputError("the connectors have no target in common", "give them one, for they are synthesized together")
    try:
        parse_cron(nightly)
    except ScheduleError as error:
        raise InputError(
            f"--nightly {nightly!r} is not a cron schedule: {error}", f"five fields in UTC, such as '{NIGHTLY}'"
        ) from None
    if not branch or not all(part.replace("-", "").replace("_", "").replace(".", "").isalnum() for part in branch.split("/")):
        raise InputError(f"--branch {branch!r} can't be a branch here", "use letters, digits, '-', '_', '.' and '/'")
    secrets = [secret_variable(one.id, name) for one in definitions for name in one.secret_variables]
    chosen = tuple(dict.fromkeys(targets)) or tuple(common)
    return WorkflowSettings(host, chosen, tuple(one.id for one in definitions), tuple(sorted(secrets)), nightly, branch)


def files_of(settings: WorkflowSettings) -> list[File]:
    """Give the files, the same for the same settings."""
    # YAML for a machine of names that are checked, not HTML; GitHub's own ${{ }} is in it, hence other delimiters.
    environment = Environment(
        loader=PackageLoader("headgate.ci"),
        block_start_string="«%",
        block_end_string="%»",
        variable_start_string="«",
        variable_end_string="»",
        comment_start_string="«#",
        comment_end_string="#»",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # see above
    )
    known = {
        "command": settings.command,
        "targets": settings.targets,
        "connectors": settings.connectors,
        "secrets": settings.secrets,
        "nightly": settings.nightly,
        "branch": settings.branch,
        "pins": PINS,
        "trusted_if": _TRUSTED,
        "errored": json.dumps(ERRORED),
    }
    return [
        File(path, environment.get_template(template).render(known).rstrip("\n") + "\n", yours)
        for path, template, yours in _FILES[settings.host]
    ]


def warnings_of(definitions: Sequence[Definition], settings: WorkflowSettings) -> list[str]:
    """Say what of the definitions a CI can't work with."""
    found = []
    for one in definitions:
        for name in settings.targets:
            target = one.targets[name]
            if target.backend.type == "local":
                found.append(
                    f"{one.id} keeps {name}'s states in a local file, which no later run finds: give targets.{name}.backend"
                )
            if target.profile:
                found.append(f"{one.id} logs in to {name} by the profile '{target.profile}', which CI does not have: use host")
    return found
