"""Values of init options don't show in a connector's texts."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from headgate.discovery.redact import redactor

SECRETS = (
    st.text(st.characters(codec="utf-8", exclude_characters="*"), min_size=4).map(str.strip).filter(lambda text: len(text) >= 4)
)


@given(SECRETS)
def test_a_secret_is_found_however_it_is_written(secret: str) -> None:
    forms = [
        secret,
        json.dumps(secret),
        repr(secret),
        quote(secret),
        quote(secret, safe=""),
        base64.b64encode(secret.encode()).decode(),
    ]
    redact = redactor({"token": secret})
    for form in forms:
        assert redact(f"<{form}>").strip("\"'<>") == "***"


@given(st.lists(SECRETS, min_size=1), st.data())
def test_no_secret_of_several_is_left(secrets: list[str], data: st.DataObject) -> None:
    redact = redactor({str(number): secret for number, secret in enumerate(secrets)})
    text = " ".join(data.draw(st.lists(st.sampled_from(secrets))))
    assert not any(secret in redact(text) for secret in secrets)


def test_texts_within_a_secret_that_is_json() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----"
    redact = redactor({"credentials": json.dumps({"type": "sa", "keys": [{"private_key": key}]})})
    assert redact("near MIIEvQIBADANBgkq.") == "near ***."


def test_short_values_go_only_where_they_stand_alone() -> None:
    assert redactor({"page": "1", "empty": "", "blank": " "})("page 1, line 17") == "page ***, line 17"


def test_the_longer_secret_goes_first() -> None:
    assert redactor({"user": "anna", "password": "annabel"})("annabel, anna") == "***, ***"
