"""`python -m connectors.osipi`: a server's tags for `headgate slice`, the streaming reader, the batch script."""

from __future__ import annotations

import io
import json
import logging
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .problems import OptionsError, PiError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEND, _OUTSIDE = 1, 4
INVENTORY = Path(__file__).parent / "tables.csv"
app = typer.Typer(help="OSI PI through PI Web API.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
OptionsFile = Annotated[Path, typer.Argument(help="A JSON object of the connection's options; keep it out of the repository.")]
NameFilter = Annotated[str, typer.Option(help="The points' names, with * and ?.")]


@app.command()
def tags(
    options: OptionsFile,
    name_filter: NameFilter = "",
    hours: Annotated[float, typer.Option(help="How far back values are counted.", min=0.01, max=87_600)] = 24,
) -> None:
    """Print value,weight for each tag: the values that `headgate slice` cuts a table by.

    A tag that was renamed is printed as the slices in tables.csv, beside this code, name it.
    """
    from .client import PiClient  # noqa: PLC0415 (`--help` needs none of it)
    from .options import OptionParser, settings_of  # noqa: PLC0415
    from .reading import Reading  # noqa: PLC0415
    from .tags import as_values, in_slices, tag_weights  # noqa: PLC0415

    with _told(options):
        given = _options(options, name_filter)
        reading = Reading(PiClient(settings_of(given)), OptionParser(given), datetime.now(UTC))
        sys.stdout.write(as_values(tag_weights(reading, hours), in_slices(INVENTORY)))


@app.command()
def stream(
    options: OptionsFile,
    out: Annotated[Path, typer.Option(help="The folder that rows land in, with the offset beside them.")],
    name_filter: NameFilter = "",
) -> None:
    """Read pi_timeseries as it comes, until it is stopped. How far behind it is stands in its log, on stderr."""
    import asyncio  # noqa: PLC0415 (`--help` needs none of it)

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    with _told(options):
        try:
            from .streaming.reader import StreamReader, try_out  # noqa: PLC0415
        except ImportError as error:
            raise OptionsError(f"streaming needs the library {error.name}: pip install {error.name}") from None
        from .streaming.segments import Segments  # noqa: PLC0415

        given = _options(options, name_filter)
        try_out(given)
        reader = StreamReader(given, Segments(out))
        try:
            asyncio.run(reader.run())
        except KeyboardInterrupt:
            sys.stderr.write(f"stopped: {reader.status()}\n")


@app.command()
def script(
    options: OptionsFile,
    table: Annotated[str, typer.Option(help="The Delta table: catalog.schema.table.")],
    scope: Annotated[str, typer.Option(help="The secret scope that holds access_token, password or client_secret.")],
    name_filter: NameFilter = "",
) -> None:
    """Print a Databricks notebook that reads recorded values in batches into a Delta table, for a job without a pipeline."""
    from .script import batch_script  # noqa: PLC0415 (`--help` needs none of it)

    with _told(options):
        sys.stdout.write(batch_script(_options(options, name_filter), table, scope))


@app.command()
def bundle() -> None:
    """Print the connector as one file, for the community connectors' merge_python_source.py: sources/osipi/osipi.py."""
    from .bundle import bundle as text  # noqa: PLC0415 (`--help` needs none of it)

    sys.stdout.write(text())


def _options(path: Path, name_filter: str) -> dict[str, Any]:
    from .names import check_names  # noqa: PLC0415 (`--help` needs none of it)

    try:
        given = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise OptionsError(f"it is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError):  # lists in lists without end, or a number of thousands of digits
        given = None
    if not isinstance(given, dict) or any(isinstance(value, (dict, list)) for value in given.values()):
        raise OptionsError("wanted: a JSON object of options, each a text, a number, true, false or null")
    check_names(given)
    return given | ({"nameFilter": name_filter} if name_filter else {})


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say what went wrong, and end with 1 where options are to be mended, with 4 where the server or the system failed."""
    try:
        yield
    except OSError as error:
        is_options = error.filename == str(path)
        is_no_folder = isinstance(error, NotADirectoryError) and not is_options
        cure = ": give a folder by --out" if is_no_folder else ""
        sys.stderr.write(f"{error.filename or path}: {error.strerror or error}{cure}\n")
        raise typer.Exit(_MEND if is_options or is_no_folder else _OUTSIDE) from None
    except ValueError as error:
        sys.stderr.write(f"{path}: {error}\n")
        raise typer.Exit(_MEND) from None
    except PiError as error:
        sys.stderr.write(f"{error}\n")
        raise typer.Exit(_OUTSIDE) from None


def main() -> int:
    """Run a command; give its exit code: 1 where options are to be mended, 2 for its use, 4 where something outside failed."""
    for console in (sys.stdout, sys.stderr):
        if isinstance(console, io.TextIOWrapper):  # whatever encoding it has: what is printed goes into files
            console.reconfigure(encoding="utf-8", newline="\n")
    try:
        app(prog_name=f"python -m {__package__}")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
