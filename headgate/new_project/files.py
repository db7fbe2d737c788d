"""The files of a project, as `headgate init project` writes them: pure, but for what the package brings."""

from __future__ import annotations

import re
from importlib.metadata import version
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from headgate.generated import File
from headgate.new_project.own_files import FILES, LINES, own_file, with_lines
from headgate.new_project.schemas import FOLDER, schema_files

if TYPE_CHECKING:
    from collections.abc import Callable

WRITTEN = f"{FOLDER}/written.json"
PIPFILE = "Pipfile"
# Path → whether it is the user's once it is written. Templates lie under their names without dots.
_TEMPLATES = {
    "Makefile": False,
    "AGENTS.md": False,
    "README.md": True,
    "tests/test_project.py": False,
    ".vscode/settings.json": True,
    ".vscode/extensions.json": True,
}
# The pin in a Pipfile, on a line of its own or in a table's.
_PIN = re.compile(r"""^(\s*headgate\s*=\s*(?:\{[^}\n]*?\bversion\s*=\s*)?["'])==[^"']*(["'])""", re.MULTILINE)


def project_files(name: str, there: Callable[[str], str | None]) -> list[File]:
    """Give the files of a project called `name`, for this version of headgate.

    there: gives a file's text as it is, None where there is none: a Pipfile gets the version, lists of patterns their lines.
    """
    known = {"name": name, "version": version("headgate")}
    files = [File(path, own_file(path), yours) for path, yours in FILES.items()]
    files += [File(path, with_lines(own_file(path), there(path)), merged=True) for path in LINES]
    files += [File(path, _rendered(path, known), yours) for path, yours in _TEMPLATES.items()]
    files.append(File(PIPFILE, pinned(there(PIPFILE), known["version"]) or _rendered(PIPFILE, known), merged=True))
    return [*files, *schema_files()]


def pinned(pipfile: str | None, wanted: str) -> str | None:
    """Give a Pipfile's text with headgate's pin at the version that is wanted; one without a pin as it is."""
    return None if pipfile is None else _PIN.sub(lambda found: f"{found[1]}=={wanted}{found[2]}", pipfile)


def _rendered(path: str, known: dict[str, str]) -> str:
    # Files for tools and for people who read them as they are: nothing is HTML.
    environment = Environment(
        loader=PackageLoader("headgate.new_project"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # see above
    )
    return environment.get_template(f"{path.rpartition('/')[2]}.jinja").render(known)
