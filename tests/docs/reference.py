"""What is generated in the pages: `make docs` writes it anew, from the code that it is of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.new_project.sampled import sample_files
from headgate.new_project.schemas import RUNS, TABLES, schema
from headgate.render.layout import report_text
from headgate.use_cases.balance import BalanceRequest, balance_tables
from headgate.use_cases.init_connector import NewConnectorRequest, make_connector
from tests.docs.command_help import help_of_all, table
from tests.docs.llms import llms
from tests.docs.pages import ROOT, blocks, generated_parts, pages, with_parts
from tests.docs.picture import PICTURE, picture
from tests.docs.schema_keys import keys_of
from tests.docs.site import LLMS

if TYPE_CHECKING:
    from headgate.balance.report import Report

_SITES_KEY = 2  # full stops in sites.NAME.key
_CSV = re.compile(r"<<END\n(.*?)^END$", re.MULTILINE | re.DOTALL)


def parts() -> dict[str, str]:
    """Give what each generated part is to say."""
    found = {"commands": help_of_all()}
    for name, words in (("tables.csv", TABLES), ("runs.csv", RUNS)):
        found[name] = table(("column", "what it holds"), [(f"`{column}`", text) for column, text in words.items()])
    for of in ("connector", "accepted", "pipeline", "test"):
        rows = [(f"`{key.path}`", key.value, key.default, key.text) for key in keys_of(schema(of))]
        found[f"{of}.yaml"] = table(("key", "value", "default", "what it is"), rows)
    sites = [key for key in keys_of(schema("sites")) if key.path.count(".") <= _SITES_KEY]  # the rest is connector.yaml's
    found["sites.yaml"] = table(("key", "value", "what it is"), [(f"`{key.path}`", key.value, key.text) for key in sites])
    sample, own = balanced_sample(), _balanced_csv()
    head = report_text(sample).splitlines()[: len(sample.rows) + 3]
    found["pipelines of the sample"] = "\n".join(["```text", *head, "```"])
    return found | {"balance crm": f"```text\n{report_text(own)}\n```"}


def balanced_sample() -> Report:
    """Balance what `headgate init project --sample` writes."""
    with TemporaryDirectory() as folder:
        for file in sample_files():
            path = Path(folder) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text)
        return _balanced(folder)


def _balanced_csv() -> Report:
    """Balance the tables that docs/start.md begins with."""
    with TemporaryDirectory() as folder:
        listing = Path(folder) / "crm.csv"
        listing.write_text(next(found for block in blocks("docs/start.md") for found in _CSV.findall(block.text)))
        request = NewConnectorRequest(name="crm", root=Path(folder), listing=listing)
        make_connector(replace(request, connection="crm_connection", catalog="main", schema="crm"), {})
        return _balanced(folder)


def _balanced(root: str) -> Report:
    return balance_tables(BalanceRequest(root=Path(root)), lambda _: None).reports[0]


def generated() -> dict[str, str]:
    """Give all that is generated: path → text."""
    made = parts()
    found = {page: with_parts(page, made) for page in pages() if generated_parts(page)}
    return found | {PICTURE: picture(balanced_sample()), LLMS: llms()}


def main() -> None:
    """Write what is not as it is to be."""
    for path, text in generated().items():
        (ROOT / path).write_text(text)


if __name__ == "__main__":
    main()
