"""Runs the script as a job does, with what stands for Spark and dbutils."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from connectors.osipi.script import batch_script

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer

TABLE = "main.bronze.pi_timeseries"
PLACES = "`main`.`bronze`.`pi_timeseries_places`"
NAMES = (
    "tag_webid", "tag_id", "tag_name", "timestamp", "sub_microsecond", "value", "value_text", "value_type", "state_code",
    "quality_good",
    "quality_questionable", "quality_substituted", "annotated", "units", "errors", "occurrence", "ingestion_timestamp",
)  # fmt: skip
KEY = ("tag_webid", "timestamp", "sub_microsecond", "occurrence")
STRETCH = ("tag_webid", "since", "until")
OF_PLACES = ("tag_webid", "place", "since")


class Spark:
    """Stands for Spark, as far as the script asks it: the table and that of the places, and merges into them by their keys."""

    def __init__(self, dies_at: int = 0) -> None:
        self.said: list[str] = []
        self.rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.dies_at = dies_at
        self._staged: list[Any] = []
        self.views: dict[str, list[Any]] = {}
        self.columns: tuple[str, ...] = NAMES

    def table(self, name: str) -> Self:
        assert name == "`main`.`bronze`.`pi_timeseries`"
        return self

    def sql(self, text: str) -> Self:
        self.said.append(text)
        if text.startswith("ALTER TABLE"):
            self.columns = NAMES
        if text.startswith("MERGE"):
            self.dies_at -= 1
            if not self.dies_at:
                raise KeyboardInterrupt
            if text.endswith("WHEN MATCHED THEN DELETE"):
                self._take_out()
            elif text.startswith(f"MERGE INTO {PLACES} "):
                for row in self._staged:
                    kept = self.places.setdefault(row["tag_webid"], row)
                    kept["place"] = max(kept["place"], row["place"])
            else:
                for row in self._staged:
                    self.rows.setdefault(tuple(row[name] for name in KEY), row)
        return self

    def _take_out(self) -> None:
        """Take out what `pi_read` spans and `pi_there` has not."""
        for tag, first, last in self.views["pi_read"]:
            for key in [key for key in self.rows if key[0] == tag and first <= key[1] <= last]:
                if key not in self.views["pi_there"]:
                    del self.rows[key]

    def collect(self) -> list[dict[str, Any]]:
        assert self.said[-1].endswith(f"FROM {PLACES}")
        return list(self.places.values())

    def createDataFrame(self, rows: list[tuple[Any, ...]], columns: str) -> Self:  # noqa: N802  # Spark's name
        names = tuple(one.split()[0] for one in columns.split(","))
        if names in {KEY, STRETCH}:
            self._staged = rows
            return self
        assert names in {NAMES, OF_PLACES}
        self._staged = [dict(zip(names, row, strict=True)) for row in rows]
        keys = [tuple(row[name] for name in (KEY if names == NAMES else OF_PLACES[:1])) for row in self._staged]
        assert len(keys) == len(set(keys)), "a merge refuses two rows of one key"
        return self

    def createOrReplaceTempView(self, name: str) -> None:  # noqa: N802  # Spark's name
        assert name in {"pi_batch", "pi_places", "pi_read", "pi_there"}
        self.views[name] = self._staged


class Secrets:
    """Stands for dbutils: whatever key of whatever scope has one secret."""

    def __init__(self) -> None:
        self.secrets = self

    def get(self, scope: str, key: str) -> str:
        return f"{key} of {scope}"


def at(minutes: float, ticks: int = 0) -> str:
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1) + timedelta(minutes=minutes)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ticks:07d}Z"


def run(pi: PiServer, spark: Spark, *, now: datetime | None = None, merged: int = 200_000, **options: str) -> None:
    text = batch_script({"pi_base_url": pi.url, "tag_webids": ",".join(pi.tags), **options}, TABLE, "pi")
    text = text.replace("WAIT = 1.0", "WAIT = 0.0").replace("ROWS_PER_MERGE = 200_000", f"ROWS_PER_MERGE = {merged}")
    clock = "" if now is None else f"datetime(*{tuple(now.utctimetuple())[:6]}, tzinfo=timezone.utc)"
    text = text.replace("datetime.now(timezone.utc)", clock or "datetime.now(timezone.utc)")
    exec(compile(text, "job.py", "exec"), {"spark": spark, "dbutils": Secrets()})  # noqa: S102
