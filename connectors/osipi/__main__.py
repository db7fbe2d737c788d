"""`python -m connectors.osipi tags options.json`: a server's tags, as the values that `headgate slice` cuts a table by."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from .client import PiClient
from .options import Texts, settings_of
from .problems import OptionsError, PiError
from .reading import Reading
from .tags import as_values, tag_weights

_MEND, _OUTSIDE = 1, 4


def main() -> int:
    """Print value,weight for each tag; give the exit code: 1 where the options are to be mended, 4 where the server failed."""
    parser = argparse.ArgumentParser(prog="python -m connectors.osipi", description=__doc__)
    parser.add_argument("what", choices=["tags"])
    parser.add_argument("options", type=Path, help="a JSON object of the connection's options; keep it out of the repository")
    parser.add_argument("--name-filter", default="", help="the points' names, with * and ?")
    parser.add_argument("--hours", type=float, default=24, help="how far back values are counted")
    given = parser.parse_args()
    try:
        options = json.loads(given.options.read_text(encoding="utf-8"))
        if not isinstance(options, dict) or given.hours <= 0:
            raise OptionsError("wanted: a JSON object of options, and hours above 0")
        options |= {"nameFilter": given.name_filter}
        reading = Reading(PiClient(settings_of(options)), Texts(options), datetime.now(UTC))
        sys.stdout.write(as_values(tag_weights(reading, given.hours)))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{given.options}: {error}\n")
        return _MEND
    except PiError as error:
        sys.stderr.write(f"{error}\n")
        return _OUTSIDE
    return 0


if __name__ == "__main__":
    sys.exit(main())
