"""TLS: a certificate that is not to be trusted stays so, and is told apart from a connection that breaks."""

from __future__ import annotations

import atexit
import os
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from .problems import OptionsError

if TYPE_CHECKING:
    from .options import Settings


PEM = "-----BEGIN CERTIFICATE-----"
_copies: dict[str, str] = {}


def authority(text: str) -> str:
    """Give the file that ca_file names; where it holds the certificates themselves, a copy of them that this process has.

    So an authority of one's own reaches each machine that reads, with the connection, and nothing has to lie there before.
    """
    if PEM not in text:
        return text
    copy = _copies.get(text, "")
    if not Path(copy).is_file():
        with tempfile.NamedTemporaryFile("w", prefix="authority-", suffix=".pem", delete=False) as file:
            file.write(text)
        copy = _copies[text] = file.name
        atexit.register(_remove, file.name, os.getpid())
    return copy


def _remove(path: str, process: int) -> None:
    if os.getpid() == process:  # a process that was forked off has the file too
        Path(path).unlink(missing_ok=True)


def check_authority(settings: Settings) -> None:
    """Raise OptionsError where ca_file holds no certificates; without one, all that the machine trusts is good."""
    if not isinstance(settings.verify, str):
        return
    try:
        if not Path(settings.verify).is_dir():
            ssl.create_default_context(cafile=settings.verify)
    except OSError as error:  # a ssl.SSLError is one too
        words = "holds no certificate" if isinstance(error, ssl.SSLError) else "can't be read"
        # A text of several lines is no file's name: it may be anything, also a key.
        is_name = settings.verify not in _copies.values() and len(settings.verify.splitlines()) == 1
        named = f" {settings.verify!r}:" if is_name else ""
        cure = "give the certificate of the server's authority in PEM form, or name a file with it"
        raise OptionsError(f"ca_file {words}:{named} {cure}") from None


def distrust(error: BaseException) -> str:
    """Give why a server's certificate is not trusted, with the cure; empty for any other error."""
    seen: list[BaseException] = [error]
    for one in seen:
        if isinstance(one, ssl.SSLCertVerificationError):
            return (
                f"the server's certificate is not trusted ({one.verify_message}): give the certificate of its authority by "
                "ca_file, and the name that stands in the certificate by pi_base_url or token_url"
            )
        inner = [*one.args, getattr(one, "reason", None), one.__context__]
        seen += [found for found in inner if isinstance(found, BaseException) and found not in seen]
    return ""
