"""What an inventory may look like, and what is said of one that is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.inventory.csv_file import MOST_PROBLEMS
from headgate.inventory.read import parse_inventory, read_inventory
from headgate.inventory.row import TableRow
from headgate.problems import InputError

BAD = Path(__file__).parent / "bad"


def problems(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        parse_inventory(data)
    return str(caught.value)


def test_an_inventory_by_category_and_ingestion_type() -> None:
    text = b"""\
source_table,pipeline_group,schedule,category,ingestion_type
pi_dataservers,metadata_snapshot,0 0 * * *,metadata,snapshot
pi_timeseries,timeseries_append,*/15 * * * *,timeseries,append
"""
    first, second = parse_inventory(text)

    assert first == TableRow(
        "pi_dataservers",
        pipeline_group="metadata_snapshot",
        schedule="0 0 * * *",
        category="metadata",
        ingestion_type="snapshot",
    )
    assert (second.schedule, second.ingestion_type, second.weight) == ("*/15 * * * *", "append", None)


def test_an_inventory_with_destinations_options_and_weights() -> None:
    text = b"""\
source_table,destination_table,destination_catalog,destination_schema,pipeline_group,schedule,table_options_json,weight
contacts,contacts,marketing,bronze,main,0 2 * * *,"{""maxCount"":""10000""}",100
companies,companies,marketing,bronze,main,0 2 * * *,,50
"""
    first, second = parse_inventory(text)

    assert (first.destination_catalog, first.destination_schema) == ("marketing", "bronze")
    assert (first.options, first.weight) == ({"maxCount": "10000"}, 100)
    assert (second.options, second.weight) == ({}, 50)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\xef\xbb\xbfsource_table,weight\na,1\n", id="a byte order mark"),
        pytest.param(b"source_table,weight\r\na,1\r\n", id="CRLF"),
        pytest.param(b"source_table,weight\na,1", id="no line end at the end"),
        pytest.param(b" source_table , weight\na,1\n", id="spaces around headings"),
        pytest.param(b"weight,source_table\n 1.0 ,a\n", id="another order, and a number with spaces"),
        pytest.param(b"source_table,weight\n\na,1\n\n", id="empty lines"),
        pytest.param(b'"source_table","weight"\n"a","1e0"\n', id="quotes everywhere"),
        pytest.param(b"source_table;weight\na;1\n", id="semicolons"),
        pytest.param(b"source_table\tweight\na\t1\n", id="tabs"),
        pytest.param(b"source_table|weight\na|1\n", id="bars"),
        pytest.param(b"sep=;\r\nsource_table;weight\r\na;1\r\n", id="what parts cells, as Excel says it"),
        pytest.param(b"sep=^\nsource_table^weight\na^1\n", id="what parts cells is anything"),
        pytest.param("source_table\tweight\r\na\t1\r\n".encode("utf-16"), id="UTF-16, as Excel's Unicode text"),
        pytest.param(
            "source_table,weight\na,1\n".encode("utf-16-be").join([b"\xfe\xff", b""]), id="UTF-16 the other way round"
        ),
        pytest.param(b"Source Table,WEIGHT\na,1\n", id="headings in capitals and with spaces"),
        pytest.param(b"source-table,Weight \na,1\n", id="headings with hyphens"),
        pytest.param(b"source_table,weight,,\na,1,,\n,,,\n", id="empty columns and rows at the end"),
        pytest.param(b"source_table,weight\n , \na,1,,\n,\n", id="rows of empty cells, and longer ones"),
    ],
)
def test_the_same_table_however_it_is_written(data: bytes) -> None:
    assert parse_inventory(data) == (TableRow("a", weight=1),)


def test_a_cell_may_hold_quotes_commas_and_line_ends() -> None:
    (table,) = parse_inventory(b'source_table,category\na,"one, ""two""\nthree\r\n"\n')

    assert table.category == 'one, "two"\nthree\r\n'


@pytest.mark.parametrize(
    ("cell", "keys"),
    [
        (b"id", ("id",)),
        (b'" id , date "', ("id", "date")),
        (b'"[""id"",""a,b""]"', ("id", "a,b")),
        (b"", ()),
        (b"[]", ()),
        ('"[""\u3000番号""]"'.encode(), ("\u3000番号",)),
    ],
)
def test_primary_keys_are_a_name_or_names_or_a_json_list(cell: bytes, keys: tuple[str, ...]) -> None:
    (table,) = parse_inventory(b"source_table,primary_keys\na," + cell + b"\n")

    assert table.primary_keys == keys


def test_one_source_table_may_go_to_several_destinations() -> None:
    tables = parse_inventory(b"source_table,destination_table\ncontacts,\ncontacts,contacts_history\n")

    assert [table.destination_name for table in tables] == ["contacts", "contacts_history"]


@pytest.mark.parametrize("scd", ["SCD_TYPE_1", "SCD_TYPE_2", "APPEND_ONLY"])
def test_options_hold_the_platforms_own_keys_and_any_json(scd: str) -> None:
    cell = f'"{{""scd_type"":""{scd}"",""cluster_by"":[""a""],""deep"":{{""x"":[1,null,true]}}}}"'
    (table,) = parse_inventory(f"source_table,table_options_json\na,{cell}\n".encode())

    assert table.options == {"scd_type": scd, "cluster_by": ["a"], "deep": {"x": [1, None, True]}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("table;weight\na;1\n", "tables.csv:1: column source_table is missing; cells are parted by a comma"),
        ("sep=;\nsource_table,weight\n", "tables.csv:2: column source_table is missing; cells are parted by a semicolon"),
        ("source_table;wieght\na;1\n", "tables.csv:1: unknown column 'wieght'"),
        ("source_table;weight\na;1;2\n", "a cell that holds a semicolon or a line end in quotes"),
        ("sep=;\nsource_table;weight\n\na;heavy\n", "tables.csv:4: row 1, column weight: is not a number"),
        ("source_table;weight\na;12,5\n", "tables.csv:2: row 1, column weight: is not a number from 0 to 1e+12: found '12,5'"),
        ("source_table,weight,Weight\na,1,1\n", "tables.csv:1: column weight is there 2 times"),
        ("source_table,,weight\na,,1\n", "tables.csv:1: column 2 has no heading"),
        ("source_table,weight,\na,1,note\n", "tables.csv:2: row 1: has 3 cells, the first row names 2 columns"),
    ],
)
def test_what_has_no_single_reading_is_refused_with_what_was_found(text: str, said: str) -> None:
    assert said in problems(text.encode())


@pytest.mark.parametrize("cell", ["NULL", '"id,NULL"', "None", "nan"])
def test_a_programs_word_for_nothing_is_no_key(cell: str) -> None:
    assert "a program's word for nothing" in problems(f"source_table,primary_keys\na,{cell}\n".encode())
    (table,) = parse_inventory(b'source_table,primary_keys\na,"[""NULL""]"\n')
    assert table.primary_keys == ("NULL",)


@pytest.mark.parametrize("path", sorted(BAD.glob("*.csv")), ids=lambda path: path.stem)
def test_what_is_said_of_a_bad_inventory(path: Path) -> None:
    assert problems(path.read_bytes()) + "\n" == path.with_suffix(".txt").read_text().replace(path.name, "tables.csv")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        pytest.param(b"", "tables.csv: is empty", id="nothing"),
        pytest.param(b" \r\n\n", "tables.csv: is empty", id="blanks"),
        pytest.param(b"\xef\xbb\xbf", "tables.csv: is empty", id="only a byte order mark"),
        pytest.param("source_table\na\n".encode("utf-16")[:-1], "tables.csv: begins as UTF-16 does", id="half UTF-16"),
        pytest.param(b"sep=;\n", "tables.csv: is empty", id="nothing but what parts cells"),
        pytest.param("source_table\na\n".encode("utf-16-le"), "tables.csv:1: holds a NUL character", id="UTF-16 without mark"),
        pytest.param(b"source_table\na\nb\0\n", "tables.csv:3: holds a NUL character", id="NUL"),
        pytest.param(
            b"source_table\na\n\nb\xff\n",
            "tables.csv:4: is not UTF-8: byte 18 of the file is 0xff, which is 'ÿ' in Windows-1252\n    save it as UTF-8",
            id="not UTF-8",
        ),
        pytest.param(
            b'\xef\xbb\xbfsource_table\n"a\nb"\nc\xe9\n',
            "tables.csv:4: is not UTF-8: byte 24 of the file is 0xe9",
            id="not UTF-8 after a byte order mark and a row of two lines",
        ),
        pytest.param(b"PK\x03\x04\x14\xff", "tables.csv: is a workbook, not a CSV", id="a workbook"),
        pytest.param(b"source\xff", "tables.csv:1: is not UTF-8: byte 7 of the file is 0xff", id="not UTF-8 in the headings"),
        pytest.param(b"\nsource_table\na\n", "tables.csv:1: column source_table is missing", id="headings in the second line"),
        pytest.param(b'source_table\n"a"b\n', "tables.csv:2: row 1: can't be read as CSV", id="text after a quote"),
    ],
)
def test_what_is_said_of_bytes_that_are_no_inventory(data: bytes, said: str) -> None:
    assert problems(data).startswith(said)


def test_options_nested_too_deep_are_no_json() -> None:
    cell = '{""a"":' * 100_000
    assert "column table_options_json: is not JSON" in problems(f'source_table,table_options_json\na,"{cell}"\n'.encode())


def test_only_the_first_problems_are_told_and_the_rest_counted() -> None:
    rows = b"".join(b"t%d,heavy\n" % number for number in range(MOST_PROBLEMS + 7))
    with pytest.raises(InputError) as caught:
        parse_inventory(b"source_table,weight\n" + rows)

    assert len(caught.value.problems) == MOST_PROBLEMS + 1
    assert caught.value.problems[-1].message == "and 7 more problems"


def test_a_long_value_is_told_shortened() -> None:
    text = problems(b"source_table,weight\na," + b"9" * 500 + b"x\n")

    assert "9" * 57 + "...'" in text
    assert "9" * 58 not in text


def test_a_problem_has_the_file_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "tables.csv"
    path.write_bytes(b"source_table,weight\na,x\n")
    with pytest.raises(InputError) as caught:
        read_inventory(path)

    (problem,) = caught.value.problems
    assert (problem.file, problem.line, problem.row, problem.column) == (str(path), 2, 1, "weight")


@pytest.mark.parametrize(("name", "said"), [("missing.csv", "there is no inventory"), ("", "can't be used: Is a directory")])
def test_a_file_that_is_not_there_is_a_problem_too(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read_inventory(tmp_path / name)


def tables_or_fixes(data: bytes) -> list[str]:
    """Give the names of the tables, or the fixes of what is wrong."""
    try:
        return [table.source_table for table in parse_inventory(data)]
    except InputError as error:
        return [problem.fix for problem in error.problems]


@given(st.binary(max_size=60) | st.text('source_table,weight\n\r"{}[]:01eE-. \t\ufeff', max_size=60).map(str.encode))
def test_any_bytes_give_tables_or_problems_with_fixes(data: bytes) -> None:
    for start in (b"", b"source_table,weight,table_options_json,primary_keys,schedule\n"):
        said = tables_or_fixes(start + data)
        assert said
        assert all(said)


def test_reading_an_inventory_imports_neither_pydantic_nor_a_yaml_reader() -> None:
    code = "import sys, headgate.inventory.read, headgate.inventory.write, headgate.inventory.merge; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not {"pydantic", "ruamel.yaml"} & set(run.stdout.split())
