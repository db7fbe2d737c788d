"""A secret is masked however it is written, and nothing else is changed."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode, encodebytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.redaction.needles import parts_of
from headgate.redaction.redactor import MASK, Redactor, redactor
from tests.support.spellings import SPELLINGS

PRINTABLE = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="*")
SECRETS = st.text(PRINTABLE, min_size=8, max_size=40)
ANY = st.text(st.characters(codec="utf-8"), max_size=30)
SECRET = 'p@ss "w\\rd"/1+ü & <😀>'  # noqa: S105  # made up, to be looked for
PEM = "\n".join(
    ["-----BEGIN KEY-----", *(b64encode(bytes(range(n, n + 48))).decode() for n in range(0, 200, 9)), "-----END KEY-----"]
)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_masked_in_every_spelling(spelling: str) -> None:
    written = SPELLINGS[spelling](SECRET)
    masked = redactor([SECRET])(f"it is ({written}), she said")

    assert written not in masked
    assert re.fullmatch(r"it is \(.*\*\*\*.*\), she said", masked, re.DOTALL)


@given(spelling=st.sampled_from(sorted(SPELLINGS)), secret=SECRETS, before=ANY, after=ANY)
def test_a_secret_is_masked_in_every_spelling_in_any_text(spelling: str, secret: str, before: str, after: str) -> None:
    written = SPELLINGS[spelling](secret)
    masked = redactor([secret])(before + written + after)

    assert MASK in masked
    assert written not in masked or written in before + MASK + after


@given(SECRETS, st.text(PRINTABLE, max_size=20), st.text(PRINTABLE, max_size=20))
def test_base64_is_masked_wherever_in_its_data_the_secret_stands(secret: str, before: str, after: str) -> None:
    masked = redactor([secret])(f'"{b64encode(f"{before}{secret}{after}".encode()).decode()}"')

    assert masked == f'"{MASK}"'


@given(SECRETS, ANY)
def test_a_text_without_the_secret_is_not_changed(secret: str, text: str) -> None:
    assert redactor([f"Q7-{secret}-Z9"])(text) == text


@given(st.lists(SECRETS, min_size=1, max_size=4), st.data())
def test_masking_again_changes_nothing_and_none_of_several_is_left(secrets: list[str], data: st.DataObject) -> None:
    words = st.sampled_from([*secrets, *(SPELLINGS["HTTP Basic"](secret) for secret in secrets), "and", "\n", "%", "\\"])
    redact = redactor(secrets)
    masked = redact("".join(data.draw(st.lists(words))))

    assert not any(secret in masked for secret in secrets)
    assert redact(masked) == masked


@given(secret=SECRETS, width=st.integers(4, 76))
def test_base64_is_masked_whatever_the_length_of_its_lines(secret: str, width: int) -> None:
    whole = b64encode(f"some user:{secret}:and more".encode()).decode()
    lines = [whole[start : start + width] for start in range(0, len(whole), width)]

    own = b64encode(f".{secret}".encode()).decode().rstrip("=")[2:-1]  # the bytes before it are one more than threes
    for end in ("\n", "\r\n", "\\n", "%0A", "\n    │ "):
        masked = redactor([secret])(f"({end.join(lines)})")
        assert MASK in masked
        assert own not in masked.replace(end, "")


@pytest.mark.parametrize("line", PEM.splitlines())
def test_each_line_of_a_secret_of_several_is_one(line: str) -> None:
    assert redactor([PEM])(f"near <{line}>.") == f"near <{MASK}>."


@pytest.mark.parametrize(
    "text", [PEM, PEM.replace("\n", "\r\n"), json.dumps(PEM)[1:-1], encodebytes(PEM.encode()).decode().strip()]
)
def test_nothing_is_left_of_a_secret_of_several_lines(text: str) -> None:
    assert redactor([PEM])(text).replace("\\n", "").replace(MASK, "").strip() == ""


def test_a_part_of_a_long_secret_is_masked() -> None:
    long = b64encode(bytes(range(250))).decode()

    assert long[100:140] not in redactor([long])(f"it begins with {long[:200]}...")
    for line in encodebytes(f"user:{long}".encode()).decode().splitlines()[1:-1]:
        assert redactor([long])(line) == MASK


@given(head=SECRETS, again=st.text(PRINTABLE, min_size=1, max_size=9), times=st.integers(20, 40), data=st.data())
def test_nothing_is_left_of_a_long_secret_that_repeats_itself(head: str, again: str, times: int, data: st.DataObject) -> None:
    secret = head + again * times + data.draw(st.sampled_from(["", "!", head]))
    spelling = data.draw(st.sampled_from(["as it is", "base64"]))
    written = secret if spelling == "as it is" else b64encode(secret.encode()).decode()

    assert redactor([secret])(f"err ({written}) end") == f"err ({MASK}) end"


def test_texts_within_a_secret_that_is_json() -> None:
    redact = redactor([json.dumps({"type": "sa", "keys": [{"private_key": PEM}]})])
    assert redact(f"near {PEM.splitlines()[1]}.") == f"near {MASK}."


def test_short_values_go_only_where_they_stand_alone() -> None:
    assert redactor(["1", "", " "])("page 1, line 17") == "page ***, line 17"
    assert Redactor(["true"], apart=8)("true is no construed thing") == "*** is no construed thing"


def test_secrets_that_overlap_are_masked_as_one() -> None:
    assert redactor(["anna", "annabel"])("annabel, anna") == "***, ***"
    assert redactor(["secret-one", "one-two-three"])("secret-one-two-three") == MASK


def test_a_value_that_the_mask_has_itself_is_left() -> None:
    assert Redactor(["secret"], mask="(secret)")("a secret") == "a secret"


@given(st.lists(st.sampled_from(["ab", "│ ", "-----BEGIN KEY-----", "x = <<EOT", *PEM.splitlines()[:4]])), st.booleans())
def test_lines_that_come_one_by_one_are_masked_as_the_whole_is(lines: list[str], wrapped: bool) -> None:
    text = "".join(f"{line}\n" for line in lines) + (encodebytes(PEM.encode()).decode() if wrapped else "")
    redact = redactor([PEM])

    assert "".join(redact.stream(text.splitlines(keepends=True))) == redact(text)


def test_a_line_that_no_secret_goes_on_after_is_given_at_once() -> None:
    coming = iter(["one\n", "two\n"])
    masked = redactor([PEM]).stream(coming)

    assert next(masked) == "one\n"
    assert list(coming) == ["two\n"]


def test_short_lines_of_a_secret_are_masked_as_they_come() -> None:
    redact = redactor(["k1\nk2\nk3\nk4"])

    assert "".join(redact.stream(["a:\n", "k1\n", "k2\n", "k3\n", "k4\n", "b\n"])) == "a:\n***\nb\n"


def test_a_private_key_is_masked_whoever_it_belongs_to() -> None:
    key = ["-----BEGIN " + "PRIVATE KEY-----\n", "MIIEvQIBADANBgkq\n", "-----END " + "PRIVATE KEY-----\n"]

    assert "".join(redactor([]).stream(["a\n", *key, "b\n"])) == "a\n***\nb\n"


def test_the_parts_of_a_long_secret_are_its_lines() -> None:
    assert parts_of([PEM]) == set(PEM.splitlines())
    assert parts_of([" blank "]) == {" blank ", "blank"}
    assert b64decode(PEM.splitlines()[1]) == bytes(range(48))


@pytest.mark.parametrize("part", ["eyJ", "\\", "a", "%25", "-----BEGIN "])
def test_a_very_long_line_takes_no_longer_than_its_length(part: str) -> None:
    """At the square of its length, this test would take hours."""
    line = part * (1_000_000 // len(part)) + "!"

    assert list(redactor([SECRET]).stream([line])) == [line]


def test_a_web_token_is_masked_with_what_stands_before_it_left() -> None:
    assert redactor(())("id_eyJhbGciOiJ.eyJzdWIiOiI.x-y, neyJ") == f"id_{MASK}, neyJ"
