"""Whatever a connector's code does, what comes of it is a result, or an error that says what happened where."""

from __future__ import annotations

import os
import select
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Code, DiscoveryOptions
from headgate.problems import SourceError

if TYPE_CHECKING:
    from headgate.discovery.found import Found

PACKAGES = Path(__file__).parent / "packages"


def discover(name: str, *, best_effort: bool = False, timeout: float = 60, **options: str) -> Found:
    return discover_code(Code(PACKAGES / name, timeout=timeout), DiscoveryOptions(options, best_effort=best_effort))


def failure(name: str, **options: str) -> str:
    with pytest.raises(SourceError) as caught:
        discover_code(Code(PACKAGES / name), DiscoveryOptions(options))
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


def test_what_the_code_prints_never_mixes_with_what_it_answers(capfd: pytest.CaptureFixture[str]) -> None:
    found = discover("noisy.py")
    assert [(table.source_table, table.ingestion_type) for table in found.tables] == [("one", "append")]
    assert "at the end" in found.printed
    assert len(found.printed) <= 8 * 1024
    assert capfd.readouterr() == ("", "")


def test_what_the_code_printed_is_shown_where_it_fails() -> None:
    assert "what the connector's code printed last:\noptions are" in failure("leaks.py", token="t0p-s3cret")  # noqa: S106 (made up)


def test_code_that_hangs_is_killed_with_what_it_started(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(SourceError, match=r"read_table_metadata\('endless'\) did not end within 0\.5 s"):
        discover("hangs.py", timeout=0.5, fifo=str(fifo))
    # The FIFO ends when the last process that holds it open is gone.
    ended, _, _ = select.select([reading], [], [], 10)
    assert ended
    assert os.read(reading, 1) == b""
    os.close(reading)


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as bound_but_deaf:
        bound_but_deaf.bind(("127.0.0.1", 0))
        port = bound_but_deaf.getsockname()[1]
        assert "list_tables() failed with ConnectionRefusedError" in failure("network.py", port=str(port))


@pytest.mark.parametrize(
    ("fail", "message"),
    [
        ("init: raise", "making the connector failed with LookupError: no such plant: Süd (fails.py:11)"),
        ("init: exit", "making the connector failed with SystemExit: the code called sys.exit(3)"),
        ("list_tables: os._exit", "ended its process with exit code 7 during list_tables()"),
        ("metadata: os._exit", "ended its process with exit code 7 during read_table_metadata('bad')"),
        ("metadata: signal", "ended its process by SIGSEGV during read_table_metadata('bad')"),
        ("list_tables: no message", "list_tables() failed with KeyboardInterrupt ("),
        ("init: unprintable", "making the connector failed with Unprintable ("),
    ],
)
def test_code_that_fails_is_told_by_what_it_was_doing(fail: str, message: str) -> None:
    assert message in failure("fails.py", fail=fail)


def test_code_that_closes_every_descriptor_is_told_so() -> None:
    text = failure("closes.py")
    assert "ended its process with exit code 1 during importing closes.py" in text
    assert "the code closed the descriptor that its answers go to" in text


def test_a_module_that_is_none_is_an_import_error() -> None:
    assert "replaced.py could not be imported: TypeError" in failure("replaced.py")


def test_every_table_whose_metadata_fails_is_named() -> None:
    text = failure("fails.py", fail="metadata: raise")
    assert "read_table_metadata('bad'): LookupError: no such plant: Süd" in text
    assert "read_table_metadata('worse'): LookupError" in text
    assert "--best-effort" in text


def test_best_effort_keeps_the_names_of_tables_whose_metadata_fails() -> None:
    found = discover("fails.py", best_effort=True, fail="metadata: raise")
    told = [(table.source_table, table.ingestion_type, table.status) for table in found.tables]
    assert told == [("good", "cdc", ""), ("bad", "", "unverified"), ("worse", "", "unverified")]
    assert [failure.table for failure in found.failed] == ["bad", "worse"]


def test_an_option_that_is_a_word_of_ours_does_not_spoil_the_message() -> None:
    text = failure("fails.py", fail="init: raise", connector="fails", word="making")
    assert f"{PACKAGES / 'fails.py'}: making the connector failed with LookupError" in text


def test_a_process_that_forks_answers_once() -> None:
    assert [table.source_table for table in discover("forks.py").tables] == ["once"]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ("(None)", "it gives a NoneType, not a list of names"),
        ("'orders'", "it gives a str, not a list of names"),
        ("{'orders': 1}", "it gives a dict, not a list of names"),
        ("[]", "it names no table"),
        ("['a', 7, None, object(), '', ' ']", "item 4 is a object, not a name"),
        ("['a', 'b', 'a', 'a']", "'a' is named 3 times"),
        ("['\\ud800']", "item 1 is '\\ud800', not a name"),
        ("['a\\0']", "item 1 is 'a\\x00', not a name"),
        ("iter(int, 1)", "it gives more than 100,000 names"),
    ],
)
def test_a_list_of_tables_that_is_none(tables: str, message: str) -> None:
    assert message in failure("wrong.py", tables=tables)


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("(None)", "the metadata is None, not a dictionary"),
        ("object()", "the metadata is a object, not a dictionary"),
        ("{'ingestion_type': 'SNAPSHOT'}", "ingestion_type is 'SNAPSHOT': did you mean 'snapshot'?"),
        ("{'ingestion_type': 3}", "ingestion_type is 3, not a text"),
        ("{'primary_keys': 'id'}", "primary_keys is 'id', not a list of names"),
        ("{'primary_keys': [['id']]}", "primary_keys is [['id']], not a list of names"),
        ("{'cursor_field': ['at']}", "cursor_field is ['at'], not a name"),
        ("{'primary_keys': ['a\\0']}", "primary_keys is ['a\\x00'], not a list of names"),
        ("{'primary_keys': ['\\ud800']}", "primary_keys is ['\\ud800'], not a list of names"),
        ("{'cursor_field': '\\ud800'}", "cursor_field is '\\ud800', not a name"),
    ],
)
def test_metadata_that_is_none(metadata: str, message: str) -> None:
    assert message in failure("wrong.py", metadata=metadata)


@pytest.mark.parametrize("tables", ["('a', 'b')", "{'b', 'a'}", "(name for name in 'ab')"])
def test_any_series_of_names_is_a_list_of_tables(tables: str) -> None:
    assert [table.source_table for table in discover("wrong.py", tables=tables).tables] == ["a", "b"]


def test_metadata_may_leave_everything_out() -> None:
    (table,) = discover("wrong.py", metadata="{}").tables
    assert (table.ingestion_type, table.primary_keys, table.cursor_field) == ("", None, "")


@pytest.mark.parametrize("secret", ["t0p-s3cret", "p/w+d &ü", "quote\"d's", "line one is long\nline two is long", "äöü§"])
def test_no_option_shows_in_an_error_however_it_is_written(secret: str) -> None:
    text = failure("leaks.py", token=secret)
    assert "PermissionError: GET https://x/?key=*** Authorization: *** " in text
    assert "line 12" in text
    assert not any(line in text for line in secret.splitlines())


def test_it_needs_nothing_that_windows_has_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = [("os", "killpg"), ("os", "fork"), ("os", "setsid"), ("signal", "alarm"), ("signal", "SIGALRM")]
    # The process that loads the code lacks them from its beginning on.
    (tmp_path / "sitecustomize.py").write_text("import os, signal\n" + "".join(f"del {one}.{name}\n" for one, name in lacking))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "hangs.py").write_text(
        "import time\n\nclass Hangs:\n    def __init__(self, options):\n        time.sleep(60)\n\n"
        "    def list_tables(self):\n        return []\n\n    def read_table_metadata(self, *_):\n        return {}\n"
    )
    started = subprocess.Popen

    def start(*words: Any, **options: Any) -> subprocess.Popen[bytes]:
        assert not {"pass_fds", "preexec_fn", "process_group"} & set(options)  # which are refused there
        return started(*words, **options)

    monkeypatch.setattr(subprocess, "Popen", start)
    for module, name in lacking:
        monkeypatch.delattr(f"{module}.{name}")

    assert discover_code(Code(PACKAGES / "two.py", class_name="Left"), DiscoveryOptions()).tables
    with pytest.raises(SourceError, match=r"making the connector did not end within 0\.5 s"):
        discover_code(Code(tmp_path / "hangs.py", timeout=0.5), DiscoveryOptions())
