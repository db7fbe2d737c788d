"""Texts as Terraform takes them: its templates' openings, `${` and `%{`, are doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def literal(text: str) -> str:
    """Give a text that Terraform takes as it is."""
    return text.replace("${", "$${").replace("%{", "%%{")


def plain(text: str) -> str:
    """Give the text of which `literal` made what Terraform takes as it is."""
    return text.replace("$${", "${").replace("%%{", "%{")


def literals(values: Mapping[str, str]) -> dict[str, str]:
    """Give a map whose keys and values Terraform takes as they are."""
    return {literal(key): literal(value) for key, value in sorted(values.items())}
