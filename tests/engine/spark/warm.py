"""One Spark for all tests, which is a Spark Connect server, too; and how Spark is configured for tests."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.engine.spark.driver.sessions import Sessions
from headgate.engine.spark.model import SparkOrder
from headgate.engine.spark.needs import packages
from tests.engine.spark.played import ServedTable, SparkTable, client

if TYPE_CHECKING:
    from tests.engine.played import Engine

_CONF = Path(__file__).parent / "conf"
SPARK = {
    "SPARK_CONF_DIR": str(_CONF),
    "PYSPARK_PYTHON": str(Path(__file__).parent / "python"),
    "SPARK_TESTS_PYTHON": sys.executable,
}
TOKEN = {"SPARK_CONNECT_AUTHENTICATE_TOKEN": "c0nnect-5ecret"}


@cache
def server() -> str:
    """Start Spark, with `local[2]`, and give the address at which others reach it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory() as folder:
        shutil.copytree(_CONF, folder, dirs_exist_ok=True)
        with (Path(folder) / "spark-defaults.conf").open("a") as file:
            file.write("spark.plugins org.apache.spark.sql.connect.SparkConnectPlugin\n")
            file.write(f"spark.connect.grpc.binding.port {port}\n")
        os.environ |= SPARK | TOKEN | {"SPARK_CONF_DIR": folder}
        SparkTable.sessions = _sessions("local[2]", packages())
    return f"sc://localhost:{port}"  # by another name the client has no token without TLS


def _sessions(master: str, jars: str = "") -> Sessions:
    return Sessions(SparkOrder(pipelines=(), jobs=1, master=master, packages=jars))


def spark_table() -> Engine:
    """Give the class of a table that Spark loads in a driver here."""
    server()
    return SparkTable


def served_table() -> Engine:
    """Give the class of a table that a Spark Connect server loads."""
    address = server()
    with client():
        ServedTable.sessions = _sessions(address)
    return ServedTable
