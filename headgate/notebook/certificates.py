"""The certificates of a file in PEM form, and nothing else of it: what is taken goes into a file that others read."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

from headgate.files import needed_text
from headgate.problems import InputError, Problem

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\n.*?-----END CERTIFICATE-----", re.DOTALL)
_FIX = "give a file in PEM form with the certificate of the server's authority, and with nothing secret"


def certificates(name: str) -> str:
    """Give the certificates of a file, one after the other, without what stands around them.

    Raises InputError, which names the file and says nothing of its content, where it can't be read, has a private key, or has
    no certificate or one that is none.
    """
    text = needed_text(Path(name), _FIX).replace("\r\n", "\n")
    if "PRIVATE KEY-----" in text:
        raise InputError(Problem("holds a private key", _FIX, name))
    found = "".join(f"{block}\n" for block in _CERTIFICATE.findall(text))
    if not found:
        raise InputError(Problem("holds no certificate", _FIX, name))
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=found)
    except (ssl.SSLError, ValueError):
        raise InputError(Problem("holds a certificate that can't be read", _FIX, name)) from None
    return found
