"""A session at a Spark Connect server, which has Delta Lake."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pyspark.sql import SparkSession
from pyspark.sql.connect.client.retries import DefaultPolicy

from headgate.engine.spark.driver.session import DELTA_SETTINGS, SQL_SETTINGS
from headgate.engine.spark.needs import DELTA
from headgate.engine.worker.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Mapping

_PORT, _SECONDS = 15002, 10  # a server's own port, and how long one may take to be reached
# A server that is gone takes its sessions along; Spark's own would try again for ten minutes.
_TRIES, _PAUSE = 10, 5000  # at most so many milliseconds between two


def served(server: str) -> SparkSession:
    """Give a new session at a server, such as `sc://host:15002`. Raises TableError for one that can't be reached or used."""
    where = urlsplit(server)
    try:
        socket.create_connection((where.hostname or "", where.port or _PORT), _SECONDS).close()
    except OSError as error:
        raise TableError(
            f"no Spark Connect server can be reached at {where.netloc}: {error.strerror or error}",
            "start it, or look at --master",
        ) from None
    spark = SparkSession.builder.remote(server).create()
    client: Any = spark.client
    client.set_retry_policies([DefaultPolicy(max_retries=_TRIES, max_backoff=_PAUSE)])
    refuse_without_delta({name: spark.conf.get(name, "") or "" for name in DELTA_SETTINGS})
    for name, value in SQL_SETTINGS.items():
        spark.conf.set(name, value)
    return spark


def refuse_without_delta(settings: Mapping[str, str]) -> None:
    """Raise TableError for a server's settings without those of Delta Lake, by name."""
    lacking = [f"{name}={value}" for name, value in DELTA_SETTINGS.items() if value not in settings[name].split(",")]
    if lacking:
        raise TableError(
            f"the Spark Connect server has no Delta Lake: expected {', '.join(lacking)}",
            f"start it with --packages {DELTA} --conf {' --conf '.join(lacking)}",
        )
