"""Options: what can't be used is an error of the option, by its name, and before anything is done."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import connectors.osipi
from connectors.osipi import OsipiLakeflowConnect
from connectors.osipi.__main__ import main
from connectors.osipi.names import KNOWN
from connectors.osipi.options import Login, settings_of
from connectors.osipi.problems import OffsetError, OptionsError
from connectors.osipi.streaming.segments import Segments

if TYPE_CHECKING:
    from tests.connectors.osipi.server import PiServer

URL = {"pi_base_url": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("access_token", "CANARY\nCANARY"),
        ("access_token", "CANARYé"),
        ("password", "CANARY€"),
        ("client_secret", "CANARY€"),
    ],
)
def test_a_secret_that_no_request_can_carry_is_told_by_its_name_alone(name: str, secret: str) -> None:
    others = {"username": "me", "client_id": "me", "token_url": "http://127.0.0.1:9", "client_secret": "x"}

    with pytest.raises(OptionsError, match=name) as error:
        settings_of({**URL, **others, name: secret})

    assert not any(part in str(error.value) for part in ("CANARY", "€", "é"))


LOGINS = {
    "bearer": {"access_token": "a token"},
    "oidc": {"client_id": "me", "client_secret": "a word", "token_url": "http://127.0.0.1:9"},
    "basic": {"username": "me", "password": "a word"},
}


def test_without_any_option_of_a_login_there_is_none() -> None:
    assert settings_of(URL).login == Login()


@pytest.mark.parametrize("kind", ["none", "bearer", "oidc", "basic", "kerberos"])
def test_auth_says_which_login_counts_where_options_of_several_are_given(kind: str) -> None:
    every = {name: text for options in LOGINS.values() for name, text in options.items()}

    found = settings_of({**URL, **every, "auth": kind}).login

    assert found.kind == kind
    assert found == settings_of({**URL, **LOGINS.get(kind, {}), "auth": kind}).login


@pytest.mark.parametrize("half", [{"client_id": "me"}, {"client_id": "me", "token_url": "http://127.0.0.1:9"}])
def test_half_a_login_is_no_login_and_the_message_says_how_to_have_another_one(half: dict[str, str]) -> None:
    with pytest.raises(OptionsError, match=r"client_id wants client_secret.* auth \(none, bearer, basic, kerberos\)"):
        settings_of({**URL, **half})

    assert settings_of({**URL, **half, "auth": "none"}).login == Login()


def test_an_auth_that_nobody_knows_is_told_with_those_there_are() -> None:
    with pytest.raises(OptionsError, match="auth is 'ntlm'; give one of none, bearer, basic, oidc, kerberos"):
        settings_of({**URL, "auth": "ntlm"})


@pytest.mark.parametrize(
    "url",
    [
        "http://pi:99999",
        "http://pi:abc",
        "http://pi:0",
        "http://[pi",
        "http://pi/\ud800",
        "http://a b/piwebapi",
        f"http://{'a' * 64}.b",
    ],
)
def test_an_address_that_cannot_be_is_an_option_to_mend(url: str) -> None:
    with pytest.raises(OptionsError, match="pi_base_url"):
        settings_of({"pi_base_url": url})


@pytest.mark.parametrize(
    ("text", "says"), [("yes", True), (" True ", True), ("1", True), ("no", False), ("", False), (None, False)]
)
def test_partitioned_is_read_as_other_flags_are(text: Any, says: bool) -> None:
    assert OsipiLakeflowConnect({**URL, "partitioned": text}).is_partitioned("pi_timeseries") is says


def test_partitioned_that_says_neither_is_an_error() -> None:
    with pytest.raises(OptionsError, match="partitioned is 'maybe'"):
        OsipiLakeflowConnect({**URL, "partitioned": "maybe"}).is_partitioned("pi_timeseries")


def test_reread_hours_of_null_is_not_given() -> None:
    options: Any = {"reread_hours": None}
    assert OsipiLakeflowConnect(URL).read_table_metadata("pi_timeseries", options)["ingestion_type"] == "append"


def test_all_options_that_are_read_are_known() -> None:
    asked = re.compile(r"\b(?:texts|reading)\.(?:text|listed|number|count|flag|instant|span)\(((?:\"\w+\"(?:, )?)+)")
    files = Path(connectors.osipi.__file__).parent.rglob("*.py")
    names = {name for path in files for found in asked.findall(path.read_text()) for name in re.findall(r"\w+", found)}

    assert len(names) > 60
    assert not {name for name in names if name.lower() not in KNOWN} - {"*", "1d", "1m", "1h"}


class TestCommands:
    def run(self, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["osipi", *words])
        return main()

    def test_a_slip_in_a_name_is_told_with_what_was_meant(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "options.json"
        file.write_text(json.dumps({**URL, "nmaeFilter": "a*", "overlap_minuts": 5}))

        assert self.run(monkeypatch, "tags", str(file)) == 1
        told = capsys.readouterr().err
        assert "'nmaeFilter'; did you mean nameFilter?" in told
        assert "'overlap_minuts'; did you mean overlap_minutes?" in told

    def test_an_option_in_two_spellings_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "options.json"
        file.write_text(json.dumps({**URL, "auth": "none", "AUTH": "basic"}))

        assert self.run(monkeypatch, "tags", str(file)) == 1
        assert "auth is given 2 times" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"\xf5\xe3", "it is not UTF-8 (byte 0)"),
            (b'{"threads": ' + b"9" * 5000 + b"}", "wanted: a JSON object of options"),
            (b'{"threads": }', "line 1 column 13"),
            (
                b'{"pi_base_url": "http://pi", "nameFilter": "\\ud83d", "ca_file": "a\\u0000"}',
                "ca_file holds a character that is none",
            ),
            (b'{"pi_base_url": "http://pi", "nameFilter": "\\ud83d"}', "namefilter holds a character that is none"),
        ],
    )
    def test_what_no_option_can_be_is_told_in_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes, said: str
    ) -> None:
        file = tmp_path / "options.json"
        file.write_bytes(content)

        assert self.run(monkeypatch, "tags", str(file)) == 1
        assert said in capsys.readouterr().err

    def test_a_folder_that_can_be_none_is_told_with_its_option(
        self, pi: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pi.add("A", [])
        file = tmp_path / "options.json"
        file.write_text(json.dumps({"pi_base_url": pi.url, "tag_webids": "A"}))

        assert self.run(monkeypatch, "stream", str(file), "--out", "/dev/null") == 1
        assert "give a folder by --out" in capsys.readouterr().err

        assert self.run(monkeypatch, "tags", f"{file}/below") == 1
        assert capsys.readouterr().err == f"{file}/below: Not a directory\n"

    def test_of_tags_that_are_named_only_those_are_weighed_and_one_that_is_none_is_told(
        self, pi: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pi.lists["/dataservers"] = [{"WebId": "S", "Name": "S"}]
        pi.lists["/dataservers/S/points"] = [{"WebId": tag, "Name": tag} for tag in "AB"]
        for tag in "AB":
            pi.add(tag, [])
        file = tmp_path / "options.json"
        file.write_text(json.dumps({"pi_base_url": pi.url, "tag_webids": "B"}))
        assert self.run(monkeypatch, "tags", str(file)) == 0
        assert [line[0] for line in capsys.readouterr().out.splitlines()] == ["B"]

        file.write_text(json.dumps({"pi_base_url": pi.url, "tag_webids": "B,bogus"}))
        assert self.run(monkeypatch, "tags", str(file)) == 1
        assert "tag_webids names bogus, which no list" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "text", ['{"tag_webids": ' + "[" * 100_000 + "]" * 100_000 + "}", '{"tag_webids": ["A"]}', "[" * 100_000]
    )
    def test_options_that_are_no_flat_object_are_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], text: str
    ) -> None:
        file = tmp_path / "options.json"
        file.write_text(text)

        assert self.run(monkeypatch, "tags", str(file)) == 1
        assert str(file) in capsys.readouterr().err

    def test_a_byte_order_mark_is_no_matter(self, pi: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pi.lists["/dataservers"] = [{"WebId": "S", "Name": "S"}]
        pi.lists["/dataservers/S/points"] = [{"WebId": "A", "Name": "A"}]
        pi.add("A", [])
        file = tmp_path / "options.json"
        file.write_text(json.dumps({"pi_base_url": pi.url}), encoding="utf-8-sig")

        assert self.run(monkeypatch, "tags", str(file)) == 0

    def test_more_hours_than_pi_has_are_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        file = tmp_path / "options.json"
        file.write_text(json.dumps(URL))

        assert self.run(monkeypatch, "tags", str(file), "--hours", "1e12") == 2

    def test_tags_that_match_nothing_are_an_error(
        self, pi: PiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pi.lists["/dataservers"] = [{"WebId": "S", "Name": "S"}]
        pi.lists["/dataservers/S/points"] = []
        file = tmp_path / "options.json"
        file.write_text(json.dumps({"pi_base_url": pi.url}))

        assert self.run(monkeypatch, "tags", str(file), "--name-filter", "nomatch*") == 4
        assert "no point is visible that matches the nameFilter 'nomatch*'" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("options", "code", "words"),
        [
            ({"endTime": "*-1d"}, 1, "endTime"),
            ({"partitioned": "yes"}, 1, "partitioned"),
            ({"startTime": "*+1d"}, 1, "startTime"),
            ({"startTime": "soon"}, 1, "startTime"),
            ({"threads": "none"}, 1, "threads"),
            ({"tag_webids": ","}, 1, "tag_webids"),
            ({"access_token": "wrong"}, 4, "401"),
        ],
    )
    def test_streaming_that_cannot_begin_leaves_no_folder_behind(
        self,
        pi: PiServer,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        options: dict[str, str],
        code: int,
        words: str,
    ) -> None:
        pi.add("A", [])
        pi.trouble.append(lambda request: (401, {}) if "Authorization" in request.headers else None)
        file, out = tmp_path / "options.json", tmp_path / "out"
        file.write_text(json.dumps({"pi_base_url": pi.url, "tag_webids": "A", **options}))

        assert self.run(monkeypatch, "stream", str(file), "--out", str(out)) == code
        assert words in capsys.readouterr().err
        assert not out.exists()


def test_an_offset_beyond_all_depth_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "offset.json").write_text("[" * 100_000)

    with pytest.raises(OffsetError, match=r"offset.json can't be read"):
        Segments(tmp_path)
