"""What looks like a token, whoever's it is."""

from __future__ import annotations

import re

# Tokens that have a form of their own: Databricks, GitHub, GitLab, AWS, Azure SAS, Slack, private keys.
_TOKEN = re.compile(
    r"dapi[0-9a-f]{16,}(?:-\d+)?|dose[0-9a-f]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
    r"|glpat-[\w-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|sig=[\w%/+=]{20,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)"
    r"|(?<=Bearer )[\w.~+/=-]{16,}"
)
# A JSON Web Token, from the first eyJ in a row of its characters: from each, a row of many would take the square of its length.
_WEB_TOKEN = re.compile(r"(?<![\w-])(?P<before>(?:(?!eyJ)[\w-])*)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")


def token_free(text: str, mask: str = "(secret)") -> str:
    """Give a text with what looks like a token masked, and no half of a character, which no file could hold."""
    whole = text if text.isascii() else text.encode(errors="replace").decode()
    while (masked := _once(whole, mask)) != whole:
        whole = masked
    return whole


def _once(text: str, mask: str) -> str:
    if "eyJ" in text:
        text = _WEB_TOKEN.sub(lambda found: found["before"] + mask, text)
    return _TOKEN.sub(lambda _: mask, text)
