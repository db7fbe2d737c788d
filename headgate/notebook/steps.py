"""The steps of the notebook, a cell each: what the commands do, on a folder of the workspace, as the widgets say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.discovery.request import DiscoveryRequest
from headgate.files import write_whole
from headgate.notebook.approval import asked, keep_deployed, reviewed
from headgate.notebook.cells import WIDTH, cell
from headgate.notebook.project import (
    BUNDLE,
    CONNECTOR,
    DISCOVERED,
    TAGS,
    connector_of,
    take_tables,
)
from headgate.notebook.session import Session
from headgate.numbers import counted
from headgate.problems import RefusedError
from headgate.render.checked import checked_text
from headgate.render.discovery import as_text
from headgate.render.layout import report_text
from headgate.render.slices import slices_text
from headgate.render.tables import table_text
from headgate.use_cases.balance import BalanceRequest, balance_tables
from headgate.use_cases.check import CheckRequest, check_project
from headgate.use_cases.deploy_bundle import DeployBundleRequest, deploy_bundle, record_bundle, send_needs
from headgate.use_cases.discover import discover_tables
from headgate.use_cases.generate_bundle import BundleRequest, generate_bundle
from headgate.use_cases.slice_table import SliceRequest, cut_table

if TYPE_CHECKING:
    from headgate.notebook.settings import Settings

_SLICED, _OPTION = "pi_timeseries", "tag_webids"
_TEN = 10
_MOST = 20  # lines of files


class PiNotebook(Session):
    """OSI PI's tags to pipelines, cell by cell.

    Every cell reads the widgets anew and has the connector's files follow them. Each raises StoppedError for what the user is
    to mend, and shows no secret.
    """

    @cell
    def access(self) -> None:
        """Read ten tags once, and show them."""
        settings = self.prepared()
        rows = self.source(settings).current_values(_TEN)
        columns = {"tag_name": "tag", "timestamp": "time", "value": "value", "value_text": "text", "units": "units"}
        cells = [["" if row[name] is None else str(row[name]) for name in columns] for row in rows]
        self.output.say(table_text(list(columns.values()), cells, right=(2,), width=WIDTH))
        self.output.say(f"{counted(len(rows), 'tag')} read from {settings.server}")

    @cell
    def discover(self) -> None:
        """Find the connector's tables, and take those that the widget names."""
        settings = self.prepared()
        request = DiscoveryRequest(name=CONNECTOR, root=settings.folder, output=settings.folder / DISCOVERED)
        self.output.say(as_text(discover_tables(request, {})))
        besides = take_tables(settings)
        one = connector_of(settings)
        self.output.say(f"\n{one.folder / 'tables.csv'}: {', '.join(dict.fromkeys(row.source_table for row in one.rows))}")
        if besides:
            self.output.say(f"in the layout already, so they stay: {', '.join(besides)}")

    @cell
    def slice(self) -> None:
        """Cut the table of recorded values into slices of so many tags."""
        settings = self.prepared()
        one = connector_of(settings)
        if all(row.source_table != _SLICED for row in one.rows):
            self.output.say(f"{_SLICED} is not among the tables, so nothing is sliced")
            return
        values = settings.folder / TAGS
        write_whole(values, self.source(settings).tags(one.folder / "tables.csv"))
        request = SliceRequest(
            connector=CONNECTOR,
            table=_SLICED,
            option=_OPTION,
            values=values,
            at_most=settings.tags_per_pipeline,
            root=settings.folder,
        )
        self.output.say(slices_text(_SLICED, _OPTION, cut_table(request).slices, WIDTH))

    @cell
    def balance(self) -> None:
        """Place tables in pipelines, and write the lock."""
        settings = self.prepared()
        page = settings.folder / "balance.html"
        found = balance_tables(BalanceRequest(connector=CONNECTOR, root=settings.folder, page=page), self.output.say)
        self.output.say(report_text(found.reports[0], WIDTH))
        self.output.page(page.read_text(encoding="utf-8"))

    @cell
    def check(self) -> None:
        """Check all that a deploy would refuse."""
        settings = self.prepared()
        for one in check_project(CheckRequest(connector=CONNECTOR, target=settings.target, root=settings.folder)):
            for problem in one.problems:
                self.output.say(f"problem: {problem}")
            for warning in one.warnings:
                self.output.say(f"warning: {warning}")
            self.output.say(checked_text(one.connector, one.tables, one.stacks, one.problems))

    @cell
    def generate(self) -> None:
        """Write the bundle. Raises RefusedError, as all do StoppedError, for a file that somebody changed."""
        settings = self.prepared()
        folder = settings.folder / BUNDLE
        found = generate_bundle(BundleRequest(connector=CONNECTOR, out=folder, root=settings.folder))
        if not found.written:
            clashes = [change for change in found.changes if change.clash]
            self.output.say("\n".join(change.diff for change in clashes))
            names = ", ".join(change.file.path for change in clashes)
            raise RefusedError(f"these files say something else: {names}", f"look at the diff, then delete them in {folder}")
        done = [f"{folder / change.file.path} written" for change in found.changes]
        done += [f"{folder / path} deleted" for path in found.gone]
        more = [f"and {len(done) - _MOST} more"] if len(done) > _MOST else []
        self.output.say("\n".join([*done[:_MOST], *more]) or "every file is up to date already")

    @cell
    def review(self) -> None:
        """Say what a deploy would change and lose, and the words that agree to it."""
        settings = self.prepared()
        found = reviewed(settings, self.output.say)
        self.output.say(found.text)
        self.output.page(found.page)
        self.output.say(asked(found, settings))

    @cell
    def deploy(self) -> None:
        """Deploy what was reviewed, if the widget has its words. Raises RefusedError for what would lose data, likewise."""
        settings = self.prepared()
        found = reviewed(settings, self.output.say)
        if not found.changes or settings.deploy != found.words:
            self.output.say(asked(found, settings))
            return
        if found.loses:
            raise RefusedError(
                f"nothing is deployed: data would be lost in {settings.target}",
                "look at the review; a loss that is wanted is written into accepted.yaml, in the folder",
            )

        done = deploy_bundle(self._deployment(settings), self.output.say)
        keep_deployed(settings)
        self.output.say(f"deployed to {done.target}: {counted(done.deployed, 'pipeline')}")

    @cell
    def connect(self) -> None:
        """Make the connection and the git folder, or bring them up to date, also after a new secret; deploy nothing."""
        send_needs(self._deployment(self.prepared()), self.output.say)

    @cell
    def record(self) -> None:
        """Record what was deployed by the workspace's own tools, by the summary of it that lies beside the bundle."""
        settings = self.prepared()
        done = record_bundle(self._deployment(settings), self.output.say)
        keep_deployed(settings)
        self.output.say(f"recorded in {done.target}: {counted(done.deployed, 'pipeline')}")

    def _deployment(self, settings: Settings) -> DeployBundleRequest:
        return DeployBundleRequest(
            connector=CONNECTOR,
            target=settings.target,
            root=settings.folder,
            bundle=settings.folder / BUNDLE,
            cli=settings.cli,
            secrets=self.secrets(settings),
        )
