"""The notebook as `headgate init notebook` writes it, run cell by cell; PI server and workspace are simulated."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("fastapi", reason="the programs in apps/ have packages of their own: make .venv/.apps.ready")

from apps.pi_simulator.app import create_app
from apps.pi_simulator.serving import served as pi_served
from apps.pi_simulator.settings import Logins, Settings
from headgate.new_project.notebook import notebook_text
from headgate.notebook.cells import StoppedError
from tests.workspace.server import served
from tests.workspace.workspace import TOKEN, Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "s3cret-of-the-reader"  # noqa: S105  # made up
SCOPE = "pi"
TAGS = 1040
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Widgets:
    """Stands for `dbutils.widgets`: a widget that is there keeps its value."""

    values: dict[str, str] = field(default_factory=dict)

    def text(self, name: str, default: str, label: str) -> None:
        assert label
        self.values.setdefault(name, default)

    def dropdown(self, name: str, default: str, choices: list[str], label: str) -> None:
        assert label
        assert default in choices
        self.values.setdefault(name, default)

    def get(self, name: str) -> str:
        return self.values[name]


@dataclass
class Secrets:
    """Stands for `dbutils.secrets`."""

    values: dict[tuple[str, str], str] = field(default_factory=dict)

    def get(self, scope: str, key: str) -> str:
        if (scope, key) not in self.values:
            raise ValueError(f"Secret does not exist with scope: {scope} and key: {key}")
        return self.values[scope, key]


@dataclass
class Dbutils:
    """Stands for `dbutils`."""

    widgets: Widgets = field(default_factory=Widgets)
    secrets: Secrets = field(default_factory=Secrets)


@dataclass
class Notebook:
    """A notebook that is open: its cells by their last line, its widgets, and the pages that it showed."""

    said: Callable[[], str]
    dbutils: Dbutils = field(default_factory=Dbutils)
    pages: list[str] = field(default_factory=list)
    text: str = field(default_factory=notebook_text)

    def __post_init__(self) -> None:
        self.globals: dict[str, Any] = {"dbutils": self.dbutils, "displayHTML": self.pages.append}
        self.cells = [cell.strip() for cell in self.text.split("# COMMAND ----------")]
        self.code = [cell for cell in self.cells if re.search(r"^[^#\n]", cell, re.MULTILINE)]

    def fill_in(self, **widgets: str) -> None:
        """Put values into widgets."""
        self.dbutils.widgets.values |= widgets

    def log_in(self, server: str, secret: str) -> None:
        """Have the notebook log in to a server as the client `reader`, by a secret that the scope `pi` has."""
        self.dbutils.secrets.values["pi", "client_secret"] = secret
        self.fill_in(server=server, user="reader", token_url=server.replace("/piwebapi", "/identitymanager/connect/token"))
        self.dbutils.widgets.values["secret_scope"] = SCOPE

    def run(self, name: str) -> str:
        """Run the cell that ends so; give what it printed. The first of all cells is run before, as a person would."""
        if "pi" not in self.globals:
            exec(compile(self.code[0], "cell", "exec"), self.globals)  # noqa: S102  # what the notebook is for
        cell = next(cell for cell in self.code if cell.endswith(f"pi.{name}()"))
        self.said()
        exec(compile(cell, name, "exec"), self.globals)  # noqa: S102  # what the notebook is for
        return self.said()

    def call(self, method: str) -> str:
        """Run a cell that the operator wrote: it calls a method; give what it printed."""
        self.said()
        exec(compile(f"pi.{method}()", method, "exec"), self.globals)  # noqa: S102  # as in a notebook
        return self.said()

    def shell(self, command: str) -> None:
        """Run a command as in the workspace's web terminal."""
        subprocess.run(["sh", "-c", command], check=True, capture_output=True)

    def run_all(self) -> dict[str, str]:
        """Run the cells one after the other, until one fails; give what each printed."""
        names = [cell.removeprefix("pi.").removesuffix("()") for cell in self.code[1:]]
        return {name: self.run(name) for name in names}

    def run_to(self, last: str) -> dict[str, str]:
        """Run the cells from the discovery to the named one; give what each printed."""
        names = ("discover", "slice", "balance", "generate", "review")
        return {name: self.run(name) for name in names[: names.index(last) + 1]}

    def stopped(self, name: str) -> str:
        """Run a cell that ends by what the user is to mend; give the words that stand in place of a stack trace."""
        with pytest.raises(StoppedError) as stopped:
            self.run(name)
        assert stopped.value.__suppress_context__
        return "\n".join(stopped.value._render_traceback_())


@pytest.fixture(scope="session")
def pi_server() -> Iterator[str]:
    """The address of a PI server with 1,040 tags that anybody may read."""
    with pi_served(create_app(Settings(tags=TAGS))) as url:
        yield f"{url}/piwebapi"


@pytest.fixture(scope="session")
def pi_server20() -> Iterator[str]:
    """The address of one with twenty tags."""
    with pi_served(create_app(Settings(tags=20))) as url:
        yield f"{url}/piwebapi"


@pytest.fixture(scope="session")
def guarded_server() -> Iterator[str]:
    """The address of one with twenty tags, that wants a login."""
    with pi_served(create_app(Settings(tags=20, logins=Logins(clients={"reader": SECRET})))) as url:
        yield f"{url}/piwebapi"


@pytest.fixture(scope="session")
def workspace_served() -> Iterator[tuple[Workspace, str]]:
    workspace = Workspace()
    with served(workspace) as host:
        yield workspace, host


@pytest.fixture
def workspace(workspace_served: tuple[Workspace, str], monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The workspace, with its catalogs alone, that the environment logs in to."""
    workspace, host = workspace_served
    workspace.reset()
    workspace.do("POST", "/api/2.0/workspace/mkdirs", {"path": "/Shared"})
    for name in ("dev_main", "plant"):
        workspace.do("POST", "/api/2.1/unity-catalog/catalogs", {"name": name})
    monkeypatch.setenv("DATABRICKS_HOST", host)
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    return workspace


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Databricks' command line."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    path = tmp_path / "bin" / "databricks"
    path.parent.mkdir()
    path.write_text(
        f"#!{sys.executable}\nimport runpy, sys\nrunpy.run_module('tests.notebook.databricks_cli', run_name='__main__')\n"
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def notebook(
    tmp_path: Path,
    pi_server: str,
    workspace: Workspace,  # noqa: ARG001  # logs in
    cli: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Notebook:
    """The notebook, with the widgets that a person fills in; its folder lies beside it."""
    monkeypatch.chdir(tmp_path)

    def said() -> str:
        return capsys.readouterr().out

    one = Notebook(said)
    one.fill_in(server=pi_server, databricks_cli=str(cli))
    return one
