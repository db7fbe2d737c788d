"""OSI PI's connector, as the community connectors' framework asks for it.

The interface (`LakeflowConnect`, `SupportsPartitionedStream`) is in databrickslabs/lakeflow-community-connectors, below
src/databricks/labs/community_connector/interface. Describing tables needs neither a server nor pyspark nor requests.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from .catalogue import (
    BY_NAME,
    CATALOGUE,
    RECORDED,
    TABLES_ASSET_FRAMEWORK,
    TABLES_DISCOVERY_INVENTORY,
    TABLES_EVENT_FRAMES,
    TABLES_GOVERNANCE_DIAGNOSTICS,
    TABLES_TIME_SERIES,
)
from .counters import Counters
from .interface import LakeflowConnect, SupportsPartitionedStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyarrow import RecordBatch

    from .client import PiClient
    from .problems import TagProblem
    from .reading import Reading
    from .tables import Table

_Found = TypeVar("_Found")
_DONE = {"offset": "done"}
# So long the batches of one run share a list of the tags. A tag that is added meanwhile waits for the next list: no run looks
# further than the time at which it began, so there is nothing of it to read before, even with an offset that all tags share.
_LISTED = timedelta(minutes=5)


class OsipiLakeflowConnect(LakeflowConnect, SupportsPartitionedStream):
    """Describes and reads the tables of OSI PI through PI Web API.

    options: see `options.settings_of`; a table's options are those of its reader, and may override the connection's.
    `problems` are the tags and objects that the last read could not read while it read others, and tags of which values came
    or went where no read looks any more.
    """

    TABLES_DISCOVERY_INVENTORY = TABLES_DISCOVERY_INVENTORY
    TABLES_TIME_SERIES = TABLES_TIME_SERIES
    TABLES_ASSET_FRAMEWORK = TABLES_ASSET_FRAMEWORK
    TABLES_EVENT_FRAMES = TABLES_EVENT_FRAMES
    TABLES_GOVERNANCE_DIAGNOSTICS = TABLES_GOVERNANCE_DIAGNOSTICS

    def __init__(self, options: Mapping[str, str]) -> None:
        """Keep the connection's options; nothing is asked of the server yet."""
        self.options = dict(options)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.problems: list[TagProblem] = []
        self._client: PiClient | None = None
        self._counters = Counters()
        self._now: datetime | None = None
        self._listed: dict[tuple[str, str], list[str]] = {}
        self._begun: dict[str, str] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._listed_at = datetime.min.replace(tzinfo=UTC)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what a worker makes anew: connections don't travel."""
        return {"options": self.options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin anew on a worker."""
        self.__init__(state["options"])  # type: ignore[misc]  # as the class itself would be made there

    def list_tables(self) -> list[str]:
        """Give the names of all tables."""
        return [table.name for table in CATALOGUE]

    def get_table_schema(self, table_name: str, table_options: Mapping[str, str]) -> Any:  # noqa: ARG002 (the interface's)
        """Give a table's schema as pyspark's StructType; raises ValueError for a table that OSI PI does not have."""
        from .columns import spark_schema  # noqa: PLC0415 (discovery needs none of it)

        return spark_schema(self._table(table_name).columns)

    def read_table_metadata(self, table_name: str, table_options: Mapping[str, str]) -> dict[str, Any]:
        """Give a table's primary_keys, cursor_field (None without one) and ingestion_type.

        Rows of recorded values come once and are appended. With `reread_hours` values that were corrected or deleted come
        again, so the type is cdc in the sequence of `ingestion_timestamp`: the framework keeps the latest row of each key.
        Raises ValueError for a table that OSI PI does not have.
        """
        table = BY_NAME.get(table_name)
        if table is None:
            raise _unknown(table_name)
        changes = table_name in RECORDED and _is_more_than_0({**self.options, **table_options}, "reread_hours")
        return {
            "primary_keys": list(table.primary_keys),
            "cursor_field": "ingestion_timestamp" if changes else table.cursor_field,
            "ingestion_type": "cdc" if changes else table.ingestion_type,
        }

    def read_table(
        self, table_name: str, start_offset: Mapping[str, Any] | None, table_options: Mapping[str, str]
    ) -> tuple[Iterator[dict[str, Any]], dict[str, Any]]:
        """Read a table on from an offset; give rows and the offset after them, which equals the given one when nothing is left.

        All calls until that happens look no further than the time of the first, so a run ends. Tags that no option names are
        listed for the first of them, and again when that was five minutes ago. Raises ValueError for unknown tables, options
        and offsets that can't be used; PiError where the server can't be read.
        """
        table = self._table(table_name)
        if table.snapshot:
            if start_offset:
                return iter(()), dict(start_offset)
            self._now = None
            return table.snapshot(self._reading(table_options)), dict(_DONE)
        assert table.append is not None  # noqa: S101 (a table has one of the two)
        return self._read_on(table.append, table_name, start_offset, table_options)

    def read_table_arrow(
        self, table_name: str, start_offset: Mapping[str, Any] | None, table_options: Mapping[str, str]
    ) -> tuple[Iterator[RecordBatch], dict[str, Any]] | None:
        """Read a table as `read_table` does, into Arrow record batches of the table's schema instead of rows.

        They hold the same rows in the same order, after the same offset: a table that was read on by one may be read on by the
        other. None for tables other than those of recorded values, and without pyarrow and numpy. Raises as `read_table` does,
        and the batches PiError for a value that no column can hold.
        """
        table = self._table(table_name)
        if table.blocks is None:
            return None
        try:
            from .arrow import batches  # noqa: PLC0415 (an extra)
        except ImportError:
            return None
        blocks, offset = self._read_on(table.blocks, table_name, start_offset, table_options)
        return batches(blocks), offset

    def _read_on(
        self,
        read: Callable[[Reading, Mapping[str, Any] | None], tuple[_Found, dict[str, Any]]],
        table_name: str,
        start_offset: Mapping[str, Any] | None,
        table_options: Mapping[str, str],
    ) -> tuple[_Found, dict[str, Any]]:
        reading = self._reading(table_options, anew=not start_offset)
        reading.table = table_name
        found, offset = read(reading, start_offset)
        if start_offset and offset == dict(start_offset):
            self._now = None
        return found, offset

    def counters(self) -> dict[str, int | float]:
        """Give what all reads of this connector took of the server so far.

        `requests` to PI Web API (a batch is one, a login none), `retries`: how often something was asked for again since it
        had failed, and `waited`: the seconds that were waited before that, for the rate limit and for a login; those of threads
        that wait at the same time add up.
        """
        return self._counters.told()

    def is_partitioned(self, table_name: str) -> bool:
        """Say whether a stream of the table is read by parallel partitions: recorded values, with `partitioned` set to true.

        Spark then knows both ends of each batch, so a batch that is repeated after a crash is the same; values that come
        later than `settle_seconds` after their time are not read, but reported.
        """
        from .options import OptionParser  # noqa: PLC0415 (discovery needs none of it)

        texts = OptionParser(self.options)
        asked = texts.flag("partitioned", default=False)
        texts.check()
        return table_name in RECORDED and asked

    def latest_offset(
        self, table_name: str, table_options: Mapping[str, str], start_offset: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Give the offset up to which the next batch of a partitioned stream reads."""
        from .partitions import latest_offset  # noqa: PLC0415 (discovery needs none of it)

        self._table(table_name)
        offset = latest_offset(self._reading(table_options), start_offset)
        if start_offset and offset == dict(start_offset):
            self._now = None
        return offset

    def get_partitions(
        self,
        table_name: str,
        table_options: Mapping[str, str],
        start_offset: Mapping[str, Any] | None = None,
        end_offset: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """Give the parts of a table (of a batch, where offsets are given) that can be read at the same time."""
        from .partitions import partitions  # noqa: PLC0415 (discovery needs none of it)

        return partitions(self._reading(table_options), table_name, self._table(table_name), start_offset, end_offset)

    def read_partition(
        self, table_name: str, partition: Mapping[str, Any], table_options: Mapping[str, str]
    ) -> Iterator[dict[str, Any]]:
        """Read one of the parts that `get_partitions` gave."""
        from .partitions import read_partition  # noqa: PLC0415 (discovery needs none of it)

        overrides = partition.get("options") or {}
        return read_partition(self._reading({**table_options, **overrides}), self._table(table_name), partition)

    def read_partition_arrow(
        self, table_name: str, partition: Mapping[str, Any], table_options: Mapping[str, str]
    ) -> Iterator[RecordBatch] | None:
        """Read a part as `read_partition` does, into Arrow record batches: the same rows in the same order.

        None for parts other than those of recorded values, and without pyarrow and numpy. Raises as `read_partition`.
        """
        table = self._table(table_name)
        if table.blocks is None or "start" not in partition:
            return None
        try:
            from .arrow import batches  # noqa: PLC0415 (an extra)
        except ImportError:
            return None
        from .partitions import recorded_blocks  # noqa: PLC0415 (discovery needs none of it)

        return batches(recorded_blocks(self._reading({**table_options, **(partition.get("options") or {})}), partition))

    @staticmethod
    def plain_options() -> frozenset[str]:
        """Give the names of the options that hold no secret, which errors may show."""
        from .names import PLAIN  # noqa: PLC0415 (only a backfill asks)

        return PLAIN

    def plan_backfill(
        self,
        table_name: str,
        start: str,
        before: str,
        table_options: Mapping[str, str],
        hours: float = 1,
        known: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Give the parts of a range of time that is read by hand, with what tells their rows: see `backfill.plan`."""
        from .backfill import plan  # noqa: PLC0415 (discovery needs none of it)
        from .names import check_names  # noqa: PLC0415

        check_names({**self.options, **table_options})
        self._now = None
        return plan(self._reading(table_options), table_name, start, before, hours, known)

    def read_backfill(self, part: Mapping[str, Any], table_options: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Read one of the parts that `plan_backfill` gave, as the server has it now."""
        from .backfill import read  # noqa: PLC0415 (discovery needs none of it)

        self._now = None
        return read(self._reading(table_options), dict(part))

    def _table(self, name: str) -> Table:
        from .tables import TABLES  # noqa: PLC0415 (discovery needs none of it)

        if name not in TABLES:
            raise _unknown(name)
        return TABLES[name]

    def _reading(self, table_options: Mapping[str, str], *, anew: bool = False) -> Reading:
        """Give what a read needs; `anew`: what was listed before does not count, as at the beginning of a run."""
        from .client import PiClient  # noqa: PLC0415 (discovery needs none of it)
        from .options import OptionParser, settings_of  # noqa: PLC0415
        from .reading import Reading  # noqa: PLC0415

        options = {**self.options, **table_options}
        settings = settings_of(options)
        if self._client is None or self._client.settings != settings:
            self._client, anew = PiClient(settings, self._counters), True
        moment = self.clock()
        if anew or self._now is None or moment - self._listed_at >= _LISTED:
            self._listed, self._listed_at = {}, moment
        if self._now is None:
            self._begun = {}
            self._client.forget_clock()
        self._now = self._now or moment
        self.problems = []
        reading = Reading(self._client, OptionParser(options), self._now, self.problems, listed=self._listed)
        reading.names, reading.begun = self._names, self._begun
        return reading


def _is_more_than_0(options: Mapping[str, str], name: str) -> bool:
    """Say whether an option is given and not 0; what is no number is told when the table is read."""
    given = next((str(value) for key, value in options.items() if key.lower() == name and value is not None), "")
    return given.strip().strip("0.") != ""


def _unknown(name: str) -> ValueError:
    near = get_close_matches(name, BY_NAME, n=3) or ["see list_tables()"]
    return ValueError(f"OSI PI has no table {name!r}; near to it: {', '.join(near)}")
