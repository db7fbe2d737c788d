"""YAML as a person writes it, read alike by parsers of YAML 1.1 and 1.2."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_WIDE = 4096
# What one parser or another takes for a number or a time.
_NUMBERLIKE = re.compile(r"[-+.~]?[0-9][\w.:+-]*|y|Y|n|N|yes|no|on|off", re.IGNORECASE)


def yaml_text(value: dict[str, Any], heading: str) -> str:
    """Give a mapping as YAML, in its order, under a comment of one line."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = _WIDE
    yaml.default_flow_style = False
    stream = StringIO()
    yaml.dump(_quoted(value), stream)
    return f"# {heading}\n{stream.getvalue()}"


def _quoted(value: Any) -> Any:
    if isinstance(value, dict):
        return {_quoted(key): _quoted(its) for key, its in value.items()}
    if isinstance(value, list | tuple):
        return [_quoted(one) for one in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) and _NUMBERLIKE.fullmatch(value) else value
