"""Terraform's own check of synthesized stacks: it asks no workspace and no backend, but needs the providers.

It works on copies: a stack's own folder is made ready by a deploy, which `headgate record` looks for.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.clients.terraform.program import not_run
from headgate.files import needed_text, parse_json
from headgate.problems import SourceError
from headgate.redaction.environment import secrets_of
from headgate.redaction.redactor import redactor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_BODY, _LOCK, _FETCHED = "cdk.tf.json", ".terraform.lock.hcl", "fetched"
_FRAME = re.compile("[│╵╷]")
_AT_ONCE = 2
_SECONDS = 120
# A registry that does not answer is given up soon. Source: Terraform, "Environment variables", TF_REGISTRY_…
_IMPATIENT = {"TF_REGISTRY_CLIENT_TIMEOUT": "5", "TF_REGISTRY_DISCOVERY_RETRY": "0"}
# These would have it work in another folder, or on another state.
_ELSEWHERE = {"TF_DATA_DIR", "TF_WORKSPACE"}


@dataclass(frozen=True, slots=True)
class Validation:
    """Terraform (the words that start it) on the stacks below `stacks`; `work` is a folder of its own, which it uses again."""

    program: Sequence[str]
    stacks: Path
    work: Path

    def fetch_providers(self, names: Iterable[str]) -> None:
        """Have the stacks' providers in `work`. Raises SourceError where they can't be had, or Terraform can't be run."""
        self.work.mkdir(parents=True, exist_ok=True)
        needed = providers_of(self._body(name) for name in names)
        body = {"terraform": {"required_providers": needed}}
        # Terraform asks the registry even for what it has, unless it has to look nowhere else.
        if self._plugins.is_dir() and not self._init(self._folder("had", body), *self._only_these).returncode:
            return
        run = self._init(self._folder(_FETCHED, body))
        if run.returncode:
            wanted = ", ".join(f"{one.get('source', name)} {one.get('version', '')}".strip() for name, one in needed.items())
            summary, detail = _reason(run.stderr)
            raise SourceError(f"the provider {wanted} can't be downloaded from its registry or a mirror: {summary}", detail)

    def errors(self, name: str) -> list[str]:
        """Give what is wrong in a stack, whose providers were fetched; nothing where it is valid.

        Raises InputError where the stack can't be read, SourceError where Terraform can't be run or takes too long.
        """
        folder = self._folder(name, self._body(name))
        init = self._init(folder, "-backend=false", *self._only_these)
        if init.returncode:
            return [": ".join(_reason(init.stderr))]
        run = self._run(folder, "validate", "-json", "-no-color")
        try:
            found = json.loads(run.stdout)["diagnostics"]
        except (ValueError, KeyError):
            return [": ".join(_reason(run.stderr))]
        return [_clean(f"{one['summary']}: {one.get('detail', '')}") for one in found if one["severity"] == "error"]

    def all_errors(self, names: Sequence[str]) -> dict[str, list[str]]:
        """Give what is wrong in each of the stacks, whose providers were fetched."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(names, pool.map(self.errors, names), strict=True))

    def _body(self, name: str) -> dict[str, Any]:
        path = self.stacks / name / _BODY
        body: dict[str, Any] = parse_json(needed_text(path), str(path), "synthesize again")
        return body

    def _folder(self, name: str, body: Mapping[str, Any]) -> Path:
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        (folder / _LOCK).unlink(missing_ok=True)
        (folder / _BODY).write_text(json.dumps(body), encoding="utf-8")
        return folder

    @property
    def _plugins(self) -> Path:
        return self.work / _FETCHED / ".terraform" / "providers"

    @property
    def _only_these(self) -> list[str]:
        return [f"-plugin-dir={self._plugins}"] if self._plugins.is_dir() else []

    def _init(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        return self._run(folder, "init", "-input=false", "-no-color", *words)

    def _run(self, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {**_IMPATIENT, **os.environ, "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        try:
            return subprocess.run(  # noqa: S603  # the user's own terraform
                [*self.program, *words],
                cwd=folder,
                env={name: value for name, value in environment.items() if name not in _ELSEWHERE},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise SourceError(f"`{self.program[0]} {words[0]}` took more than {_SECONDS} seconds") from None
        except OSError as error:
            raise not_run(self.program, error) from None


def providers_of(bodies: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the `required_providers` of several stacks together."""
    return {name: one for body in bodies for name, one in body.get("terraform", {}).get("required_providers", {}).items()}


def _reason(said: str) -> tuple[str, str]:
    """Give the first error that Terraform reported, and what it said of it, each in a line."""
    paragraphs = _clean(said.partition("Error: ")[2] or said).split("\n\n")
    summary, detail = (" ".join(_FRAME.sub(" ", text).split()) for text in (*paragraphs, "")[:2])
    return summary, detail


def _clean(text: str) -> str:
    return redactor(secrets_of(os.environ))(text)
