"""A deploy by a Databricks bundle: the steps that are its own."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

from headgate.names import secret_variable
from headgate.numbers import counted
from headgate.problems import InputError, RefusedError
from headgate.use_cases.deploy_bundle import DeployBundleRequest, deploy_bundle, record_bundle
from headgate.use_cases.deploying import Deploying
from headgate.use_cases.generate_bundle import BundleRequest, generate_bundle
from headgate.use_cases.review import ReviewRequest, review_changes


class BundleDeploying(Deploying):
    """A deploy by a bundle on its way."""

    @property
    def _bundle(self) -> DeployBundleRequest:
        asked = self.request
        return DeployBundleRequest(
            connector=asked.connector,
            target=self.target,
            root=asked.root,
            profile=asked.profile,
            bundle=asked.root / asked.bundle,
            cli=asked.cli,
            secrets=self._secrets(),
        )

    def _secrets(self) -> dict[str, str]:
        """Give what the environment has of the connection's secrets, under the names by which Terraform takes them."""
        definition = self.one.definition
        names = {secret: f"TF_VAR_{secret_variable(definition.id, secret)}" for secret in definition.connection.secrets}
        return {secret: value for secret, name in names.items() if (value := os.environ.get(name))}

    def generate(self) -> str:
        """Write the bundle. Raises RefusedError for a file that somebody changed."""
        asked = self.request
        found = generate_bundle(BundleRequest(connector=asked.connector, out=asked.root / asked.bundle, root=asked.root))
        if not found.written:
            names = ", ".join(change.file.path for change in found.changes if change.clash)
            fix = "look at what changed: `headgate generate bundle --check`; then --force writes them"
            raise RefusedError(f"these files of {found.folder} say something else: {names}", fix)
        return f"{counted(len(found.changes), 'file')} written into {found.folder}"

    def review(self) -> str:
        """Review what differs from what was deployed last, and have it agreed to. Raises InputError where that is not said."""
        asked = self.request
        if asked.base is None and self.one.deployed(self.target).ids:
            raise InputError(
                f"{self.target} is deployed, and a bundle does not say from which files",
                "name the commit that was deployed last, with which the review compares: --base REF",
            )
        with TemporaryDirectory() as nothing:
            before = Path(nothing) if asked.base is None else None
            request = ReviewRequest(target=self.target, root=asked.root, before=before, base=asked.base)
            return self.agree(review_changes(request, self.asked.tell))

    def apply(self) -> str:
        """Send the connection and the git folder, and deploy the bundle; its record is written too."""
        done = deploy_bundle(self._bundle, self.asked.tell)
        return f"{counted(done.deployed, 'pipeline')} deployed"

    def record(self) -> str:
        """Record what is deployed, by the bundle's summary."""
        done = record_bundle(self._bundle, self.asked.tell)
        left = "; `headgate done` says what is still open" if done.pending else ""
        return f"{counted(done.deployed, 'pipeline is', 'pipelines are')} deployed to {done.target}{left}"
