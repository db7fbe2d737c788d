"""A balance from beginning to end, on a copy of OSI PI's connector in build/demo: `make demo`.

No lock, a layout, weights that drift, the few moves that this takes and why, the stacks, a page that shows it. Then the loop of
real runs: a layout by ingestion types alone is run on this machine, into Delta tables, a first load and increments; what they
took is observed, and the balance follows it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "build" / "demo"
CONNECTOR = Path("connectors") / "osipi"
PAGE = "balance.html"
# What a week of runs shows: the archive's values take longer than was thought, summaries less.
SECONDS = {"pi_timeseries": 260, "pi_streamset_recorded": 190, "pi_streamset_summary": 20, "pi_plot": 25}
DAYS = ("01", "02", "03", "04")
PIPELINES = 6
# A plant that is read in seconds.
TAGS, DAYS_OF_EVENTS = 40, 2
_STALE, _ALARMS = 3, 6  # the exit codes of --check where the lock would change, and of observe where it has alarms


def main() -> None:
    """Run the demo's commands, and show what they say."""
    _copy()
    _title("1. Tables: what the connector declares, grouped by what must be apart")
    _run("discover", "--connector-name", "osipi", "--group-by", "auto")
    _title("2. A layout where there was none")
    found = json.loads(_asked("balance", "osipi", "--format", "json"))[0]
    _show("headgate balance osipi")
    print(f"{len(found['tables'])} tables on the {len(found['pipelines'])} pipelines that connector.yaml asks for:")
    print("\n".join(f"  {note}" for note in found["notes"]))
    _title("3. Weights drift: runs.csv has what the runs of four days took")
    _write_runs()
    moved = [step["name"] for step in json.loads(_asked("balance", "osipi", "--check", "--format", "json"))[0]["steps"]]
    print("\n".join(f"  {table}: {seconds} s a run" for table, seconds in SECONDS.items()))
    _title("4. Balanced again: few tables move, and it is said why")
    if moved:
        _run("balance", "osipi", "--explain", moved[0].split(" ")[0])
    _run("balance", "osipi", "--html", PAGE)
    _title("5. Terraform for each stack")
    _show("cdktf synth")
    subprocess.run(["cdktf", "synth", "--app", f"{sys.executable} main.py"], cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    _run("validate", "--optional")
    _show("headgate show osipi")
    shown = _asked("show", "osipi")
    print(shown[shown.index("Stacks of target") :])
    print(f"The page of it: {(FOLDER / PAGE).relative_to(ROOT)}   (open it in a browser)")
    _loop()
    print(
        f"The tables: {(FOLDER / 'build' / 'run').relative_to(ROOT)}/<catalog>/<schema>/<table>, for Polars, DuckDB or Spark."
    )
    print("All of it in a browser: make dashboard   (or, where its libraries are: headgate dashboard --root build/demo)")
    print("Your own connector: docs/start.md. The words: docs/concepts.md.")


def _loop() -> None:
    """Run the layout that guessed weights give, observe what runs took, and balance by that."""
    _title("6. What runs show: a layout by ingestion types alone, without the week's runs")
    (FOLDER / CONNECTOR / "runs.csv").unlink()
    said = _asked("balance", "osipi", "--from-scratch")
    _show("headgate balance osipi --from-scratch")
    print(*(line for line in said.splitlines() if line.startswith(("osipi:", "weights:"))), sep="\n")
    several = ",".join(one["pipeline"] for one in _pipelines() if one["pipeline"].startswith(f"{_largest_group()}_"))
    with _simulator():
        _title("7. It is run on this machine against a PI Web API of its own: a first load")
        _run("run", "osipi", "-q")
        _title("8. Run again, three times: what is new")
        for _ in range(3):
            _run("run", "osipi", "--only", several, "-q")
    _title("9. Observed: what first loads and increments took, into runs.csv")
    _run("observe", "osipi", "-q")
    _title("10. The balance that follows from it")
    _run("balance", "osipi")


def _pipelines() -> list[dict[str, str]]:
    return list(json.loads(_asked("show", "osipi", "--format", "json"))[0]["pipelines"])


def _largest_group() -> str:
    """Give the group with the most pipelines: in the others there is nothing to balance."""
    groups = [one["group"] for one in _pipelines()]
    return max(groups, key=groups.count)


def _copy() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    left_out = shutil.ignore_patterns("__pycache__", "layout.lock", "runs.csv", "deployed.*")
    shutil.copytree(ROOT / CONNECTOR, FOLDER / CONNECTOR, ignore=left_out)
    shutil.copytree(ROOT / "stacks", FOLDER / "stacks", ignore=left_out)
    for name in ("main.py", "cdktf.json"):
        shutil.copy(ROOT / name, FOLDER / name)
    definition = FOLDER / CONNECTOR / "connector.yaml"
    definition.write_text(definition.read_text().replace("pipelines: 10", f"pipelines: {PIPELINES}"))


def _write_runs() -> None:
    rows = [f"{table},2026-03-{day}T04:00:00Z,{seconds},false" for table, seconds in SECONDS.items() for day in DAYS]
    (FOLDER / CONNECTOR / "runs.csv").write_text("\n".join(["source_table,started_at,seconds,full_load", *rows]) + "\n")


@contextmanager
def _simulator() -> Iterator[None]:
    """Serve a small plant, and have the connector read from it."""
    command = _headgate("simulate-pi", "--port", "0", "--tags", str(TAGS))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr  # noqa: S101  # asked for above
        said = server.stderr.readline()
        address = next((word.rstrip(";") for word in said.split() if word.startswith("http")), "")
        if not address:
            sys.exit(said)
        options = {"PI_BASE_URL": address, "AUTH": "none", "LOOKBACK_DAYS": str(DAYS_OF_EVENTS)}
        os.environ |= {f"HEADGATE_OPTION_{name}": value for name, value in options.items()}
        try:
            yield
        finally:
            server.terminate()


def _title(text: str) -> None:
    print(f"\n== {text} ==", flush=True)


def _show(command: str) -> None:
    print(f"$ {command}", flush=True)


def _run(*words: str) -> None:
    _show(" ".join(("headgate", *words)))
    code = subprocess.run(_headgate(*words), cwd=FOLDER, check=False).returncode
    if code not in {0, _ALARMS}:
        sys.exit(code)


def _asked(*words: str) -> str:
    """Give what a command writes; that a lock would change is an answer too."""
    done = subprocess.run(_headgate(*words), cwd=FOLDER, check=False, capture_output=True, text=True)
    if done.returncode not in (0, _STALE):
        sys.exit(done.stderr)
    return done.stdout


def _headgate(*words: str) -> list[str]:
    return [sys.executable, "-m", "headgate", *words]


if __name__ == "__main__":
    os.environ |= {"CI": "true", "PYTHONPATH": str(ROOT)}  # cdktf draws no spinner in CI
    main()
