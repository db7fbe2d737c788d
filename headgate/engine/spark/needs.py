"""What a machine needs for a run on Spark, and which package brings what is missing. Nothing here imports Spark."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.installation import bring, installed
from headgate.problems import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIBRARIES = ("pyspark", "pandas", "pyarrow", "deltalake", "filelock")
_CLIENT = ("grpc", "grpc_status", "google.rpc", "zstandard")  # what Spark Connect's takes besides
# Delta Lake for the Spark of the extra `spark-run`: each of its releases is built for one minor version of Spark.
SPARK, DELTA = "4.2", "io.delta:delta-spark_4.2_2.13:4.4.0"
LOCAL = "local[*]"
_JAVA, _PANDAS = 17, 2  # the least of Java, and the most of pandas, that Spark 4.2 runs with
_SECONDS = 60  # that `java -version` may take
_FIX = (
    f"install Java {_JAVA}: apt install openjdk-17-jre-headless (Debian, Ubuntu), dnf install java-17-openjdk-headless "
    "(Fedora, Red Hat), brew install openjdk@17 (macOS); where it is installed, name its folder in JAVA_HOME"
)
_MASTER = re.compile(
    r"local(\[(\*|[1-9]\d*)(\s*,\s*[1-9]\d*)?\])?|spark://.+|k8s://.+|yarn|sc://[^/;:\s]+(:\d+)?(/(;[^;=\s]+=[^;\s]*)*)?"
)
_CONNECT, _TOKEN = "sc://", "SPARK_CONNECT_AUTHENTICATE_TOKEN"


def is_server(master: str) -> bool:
    """Say whether a master is a Spark Connect server."""
    return master.startswith(_CONNECT)


def token(environ: Mapping[str, str]) -> str:
    """Give what a Spark Connect server is shown, as its client reads it from the environment."""
    return environ.get(_TOKEN, "")


def refuse_master(master: str) -> None:
    """Raise InputError for a master that no driver can be started with."""
    if is_server(master) and "token=" in master.lower():
        raise InputError(
            "--master has a token, which whoever lists processes would see",
            f"leave it out, and have it in the environment: {_TOKEN}",
        )
    if not _MASTER.fullmatch(master):
        raise InputError(
            Problem(
                f"--master {master!r} is no master of Spark's",
                f"{LOCAL}, local[4], spark://host:7077, yarn, k8s://… or sc://host:15002",
            )
        )


def refuse_missing(master: str = LOCAL) -> None:
    """Raise InputError for libraries or a Java that are not there, or that Spark and Delta can't be run with: all of them.

    A Spark Connect server has the Java.
    """
    missing = _client() if is_server(master) else _java()
    if problems := [*_libraries(), *missing]:
        raise InputError(problems)


def _libraries() -> Iterator[Problem]:
    if missing := [name for name in LIBRARIES if find_spec(name) is None]:
        yield Problem(f"a run on Spark needs the libraries {', '.join(missing)}", bring(["spark-run"]))
    if (found := installed("pyspark")) and not found.startswith(f"{SPARK}."):
        yield Problem(f"pyspark is {found}: expected {SPARK}, the Spark that {DELTA} is built for", bring(["spark-run"]))
    pandas = installed("pandas")
    if pandas and int(pandas.partition(".")[0]) > _PANDAS:
        yield Problem(f"pandas is {pandas}: Spark {SPARK} takes none from {_PANDAS + 1} on", bring(["spark-run"]))


def _client() -> Iterator[Problem]:
    if missing := [name for name in _CLIENT if not _is_there(name)]:
        yield Problem(f"Spark Connect needs the libraries {', '.join(missing)}", bring(["spark-run", "spark-connect"]))


def _is_there(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # not even what it lies in
        return False


def _java() -> Iterator[Problem]:
    version = java_version()
    if version is None:
        yield Problem("a run on Spark needs Java, and there is none", _FIX)
    elif version < _JAVA:
        yield Problem(f"Java is {version}: Spark {SPARK} needs {_JAVA} or newer", _FIX)


def packages() -> str:
    """Give the Maven package that a session has to load: Delta Lake, unless its jar lies beside Spark's own."""
    spec = find_spec("pyspark")
    own = Path(os.environ.get("SPARK_HOME") or (Path(spec.origin).parent if spec and spec.origin else "")) / "jars"
    return "" if any(own.glob("delta-spark_*.jar")) else DELTA


def java_version() -> int | None:
    """Give Java's version, such as 17; None where there is none that starts."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java:
        return None
    try:
        run = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=_SECONDS, check=True)  # noqa: S603  # Java
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', run.stderr + run.stdout)
    return int(found[1]) if found else None
