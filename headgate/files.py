"""Files are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, text: str) -> bool:
    """Write `text` (UTF-8, line ends as given) through a temporary file and a rename; say whether anything changed.

    Whoever reads `path`, at any moment and whatever dies, sees the old text or the new, never a part.
    A symbolic link is followed, and the file's permissions are kept. Raises OSError where the folder can't be written.
    """
    path = Path(os.path.realpath(path))
    data = text.encode()
    exists = path.exists()
    if exists and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(path.stat().st_mode & 0o777 if exists else 0o666 & ~umask)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise
    return True
