"""A kind of resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tests.standin.rest import ApiError
from tests.standin.values import from_api, to_api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.standin.bindings import Schema
    from tests.standin.rest import Client, Json
    from tests.standin.values import Values


@dataclass(frozen=True)
class Refused:
    """An argument that the provider refuses, and why: in a few words, and in full where it says more."""

    argument: str
    message: str
    detail: str = ""


def conflicting(config: Values, *names: str) -> list[Refused]:
    """Give what is said of arguments of which one alone may be set: of each that is set, the first that it conflicts with."""
    found = sorted(name for name in names if config.get(name))
    pairs = [(one, next(other for other in found if other != one)) for one in found if len(found) > 1]
    return [Refused(one, "Conflicting configuration arguments", f'"{one}": conflicts with {other}') for one, other in pairs]


@dataclass(frozen=True)
class Resource:
    """`databricks_<kind>` in a workspace. `version` is the provider's. Everything that asks the workspace raises ApiError.

    `names`: the API's names where they are not Terraform's. `unsent`: arguments that are no part of a request.
    """

    workspace: Client
    block: Schema
    version: tuple[int, ...]

    kind: ClassVar[str]
    names: ClassVar[Mapping[str, str]] = {}
    unsent: ClassVar[frozenset[str]] = frozenset({"id"})

    @staticmethod
    def refused(config: Values) -> list[Refused]:
        """Give what `terraform validate` refuses, beyond what Terraform itself sees."""
        del config
        return []

    @staticmethod
    def unplannable(planned: Values) -> list[Refused]:
        """Give what a plan refuses, and no validation."""
        del planned
        return []

    @staticmethod
    def plan(was: Values | None, planned: Values) -> None:
        """Change the planned state where only the provider knows."""

    def create(self, values: Values) -> str:
        """Make it, and give its id."""
        raise ApiError(0, f"the tests' workspace holds no {self.kind}: {sorted(values)}")

    def answer(self, state: Values) -> Json:
        """Ask for it, and give what the state is read from."""
        raise NotImplementedError

    def update(self, was: Values, values: Values) -> None:
        """Change it."""
        raise NotImplementedError

    def delete(self, state: Values) -> None:
        """Delete it."""
        raise NotImplementedError

    def read(self, state: Values, *, new: bool) -> Values | None:
        """Give the state as the workspace has it; None where it is gone."""
        return from_api(self.block, self.answer(state), self.names, state, new=new)

    def body(self, values: Values) -> Json:
        """Give a request's body."""
        return to_api(self.block, {name: value for name, value in values.items() if name not in self.unsent}, self.names)
