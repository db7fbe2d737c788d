"""HTML pages that load nothing and run nothing, all of one look: how they are rendered."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from headgate.numbers import counted
from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Callable


def environment_of(*more: str, **filters: Callable[..., Any]) -> Environment:
    """Give what renders the templates: everything escaped, nothing undefined, with `seen`, `counted` and the filters given.

    more: packages with templates of their own, which may use those here.
    """
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in (*more, "headgate.render")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"seen": seen, "counted": counted, **filters}
    return environment


def style_of(environment: Environment, name: str) -> dict[str, str]:
    """Give a page's style sheet, after the one of all pages, as `style`, and as `policy` its digest, which alone it allows.

    The digest is SHA-256 in base64, as a page's policy has it (W3C, Content Security Policy Level 3, hash-source).
    """
    style = style_text(environment, name)
    policy = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {"style": Markup(style), "policy": policy}  # noqa: S704 (files of ours)


def style_text(environment: Environment, *names: str) -> str:
    """Give the style sheet of all pages, and those that come after it, as one."""
    return "\n".join(environment.get_template(name).render() for name in ("base.css", *names))
