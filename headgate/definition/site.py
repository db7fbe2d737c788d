"""What `sites.yaml` says of each place that one definition is deployed for: the model behind it, and a site as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from headgate.definition.model import Name, Text  # noqa: TC001  # pydantic reads the fields' types
from headgate.validation import Id, StrictModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.definition.model import Definition

FILE, FOLDER = "sites.yaml", "sites"
PARTS = ("connection", "secrets", "destination", "schedules", "table_options")  # of a definition, that a site may lay over
_Part = Annotated[dict[str, Any], Field(default_factory=dict)]


class SiteSettings(StrictModel):
    """What a site has of its own. All that it does not say is as connector.yaml has it."""

    id: Id | None = Field(
        default=None,
        description="Given once, never changed: it names stacks, states, addresses and files. Default: the definition's id, _, "
        "and the site's name.",
    )
    name: Name | None = Field(
        default=None, description="The display name. Default: the definition's display name, _, and the site's name."
    )
    connection: _Part = Field(
        description="Keys of `connection` that differ. A connection that Terraform makes is called as the definition says, "
        "with _ and the site's name, where none is named."
    )
    secrets: _Part = Field(description="Keys of `secrets` that differ, with `credentials: secrets`.")
    destination: _Part = Field(description="Keys of `destination` that differ: catalog, schema.")
    schedules: _Part = Field(description="Keys of `schedules` that differ, such as timezone.")
    table_options: _Part = Field(
        description="Options of all of the site's tables, such as which tags: they win over connector.yaml's and over a row's."
    )
    targets: dict[Id, dict[str, Any]] | None = Field(
        default=None,
        min_length=1,
        description="The definition's targets that the site is deployed to, each with the settings that differ: `prod: {}`. "
        "Default: all of them.",
    )
    tables: list[Text] = Field(
        default_factory=list,
        description="The source tables that the site has, where * stands for any characters. Default: all of the inventory.",
    )
    offset_minutes: int = Field(
        default=0, ge=0, le=59, description="Each schedule of the site is so many minutes later, within the hour."
    )


class SitesFile(StrictModel):
    """The sites of a definition, by name: plants, regions or tenants with the same tables."""

    sites: dict[Id, SiteSettings] = Field(
        min_length=1, description="Name → what the site has of its own. A name is given once: it names the site's folder."
    )


@dataclass(frozen=True, slots=True)
class Site:
    """A site of a definition, which gives a connector of its own: `definition` is the one with the site's settings laid over.

    of: the definition's id; default_target: its default one, which the site may not have. tables: patterns of its source
    tables; none: all. options: laid over those of rows. offset_minutes: by which rows' own schedules are later (those of
    `definition` are already). file, lines: where each of its settings stands, by its path in connector.yaml.
    """

    name: str
    of: str
    definition: Definition
    tables: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    offset_minutes: int = 0
    default_target: str = ""
    file: str = ""
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int:
        """Give the line of a setting, else of the nearest around it that the site has, at last of the site itself."""
        return next((self.lines[path[:length]] for length in range(len(path), -1, -1) if path[:length] in self.lines), 1)
