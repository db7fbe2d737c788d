"""A connector that can read a range of time, asked in this process: its parts and their rows.

Such a connector has `plan_backfill(table, start, before, options, hours)`, which gives keys, columns (name → kind), `tag` and
`time` (the columns that tell its parts apart), `read_at` (the one that says when a row was read) and parts; and
`read_backfill(part, options)`, which gives a part's rows and leaves the tags that it could not read in `problems`. What takes
`known=`, the tags as a table has them already, plans for each of them as the table names it. Where it has
`plain_options()`, that gives the names of options that hold no secret, which errors may show.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headgate.discovery.child.find import search_files
from headgate.problems import HeadgateError, InputError, SourceError, short
from headgate.redaction.redactor import Redactor, redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BackfillPart:
    """Tags and a stretch of time, its start included and its end not, that are read at once. `id` names it for good."""

    tags: tuple[str, ...]
    start: str
    before: str

    @property
    def id(self) -> str:
        """Twenty hexadecimal digits, the same for the same tags and stretch."""
        return hashlib.sha256(json.dumps([self.tags, self.start, self.before]).encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """All parts of a range, and what tells their rows: `keys`, `columns` (name → kind), the `tag` and the `time` column.

    read_at: the column by which alone no row differs from another; empty where there is none.
    """

    table: str
    keys: tuple[str, ...]
    columns: Mapping[str, str]
    tag: str
    time: str
    parts: tuple[BackfillPart, ...]
    read_at: str = ""

    @property
    def span(self) -> tuple[str, str]:
        """From when to when the parts are, as absolute times."""
        return self.parts[0].start, self.parts[-1].before

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of all parts, each once."""
        return tuple(dict.fromkeys(tag for part in self.parts for tag in part.tags))


class BackfillSource:
    """A connector's class, made with `options`, of which no error shows a value that may be a secret."""

    def __init__(self, folder: Path, options: Mapping[str, str]) -> None:
        """Load the one class in `folder` that can be read by a range; raises InputError where there is none."""
        self._options = dict(options)
        self._mask = _masking(options, _SHOWN)
        self.choice = tuple(sorted((name.lower(), value) for name, value in options.items() if name.lower() in _CHOOSING))
        found = search_files(folder.resolve(), "", is_root=False)
        classes = [one for one in found.classes if hasattr(one, "plan_backfill") and hasattr(one, "read_backfill")]
        if len(classes) != 1:
            errors = "; ".join(f"{place}: {error['message']}" for place, error in sorted(found.errors.items()))
            raise InputError(
                f"{folder}: no connector that can read a range of time" + (f" ({self._mask(errors)})" if errors else ""),
                "it needs plan_backfill and read_backfill, as the code of connectors/osipi has them",
            )
        plain = {name.lower() for name in getattr(classes[0], "plain_options", tuple)()}
        self._mask = _masking(options, _SHOWN | plain)
        self._connector = self._asked(lambda: classes[0](self._options))

    def plan(
        self,
        table: str,
        start: str,
        before: str,
        hours: float,
        tags: Sequence[str] = (),
        *,
        options: Mapping[str, str] | None = None,
        known: Sequence[str] = (),
    ) -> BackfillPlan:
        """Ask for the parts, of these tags or else of those that the options (the table's, else the connection's) choose.

        known: tags that the table has, each of which is read under that name, whatever it is called here or by the source.
        Raises InputError for a table, time or option that can't be used, SourceError where it fails.
        """
        chosen = {name: value for name, value in (options or {}).items() if name.lower() in _CHOOSING}
        if tags:
            chosen = {name: value for name, value in chosen.items() if name.lower() != "tag_webids"}
            chosen["tag_webids"] = ",".join(tags)
        more = {"known": known} if known else {}
        made = self._asked(lambda: self._connector.plan_backfill(table, start, before, chosen, hours, **more))
        parts = tuple(BackfillPart(tuple(part["tags"]), part["start"], part["before"]) for part in made["parts"])
        keys, read_at = tuple(made["keys"]), made.get("read_at", "")
        return BackfillPlan(table, keys, made["columns"], made["tag"], made["time"], parts, read_at)

    def read(self, part: BackfillPart) -> tuple[list[Row], dict[str, str]]:
        """Give a part's rows, and the tags that can't be read with the reason; raises SourceError where it fails."""
        asked = {"tags": list(part.tags), "start": part.start, "before": part.before}
        rows = self._asked(lambda: list(self._connector.read_backfill(asked, {})))
        unread = {
            one.webid: self._mask(f"{one.status or ''} {one.message}".strip())
            for one in getattr(self._connector, "problems", [])
        }
        return rows, unread

    def _asked(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except HeadgateError:
            raise
        except ValueError as error:
            raise InputError(self._mask(str(error)), "fix the option or the argument that it names") from None
        except Exception as error:  # noqa: BLE001  # a connector may raise anything; its options stay out of sight
            fix = "look at the server, then run the same again: what is done is not read twice"
            raise SourceError(self._mask(str(error) or short(type(error).__name__)), fix) from None


def _masking(options: Mapping[str, str], shown: Collection[str]) -> Redactor:
    return redactor(value for name, value in options.items() if name.lower() not in shown)


# Options that choose what is read; with how hard the server is asked they are all that errors show of an option's value.
_CHOOSING = {"pi_base_url", "pi_web_api_url", "dataserver_webid", "tag_webids", "namefilter"}
_SHOWN = _CHOOSING | {"requests_per_second"}
