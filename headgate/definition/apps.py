"""The Databricks Apps of a target, as connector.yaml says them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from headgate.validation import StrictModel

# Source: Databricks' REST API, Apps, `name`.
AppName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,28}[a-z0-9]$")]
Text = Annotated[str, StringConstraints(min_length=1)]
_PACKAGE = "What the app installs: the wheel of {what}, by its path beside connector.yaml, or a requirement such as {such}."


class _App(StrictModel):
    """What both apps say."""

    name: AppName | None = Field(default=None, description="The app's name in the workspace. Default: by the ids.")

    @property
    def wheel(self) -> str:
        """The path of the wheel beside connector.yaml; empty where the app installs a requirement."""
        package: str = getattr(self, "package", "")
        return package if package.endswith(".whl") and "://" not in package and " " not in package else ""


class DashboardApp(_App):
    """`headgate dashboard` as a Databricks App: the layout, the runs and the rows of the tables, for who may use it."""

    package: Text = Field(description=_PACKAGE.format(what="headgate", such="headgate[dashboard]==0.1.0"))
    warehouse_id: Text | None = Field(
        default=None, description="The SQL warehouse that reads the tables. Default: the target's `warehouse_id`."
    )
    as_user: bool = Field(default=False, description="Rows are read with the rights of who looks, not with the app's own.")


class SimulatorApp(_App):
    """A simulated PI Web API as a Databricks App, to try a workspace without a plant."""

    package: Text = Field(description=_PACKAGE.format(what="pi-web-api-simulator", such="pi-web-api-simulator==0.1.0"))
    tags: int = Field(default=1040, ge=1, le=10_000_000, description="How many points it has.")
