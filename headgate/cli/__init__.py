"""The command `headgate`.

Exit codes: 0 done; 1 a file or an argument is to be mended; 2 the command line was not understood; 3 two committed files
don't fit each other, and the message names the command to run; 4 something outside failed; 5 refused, for it would lose data;
6 something that was observed needs attention.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command

from headgate.cli.adopt import adopt
from headgate.cli.assess import assess
from headgate.cli.backfill import backfill
from headgate.cli.balance import balance
from headgate.cli.check import check, schema, show
from headgate.cli.ci import apply, approved, plan, stacks, validate
from headgate.cli.command import Commands, add, only
from headgate.cli.comment import comment
from headgate.cli.console import begin, say_where, warn
from headgate.cli.cost import cost
from headgate.cli.dashboard import dashboard
from headgate.cli.deploy import deploy
from headgate.cli.discover import discover
from headgate.cli.doctor import doctor, print_version
from headgate.cli.generate import bundle, generate
from headgate.cli.handover import handover
from headgate.cli.init import ci, init
from headgate.cli.init_connector import connector
from headgate.cli.init_notebook import notebook
from headgate.cli.init_pipeline import pipeline
from headgate.cli.init_project import project
from headgate.cli.observe import observe
from headgate.cli.pipelines import list_, logs, pipelines, status, stop
from headgate.cli.pipelines_change import delete, schedule, start
from headgate.cli.progress import done, record, rename, retire
from headgate.cli.recover import recover
from headgate.cli.review import review
from headgate.cli.run import run
from headgate.cli.simulator import simulator
from headgate.cli.slice import slice_
from headgate.cli.sql import explain, import_, sql
from headgate.cli.sql import generate as sql_generate
from headgate.cli.sql_check import check_sql
from headgate.cli.sql_tests import run_sql_tests
from headgate.files import system_error
from headgate.problems import HeadgateError

if TYPE_CHECKING:
    from types import TracebackType

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 fix the input, 2 usage, 3 files don't fit together, 4 something outside failed, 5 refused, "
    "6 alarms.",
)


@app.callback()
def _headgate(
    version: Annotated[  # its callback prints it
        bool, typer.Option("--version", help="Print the version and end.", callback=print_version, is_eager=True)
    ] = False,
) -> None:
    """Balance a connector's tables over Databricks pipelines and Terraform stacks."""


# Each command with what one types after its name: for its help, and run or parsed by the tests.
COMMANDS: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("discover", discover, ("crm", "crm --from-csv tables.csv", "crm --connector-python-file crm.py --best-effort")),
    ("balance", balance, ("", "crm --check", "crm --explain orders", "crm --what-if pipelines=6 stacks=3")),
    ("slice", slice_, ("plant pi_timeseries --option tags --values tags.csv --at-most 9",)),
    ("show", show, ("", "crm -t prod")),
    ("check", check, ("", "crm --frozen", "crm -t prod --workspace -p PROFILE")),
    ("schema", schema, (">connector.schema.json", "tables", "--output balance")),
    ("cost", cost, ("", "crm -t prod -o json", "crm -t prod --usage usage.csv --month 2026-10")),
    ("review", review, ("cdktf.out/plans/*.json -t prod", "--base origin/main -o markdown")),
    ("comment", comment, ("review.md -t prod", "- -t prod --dry-run")),
    ("handover", handover, ("crm -t prod", "crm -t prod --warehouse ID --execute", "crm -t prod --resume-jobs")),
    ("stacks", stacks, ("", "-o json")),
    ("validate", validate, ("", "crm-dev-1 --optional")),
    ("plan", plan, ("", "crm-prod-1 -p PROFILE")),
    ("approved", approved, ("-t prod --out approved.json",)),
    ("apply", apply, ("", "crm-prod-1 -p PROFILE")),
    ("deploy", deploy, ("crm -t dev", "crm -t prod --auto-approve", "crm -t prod --check-only", "crm --show-permissions")),
    ("record", record, ("crm -t prod", "crm crm-prod-1.json -t prod")),
    ("recover", recover, ("crm -t prod", "crm -t prod --import databricks_job.crm_1=ID --yes")),
    ("done", done, ("crm -t prod", "crm -t prod --handover main.crm.orders", "crm -t prod --all")),
    ("rename", rename, ("crm append_1 nightly",)),
    ("retire", retire, ("crm -t dev", "crm -t dev --drop-tables --yes", "crm -t dev --undo")),
    ("backfill", backfill, ("plant --from 2026-01-31T06:00:00Z --to '*' --out rows", "plant --from '*-1d' -t prod --merge")),
    ("observe", observe, ("", "crm --log events.json", "crm -t prod --workspace -p PROFILE")),
    ("adopt", adopt, ("crm --connection crm_api --dry-run", "crm 'CRM_*' -t prod", "crm --bundle ../crm --bundle-target prod")),
    ("assess", assess, ("", "'CRM_*' --log events --html assessment.html", "--dbus-per-hour 4 --price-per-dbu 0.35")),
    ("run", run, ("crm", "crm --only orders --full-refresh orders", "crm --dry-run")),
    ("dashboard", dashboard, ("", "--port 9000", "crm -t prod --usage usage.csv")),
    ("doctor", doctor, ("", "-o json")),
    ("simulate-pi", simulator(), ("", "--port 9000 --hostile 0.2")),
)
INIT_COMMANDS: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("project", project, ("shop", "shop --sample --ci github", ". --check")),
    (
        "connector",
        connector,
        (
            "crm --python-file path/to/crm.py",
            "shop --from-csv tables.csv",
            "plant --from osipi",
            "sales --from hubspot --credentials secrets",
        ),
    ),
    ("notebook", notebook, ("", "--out pi.py --wheels /Volumes/main/tools/wheels")),
    ("pipeline", pipeline, ("shop --connector crm", "shop --connector crm --table orders", "shop --template minimal")),
    ("ci", ci, ("", "--host gitlab -t dev -t prod")),
)
GENERATE_COMMANDS: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("bundle", bundle, ("crm --out bundle", "--out bundle --check", "crm --no-emit-jobs --num-workers 4")),
)
SQL_COMMANDS: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("generate", sql_generate, ("", "pipelines/shop.pipeline.yaml --out sql", "crm -t prod --check")),
    ("check", check_sql, ("silver.sql", "pipelines/silver --schemas tables.yaml --strict", "silver.sql --fix")),
    ("test", run_sql_tests, ("", "pipelines/shop.test.yaml", "src --value bronze_schema=bronze -o json")),
    ("import", import_, ("silver.sql", "silver.sql --catalog main --schema silver --strict")),
    ("explain", explain, ("pipelines/shop.pipeline.yaml", "silver.sql --svg silver.svg")),
)
PIPELINES_COMMANDS: tuple[tuple[str, Callable[..., Any], tuple[str, ...]], ...] = (
    ("list", list_, ("", "-c crm -t prod", "'CRM_*'")),
    ("status", status, ("", "-c crm -t prod", "--group append -t prod")),
    ("start", start, ("-c crm -t prod --wait", "append_1 --refresh orders", "append_1 --full-refresh --refresh orders")),
    ("stop", stop, ("append_1 -t prod --wait", "--stack crm-prod-1 -t prod")),
    ("logs", logs, ("append_1 -t prod", "append_1 --errors --whole")),
    ("delete", delete, ("CRM_old_1", "CRM_old_1 --yes")),
    ("schedule", schedule, ("NAME --cron '0 3 * * *' --timezone Europe/Berlin",)),
)
for name, function, examples in COMMANDS:
    add(app, function, name, examples)
for name, function, examples in INIT_COMMANDS:
    add(init, function, name, examples, group="init")
app.add_typer(init, name="init")
for name, function, examples in GENERATE_COMMANDS:
    add(generate, function, name, examples, group="generate")
app.add_typer(generate, name="generate")
for name, function, examples in SQL_COMMANDS:
    add(sql, function, name, examples, group="sql")
app.add_typer(sql, name="sql")
for name, function, examples in PIPELINES_COMMANDS:
    add(pipelines, function, name, examples, group="pipelines")
app.add_typer(pipelines, name="pipelines")


def fault(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the stack trace of a fault of headgate's own, as Python does, without secrets."""
    warn("".join(traceback.format_exception(kind, error, trace)).rstrip())


def speak_utf8() -> None:
    """Have both consoles take any text, the same bytes everywhere; half a character, as a file's name may hold, is escaped."""
    for console in (sys.stdout, sys.stderr):
        if isinstance(console, io.TextIOWrapper):
            console.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def main() -> None:
    """Run the command line; errors that are the user's to mend are printed without a stack trace."""
    sys.excepthook = fault
    speak_utf8()
    begin()
    try:
        _run()
    finally:
        say_where()


@cache
def _commands(*words: str) -> Any:
    """Give the commands as they are run: the one that the words begin with, for making them all takes a tenth of a second."""
    return get_command(only(app, words))


def _run() -> None:
    try:
        _commands(*sys.argv[1:3])()
    except HeadgateError as error:
        warn(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # Whoever read the results has gone; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        told = system_error(error)
        warn(str(told))
        sys.exit(told.exit_code)


if __name__ == "__main__":
    main()
