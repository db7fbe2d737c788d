"""The PI server, asked by the connector's own code as it is installed beside Headgate."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any

from headgate.new_project.catalogue import package_of
from headgate.problems import InputError, Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_HOURS = 24  # how far back values are counted
_CURRENT = "pi_current_value"


class PiSource:
    """A PI server. options: the connection's, secrets among them, and `nameFilter`; never shown."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = dict(options)

    def current_values(self, most: int) -> list[dict[str, Any]]:
        """Read the first tags that may be seen, each with its last value: rows of pi_current_value, by the tags' order.

        Raises InputError for options to be mended, SourceError where the server can't be read.
        """
        with _told():
            listed = [row["webid"] for row in islice(_module("points").points(self._reading()), most)]
            connector = _module("connector").OsipiLakeflowConnect(self._options)
            rows, _ = connector.read_table(_CURRENT, None, {"tag_webids": ",".join(listed)})
            return list(rows)

    def tags(self, inventory: Path) -> str:
        """Give value,weight for each tag, a line each, as `headgate slice` reads them. Raises as `current_values` does.

        inventory: the tables.csv whose slices know tags, by the WebIDs that those stay in.
        """
        with _told():
            tags = _module("tags")
            known = tags.in_slices(inventory)
            text: str = tags.as_values(tags.tag_weights(self._reading(), _HOURS), known)
            return text

    def _reading(self) -> Any:
        options = _module("options")
        client = _module("client").PiClient(options.settings_of(self._options))
        return _module("reading").Reading(client, options.OptionParser(self._options), datetime.now(UTC))


def _module(name: str) -> Any:
    """Give a module of the connector: of its package, or of the repository that Headgate is run from."""
    return import_module(f"{package_of('osipi')}.{name}")


@contextmanager
def _told() -> Iterator[None]:
    """Turn the connector's errors, which hold no secret, into ours."""
    problems = _module("problems")
    try:
        yield
    except problems.OptionsError as error:
        raise InputError(str(error), "look at the widgets of the server and the login") from None
    except problems.PiError as error:
        fix = "docs/osipi.md, under 'When something goes wrong', says what is to be done"
        raise SourceError(Problem(f"the PI server can't be read: {error}", fix)) from None
