"""What every command has in common, so that whoever knows one knows them all."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from headgate.cli import app
from headgate.cli.command import EXAMPLES, only
from headgate.cli.console import ask
from headgate.cli.working import Working
from headgate.problems import InputError
from headgate.use_cases.outputs.schema import OUTPUTS
from tests.ci.stacks import write_stacks
from tests.support.outputs import parsed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run

# Those that print no result: two serve, the other prints JSON anyway.
WITHOUT_FORMAT = {"simulate-pi", "dashboard", "schema"}
# Those that ask a workspace, by themselves or by Terraform.
ASKING = {"check", "handover", "plan", "apply", "deploy", "record", "recover", "backfill", "assess", "adopt"} | {
    f"pipelines {word}" for word in ("list", "status", "start", "stop", "logs", "delete", "schedule")
}


def commands() -> dict[str, Any]:
    """Give each command by what one types."""
    group: Any = get_command(app)
    groups = ("init", "generate", "pipelines", "sql")
    found = {name: command for name, command in group.commands.items() if name not in groups}
    return found | {f"{one} {name}": command for one in groups for name, command in group.commands[one].commands.items()}


COMMANDS = commands()


def options(command: str) -> dict[str, list[str]]:
    return {option.name: [*option.opts] for option in COMMANDS[command].params}


@pytest.mark.parametrize("command", COMMANDS)
def test_made_alone_it_is_what_it_is_among_all(command: str) -> None:
    made: Any = get_command(only(app, (*command.split(), "--help")))

    for name in command.split():
        assert list(made.commands) == [name]
        made = made.commands[name]
    assert (made.help, made.epilog) == (COMMANDS[command].help, COMMANDS[command].epilog)
    assert {option.name: [*option.opts] for option in made.params} == options(command)


@pytest.mark.parametrize("words", [(), ("--version",), ("blance",), ("-v", "balance")])
def test_words_that_name_no_command_leave_all_of_them(words: tuple[str, ...]) -> None:
    assert only(app, words) is app


@pytest.mark.parametrize("command", COMMANDS)
def test_it_can_say_less_and_more_and_keep_a_log(command: str) -> None:
    found = options(command)

    assert found["quiet"] == ["--quiet", "-q"]
    assert found["verbose"] == ["--verbose", "-v"]
    assert found["log_file"] == ["--log-file"]


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - WITHOUT_FORMAT))
def test_it_prints_json_of_which_there_is_a_schema(command: str) -> None:
    formats = [option for option in COMMANDS[command].params if "--format" in option.opts]

    assert [option.opts for option in formats] == [["--format", "-o"]]
    assert "|json" in CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200"}).output
    assert command in OUTPUTS


@pytest.mark.parametrize("command", sorted(ASKING))
def test_it_takes_the_profile_to_log_in_with(command: str) -> None:
    assert options(command)["profile"] == ["--profile", "-p"]


# Those that know no target, or are of all of them.
OF_NO_TARGET = {
    "discover",
    "balance",
    "slice",
    "schema",
    "rename",
    "doctor",
    "simulate-pi",
    "init project",
    "init connector",
    "init pipeline",
    "sql import",
    "init notebook",
    "assess",
} | {"generate bundle"}


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - OF_NO_TARGET))
def test_a_target_is_named_in_one_way(command: str) -> None:
    assert options(command)["target"] == ["--target", "-t"]


@pytest.mark.parametrize("command", COMMANDS)
def test_its_help_has_examples_that_fit_a_terminal_and_are_understood(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    help_text = CliRunner().invoke(app, [*command.split(), "--help"]).output

    assert EXAMPLES[command]
    for example in EXAMPLES[command]:
        assert f" {example} " in help_text
        words = shlex.split(example.partition(">")[0])[1:]
        assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("-q apply", "headgate apply -q"),
        ("-t prod apply crm-prod-1", "headgate apply -t prod crm-prod-1"),
        ("-o json --root=elsewhere balance crm", "headgate balance -o json --root=elsewhere crm"),
        ("-v init project shop --sample", "headgate init project -v shop --sample"),
        ("init -v project shop", "headgate init project -v shop"),
    ],
)
def test_an_option_before_the_command_is_told_where_it_belongs(typed: str, right: str, headgate: Run) -> None:
    said = headgate(*typed.split(), code=2).stderr

    assert f"comes after the command: {right} " in said
    words = right.split()[1:]
    assert CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


def test_an_option_that_is_none_is_told_so_where_no_command_follows(headgate: Run) -> None:
    assert "No such option: -q" in headgate("-q", code=2).stderr


@pytest.mark.parametrize(
    ("words", "both"),
    [
        ("balance --from-scratch --rebalance", "--from-scratch and --rebalance"),
        ("balance --from-scratch --restack", "--from-scratch and --restack"),
        ("balance --check --what-if pipelines=3", "--what-if and --check"),
        ("balance --explain contacts -o csv", "--explain and --format csv"),
        ("retire crm -t dev --undo --drop-tables", "--undo and --drop-tables"),
        ("handover crm --execute -o markdown", "--format markdown and --execute"),
        ("handover crm --resume-jobs -o markdown", "--format markdown and --resume-jobs"),
        ("init ci --host github --gitlab", "--gitlab and --host github"),
        ("init project . --force --keep", "--force and --keep"),
        ("schema tables --output balance", "tables and --output"),
        ("check -q -v", "--quiet and --verbose"),
    ],
)
def test_flags_that_contradict_each_other_are_refused(words: str, both: str, headgate: Run, project: Path) -> None:
    headgate("balance")
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}

    assert headgate(*words.split(), code=1).stderr == f"{both} contradict each other\n    give one of them\n"
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_what_is_asked_of_code_has_no_say_where_a_list_names_the_tables(headgate: Run, project: Path) -> None:
    (project / "t.csv").write_text("source_table\na\n")

    said = headgate("discover", "crm", "--from-csv", "t.csv", "--class", "Crm", code=1).stderr

    assert "--class is for code, and --from-csv asks none" in said


RUNS: dict[str, list[list[str]]] = {
    "balance": [[], ["crm", "--explain", "main.bronze.contacts"]],
    "show": [[], ["crm", "-t", "prod"]],
    "check": [[], ["crm"]],
    "cost": [[], ["crm"]],
    "slice": [["crm", "deals", "--option", "maxCount", "--values", "values.txt", "--at-most", "2"]],
    "handover": [[], ["crm"]],
    "record": [["crm", "crm-dev-1.json"]],
    "done": [[], ["crm"]],
    "rename": [["crm", "databricks_pipeline.people_1", "nightly"]],
    "retire": [["crm", "-t", "prod", "--yes"], ["crm", "-t", "prod", "--undo"]],
    "discover": [["crm", "--from-csv", "found.csv"]],
    "review": [["--before", "."]],
    "doctor": [[]],
    "init ci": [[]],
    "init notebook": [[]],
    "generate bundle": [["crm"]],
    "init project": [["another", "--sample"]],
    "init connector": [["shop", "--from-csv", "found.csv"]],
    "init pipeline": [["shop"]],
    "sql generate": [[], ["crm"]],
    "sql check": [["silver.sql"], ["connectors/crm/people.pipeline.yaml"]],
    "sql explain": [["silver.sql"], ["connectors/crm/people.pipeline.yaml"]],
    "sql import": [["silver.sql"]],
}


@pytest.mark.parametrize("command", RUNS)
def test_what_it_prints_for_machines_is_what_its_schema_says(command: str, headgate: Run, project: Path) -> None:
    headgate("balance")
    (project / "values.txt").write_text("a\nb\nc\n")
    (project / "silver.sql").write_text("CREATE MATERIALIZED VIEW t AS SELECT id FROM main.bronze.contacts")
    (project / "found.csv").write_text("source_table\ncontacts\nleads\n")
    (project / "crm-dev-1.json").write_text('{"format_version": "1.0"}')
    if command.startswith("sql "):
        headgate("init", "pipeline", "people")
    for words in RUNS[command]:
        if command == "generate bundle":
            definition = project / "connectors/crm/connector.yaml"
            definition.write_text(definition.read_text().replace("prod: {}", "prod: {deploy_with: bundle}"))
        printed = headgate(*command.split(), *words, "-o", "json", code=None if command == "doctor" else 0).stdout
        one_is_named = bool(words) and words[0] == "crm"
        if command in {"cost", "handover", "done", "record", "discover"}:
            assert isinstance(parsed(command, printed), dict if one_is_named else list)
        else:
            parsed(command, printed)


def test_numbers_are_as_people_see_them(headgate: Run, project: Path) -> None:
    tables = project / "connectors/crm/tables.csv"
    tables.write_text("source_table,pipeline_group,weight\na,g,0.1\nb,g,0.2\nc,h,1234567.894\n")

    printed = headgate("balance", "-o", "json").stdout

    assert {row["pipeline"]: row["weight"] for row in json.loads(printed)[0]["pipelines"]} == {"g_1": 0.3, "h_1": 1234567.89}
    assert re.search(r"g_1 .* 0\.3 ", said := headgate("balance").stdout)
    assert re.search(r"h_1 .* 1,234,567\.89 ", said)
    assert ",0.3," in headgate("balance", "-o", "csv").stdout


def test_quiet_leaves_results_and_warnings(headgate: Run, project: Path) -> None:
    assert headgate("balance", "-q").stderr == ""
    assert headgate("show", "-q").stdout
    (project / "connectors/crm/layout.lock").unlink()
    assert "layout.lock would change" in headgate("balance", "--check", "-q", code=3).stderr
    assert "contradict each other" in headgate("balance", "-q", "-v", code=1).stderr


def test_verbose_says_each_step_and_a_log_keeps_all_with_the_time(headgate: Run, project: Path) -> None:
    said = headgate("balance", "-v", "--log-file", "logs/balance.log").stderr

    assert "balancing crm: 3 tables" in said
    assert said.count("layout.lock written") == 1
    log = (project / "logs/balance.log").read_text()
    assert re.search(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO headgate\.\S+: balancing crm: 3 tables$", log, re.MULTILINE)
    headgate("show", "crn", "--log-file", "logs/balance.log", code=1)
    assert "ERROR headgate: there is no connector 'crn'" in (project / "logs/balance.log").read_text()


def test_no_secret_is_in_a_log(headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "a-secret-of-the-tests"  # noqa: S105  # no real one
    monkeypatch.setenv("HEADGATE_OPTION_TOKEN", secret)
    (project / "connectors/crm" / secret).mkdir()

    headgate("discover", "crm", "--connector-python-file", f"connectors/crm/{secret}", "--log-file", "log", code=None)

    assert "ERROR" in (project / "log").read_text()
    assert secret not in (project / "log").read_text()


@pytest.mark.parametrize("words", ["balance", "show", "balance --explain contacts", "doctor"])
def test_tables_fit_80_columns(words: str, headgate: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    definition = project / "connectors/crm/connector.yaml"
    text = definition.read_text().replace("snapshot: 0 0 * * *", 'snapshot: "5 1,3,7,11,13,17,19,23 * * 1-5"')
    definition.write_text(text.replace("stacks: 2", "pipelines: 3"))
    headgate("balance")

    lines = headgate(*words.split(), code=None).stdout.splitlines()

    rule = next(number for number, line in enumerate(lines) if set(line) == {"─"})
    assert [line for line in lines[rule - 1 : rule + 6] if len(line) > 80] == []


def test_a_connector_that_may_be_left_out_is_all_of_them(headgate: Run, project: Path) -> None:
    other = project / "connectors/shop"
    other.mkdir()
    definition = (project / "connectors/crm/connector.yaml").read_text()
    (other / "connector.yaml").write_text(definition.replace("crm", "shop").replace("bronze", "silver"))
    (other / "tables.csv").write_text("source_table\norders\n")
    headgate("balance")

    for command in ("cost", "done", "handover"):
        assert [one["connector"] for one in json.loads(headgate(command, "-o", "json").stdout)] == ["crm", "shop"]
    assert "no connector is named" in headgate("done", "--all", code=1).stderr
    assert "no connector is named" in headgate("handover", "--execute", code=1).stderr


def test_names_that_are_printed_are_names_that_are_taken(headgate: Run, project: Path) -> None:
    definition = project / "connectors/crm/connector.yaml"
    definition.write_text(definition.read_text().replace("prod: {}", "prod: {catalog: live}"))
    (project / "values.txt").write_text("a\nb\n")
    headgate("balance")

    for name in ("contacts", "main.bronze.contacts", "contacts → main.bronze.contacts"):
        assert "contacts → main.bronze.contacts" in headgate("balance", "--explain", name).stdout
    for name in ("live.bronze.contacts", "contacts → live.bronze.contacts"):
        assert "contacts → main.bronze.contacts" in headgate("balance", "--explain", name).stdout
    for name in ("deals", "main.bronze.deals", "deals → main.bronze.deals"):
        words = ("--option", "maxCount", "--values", "values.txt", "--at-most", "1", "--check")
        assert "2 maxCount in 2 slices" in headgate("slice", "crm", name, *words, code=3).stdout


@pytest.mark.parametrize("words", [("retire", "crm", "-t", "dev")])
def test_a_question_without_a_terminal_names_the_flag_that_answers_it(words: tuple[str, ...], headgate: Run) -> None:
    headgate("balance")

    assert "where there is no terminal to ask on, say --yes" in headgate(*words, code=1).stderr


def test_a_text_that_nobody_can_be_asked_for_names_its_flag() -> None:
    with pytest.raises(InputError, match=r"say --dest-schema"):
        ask("The destination schema", None, "--dest-schema")


def test_the_shell_completes_connectors_and_targets(headgate: Run) -> None:
    def completed(words: str) -> str:
        # Typer's protocol: the words so far in one variable, and which of them is typed in another.
        variables = {"_HEADGATE_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        environment = {**os.environ, **variables}
        command = [sys.executable, "-c", "from headgate.cli import main; import sys; sys.argv = ['headgate']; main()"]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment).stdout

    headgate("balance")
    assert completed("headgate show c").split() == ["crm"]
    assert completed("headgate show -t p").split() == ["prod"]


@pytest.mark.parametrize("words", [("approved", "--out", "a.json"), ("comment", "r.md"), ("init", "ci"), ("retire", "crm")])
def test_no_command_takes_a_target_that_no_connector_has(words: tuple[str, ...], headgate: Run, project: Path) -> None:
    (project / "r.md").write_text("text")
    headgate("balance")

    assert "prod" in headgate(*words, "-t", "prd", code=1).stderr


@pytest.mark.parametrize("command", ["stacks", "validate", "plan", "apply"])
def test_what_was_synthesized_for_another_target_is_not_deployed_to_this_one(
    command: str, headgate: Run, project: Path
) -> None:
    write_stacks(project / "cdktf.out", {"crm-dev-shared": {}, "crm-dev-1": {}, "own-net-1": {}})

    refused = headgate(command, "-t", "prod", code=1).stderr

    assert "crm-dev-1 is of target 'dev', not of 'prod'" in refused
    assert "HEADGATE_TARGET=prod npx cdktf synth" in refused
    assert headgate("stacks", "-t", "dev").stdout.splitlines() == ["crm-dev-1", "crm-dev-shared", "own-net-1"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_takes_long_is_said_on_a_terminal_and_goes_for_all_else(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    streams = sys.stderr, sys.stdout
    working = Working(after=0)
    working.begin("balance")
    working.say("balancing crm")
    working.shown()
    assert (sys.stderr, sys.stdout) == streams
    with working.aside():
        terminal.write("a word\n")
    working.end()

    assert "balancing crm …" in terminal.getvalue()
    assert re.search(r"\x1b\[2Ka word\n", terminal.getvalue())
    assert terminal.getvalue().endswith("\x1b[2K")


def test_where_there_is_no_terminal_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    working = Working(after=0)
    working.begin("balance")
    working.end()

    assert log.getvalue() == ""


def test_what_a_signal_has_said_while_something_is_written_does_not_wait_for_it() -> None:
    working, said = Working(), []

    def written() -> None:
        with working.aside(), working.aside():
            said.append("ending")

    thread = Thread(target=written, daemon=True)
    thread.start()
    thread.join(5)
    assert said == ["ending"]
