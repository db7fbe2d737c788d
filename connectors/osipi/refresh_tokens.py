"""The refresh token in force, where a server replaces it at each renewal: in memory, and in a file for the next run."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path


class RefreshToken:
    """The refresh token in force: the one that was given, until the server replaces it.

    file: where the one in force is kept, such as a file of a Unity Catalog volume; empty: in memory, so the next run begins
    with the given one again. The file belongs to the token that was given when it was begun: another one that is given, as
    after a new login, counts instead of what the file holds.
    """

    def __init__(self, given: str, file: str = "") -> None:
        self._given, self._token = given, given
        self._file = Path(file) if file else None

    def current(self) -> str:
        """Give the token in force, as the file has it now: another process may have renewed it.

        Raises OSError where the file can't be read.
        """
        if self._file:
            self._token = self._kept(self._file) or self._token
        return self._token

    def check(self) -> None:
        """Raise OSError where a new token could not be kept, before the server is asked for one and the old one ends."""
        if self._file:
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=f"{self._file.name}.")
            os.close(handle)
            Path(name).unlink()

    def replace(self, token: str) -> None:
        """Keep the token that the server gave instead; readable by its owner alone. Raises OSError where it can't be kept."""
        self._token = token
        if self._file is None:
            return
        handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=f"{self._file.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"given": self._digest(), "refresh_token": token}, file)
            Path(name).replace(self._file)
        except OSError:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _kept(self, file: Path) -> str:
        """Give the file's token; empty where there is none of this given one."""
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return ""
        except ValueError:
            message = f"{file} is no file of a refresh token"
            raise OSError(message) from None
        good = isinstance(kept, dict) and kept.get("given") == self._digest() and isinstance(kept.get("refresh_token"), str)
        return kept["refresh_token"] if good else ""

    def _digest(self) -> str:
        """Give what tells the given token from another one, without it."""
        return hashlib.sha256(self._given.encode()).hexdigest()[:32]
