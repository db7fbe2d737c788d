"""A connector in one target: the names, paths and settings that its resources share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.terraform.tags import Tag

if TYPE_CHECKING:
    from headgate.definition.model import Definition, RunAs, Target


@dataclass(frozen=True, slots=True)
class Scope:
    """A definition as it is in one of its targets."""

    definition: Definition
    target_name: str

    @property
    def target(self) -> Target:
        """The target's settings."""
        return self.definition.targets[self.target_name]

    @property
    def folder(self) -> str:
        """The connector's workspace folder, without /Workspace. By id, so that a display name can change."""
        return f"{self.target.root_path}/{self.target_name}/{self.definition.id}"

    @property
    def connection(self) -> str:
        """The connection's name in the target: one made elsewhere keeps its own."""
        connection = self.definition.connection
        return connection.name if connection.existing else self.target.name_prefix + connection.name

    @property
    def catalog(self) -> str:
        """The default catalog in the target."""
        return self.target.catalog or self.definition.destination.catalog

    def pipeline_name(self, name: str) -> str:
        """Give what people see for a pipeline."""
        return f"{self.target.name_prefix}{self.definition.display_name}_{name}"

    def stack_name(self, number: int | None) -> str:
        """Give a stack's name: the shared one's for None."""
        return f"{self.definition.id}-{self.target_name}-{number or 'shared'}"

    def protected(self, block: dict[str, Any]) -> dict[str, Any]:
        """Give the block so that Terraform refuses to destroy it, unless the target says it may."""
        if not self.target.protect:
            return block
        return block | {"lifecycle": {**block.get("lifecycle", {}), "prevent_destroy": True}}

    def own_tags(self, name: str) -> dict[str, str]:
        """Give headgate's own tags of what has this id: a pipeline's, or the connector's."""
        return Tag(self.definition.id, self.target_name, name).as_tags()

    def tags(self, name: str) -> dict[str, str]:
        """Give the tags of a pipeline or job: the target's, and headgate's own."""
        return literals(self.target.tags | self.own_tags(name))

    def run_as(self) -> dict[str, Any]:
        """Give the `run_as` argument of pipelines and jobs, or nothing."""
        return {"run_as": principal(self.target.run_as)} if self.target.run_as else {}


def principal(who: RunAs) -> dict[str, str]:
    """Give a principal as pipelines and jobs name it."""
    if who.user:
        return {"user_name": literal(who.user)}
    return {"service_principal_name": literal(who.service_principal or "")}


def literal(text: str) -> str:
    """Give a text that Terraform takes as it is: its templates' openings, `${` and `%{`, are doubled."""
    return text.replace("${", "$${").replace("%{", "%%{")


def literals(values: dict[str, str]) -> dict[str, str]:
    """Give a map whose keys and values Terraform takes as they are."""
    return {literal(key): literal(value) for key, value in sorted(values.items())}
