"""HTML pages that load nothing and run nothing: how they are rendered, and text of which every character can be seen."""

from __future__ import annotations

import base64
import hashlib

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

# What a browser or a terminal would swallow, no UTF-8 holds, or would turn the text around it: shown as pictures and as U+FFFD.
_SIGNS = {code: 0x2400 + code for code in range(0x20)}
_UNSEEN = [*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)]
SEEN = _SIGNS | dict.fromkeys(_UNSEEN, 0xFFFD)


def seen(text: object) -> str:
    """Give a text of which every character can be seen, and none moves the others."""
    return str(text).translate(SEEN)


def environment_of(package: str) -> Environment:
    """Give what renders the templates of a package: everything escaped, nothing undefined, with the filter `seen`."""
    environment = Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["seen"] = seen
    return environment


def style_of(environment: Environment, name: str) -> dict[str, str]:
    """Give a style sheet as a page's `style`, and as `policy` its digest (SHA-256, base64), which alone the page allows."""
    style = environment.get_template(name).render()
    policy = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "policy": policy}  # noqa: S704 (a file of ours)
