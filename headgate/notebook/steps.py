"""The steps of the notebook, a cell each: what the commands do, on a folder of the workspace, as the widgets say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headgate.discovery.request import DiscoveryRequest
from headgate.files import write_whole
from headgate.notebook.approval import Approval, keep_deployed, reviewed
from headgate.notebook.cells import WIDTH, Output, cell
from headgate.notebook.project import (
    BUNDLE,
    CONNECTOR,
    DISCOVERED,
    TAGS,
    connection_options,
    connector_of,
    prepare,
    take_tables,
)
from headgate.notebook.settings import Settings, read_settings
from headgate.notebook.source import PiSource
from headgate.numbers import counted
from headgate.problems import InputError, RefusedError
from headgate.render.checked import checked_text
from headgate.render.discovery import as_text
from headgate.render.layout import report_text
from headgate.render.slices import slices_text
from headgate.render.tables import table_text
from headgate.use_cases.balance import BalanceRequest, balance_tables
from headgate.use_cases.check import CheckRequest, check_project
from headgate.use_cases.deploy_bundle import DeployBundleRequest, deploy_bundle
from headgate.use_cases.discover import discover_tables
from headgate.use_cases.generate_bundle import BundleRequest, generate_bundle
from headgate.use_cases.slice_table import SliceRequest, cut_table

if TYPE_CHECKING:
    from collections.abc import Callable

_SLICED, _OPTION = "pi_timeseries", "tag_webids"
_TEN = 10


class PiNotebook:
    """OSI PI's tags to pipelines, cell by cell. dbutils and display_html are the notebook's own.

    Every cell reads the widgets anew and has the connector's files follow them. Each raises StoppedError for what the user is
    to mend, and shows no secret.
    """

    def __init__(self, dbutils: Any, display_html: Callable[[str], object]) -> None:
        self._dbutils = dbutils
        self.output = Output(display_html)

    @cell
    def access(self) -> None:
        """Read ten tags once, and show them."""
        settings = self._prepared()
        rows = self._source(settings).current_values(_TEN)
        columns = {"tag_name": "tag", "timestamp": "time", "value": "value", "value_text": "text", "units": "units"}
        cells = [["" if row[name] is None else str(row[name]) for name in columns] for row in rows]
        self.output.say(table_text(list(columns.values()), cells, right=(2,), width=WIDTH))
        self.output.say(f"{counted(len(rows), 'tag')} read from {settings.server}")

    @cell
    def discover(self) -> None:
        """Find the connector's tables, and take those that the widget names."""
        settings = self._prepared()
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
        settings = self._prepared()
        one = connector_of(settings)
        if all(row.source_table != _SLICED for row in one.rows):
            self.output.say(f"{_SLICED} is not among the tables, so nothing is sliced")
            return
        values = settings.folder / TAGS
        write_whole(values, self._source(settings).tags(one.folder / "tables.csv"))
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
        settings = self._prepared()
        page = settings.folder / "balance.html"
        found = balance_tables(BalanceRequest(connector=CONNECTOR, root=settings.folder, page=page), self.output.say)
        self.output.say(report_text(found.reports[0], WIDTH))
        self.output.page(page.read_text(encoding="utf-8"))

    @cell
    def check(self) -> None:
        """Check all that a deploy would refuse."""
        settings = self._prepared()
        for one in check_project(CheckRequest(connector=CONNECTOR, target=settings.target, root=settings.folder)):
            for problem in one.problems:
                self.output.say(f"problem: {problem}")
            for warning in one.warnings:
                self.output.say(f"warning: {warning}")
            self.output.say(checked_text(one.connector, one.tables, one.stacks, one.problems))

    @cell
    def generate(self) -> None:
        """Write the bundle."""
        settings = self._prepared()
        folder = settings.folder / BUNDLE
        found = generate_bundle(BundleRequest(connector=CONNECTOR, out=folder, root=settings.folder))
        if not found.written:
            clashes = [change for change in found.changes if change.clash]
            self.output.say("\n".join(change.diff for change in clashes))
            names = ", ".join(change.file.path for change in clashes)
            raise RefusedError(f"these files say something else: {names}", f"look at the diff, then delete them in {folder}")
        for change in found.changes:
            self.output.say(f"{folder / change.file.path} written")
        for path in found.gone:
            self.output.say(f"{folder / path} deleted")
        if not found.changes and not found.gone:
            self.output.say("every file is up to date already")

    @cell
    def review(self) -> None:
        """Say what a deploy would change and lose, and the words that agree to it."""
        settings = self._prepared()
        found = reviewed(settings, self.output.say)
        self.output.say(found.text)
        self.output.page(found.page)
        self.output.say(_asked(found, settings))

    @cell
    def deploy(self) -> None:
        """Deploy what was reviewed, if the widget has its words."""
        settings = self._prepared()
        found = reviewed(settings, self.output.say)
        if not found.changes or settings.deploy != found.words:
            self.output.say(_asked(found, settings))
            return
        if found.loses:
            raise RefusedError(
                f"nothing is deployed: data would be lost in {settings.target}",
                "look at the review; a loss that is wanted is written into accepted.yaml, in the folder",
            )

        request = DeployBundleRequest(
            connector=CONNECTOR,
            target=settings.target,
            root=settings.folder,
            bundle=settings.folder / BUNDLE,
            cli=settings.cli,
            secrets=self._secrets(settings),
        )
        done = deploy_bundle(request, self.output.say)
        keep_deployed(settings)
        self.output.say(f"deployed to {done.target}: {counted(done.deployed, 'pipeline')}")

    def _prepared(self) -> Settings:
        settings = read_settings(self._dbutils.widgets)
        prepare(settings)
        return settings

    def _source(self, settings: Settings) -> PiSource:

        return PiSource(connection_options(settings, self._secrets(settings)))

    def _secrets(self, settings: Settings) -> dict[str, str]:
        """Give the login's secret, which is hidden from now on. Raises InputError where the scope has none."""
        if not settings.secret:
            return {}
        try:
            value = str(self._dbutils.secrets.get(settings.scope, settings.secret))
        except Exception as error:  # noqa: BLE001  # whatever the platform raises: Java's, the SDK's, ValueError
            raise InputError(
                f"the secret scope '{settings.scope}' gives no '{settings.secret}' ({type(error).__name__})",
                f"look whether you may read the scope: `databricks secrets put-secret {settings.scope} {settings.secret}`",
            ) from None
        self.output.hide([value])
        return {settings.secret: value}


def _asked(found: Approval, settings: Settings) -> str:
    """Say what deploys a review, or that nothing is to be deployed."""
    if not found.changes:
        return f"nothing is to be deployed to {settings.target}"
    lead = "nothing was deployed yet."
    if settings.deploy and settings.deploy != found.words:
        lead = f"nothing was deployed: the widget Deploy says '{settings.deploy}', which is not this review."
    return f"{lead} To deploy what the review says, put these words into the widget Deploy and run the last cell: {found.words}"
