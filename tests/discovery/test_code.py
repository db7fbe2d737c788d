"""A connector's class is found whatever it is called and wherever it stands, and asked in a process of its own."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from headgate.discovery.code import discover_code
from headgate.discovery.connector_code import Code, DiscoveryOptions
from headgate.problems import InputError, SourceError
from tests.support.examples import some_of

if TYPE_CHECKING:
    from headgate.discovery.found import Found

PACKAGES = Path(__file__).parent / "packages"


def discover(name: str, class_name: str = "", **options: str) -> Found:
    return discover_code(Code(PACKAGES / name, class_name=class_name), DiscoveryOptions(options))


def names(found: Found) -> list[str]:
    return [table.source_table for table in found.tables]


def test_a_class_reexported_from_an_inner_package_is_found_and_its_abstract_base_is_not_taken() -> None:
    found = discover("nested")
    assert found.connector == "nested.inner.connector:PlantConnector"
    assert [(t.source_table, t.primary_keys, t.ingestion_type, t.category) for t in found.tables] == [
        ("plants", ("id",), "snapshot", "core_data"),
        ("lines", ("plant", "id"), "snapshot", "core_data"),
        ("shift_log", (), "snapshot", "all"),
    ]


@pytest.mark.parametrize("place", ["nested/inner", "nested/inner/connector.py", "nested/inner/__init__.py"])
def test_a_part_of_a_package_is_loaded_as_that_part(place: str) -> None:
    assert discover(place).connector == "nested.inner.connector:PlantConnector"


def test_code_below_a_project_folder_is_found_and_its_tests_are_not_imported(tmp_path: Path) -> None:
    project = shutil.copytree(PACKAGES / "project", tmp_path / "project")
    (project / "test_shop.py").write_text("raise SystemExit('imported, though it names list_tables and read_table_metadata')")
    assert names(discover_code(Code(project), DiscoveryOptions())) == ["orders"]


def test_a_module_by_its_name() -> None:
    found = discover_code(Code(module="nested", search=(PACKAGES,)), DiscoveryOptions())
    assert found.connector == "nested.inner.connector:PlantConnector"


def test_a_module_whose_package_exports_no_connector_is_looked_through() -> None:
    found = discover_code(Code(module="shop", search=(PACKAGES / "project" / "src",)), DiscoveryOptions())
    assert names(found) == ["orders"]


@pytest.mark.parametrize(("name", "table"), [("json.py", "from_json"), ("folder/calendar", "calendar"), ("folder", "calendar")])
def test_code_called_as_a_standard_module_hides_it_from_nobody(name: str, table: str) -> None:
    assert names(discover(name)) == [table]


def test_neither_spark_nor_the_connectors_library_is_needed() -> None:
    found = discover("spark", table="orders")
    (table,) = found.tables
    assert (table.source_table, table.primary_keys, table.cursor_field) == ("orders", ("id",), "at")
    assert table.ingestion_type == "cdc_with_deletes"


@pytest.mark.parametrize(
    ("module", "package", "install"),
    [("a_library_nobody_has", "a_library_nobody_has", "a_library_nobody_has"), ("jwt.none", "jwt (PyJWT)", "PyJWT")],
)
def test_any_other_missing_library_is_named_and_no_missing_class(
    tmp_path: Path, module: str, package: str, install: str
) -> None:
    (tmp_path / "shop.py").write_text(f"import {module}\nclass Shop: ...\n")
    with pytest.raises(SourceError) as caught:
        discover_code(Code(tmp_path), DiscoveryOptions())
    assert f"shop.py needs the package {package}, which is not installed (shop.py:1)" in str(caught.value)
    assert f"pip install {install}," in str(caught.value)
    assert "class" not in str(caught.value)


def test_a_file_that_is_no_python_is_named_with_its_line() -> None:
    with pytest.raises(SourceError, match=r"broken\.py could not be imported: SyntaxError: .*\(broken\.py:1\)"):
        discover("broken.py")


def test_without_a_connector_it_is_said_where_it_was_looked_for() -> None:
    with pytest.raises(InputError, match=r"No LakeflowConnect class found; looked in nothing\.py"):
        discover("nothing.py")


def test_an_empty_folder_holds_no_connector(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No LakeflowConnect class found; it holds no Python file"):
        discover_code(Code(tmp_path), DiscoveryOptions())


@pytest.mark.parametrize("named", some_of(["shop.py", ""]), ids=["its file", "its folder"])
@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("def f(:\n", SourceError, r"shop\.py could not be imported: SyntaxError: .* \(shop\.py:1\)"),
        ("import os\n", InputError, r"No LakeflowConnect class found; looked in shop\.py"),
        ("", InputError, r"No LakeflowConnect class found; looked in shop\.py"),
        ("import sys\nsys.exit(3)\n", SourceError, r"SystemExit: the code called sys\.exit\(3\) \(shop\.py:2\)"),
        ("import os\nos._exit(3)\n", SourceError, r"ended its process with exit code 3 during importing shop\.py"),
        ("while True: ...\n", SourceError, r"importing shop\.py did not end within 3 s"),
    ],
    ids=["no Python", "no class", "nothing", "sys.exit", "os._exit", "an endless loop"],
)
def test_code_that_speaks_of_no_class_is_told_by_what_is_wrong_with_it(
    tmp_path: Path, named: str, text: str, error: type[Exception], said: str
) -> None:
    (tmp_path / "shop.py").write_text(text)
    with pytest.raises(error, match=said):
        discover_code(Code(tmp_path / named, timeout=3 if "while" in text else 60), DiscoveryOptions())


def test_scripts_beside_a_class_are_not_run(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("class Shop: ...\n")
    (tmp_path / "script.py").write_text("import sys\nsys.exit(3)\n")
    with pytest.raises(InputError, match=r"looked in shop\.py\n"):
        discover_code(Code(tmp_path), DiscoveryOptions())


def test_of_several_connectors_one_is_to_be_named() -> None:
    with pytest.raises(InputError, match=r"several connectors: .*:Left, .*:Right") as caught:
        discover("two.py")
    assert "--class Left" in str(caught.value)


def test_the_class_that_is_named_is_taken_even_an_imported_one() -> None:
    assert names(discover("two.py", "Right")) == ["right"]
    assert names(discover("two.py", "Imported")) == ["imported"]


def test_a_class_that_is_not_there_is_not_found() -> None:
    with pytest.raises(InputError, match="No LakeflowConnect class named Middle found"):
        discover("two.py", "Middle")


@pytest.mark.parametrize("spelled", ["left", "LEFT"])
def test_a_table_is_asked_for_with_its_own_options(spelled: str) -> None:
    asking = DiscoveryOptions(table_options={spelled: {"cursor": "changed_at"}})
    (table,) = discover_code(Code(PACKAGES / "two.py", class_name="Left"), asking).tables
    assert table.cursor_field == "changed_at"


def _wheel(tmp_path: Path, files: dict[str, Path | str]) -> Path:
    wheel = tmp_path / "plant-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, str) else content.read_bytes())
    return wheel


def test_a_wheel_is_imported_as_if_it_were_installed(tmp_path: Path) -> None:
    nested = PACKAGES / "nested"
    files = {f"acme/nested/{file.relative_to(nested)}": file for file in nested.rglob("*.py")}
    found = discover_code(
        Code(_wheel(tmp_path, {**files, "plant-1.0.dist-info/METADATA": "Name: plant\n"})), DiscoveryOptions()
    )
    assert found.connector == "acme.nested.inner.connector:PlantConnector"
    assert len(found.tables) == 3


def test_a_wheel_that_is_none_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "broken.whl"
    wheel.write_text("no zip")
    with pytest.raises(InputError, match="can't be unpacked as a wheel"):
        discover_code(Code(wheel), DiscoveryOptions())


@pytest.mark.parametrize(("name", "message"), [("absent.py", "no such file or folder"), ("code.txt", "is not a Python file")])
def test_a_path_to_no_code_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "code.txt").write_text("")
    with pytest.raises(InputError, match=message):
        discover_code(Code(tmp_path / name), DiscoveryOptions())


def test_the_codes_folder_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text((PACKAGES / "odd_names.py").read_text())
    discover_code(Code(tmp_path), DiscoveryOptions())
    assert [file.name for file in tmp_path.iterdir()] == ["one.py"]


def test_names_of_any_kind_come_through() -> None:
    assert names(discover("odd_names.py"))[:5] == ["class", "select", "Größe_ü", 'it\'s "quoted"', "a,b\nc"]
