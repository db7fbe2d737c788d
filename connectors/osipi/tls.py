"""TLS: a certificate that is not to be trusted stays so, and is told apart from a connection that breaks."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from .problems import OptionsError

if TYPE_CHECKING:
    from .options import Settings


def check_authority(settings: Settings) -> None:
    """Raise OptionsError where ca_file is no file of certificates; without one, all that the machine trusts is good."""
    if not isinstance(settings.verify, str):
        return
    try:
        if not Path(settings.verify).is_dir():
            ssl.create_default_context(cafile=settings.verify)
    except OSError as error:  # a ssl.SSLError is one too
        words = "holds no certificate" if isinstance(error, ssl.SSLError) else "can't be read"
        raise OptionsError(
            f"ca_file {words}: {settings.verify!r}; name a file in PEM form with the certificate of the server's authority"
        ) from None


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
