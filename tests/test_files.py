"""Files are written whole or not at all, and several of them all or none."""

from __future__ import annotations

import os
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from headgate.files import decoded, seen_from, write_all, write_whole
from headgate.problems import InputError


def test_a_pipe_is_written_to_and_never_replaced() -> None:
    reading, writing = os.pipe()
    try:
        assert write_whole(Path(f"/dev/fd/{writing}"), "a\n")
        assert os.read(reading, 10) == b"a\n"
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("folder", "folder: is a folder, and a file is to be written there"),
        ("folder/file/page.html", "folder/file: is a file, and a folder is to be made there"),
        ("folder/file/deep/page.html", "folder/file: is a file, and a folder is to be made there"),
        ("x" * 300, f"{'x' * 300}: can't be used: File name too long"),
    ],
)
def test_a_place_where_no_file_can_be_is_named_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").touch()

    with pytest.raises(InputError) as caught:
        write_whole(Path(path), "x")

    (problem,) = caught.value.problems
    assert str(problem).startswith(said)
    assert problem.fix


def test_a_name_may_be_as_long_as_the_system_takes(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    write_whole(path, "a")

    assert path.read_text() == "a"


def test_of_several_files_none_is_written_where_one_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    texts = {tmp_path / "new": "a", tmp_path / "folder": "b", tmp_path / "file/page.html": "c"}

    with pytest.raises(InputError) as caught:
        write_all(texts)

    assert [problem.file for problem in caught.value.problems] == [str(tmp_path / "folder"), str(tmp_path / "file")]
    assert not (tmp_path / "new").exists()


def test_files_that_change_are_told(tmp_path: Path) -> None:
    (tmp_path / "same").write_text("a")

    assert write_all({tmp_path / "same": "a", tmp_path / "new/file": "b"}) == [tmp_path / "new/file"]


@pytest.mark.parametrize(
    ("folder", "path", "said"),
    [
        (PureWindowsPath(r"C:\shop\connectors\crm"), PureWindowsPath(r"C:\shop\.headgate\c.json"), "../../.headgate/c.json"),
        (PureWindowsPath(r"C:\shop"), PureWindowsPath(r"c:\SHOP\c.json"), "c.json"),
        (PureWindowsPath(r"C:\shop"), PureWindowsPath(r"D:\else\c.json"), "D:/else/c.json"),
        (PurePosixPath("/shop/connectors/crm"), PurePosixPath("/shop/c.json"), "../../c.json"),
        (PurePosixPath("/shop"), PurePosixPath("/shop/a/c.json"), "a/c.json"),
    ],
)
def test_ways_are_written_alike_on_any_system(folder: PurePath, path: PurePath, said: str) -> None:
    assert seen_from(folder, path) == said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_in_any_encoding_that_it_names(encoding: str) -> None:
    assert decoded("Größe\n".encode(encoding), "a.csv", "save it") == "Größe\n"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a\nGr\xf6\xdfe", "a.csv:2: is not UTF-8: byte 5 of the file is 0xf6, which is 'ö' in Windows-1252\n    save it"),
        (b"\x81", "a.csv:1: is not UTF-8: byte 1 of the file is 0x81\n    save it"),
        (b"\xff\xfea", "a.csv: begins as UTF-16 does, and goes on otherwise\n    save it"),
    ],
)
def test_what_is_no_text_is_told_with_what_it_may_be(data: bytes, said: str) -> None:
    with pytest.raises(InputError) as caught:
        decoded(data, "a.csv", "save it")
    assert str(caught.value) == said
