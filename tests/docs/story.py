"""The blocks of commands in the pages, and somebody who reads them while things happen in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.docs.pages import Block, blocks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.docs.reader import Reader

INSTALLS = "installs from a package index; tests/packaging does it"
SERVES = "serves until it is ended; tests/dashboard does it"
DATABRICKS = "needs Databricks' own command line"
SERVED = "serves until it is ended; the tests of these pages start it so"
ASKS = "asks a workspace; tests/assess does it"
TERMINAL = "asks on a terminal; tests/deploy does it"
# A block's first line → why it is not run. Its commands are read all the same.
NOT_RUN = {
    "headgate assess                                          # all pipelines of the workspace, the last 30 days": ASKS,
    "headgate deploy crm -t dev             # shows the review, and asks: no is the default": TERMINAL,
    "make dist                              # the wheels, into dist/": INSTALLS,
    "PIP_FIND_LINKS=../dist make setup": INSTALLS,
    "headgate handover crm -t prod --back orders --warehouse ID --execute": "the blocks before leave no move to give back",
    "headgate done crm -t prod --handover orders": "nothing is left to hand over by then",
    "headgate approved --target prod --out approved.json": "works in CI alone; tests/ci does it",
    "headgate show crm -t prod                     # which pipeline reads which table": DATABRICKS,
    "headgate observe crm -t prod --workspace --mlflow": "needs MLflow and a workspace; tests/observe does it",
    "headgate run sample --engine spark                                       # local[*]: all cores of this machine": (
        "needs Spark; tests/engine/spark does it"
    ),
    "export PYSPARK_PYTHON=/opt/headgate/bin/python": "starts a server of Spark's; tests/engine/spark has one",
    "make demo     # the main job on OSI PI's 39 tables": "sets up a clone; .ci/run does it",
    "make setup terraform                                     # terraform is left alone where there is one": INSTALLS,
    "sudo apt-get install libkrb5-dev gcc python3-dev      # krb5-devel on Red Hat": "needs a Kerberos server",
    "pip install websockets                                   # what the streaming reader needs": INSTALLS,
    "headgate dashboard             # of the project in this folder, at http://127.0.0.1:8050/": SERVES,
    "headgate dashboard --usage usage.csv": SERVES,
    "headgate dashboard -t prod --warehouse 1234567890abcdef": SERVES,
    "databricks apps deploy crm-prod-dashboard --source-code-path /Workspace/Shared/headgate/prod/crm/dashboard": DATABRICKS,
    "headgate dashboard --host 0.0.0.0 --allow-host boards.example.com": SERVES,
    "headgate simulate-pi --tags 40 --port 8000               # in a terminal of its own": SERVED,
    "headgate sql test": "takes Spark; tests/sql/testing does it",
    "databricks volumes create osipi bronze pi MANAGED": DATABRICKS,
    "databricks secrets create-scope pi": DATABRICKS,
    "databricks workspace import /Workspace/Shared/pi_job --file pi_job.py --format SOURCE --language PYTHON": DATABRICKS,
}
# Pages with commands that tests run: test_pages.py, test_guides.py, test_examples.py and test_osipi_guide.py.
FOLLOWED = {
    "README.md", "docs/adopt.md", "docs/assess.md", "docs/balance.md", "docs/bundle.md", "docs/change-pipelines.md",
    "docs/change.md", "docs/ci.md", "docs/deploy.md", "docs/failed-deploy.md", "docs/from-other-toolkits.md",
    "docs/handover.md", "docs/lost-table.md", "docs/notebook.md", "docs/observe.md", "docs/operate.md", "docs/osipi.md",
    "docs/pi-to-dashboards.md", "docs/run.md", "docs/secrets.md", "docs/sites.md", "docs/sql-check.md", "docs/sql.md",
    "docs/start.md", "examples/README.md", "examples/hubspot/README.md", "examples/osipi-batch/README.md",
    "examples/osipi-streaming/README.md", "examples/own-connector/README.md", "examples/transforms/README.md",
    "examples/zendesk/README.md", "examples/zoho-crm/README.md",
}  # fmt: skip
NOTHING: Mapping[str, Callable[[], object]] = {}


def scripts(page: str) -> list[Block]:
    return [block for block in blocks(page) if block.language == "sh"]


def is_run(block: Block) -> bool:
    return block.text.splitlines()[0] not in NOT_RUN


@dataclass
class Story:
    """A reader of pages, and what happens between their blocks."""

    reader: Reader

    def read(
        self,
        page: str,
        before: Mapping[str, Callable[[], object]] = NOTHING,
        skipped: tuple[str, ...] = (),
        section: str = "",
    ) -> None:
        """Run a page's blocks, but those that have a `skipped` word, each after what `before` has for a word of it.

        `section`: of this one alone, by how its heading begins.
        """
        assert page in FOLLOWED
        found = [block for block in scripts(page) if block.section.startswith(section)]
        assert found
        for block in found:
            if any(word in block.text for word in skipped):
                continue
            for word, happens in before.items():
                if word in block.text:
                    happens()
            if is_run(block):
                self.reader.follow(block)

    def do(self, text: str) -> str:
        """Run commands that stand in no page."""
        return self.reader.follow(Block("what happens between", 0, "sh", text))

    def add_table(self, **cells: str) -> None:
        """Add a row to the inventory."""
        file = self.reader.here / "connectors/crm/tables.csv"
        columns = file.read_text().splitlines()[0].split(",")
        assert set(cells) <= set(columns)
        file.write_text(file.read_text() + ",".join(cells.get(column, "") for column in columns) + "\n")

    def lose(self, *stacks: str) -> None:
        """Lose the states of stacks."""
        for stack in stacks:
            (self.reader.here / f"state/{stack}.tfstate").unlink()

    def edit(self, path: str, old: str, new: str) -> None:
        """Change a file of the project."""
        file = self.reader.here / path
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))
