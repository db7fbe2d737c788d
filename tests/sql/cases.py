"""The cases of the corpus: good and bad pipelines, with what has to be found in them.

A file holds one kind. A case begins with `-- # name`; `-- finds:` names the codes of errors and warnings, or nothing.
`-- strict`, `-- edition: …` are as on the command line; `-- now:` parts what is deployed from what is new; `-- spark: …` says
where Spark has no say, or another one, and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from headgate.sql.check.deployed import check_deployed
from headgate.sql.check.pipeline import check_sql
from headgate.sql.known import KnownTables
from headgate.sql.schemas import read_schemas

if TYPE_CHECKING:
    from headgate.sql.check.editions import Edition
    from headgate.sql.check.findings import Finding
    from headgate.sql.known import KnownTable

CORPUS = Path(__file__).with_name("corpus")
TABLES: list[KnownTable] = read_schemas((CORPUS / "tables.yaml").read_text(), "tables.yaml")


@dataclass(frozen=True)
class Case:
    kind: str
    name: str
    finds: frozenset[str]
    sql: str
    deployed: str | None
    edition: Edition | None
    strict: bool
    spark: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"

    def findings(self, sql: str | None = None) -> tuple[Finding, ...]:
        text = self.sql if sql is None else sql
        found = check_sql({"case.sql": text}, KnownTables(TABLES), strict=self.strict, edition=self.edition)
        if self.deployed is not None:
            found += check_deployed({"case.sql": self.deployed}, {"case.sql": text})
        return found

    def codes(self) -> frozenset[str]:
        return frozenset(one.code.value for one in self.findings() if one.severity != "note")


def cases() -> list[Case]:
    return [_case(file.stem, part) for file in sorted(CORPUS.glob("*.sql")) for part in _parts(file.read_text())]


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"^-- # ", text, flags=re.MULTILINE) if part.strip()]


def _case(kind: str, part: str) -> Case:
    name, _, rest = part.partition("\n")
    said = dict(re.findall(r"^-- (finds|edition|spark|strict)(?:: (.*))?$", rest, flags=re.MULTILINE))
    finds = frozenset() if said["finds"] == "nothing" else frozenset(said["finds"].split(", "))
    sql = re.sub(r"^-- (finds|edition|spark|strict)\b.*\n", "", rest, flags=re.MULTILINE)
    before, parted, now = sql.partition("-- now:\n")
    edition = cast("Edition | None", said.get("edition"))
    return Case(
        kind, name, finds, now if parted else sql, before if parted else None, edition, "strict" in said, said.get("spark", "")
    )
