"""Files are written whole or not at all."""

from __future__ import annotations

import codecs
import errno
import json
import logging
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.problems import HeadgateError, InputError, Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import PurePath

_log = logging.getLogger(__name__)
_SHOWN_OF_NAME = 50  # of a temporary file's: the file's own may be as long as names get
# What is wrong with a path, and so the caller's to mend; any other error is the machine's.
_FIXES = {
    errno.EACCES: "check the permissions of it and of its folder, or run headgate as a user who has them",
    errno.EPERM: "check the permissions of it and of its folder, or run headgate as a user who has them",
    errno.EISDIR: "expected a file, found a folder: remove the folder, or name another path",
    errno.ENOTDIR: "expected a folder, found a file: remove the file, or name another path",
    errno.ENOENT: "look whether the path is right",
    errno.EEXIST: "remove what is there, or name another path",
    errno.ELOOP: "its symbolic links form a loop: fix them",
    errno.ENAMETOOLONG: "name a shorter path",
    errno.EROFS: "it can only be read there: work in a folder that can be written",
}


def system_error(error: OSError, path: Path | str | None = None) -> HeadgateError:
    """Give the error to raise for what the system says of a file, with its fix: SourceError where no path is to blame."""
    file = str(path or error.filename or "")
    said = error.strerror or str(error)
    if error.errno in _FIXES:
        return InputError(Problem(f"can't be used: {said}", _FIXES[error.errno], file))
    return SourceError(
        Problem(f"the system failed: {said}", "look at the machine (disk, memory, network), then try again", file)
    )


def read_bytes(path: Path) -> bytes | None:
    """Give what a file holds, None where there is no such file. Raises what `system_error` gives where it can't be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise system_error(error, path) from None


def read_text(path: Path, fix: str = "save it as UTF-8") -> str | None:
    """Give a file's text, None where there is no such file.

    Raises what `system_error` gives where it can't be read, and InputError for what is not UTF-8, with `fix`.
    """
    data = read_bytes(path)
    return None if data is None else decoded(data, str(path), fix)


def needed_bytes(path: Path) -> bytes:
    """Give what a file holds. Raises what `system_error` gives where it can't be read or isn't there."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise system_error(error, path) from None


def needed_text(path: Path, fix: str = "save it as UTF-8") -> str:
    """Give a file's text. Raises what `needed_bytes` and `decoded` raise."""
    return decoded(needed_bytes(path), str(path), fix)


def decoded(data: bytes, file: str, fix: str) -> str:
    """Give the text that a file's bytes say, without a byte order mark: UTF-8, or UTF-16 that begins with its mark.

    PowerShell and Excel write the latter. Raises InputError, with `fix`, for what is neither.
    """
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            raise InputError(Problem("begins as UTF-16 does, and goes on otherwise", fix, file)) from None
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        found = data[error.start : error.start + 1]
        message = f"is not UTF-8: byte {error.start + 1} of the file is 0x{found.hex()}"
        if letter := found.decode("cp1252", errors="ignore"):
            message += f", which is {letter!r} in Windows-1252"
        raise InputError(Problem(message, fix, file, data.count(b"\n", 0, error.start) + 1)) from None


def parse_json(text: str, file: str, fix: str, object_hook: Callable[[Any], Any] | None = None) -> Any:
    """Give what a JSON text says; `object_hook` is json's own. Raises InputError, with the line, for what is not JSON."""
    try:
        return json.loads(text, object_hook=object_hook)
    except json.JSONDecodeError as error:
        raise InputError(Problem(f"is not JSON: {error.msg}", fix, file, error.lineno)) from None
    except RecursionError:
        raise InputError(Problem("is nested too deeply", fix, file)) from None
    except ValueError:  # Python reads no number of thousands of digits
        raise InputError(Problem("holds a number too long to read", fix, file)) from None


def keys_twice(text: str) -> list[str]:
    """Give the keys that an object of a JSON text has more than once, as they are met from inside out."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        if len(dict(pairs)) < len(pairs):
            found.extend(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)

    json.loads(text, object_pairs_hook=look)
    return found


def json_or_none(text: str | bytes) -> Any:
    """Give what a JSON text says, None for what is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def seen_from(folder: PurePath, path: PurePath) -> str:
    """Give the way from a folder to a path, both whole, as any system reads it; the path itself where no way leads there."""
    for steps, above in enumerate((folder, *folder.parents)):
        if path.is_relative_to(above):
            return "/".join([*[".."] * steps, *path.relative_to(above).parts])
    return path.as_posix()


def write_all(texts: Mapping[Path, str], *, durable: bool = True) -> list[Path]:
    """Write texts by path, once all of them can be written; give the paths of those that changed.

    durable: as in `write_whole`. Raises InputError where one can't be, before any is, and what `write_whole` raises.
    """
    if problems := [problem for path in texts for problem in _obstacle(path)]:
        raise InputError(list({str(problem): problem for problem in problems}.values()))
    return [path for path, text in texts.items() if write_whole(path, text, durable=durable)]


def write_whole(path: Path, text: str, *, durable: bool = True) -> bool:
    """Write `text` (UTF-8, line ends as given) through a temporary file and a rename; say whether anything changed.

    Whoever reads `path`, at any moment and whatever dies, sees the old text or the new, never a part.
    durable False: what a machine's crash may lose, for it can be written again; waiting for the disk takes milliseconds a file.
    A symbolic link is followed, and the file's permissions are kept. What is no file, such as a pipe or /dev/null, is written
    to as it is. Raises InputError where there can be no such file, and what `system_error` gives.
    """
    data = text.encode()
    try:
        if problems := _obstacle(path):
            raise InputError(problems)
        if path.exists() and not path.is_file():
            path.write_bytes(data)
            return True
        return _replaced(Path(os.path.realpath(path)), data, durable=durable)
    except OSError as error:
        raise system_error(error, path) from None


def _replaced(path: Path, data: bytes, *, durable: bool) -> bool:
    exists = path.exists()
    if exists and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:_SHOWN_OF_NAME]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(path.stat().st_mode & 0o777 if exists else 0o666 & ~umask)
        temporary.replace(path)
        _log.debug("wrote %s", path)
    except BaseException:
        temporary.unlink()
        raise
    return True


def _obstacle(path: Path) -> list[Problem]:
    """Say why a file can't be written there."""
    try:
        if path.is_dir():
            return [Problem("is a folder, and a file is to be written there", "move it away, or name a file", str(path))]
        above = next(folder for folder in path.absolute().parents if folder.exists() or folder.is_symlink())
        if not above.is_dir():
            fix = "name another folder, or move it away"
            return [Problem("is a file, and a folder is to be made there", fix, _as_given(above, path))]
        if not os.access(above, os.W_OK | os.X_OK):
            return [Problem("can't be written to", "check its permissions, or name another folder", _as_given(above, path))]
    except OSError as error:
        return list(system_error(error, path).problems)
    return []


def _as_given(above: Path, path: Path) -> str:
    """Give a folder above a path as the path names it."""
    return str(above if path.is_absolute() or not above.is_relative_to(Path.cwd()) else above.relative_to(Path.cwd()))
