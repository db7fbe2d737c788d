"""What all cells of a notebook have at hand: its widgets, its secrets, its project and its output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.notebook.cells import Output
from headgate.notebook.project import connection_options, prepare
from headgate.notebook.settings import Settings, read_settings
from headgate.notebook.source import PiSource
from headgate.problems import InputError

if TYPE_CHECKING:
    from collections.abc import Callable


class Session:
    """A notebook that is run. dbutils and display_html are the notebook's own."""

    def __init__(self, dbutils: Any, display_html: Callable[[str], object]) -> None:
        self._dbutils = dbutils
        self.output = Output(display_html)

    def prepared(self) -> Settings:
        """Read the widgets, and have the connector's files follow them. Raises InputError with all that is wrong."""
        settings = read_settings(self._dbutils.widgets)
        prepare(settings)
        return settings

    def source(self, settings: Settings) -> PiSource:
        """Give the PI server, logged in to as the widgets say."""
        return PiSource(connection_options(settings, self.secrets(settings)))

    def secrets(self, settings: Settings) -> dict[str, str]:
        """Give the login's secret, which is hidden from now on. Raises InputError where the scope has none."""
        if not settings.secret:
            return {}
        try:
            value = str(self._dbutils.secrets.get(settings.scope, settings.secret))
        except Exception as error:  # noqa: BLE001  # whatever the platform raises: Java's, the SDK's, ValueError
            raise InputError(
                f"the secret scope '{settings.scope}' gives no '{settings.secret}' ({type(error).__name__})",
                f"look whether you may read the scope: `databricks secrets put-secret {settings.scope} {settings.secret}`",
            ) from None
        self.output.hide([value])
        return {settings.secret: value}
