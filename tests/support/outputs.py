"""What a command printed for a machine, held against what `headgate schema --output` says of it."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from headgate.use_cases.outputs.schema import OUTPUTS


def parsed(command: str, printed: str) -> Any:
    """Give the JSON that a command printed, which has every field of the command's output and no other."""
    found, output = json.loads(printed), TypeAdapter(OUTPUTS[command])
    assert output.dump_python(output.validate_python(found, strict=False), mode="json") == found
    return found
