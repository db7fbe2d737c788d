"""`layout.lock`: small diffs, merges, and what merged wrongly is refused."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.layout.lock import parse_lock, read_lock, render_lock, write_lock
from headgate.layout.model import Asked, Change, Layout, Left, Move, Pipeline, Placement, Retirement
from headgate.problems import InputError, Problem, StaleError
from headgate.tables.ids import TableId


def layout_of(*sources: str, **changes: object) -> Layout:
    tables = tuple(Placement(TableId(source, f"main.bronze.{source}"), "g_1") for source in sorted(sources))
    parts: dict[str, object] = {
        "connector": "crm",
        "asked": Asked(None, 1),
        "pipelines": (Pipeline("g_1", "g", 1),),
        "tables": tables,
    }
    return Layout(**(parts | changes))  # type: ignore[arg-type]  # the parts differ in type


def full_layout() -> Layout:
    move = Move("h_1", {"dev": "handed_over"})
    return layout_of(
        pipelines=(
            Pipeline("g_1", "g", 1, "Nightly", restacked=Change("2", ("prod",)), offset=7),
            Pipeline("h_1", "h", 1, renamed=Change("old_1", ("dev", "prod"))),
        ),
        tables=(
            Placement(TableId("Größe", "main.bronze.g"), "h_1"),
            Placement(TableId('quoted "name"\n', "main.bronze.q"), "g_1", move),
        ),
        left=(Left("a_1", 1, ("dev",)), Left("a_2", 1, ())),
        retired=(Retirement("dev", "leave", done=False),),
    )


def test_a_lock_reads_back_as_it_was_written(tmp_path: Path) -> None:
    layout = full_layout()
    path = tmp_path / "layout.lock"

    assert write_lock(path, layout)
    found = read_lock(path, "crm")

    assert found is not None
    assert found == layout
    assert not write_lock(path, found)  # nothing to change


def test_a_lock_is_json_with_a_line_for_each_table() -> None:
    text = render_lock(layout_of("a", "b", "c"))

    assert json.loads(text)["format"] == 1
    assert sum('"source_table"' in line for line in text.splitlines()) == 3


def test_a_line_has_what_needs_saying_of_a_table_and_names_as_people_write_them() -> None:
    table = TableId("größe", "main.bronze.größe")
    layout = layout_of(tables=(Placement(table, "g_1", Move("g_2", {"prod": "done", "dev": "handed_over"})),))

    line = next(line for line in render_lock(layout).splitlines() if "größe" in line)

    assert json.loads(line.rstrip(",")) == {
        "source_table": "größe",
        "destination": "main.bronze.größe",
        "pipeline": "g_1",
        "move": {"to": "g_2", "states": {"dev": "handed_over", "prod": "done"}},
    }


def test_an_offset_is_written_only_where_there_is_one() -> None:
    offsets = [line.get("offset") for line in json.loads(render_lock(full_layout()))["pipelines"] if line]

    assert offsets == [7, None]
    assert [pipeline.offset for pipeline in parse_lock(render_lock(full_layout())).pipelines] == [7, 0]


def test_without_a_lock_there_is_no_layout(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "layout.lock", "crm") is None


def test_a_lock_of_another_connector_is_refused(tmp_path: Path) -> None:
    write_lock(tmp_path / "layout.lock", layout_of("a"))

    said = r"belongs to connector 'crm', but connector.yaml says id: crm2[\s\S]*put `id: crm` back"
    with pytest.raises(StaleError, match=said):
        read_lock(tmp_path / "layout.lock", "crm2")


def git(folder: Path, *words: str) -> str:
    name = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *name, *words], cwd=folder, check=True, capture_output=True, text=True).stdout


def test_two_branches_that_add_tables_merge(tmp_path: Path) -> None:
    path = tmp_path / "layout.lock"
    git(tmp_path, "init", "-q")
    for branch, sources in (("main", "bcm"), ("one", "abcm"), ("two", "bcmz")):
        if branch != "main":
            git(tmp_path, "checkout", "-q", "-B", branch, "main")
        write_lock(path, layout_of(*sources))
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", branch)

    git(tmp_path, "merge", "-q", "one", "-m", "merge")

    merged = read_lock(path, "crm")
    assert merged == layout_of(*"abcmz")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda text: text.replace('  {"source_table": "a"', '  {"source_table": "b"').replace("bronze.a", "bronze.b"),
            "is there twice",
        ),
        (lambda text: text.replace('"pipeline": "g_1"', '"pipeline": "g_9"', 1), "which is not there"),
        (lambda text: "<<<<<<< HEAD\n" + text, "marks of a merge conflict"),
        (lambda text: text.replace('"format": 1', '"format": 2'), "this headgate reads 1"),
        (lambda text: text.replace('"connector": "crm"', '"connector": "crm",\n"connector": "crm"'), "twice in one place"),
        (lambda text: text[:-20], "ends in the middle"),
        (
            lambda text: text.replace('"stack": 1}', '"stack": "one"}'),
            r"layout.lock:6: pipelines\.0\.stack: expected a whole number, found 'one'",
        ),
        (lambda text: text.replace('"stacks": 1}', '"stacks": "one"}'), "asked.stacks: expected a whole number, found 'one'"),
        (lambda text: text.replace('"stack": 1}', '"stack": 0}'), "stack 0"),
        (lambda text: text.replace('"stack": 1}', '"stack": 1, "offset": -1}'), "not within 0 to 59"),
        (lambda text: text.replace('"stack": 1}', '"stack": 1, "offset": 60}'), "not within 0 to 59"),
        (
            lambda text: text.replace('"stack": 1}', '"stack": 1, "offset": 1.5}'),
            "offset: expected a whole number, found 1.5",
        ),
        (
            lambda text: text.replace('"stack": 1}', '"stack": 1, "offset": null}'),
            "offset: expected a whole number, found nothing",
        ),
        (
            lambda text: text.replace('"retired": [', '"retired": [{"target": "dev", "tables": "burn", "done": true},'),
            "expected 'leave' or 'drop', found 'burn'",
        ),
        (lambda text: text.replace('"stack": 1}', f'"stack": {"9" * 5000}}}'), "number out of range"),
        (
            lambda text: text.replace('"stack": 1}', '"stack": 1, "renamed": {"before": "../x", "until": []}}'),
            "before: expected an id",
        ),
        (lambda text: text.replace("main.bronze.a", "bronze_a"), "expected catalog.schema.table, found 'bronze_a'"),
        (lambda text: text.replace('"source_table": "a"', r'"source_table": "\ud800"'), "half a character"),
        (lambda _: "", "is empty"),
        (lambda _: "[]", "expected a mapping, found a list"),
        (lambda text: text.replace('"pipeline": ', '"pipelin": '), "unknown key 'pipelin'"),
        (
            lambda text: text.replace('"source_table": "b", ', ""),
            r"lock:11: tables\.1\.source_table: is missing",
        ),
        (lambda _: "[" * 100_000, "recursion limit exceeded"),
        (lambda text: text.replace('"tables"', '"table"'), "table: unknown key 'table'"),
        (lambda text: text.replace('"left": [', '"left": [\n{"id": "g_1", "stack": 1, "until": []},'), "both lives and left"),
        (lambda text: text.replace('"left": [', '"left": [{"id": "a_1", "stack": 1},'), r"left\.0\.until: is missing"),
        (
            lambda text: text.replace("main.bronze.b", "main.bronze.a").replace('"source_table": "b"', '"source_table": "a"'),
            "twice",
        ),
    ],
)
def test_what_merged_wrongly_is_refused_with_the_fix(change: object, says: str) -> None:
    text = change(render_lock(layout_of("a", "b")))  # type: ignore[operator]  # one of the functions above
    with pytest.raises(InputError, match=says) as caught:
        parse_lock(text)
    assert caught.value.problems[0].fix


def test_every_value_of_another_form_is_told_at_once_with_its_line() -> None:
    text = render_lock(layout_of("a", "b")).replace('"source_table": "', '"source": "').replace('"stack": 1}', '"stack": true}')

    with pytest.raises(InputError) as caught:
        parse_lock(text)

    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (6, "pipelines.0.stack"),
        (10, "tables.0.source_table"),
        (10, "tables.0.source"),
        (11, "tables.1.source_table"),
        (11, "tables.1.source"),
    ]


def test_lines_are_told_of_the_locks_own_lists_whatever_else_has_their_names() -> None:
    text = (
        render_lock(layout_of("a", "b")).replace('"pipelines": null', '"pipelines": []').replace('"stack": 1}', '"stack": []}')
    )

    with pytest.raises(InputError) as caught:
        parse_lock(text)

    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (None, "asked.pipelines"),
        (6, "pipelines.0.stack"),
    ]


def test_one_source_table_twice_in_a_pipeline_is_refused_even_on_its_way() -> None:
    first = Placement(TableId("t", "main.bronze.t"), "g_1", Move("h_1", {}))
    second = Placement(TableId("t", "main.bronze.copy"), "h_1")
    pipelines = (Pipeline("g_1", "g", 1), Pipeline("h_1", "g", 1))

    with pytest.raises(InputError, match="would lose one"):
        parse_lock(render_lock(layout_of(pipelines=pipelines, tables=(first, second))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["a_1", "2", "main.b.c", "leave"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["dev", "tables", "until"]), inner, max_size=2),
    max_leaves=4,
)


@given(st.data())
def test_whatever_stands_in_a_lock_is_read_or_refused_with_its_place(data: st.DataObject) -> None:
    lock = json.loads(render_lock(full_layout()))
    part, step = lock, data.draw(st.sampled_from(list(lock)))
    while isinstance(part[step], dict | list) and part[step] and data.draw(st.booleans()):
        part = part[step]
        step = data.draw(st.sampled_from(list(part) if isinstance(part, dict) else range(len(part))))
    part[step] = data.draw(JSON)

    problems: tuple[Problem, ...] = ()
    layout = None
    try:
        layout = parse_lock(json.dumps(lock))
    except InputError as error:
        problems = error.problems

    assert all(problem.file and problem.fix for problem in problems)
    assert parse_lock(render_lock(layout)) == layout if layout else problems
