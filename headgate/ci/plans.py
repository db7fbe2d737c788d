"""Terraform's plans of synthesized stacks, and applying those very plans.

A plan file and what `terraform show -json` says of it hold secrets in clear: only their owner may read them, and nothing of
them is printed.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from headgate.ci.interrupts import until_it_ends
from headgate.ci.local_state import lost_state
from headgate.clients.terraform.program import not_run
from headgate.files import write_whole
from headgate.problems import InputError, SourceError
from headgate.redaction.environment import secrets_of
from headgate.redaction.redactor import redactor
from headgate.review.holdings import names_in
from headgate.review.masks import masks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

_log = logging.getLogger(__name__)

PlanStatus = Literal["nothing", "changes", "failed"]

_SHOWN = 6000
_PRIVATE = 0o077
# `terraform plan -detailed-exitcode`: 0 nothing to do, 1 an error, 2 something to do.
_STATUSES: dict[int, PlanStatus] = {0: "nothing", 2: "changes"}
# For a stack whose plan could not even begin: what `terraform show -json` says of an errored plan, and no more.
ERRORED: dict[str, Any] = {"format_version": "1.2", "errored": True}


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What came of a stack's plan. `said`: Terraform's errors where it failed, without secrets."""

    stack: str
    status: PlanStatus
    said: str = ""


@dataclass(frozen=True, slots=True)
class Terraform:
    """A Terraform at work on synthesized stacks.

    `program` are the words that start it; `stacks` is the folder `cdktf.out/stacks`; `plans` is where <stack>.tfplan and
    <stack>.json go; `lock` says whether a plan takes the state's lock, which a login that may only read can't; `profile` is
    what the provider logs in with, where a stack says nothing else.
    """

    program: Sequence[str]
    stacks: Path
    plans: Path
    lock: bool = True
    profile: str | None = None

    def plan(self, stack: str) -> PlanResult:
        """Plan a stack. <stack>.json is there afterwards in any case: of an errored plan where it failed.

        Raises SourceError where the program can't be run.
        """
        self.plans.mkdir(mode=0o700, parents=True, exist_ok=True)
        file, shown = self.plan_file(stack), self.plans / f"{stack}.json"
        file.unlink(missing_ok=True)
        lost = lost_state(self.stacks / stack)
        init = self._run(stack, "init", "-input=false")
        if lost or init.returncode:
            _write_private(shown, json.dumps(ERRORED))
            return PlanResult(stack, "failed", str(lost or _said(init)))
        locking = ["-lock-timeout=10m"] if self.lock else ["-lock=false"]
        run = self._run(stack, "plan", "-input=false", "-detailed-exitcode", f"-out={file}", *locking)
        show = self._run(stack, "show", "-json", str(file)) if file.exists() else None
        _write_private(shown, show.stdout if show and not show.returncode else json.dumps(ERRORED))
        status = _STATUSES.get(run.returncode, "failed")
        if show is None or show.returncode:
            status = "failed"
        if status == "failed":
            file.unlink(missing_ok=True)  # an errored plan is not to be applied
            return PlanResult(stack, status, _said(show if show and not run.returncode else run))
        return PlanResult(stack, status)

    def apply(self, stack: str, show: Callable[[str], object]) -> None:
        """Apply the stack's plan file; `show` is given Terraform's words as they come. Raises SourceError where it fails."""
        clean = redactor(secrets_of(os.environ) | self._planned_secrets(stack))
        command = ("apply", "-no-color", "-input=false", str(self.plan_file(stack)))
        with self._start(stack, *command, both=True) as process, until_it_ends(process) as signals:
            for words in clean.stream(process.stdout or ()):
                show(words)
            process.wait()
        if signals:
            raise SourceError(f"the apply of {stack} was interrupted", "Terraform's words are above")
        if process.returncode:
            raise SourceError(f"the apply of {stack} failed with exit code {process.returncode}", "Terraform's words are above")

    def _planned_secrets(self, stack: str) -> frozenset[str]:
        """Give what the plan has of secrets that this environment may not have; none where its JSON is gone."""
        try:
            plan = json.loads((self.plans / f"{stack}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return frozenset()
        return masks_of(plan).without_words_of([stack, *names_in(plan)]).values

    def state(self, stack: str) -> Any:
        """Give what `terraform show -json` says of a stack's state, which holds secrets. Raises SourceError where it fails."""
        _log.info("asking Terraform for the state of %s", stack)
        self._make_ready(stack)
        show = self._run(stack, "show", "-json")
        self._done(stack, show, "show")
        try:
            return json.loads(show.stdout)
        except (ValueError, RecursionError):
            said = f"`{' '.join(self.program)} show -json` printed no JSON in {self.stacks / stack}"
            raise SourceError(said, "is it a Terraform?") from None

    def take_over(self, stack: str, address: str, id_: str, variables: Iterable[str] = ()) -> None:
        """Have the stack's state know something that the workspace has, which is all that changes. Raises SourceError.

        `variables` are the stack's: of those that the environment lacks, the value is no matter, for nothing is sent.
        """
        lacking = [name for name in variables if f"TF_VAR_{name}" not in os.environ]
        words = [word for name in lacking for word in ("-var", f"{name}=")]
        self._done(stack, self._run(stack, "import", "-input=false", *words, address, id_), f"import of {address}")

    def correct(self, stack: str, change: Callable[[str, dict[str, Any]], Mapping[str, Any]]) -> list[str]:
        """Have the stack's state say something else of what it has; give the addresses. Raises SourceError where it fails.

        `change` is given an address and its attributes, and gives those that are new. Terraform refuses it where the state has
        changed meanwhile, by its serial number.
        """
        self._make_ready(stack)
        pull = self._run(stack, "state", "pull", "-no-color")
        self._done(stack, pull, "state pull")
        if not pull.stdout.strip():  # there is no state yet
            return []
        state, changed = json.loads(pull.stdout), []
        for resource in state["resources"]:
            own = resource["mode"] == "managed" and "module" not in resource
            for instance in resource["instances"] if own else ():
                index = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
                address = f"{resource['type']}.{resource['name']}{index}"
                if new := change(address, instance["attributes"]):
                    instance["attributes"] |= new
                    changed.append(address)
        if changed:
            state["serial"] += 1
            self._done(stack, self._run(stack, "state", "push", "-no-color", "-", said=json.dumps(state)), "state push")
        return changed

    def _make_ready(self, stack: str) -> None:
        if lost := lost_state(self.stacks / stack):
            raise SourceError(lost)
        if not (self.stacks / stack / ".terraform").is_dir():
            self._done(stack, self._run(stack, "init", "-input=false"), "init")

    def _done(self, stack: str, run: subprocess.CompletedProcess[str], what: str) -> None:
        if run.returncode:
            folder = self.stacks / stack
            fix = (
                "fix what Terraform reports, then run the same again; a lock of an apply that died goes by "
                f"`{' '.join(self.program)} -chdir={folder} force-unlock ID`"
            )
            raise SourceError(f"Terraform's {what} failed in {folder}:\n{_said(run)}", fix)

    def plan_file(self, stack: str) -> Path:
        """Give the place of a stack's plan file."""
        return self.plans / f"{stack}.tfplan"

    def plan_digest(self, stack: str) -> str:
        """Give what tells a stack's plan file from every other one; empty where there is none."""
        file = self.plan_file(stack)
        return sha256(file.read_bytes()).hexdigest() if file.is_file() else ""

    def _run(self, stack: str, verb: str, *words: str, said: str | None = None) -> subprocess.CompletedProcess[str]:
        plain = [] if verb in ("show", "state") else ["-no-color"]
        with self._start(stack, verb, *plain, *words, spoken=said is not None) as process, until_it_ends(process) as signals:
            out, error = process.communicate(said)
        if signals:
            raise KeyboardInterrupt
        _log.debug("%s %s in %s: exit code %d", " ".join(self.program), verb, self.stacks / stack, process.returncode)
        return subprocess.CompletedProcess(words, process.returncode, out, error)

    def _start(self, stack: str, *words: str, both: bool = False, spoken: bool = False) -> subprocess.Popen[str]:
        """Start Terraform in a stack's folder; `both` has its errors come among its output, `spoken` opens its input."""
        folder = self.stacks / stack
        profile = {"DATABRICKS_CONFIG_PROFILE": self.profile} if self.profile else {}
        if not folder.is_dir():
            raise InputError(f"there is no stack '{stack}' in {self.stacks}", "synthesize, or name one of `headgate stacks`")
        try:
            return subprocess.Popen(  # noqa: S603  # the user's own terraform
                [*self.program, *words],
                cwd=folder,
                stdin=subprocess.PIPE if spoken else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if both else subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                umask=_PRIVATE if words[0] == "plan" else -1,
                env={**os.environ, "TF_IN_AUTOMATION": "1", **profile},
            )
        except OSError as error:
            raise not_run(self.program, error) from None


def chosen(stacks: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """Give the wanted stacks (none: all) in their order. Raises InputError for one that isn't there."""
    names = set(wanted)
    if unknown := sorted(names - set(stacks)):
        raise InputError(f"there is no stack '{unknown[0]}'", f"there are: {', '.join(stacks) or 'none'}")
    return [stack for stack in stacks if stack in names or not names]


def clear(plans: Path) -> None:
    """Take away the plans of an earlier run: of another target, they would be reviewed and applied along."""
    for path in (*plans.glob("*.tfplan"), *plans.glob("*.json")):
        path.unlink()


def unplanned(terraform: Terraform, stacks: Iterable[str]) -> list[str]:
    """Give the stacks without a plan file."""
    return [stack for stack in stacks if not terraform.plan_file(stack).exists()]


def _said(run: subprocess.CompletedProcess[str]) -> str:
    return redactor(secrets_of(os.environ))(run.stderr.strip())[-_SHOWN:]


def _write_private(path: Path, text: str) -> None:
    # Made empty first: write_whole keeps a file's permissions.
    path.touch(mode=0o600)
    path.chmod(0o600)
    write_whole(path, text)
