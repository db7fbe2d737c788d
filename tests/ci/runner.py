"""Runs jobs as GitHub's and GitLab's runners do, as far as our files go: commands in bash, artifacts in a folder."""

from __future__ import annotations

import fnmatch
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Outcome:
    """What came of a job. `steps`: each step's name or action, and success, failure or skipped."""

    result: str = "success"
    steps: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    said: str = ""
    summary: str = ""


@dataclass
class Runner:
    """`checkout` makes a fresh checkout in a folder; `artifacts` holds what jobs keep, one folder each."""

    home: Path
    artifacts: Path
    origin: Path
    environment: dict[str, str]
    started: int = 0

    def run(self, workflow: Any, name: str, **context: str) -> Outcome:
        """Run a job. `context`: values of expressions, such as `matrix__target` for matrix.target."""
        self.started += 1
        place = self.home / f"{self.started}-{name}"
        temp, workspace = place / "temp", place / "work"
        temp.mkdir(parents=True)
        subprocess.run(["git", "clone", "-q", self.origin, workspace], check=True)
        (workspace / "state").symlink_to(self.home / "state")
        values = {key.replace("__", "."): value for key, value in context.items()}
        values |= {"runner.temp": str(temp), "github.workspace": str(workspace), "github.token": "CANARY-job-token"}
        job, outcome = workflow["jobs"][name], Outcome()
        common = {**workflow.get("env", {}), **job.get("env", {})}
        for step in job["steps"]:
            label = step.get("name") or step.get("uses") or step["run"]
            if not _holds(step.get("if", "success()"), values, outcome.result):
                outcome.steps[label] = "skipped"
            elif "run" in step:
                done = self._bash(step, _filled({**common, **step.get("env", {})}, values), place)
                outcome.said += done.stdout + done.stderr
                outcome.steps[label] = "success" if done.returncode == 0 else "failure"
                values |= {f"steps.{step.get('id')}.outputs.{key}": value for key, value in _pairs(place / "output")}
            else:
                self._use(step["uses"], _filled(step.get("with", {}), values), workspace)
                outcome.steps[label] = "success"
            values[f"steps.{step.get('id')}.outcome"] = outcome.steps[label]
            if outcome.steps[label] == "failure":
                outcome.result = "failure"
        outcome.outputs = _filled(job.get("outputs", {}), values)
        outcome.summary = (place / "summary").read_text() if (place / "summary").exists() else ""
        return outcome

    def run_gitlab(self, pipeline: Any, name: str, **variables: str) -> Outcome:
        """Run a job of a GitLab pipeline: its script, after those of what it extends; artifacts as its `needs` have them."""
        self.started += 1
        place = self.home / f"{self.started}-{name.replace(':', '-')}"
        place.mkdir()
        subprocess.run(["git", "clone", "-q", self.origin, place / "work"], check=True)
        (place / "work" / "state").symlink_to(self.home / "state")
        job = _extended(pipeline, name)
        for needed in job.get("needs", []):
            kept = self.artifacts / (needed if isinstance(needed, str) else needed["job"])
            if kept.exists():
                shutil.copytree(kept, place / "work", dirs_exist_ok=True)
        lines = [*job.get("before_script", []), *job["script"]]
        own = {**pipeline["variables"], **job.get("variables", {}), "CI_PROJECT_DIR": str(place / "work"), **variables}
        step = {"run": "\n".join(lines)}
        done = self._bash(
            step, {key: value.replace("$CI_PROJECT_DIR", str(place / "work")) for key, value in own.items()}, place
        )
        for path in job.get("artifacts", {}).get("paths", []):
            if (place / "work" / path).exists():
                (self.artifacts / name).mkdir(parents=True, exist_ok=True)
                shutil.copy(place / "work" / path, self.artifacts / name)
        return Outcome("failure" if done.returncode else "success", said=done.stdout + done.stderr)

    def _bash(self, step: dict[str, Any], environment: dict[str, str], place: Path) -> subprocess.CompletedProcess[str]:
        (place / "output").write_text("")
        script = place / "script.sh"
        script.write_text(step["run"])
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=place / "work",
            env={
                **self.environment,
                **environment,
                "RUNNER_TEMP": str(place / "temp"),
                "GITHUB_OUTPUT": str(place / "output"),
                "GITHUB_STEP_SUMMARY": str(place / "summary"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def _use(self, action: str, given: dict[str, str], workspace: Path) -> None:
        if "upload-artifact@" in action:
            kept = self.artifacts / given["name"]
            shutil.rmtree(kept, ignore_errors=True)
            kept.mkdir(parents=True)
            for line in given["path"].split():
                path = workspace / line
                for file in [path] if path.is_file() else path.rglob("*") if path.is_dir() else []:
                    shutil.copy(file, kept)
        elif "download-artifact@" in action:
            wanted = given.get("name") or given["pattern"]
            target = workspace / given["path"]
            for kept in sorted(self.artifacts.iterdir()) if self.artifacts.exists() else []:
                if fnmatch.fnmatchcase(kept.name, wanted):
                    shutil.copytree(kept, target, dirs_exist_ok=True)
        elif "actions/checkout@" in action and "path" in given:
            subprocess.run(["git", "clone", "-q", self.origin, workspace / given["path"]], check=True)


def _extended(pipeline: Any, name: str) -> dict[str, Any]:
    """Give a job with what it extends: keys of the later one, and of the job itself, take the place of an earlier one's."""
    job: dict[str, Any] = pipeline[name]
    bases = job.get("extends", [])
    found: dict[str, Any] = {}
    for base in [bases] if isinstance(bases, str) else bases:
        found |= _extended(pipeline, base)
    return found | job


def _filled(texts: dict[str, Any], values: dict[str, str]) -> dict[str, str]:
    def value(found: re.Match[str]) -> str:
        return values.get(found[1].strip(), "")

    return {name: re.sub(r"\$\{\{(.*?)\}\}", value, str(text)) for name, text in texts.items()}


def _holds(condition: str, values: dict[str, str], result: str) -> bool:
    text = re.sub(r"\$\{\{(.*)\}\}", r"\1", condition)
    status = {"success()": result == "success", "failure()": result == "failure", "cancelled()": False}
    # A condition without a word on the status holds only where all went well.
    implicit = not any(word in text for word in status)
    for word, holds in status.items():
        text = text.replace(word, str(holds))
    text = re.sub(r"[a-z]+(\.[\w-]+)+", lambda found: repr(values.get(found[0], "")), text)
    text = text.replace("&&", " and ").replace("||", " or ").replace("!=", "≠").replace("!", " not ").replace("≠", "!=")
    return bool(eval(text.strip(), {})) and (not implicit or result == "success")  # noqa: S307  # our own workflows' conditions


def _pairs(path: Path) -> list[tuple[str, str]]:
    return [(line.split("=", 1)[0], line.split("=", 1)[1]) for line in path.read_text().splitlines() if "=" in line]


def clean_environment() -> dict[str, str]:
    """Give this process's environment without what would change what the steps do."""
    unwanted = ("TF_", "DATABRICKS_", "GITHUB_", "CI_", "GIT_", "HEADGATE_")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
