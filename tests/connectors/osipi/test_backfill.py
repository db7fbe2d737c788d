"""`headgate backfill` on OSI PI's own code, as a user types it, against a server on this machine."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.osipi.backfill import _cut
from connectors.osipi.times import just_before
from headgate.backfill.execute import execute
from headgate.backfill.journal import BackfillJournal, read_journal
from headgate.backfill.source import BackfillPart, BackfillPlan, BackfillSource
from headgate.cli import main
from headgate.problems import InputError, SourceError
from tests.connectors.osipi.recorded import at
from tests.support.outputs import parsed

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer, Request

CODE = Path(__file__).parents[3] / "connectors" / "osipi"
DEFINITION = """\
id: osipi
source: osipi
connection: {name: osipi_connection, secrets: [access_token], options: {pi_base_url: "URL"}}
destination: {catalog: main, schema: bronze}
schedules: {append: "0 * * * *"}
targets:
  dev: {default: true}
"""
SPAN = ("--from", "2026-03-01T11:00:00Z", "--to", "2026-03-01T15:00:00Z", "--requests-per-second", "1000")
SECRET = "a-token-of-the-tests"  # noqa: S105  # no real one

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def project(tmp_path: Path, pi: PiServer) -> Path:
    folder = tmp_path / "connectors" / "osipi"
    shutil.copytree(CODE, folder, ignore=shutil.ignore_patterns("*.csv", "*.yaml", "*.lock", "__pycache__"))
    (folder / "connector.yaml").write_text(DEFINITION.replace("URL", pi.url))
    (folder / "tables.csv").write_text("source_table,pipeline_group,ingestion_type\npi_timeseries,time_series,append\n")
    return tmp_path


def words_of(*words: str) -> list[str]:
    return [sys.executable, "-m", "headgate", "backfill", "osipi", *words]


@pytest.fixture
def backfill(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Give the command, run in the project's folder and in this process, which is quicker."""
    monkeypatch.chdir(project)
    monkeypatch.setenv("HEADGATE_OPTION_ACCESS_TOKEN", SECRET)
    monkeypatch.setenv("HEADGATE_OPTION_MAX_TRIES", "1")

    def run(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        found = 0
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", words_of(*words)[2:])
        try:
            main()
        except SystemExit as ended:
            found = int(ended.code or 0)
        said = capsys.readouterr()
        assert found == code, said
        assert SECRET not in said.out + said.err
        return subprocess.CompletedProcess(words, found, said.out, said.err)

    return run


def fill(pi: PiServer) -> None:
    """Four hours of two tags: a value each minute, whole hours and equal times among them."""
    for tag in "AB":
        pi.add(tag, [(at(60 * number), float(number)) for number in range(240)])
        pi.tags[tag].values.insert(60, {"Timestamp": at(3600), "Value": -1.0, "Good": True})


def files(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


def compared(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((row["tag_webid"], row["timestamp"].rstrip("Z"), row["occurrence"], row["value"]) for row in rows)


def truth(pi: PiServer, tags: str = "AB", start: str = "", before: str = "~") -> list[tuple[Any, ...]]:
    found, last = [], ("", 0)
    for tag in tags:
        for value in pi.tags[tag].values:
            stamp = value["Timestamp"].rstrip("Z")
            last = (stamp, last[1] + 1 if stamp == last[0] else 0)
            if start <= stamp < before:
                found.append((tag, stamp, last[1], value["Value"]))
    return sorted(found)


def everything(terminal: int) -> bytes:
    """Read what a terminal shows until nobody writes to it any more."""
    found = b""
    try:
        while more := os.read(terminal, 65536):
            found += more
    except OSError:  # so a terminal says that it ended
        pass
    os.close(terminal)
    return found


class TestWhere:
    def test_on_stdout_rows_are_newline_json_and_nothing_else(self, pi: PiServer, project: Path) -> None:
        fill(pi)
        done = subprocess.run(words_of(*SPAN, "--tags", "A,B"), cwd=project, capture_output=True, text=True, check=True)

        assert compared([json.loads(line) for line in done.stdout.splitlines()]) == truth(pi)
        assert done.stderr == ""

    def test_on_stdout_they_are_also_where_stderr_is_a_terminal(self, pi: PiServer, project: Path) -> None:
        fill(pi)
        terminal, stderr = pty.openpty()
        with subprocess.Popen(words_of(*SPAN, "--tags", "A,B"), cwd=project, stdout=subprocess.PIPE, stderr=stderr) as run:
            os.close(stderr)
            with ThreadPoolExecutor() as threads:
                shown = threads.submit(everything, terminal)
                out, _ = run.communicate()

        assert compared([json.loads(line) for line in out.splitlines()]) == truth(pi)
        assert b"tag_webid" not in shown.result()

    def test_in_a_folder_each_part_is_a_file_and_a_repeat_replaces_it(self, pi: PiServer, backfill: Run, project: Path) -> None:
        fill(pi)
        backfill(*SPAN, "--tags", "A,B", "--out", "rows")
        pi.tags["A"].values[7]["Value"] = -7.0
        done = backfill(*SPAN, "--tags", "A,B", "--out", "rows", "--format", "json")

        assert compared(files(project / "rows")) == truth(pi)
        assert len(list((project / "rows").iterdir())) == 4
        assert parsed("backfill", done.stdout) | {"to": ""} == {
            "format": 1, "table": "pi_timeseries", "to": "", "parts": 4, "already_done": 0, "rows": 482, "unread": {}
        }  # fmt: skip

    def test_without_tags_all_points_are_read(self, pi: PiServer, backfill: Run) -> None:
        fill(pi)
        pi.lists["/dataservers"] = [{"WebId": "S1"}]
        pi.lists["/dataservers/S1/points"] = [{"WebId": "A"}, {"WebId": "B"}]

        assert len(backfill(*SPAN).stdout.splitlines()) == 482


class TestLogins:
    """The options file goes on top of connector.yaml, whose login stays unless the file says which one counts."""

    @pytest.fixture(autouse=True)
    def _yaml_names_a_login(self, project: Path) -> None:
        path = project / "connectors" / "osipi" / "connector.yaml"
        named = 'options: {client_id: headgate, token_url: "https://login.example.com/token", '
        path.write_text(path.read_text().replace("[access_token]", "[client_secret]").replace("options: {", named))

    def test_a_server_without_a_login_is_read_by_auth_none(self, pi: PiServer, backfill: Run, project: Path) -> None:
        fill(pi)
        (project / "o.json").write_text(json.dumps({"pi_base_url": pi.url, "auth": "none"}))

        done = backfill(*SPAN, "--tags", "A,B", "--options-file", "o.json")

        assert compared([json.loads(line) for line in done.stdout.splitlines()]) == truth(pi)
        assert not any("Authorization" in request.headers for request in pi.requests)

    def test_a_slip_in_an_options_name_is_refused(self, pi: PiServer, backfill: Run, project: Path) -> None:
        (project / "o.json").write_text(json.dumps({"pi_base_url": pi.url, "auth": "none", "nmaeFilter": "A*"}))

        done = backfill(*SPAN, "--tags", "A,B", "--options-file", "o.json", code=1)

        assert "there is no option 'nmaeFilter'; did you mean nameFilter?" in done.stderr

    def test_without_a_secret_the_message_says_what_is_missing_and_how_to_do_without(
        self, pi: PiServer, backfill: Run, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("HEADGATE_OPTION_ACCESS_TOKEN")
        (project / "o.json").write_text(json.dumps({"pi_base_url": pi.url}))

        done = backfill(*SPAN, "--tags", "A,B", "--options-file", "o.json", code=1)

        assert "client_id wants client_secret" in done.stderr
        assert "name it by auth (none, " in " ".join(done.stderr.split())


class TestDelta:
    @pytest.fixture(autouse=True)
    def _library(self) -> None:
        pytest.importorskip("deltalake", reason="needs the extra 'delta'")

    def held(self, folder: Path) -> list[tuple[Any, ...]]:
        from deltalake import DeltaTable, QueryBuilder  # noqa: PLC0415  # the extra

        query = "select tag_webid, to_char(\"timestamp\", '%Y-%m-%dT%H:%M:%S') as t, occurrence, value from t"
        batches = QueryBuilder().register("t", DeltaTable(folder)).execute(query).read_all()
        return sorted(zip(*(batches.column(number).to_pylist() for number in range(4)), strict=True))

    def test_a_repeat_doubles_nothing_and_corrected_values_overwrite(self, pi: PiServer, backfill: Run, project: Path) -> None:
        fill(pi)
        backfill(*SPAN, "--tags", "A,B", "--delta", "table")
        assert self.held(project / "table") == truth(pi)
        pi.tags["A"].values[7]["Value"] = -7.0
        deleted = pi.tags["B"].values.pop(9)
        backfill(*SPAN, "--tags", "A,B", "--delta", "table")

        assert self.held(project / "table") == sorted([*truth(pi), ("B", deleted["Timestamp"].rstrip("Z"), 0, 9.0)])

    def test_deleted_values_go_within_the_range_and_the_tags_only(self, pi: PiServer, backfill: Run, project: Path) -> None:
        fill(pi)
        backfill(*SPAN, "--tags", "A,B", "--delta", "table")
        before = truth(pi)
        for tag in "AB":
            del pi.tags[tag].values[:]
        span = ("--from", "2026-03-01T12:00:00Z", "--to", "2026-03-01T13:00:00Z")
        backfill(*span, "--tags", "A", "--delta", "table", "--delete")

        gone = [row for row in before if row[0] == "A" and "2026-03-01T12" <= row[1] < "2026-03-01T13"]
        assert len(gone) == 61
        assert self.held(project / "table") == [row for row in before if row not in gone]

    def test_a_forbidden_tags_rows_are_no_deleted_ones(self, pi: PiServer, backfill: Run, project: Path) -> None:
        fill(pi)
        backfill(*SPAN, "--tags", "A,B", "--delta", "table")
        before = truth(pi)
        pi.tags["B"].broken = 403, {"Errors": ["not for you"]}
        done = backfill(*SPAN, "--tags", "A,B", "--delta", "table", "--delete")

        assert self.held(project / "table") == before
        assert "not read: B: 403" in done.stderr

    def test_what_is_no_delta_table_is_told_without_the_storages_secrets(
        self, pi: PiServer, backfill: Run, project: Path
    ) -> None:
        fill(pi)
        (project / "storage.json").write_text(json.dumps({"key": SECRET}))
        (project / "table").write_text("a file")
        done = backfill(*SPAN, "--tags", "A", "--delta", "table", "--storage-options", "storage.json", code=4)

        assert "table can't be opened as a Delta table" in done.stderr

    def test_names_with_quotes_are_names(self, pi: PiServer, backfill: Run, project: Path) -> None:
        pi.add("O'Neil", [(at(60), 1.0)])
        for _ in range(2):
            backfill(*SPAN, "--tags", "O'Neil", "--delta", "table", "--delete")

        assert len(self.held(project / "table")) == 1


class TestCarryingOn:
    def test_a_run_that_was_killed_goes_on_where_it_was(self, pi: PiServer, project: Path, backfill: Run) -> None:
        fill(pi)
        running: list[subprocess.Popen[bytes]] = []

        def kill(request: Request) -> None:
            if request.query.get("startTime") == ["2026-03-01T13:00:00Z"] and running:
                os.kill(running.pop().pid, signal.SIGKILL)

        pi.trouble.append(kill)
        one = subprocess.Popen(words_of(*SPAN, "--tags", "A,B", "--out", "rows"), cwd=project)
        running.append(one)
        assert one.wait() == -signal.SIGKILL
        asked = len(pi.requests)
        done = backfill(*SPAN, "--tags", "A,B", "--out", "rows")

        assert "2 parts were done before" in done.stdout
        assert len(pi.requests) - asked == 2
        assert compared(files(project / "rows")) == truth(pi)
        assert not (project / "rows" / "backfill.json").exists()

    @pytest.mark.parametrize("tags", ["CAB", "A"])
    def test_a_run_that_goes_on_reads_the_tags_of_its_first_run(
        self, pi: PiServer, backfill: Run, project: Path, tags: str
    ) -> None:
        fill(pi)
        pi.add("C", [(at(60), 1.0)])
        pi.lists["/dataservers"] = [{"WebId": "S1"}]
        pi.lists["/dataservers/S1/points"] = [{"WebId": "A"}, {"WebId": "B"}]
        pi.trouble.append(lambda request: (503, {}) if request.query.get("startTime") == ["2026-03-01T13:00:00Z"] else None)
        backfill(*SPAN, "--out", "rows", code=4)
        pi.trouble.clear()
        pi.lists["/dataservers/S1/points"] = [{"WebId": tag} for tag in tags]
        done = backfill(*SPAN, "--out", "rows")

        assert "2 parts were done before" in done.stdout
        assert compared(files(project / "rows")) == truth(pi)

    @pytest.mark.parametrize("other", [("--tags", "A"), ("--tags", "A,B", "--hours", "0.5")])
    def test_a_folder_with_another_backfills_rows_is_refused(
        self, pi: PiServer, backfill: Run, project: Path, other: tuple[str, ...]
    ) -> None:
        fill(pi)
        backfill(*SPAN, "--tags", "A,B", "--out", "rows")
        done = backfill(*SPAN, *other, "--out", "rows", code=1)

        assert "holds what is not of this backfill, such as 2026" in done.stderr
        assert compared(files(project / "rows")) == truth(pi)
        assert not (project / "rows" / "backfill.json").exists()

    @pytest.mark.parametrize(
        ("held", "said"), [("_delta_log", "is a Delta table"), ("part-0.parquet", "such as part-0.parquet")]
    )
    def test_a_folder_of_something_else_is_refused(
        self, pi: PiServer, backfill: Run, project: Path, held: str, said: str
    ) -> None:
        fill(pi)
        (project / "rows" / held).mkdir(parents=True)

        assert said in backfill(*SPAN, "--tags", "A", "--out", "rows", code=1).stderr
        assert [path.name for path in (project / "rows").iterdir()] == [held]

    def test_an_error_shows_an_option_that_holds_no_secret_and_no_other(
        self, backfill: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HEADGATE_OPTION_THREADS", "several")
        monkeypatch.setenv("HEADGATE_OPTION_TIMEOUT_SECONDS", SECRET)

        said = backfill(*SPAN, "--tags", "A", code=1).stderr

        assert "threads is 'several'" in said
        assert "timeout_seconds is '***'" in said

    def test_relative_times_mean_those_of_the_run_that_filled_the_folder(self, pi: PiServer, backfill: Run) -> None:
        pi.add("A", [])
        words = ("--from", "*-2h", "--tags", "A", "--out", "rows")
        backfill(*words)

        assert "absolute times" in backfill(*words, code=1).stderr

    def test_a_run_for_another_server_goes_on_from_no_journal(self, pi: PiServer, backfill: Run, project: Path) -> None:
        fill(pi)
        pi.trouble.append(lambda request: (503, {}) if request.query.get("startTime") == ["2026-03-01T13:00:00Z"] else None)
        backfill(*SPAN, "--tags", "A,B", "--out", "rows", code=4)
        pi.trouble.clear()
        (project / "o.json").write_text(json.dumps({"pi_base_url": pi.url.replace("127.0.0.1", "localhost")}))
        done = backfill(*SPAN, "--tags", "A,B", "--out", "rows", "--options-file", "o.json")

        assert "were done before" not in done.stdout

    def test_what_was_done_under_another_order_is_read_again(self, tmp_path: Path) -> None:
        BackfillJournal(tmp_path / "j.json", "one", span=("a", "b"), tags=("A",)).add("part")

        assert read_journal(tmp_path / "j.json", "one") == BackfillJournal(
            tmp_path / "j.json", "one", {"part"}, ("a", "b"), ("A",)
        )
        assert read_journal(tmp_path / "j.json", "two").done == set()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "is empty"),
            ("[]", "expected a mapping, found a list"),
            ("{}", "order: is missing"),
            ('{"format": 1}', "has format 1, this headgate reads 2"),
            ('{"format": 2, "order": "one", "done": 5, "span": null}', "span: expected a list, found nothing"),
            ('{"format": 2, "order": "one", "done": [], "span": ["a", "b"]}', "tags: is missing"),
        ],
    )
    def test_a_journal_of_another_form_is_refused(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "j.json").write_text(text)

        with pytest.raises(InputError, match=said):
            read_journal(tmp_path / "j.json", "one")

    def test_a_part_with_an_unreadable_tag_stays_open(self, tmp_path: Path) -> None:
        class Half(BackfillSource):
            def __init__(self) -> None:
                pass

            def read(self, part: BackfillPart) -> tuple[list[dict[str, Any]], dict[str, str]]:
                return [{"tag": part.start}], {"B": "403"} if part.start == "1" else {}

        class Sink:
            def land(self, *what: Any) -> None:
                landed.append(what)

        landed: list[Any] = []
        parts = tuple(BackfillPart(("A", "B"), start, "9") for start in "123")
        journal = BackfillJournal(tmp_path / "j.json", "one", span=("1", "9"))
        result = execute(Half(), BackfillPlan("t", (), {}, "", "", parts), Sink(), journal)

        assert (result.rows, result.unread, len(landed)) == (3, {"B": "403"}, 3)
        assert read_journal(tmp_path / "j.json", "one").done == {parts[1].id, parts[2].id}


class TestErrors:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            (("--from", "soon"), "soon"),
            (("--from", "*", "--to", "*-1d"), "give a later end"),
            (("--from", "*-1h", "--table", "pi_points"), "pi_timeseries"),
            (("--from", "*-1h", "--delete"), "--delta"),
            (("--from", "2026-13-45T99:99:99Z"), "'2026-13-45T99:99:99Z' is no time"),
            (("--from", "*-9999y"), "'*-9999y' is no time"),
            (("--from", "*-1h", "--hours", "1e300"), "1e+300 h can't be read at once"),
            (("--from", "*-1h", "--out", "a", "--delta", "b"), "give one of them"),
        ],
    )
    def test_what_is_the_users_is_told(self, backfill: Run, words: tuple[str, ...], found: str) -> None:
        assert found in backfill(*words, "--tags", "A", code=1).stderr

    def test_what_is_no_webid_is_told_by_its_name(self, backfill: Run, pi: PiServer) -> None:
        pi.add("A", []).broken = 400, {"Errors": ["The WebID is invalid: 'A'."]}

        assert "the tag 'A' is no WebID" in backfill(*SPAN, "--tags", "A", code=1).stderr

    def test_no_server_is_an_error(self, backfill: Run, pi: PiServer) -> None:
        pi.trouble.append(lambda _: (503, {}))

        assert "503" in backfill(*SPAN, "--tags", "A", code=4).stderr

    def test_no_readable_tag_is_an_error(self, backfill: Run) -> None:
        assert "nothing can be read" in backfill(*SPAN, "--tags", "gone", code=4).stderr

    def test_a_folder_without_such_a_connector_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="no connector that can read a range"):
            BackfillSource(tmp_path, {})

    def test_an_error_of_the_source_shows_no_secret(self, tmp_path: Path) -> None:
        (tmp_path / "one.py").write_text(
            "class C:\n def __init__(self, options): self.o = options\n def list_tables(self): ...\n"
            " def read_table_metadata(self, t, o): ...\n def plan_backfill(self, *a): raise RuntimeError(self.o['password'])\n"
            " def read_backfill(self, *a): ...\n"
        )

        with pytest.raises(SourceError, match=r"\*\*\*"):
            BackfillSource(tmp_path, {"password": SECRET}).plan("t", "a", "b", 1)


def test_parts_meet_at_whole_hours_and_share_no_instant() -> None:
    assert list(_cut("2026-03-01T11:20:00", "2026-03-01T13:00:00.5", 1)) == [
        ("2026-03-01T11:20:00", "2026-03-01T12:00:00"),
        ("2026-03-01T12:00:00", "2026-03-01T13:00:00"),
        ("2026-03-01T13:00:00", "2026-03-01T13:00:00.5"),
    ]
    assert list(_cut("9999-12-31T22:30:00", "9999-12-31T23:59:00", 1))[-1] == ("9999-12-31T23:00:00", "9999-12-31T23:59:00")
    assert just_before("2026-03-01T12:00:00") == "2026-03-01T11:59:59.9999999"


def test_the_engine_asks_no_connector_until_it_is_told_to() -> None:
    code = "import sys, headgate.cli; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not [name for name in run.stdout.split() if name.startswith(("connectors", "requests", "headgate.backfill"))]
