"""Print what came of public input: `python -m bench.public connectors CLONE`; or `plans`, `lists` or `sql`, and a FOLDER.

CLONE is a git directory of databrickslabs/lakeflow-community-connectors, whose refs/pull/*/head hold what is not on its main
branch yet. The folders hold `*.json` as `terraform show -json` writes plans, `*.csv`, and `*.sql` of
Lakeflow Declarative Pipelines, each file a pipeline.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.public.connectors import print_connectors
from bench.public.files import print_lists, print_plans
from bench.public.sql import print_sql

_WHAT = {"connectors": print_connectors, "plans": print_plans, "lists": print_lists, "sql": print_sql}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in _WHAT:  # noqa: PLR2004 (the program, what, and where)
        sys.exit(__doc__)
    _WHAT[sys.argv[1]](Path(sys.argv[2]))
