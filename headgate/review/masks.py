"""Keeping secrets out of a review: what a plan marks as one, what the definition names, and what looks like a token."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from headgate.redaction.needles import LEAST, parts_of
from headgate.redaction.redactor import Redactor
from headgate.review.blocks import mapping

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

MASK = "(secret)"
_WORD = 8  # what is shorter is searched for as a word of its own: `true` of a sensitive option is no part of `construed`
_TELLS = re.compile(r"secret|password|passwd|token|key|credential|pem|private|auth|sas|cert", re.IGNORECASE)
# A name whose value is never shown, whoever made it up; `primary_keys` is none.
_SECRET_NAME = re.compile(
    r"secret|passw|passphrase|token|api_?key|access_?key|account.key|private_?key|credential", re.IGNORECASE
)
_PLAIN = re.compile(r"[A-Za-z_]{1,24}")
_QUOTED = r"""'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*\""""
_ENTRY = re.compile(rf"(?P<key>{_QUOTED})(?P<between>\s*:\s*)(?P<value>{_QUOTED})")
# Options that every connection of ours has: the map that they are in is marked as a whole, but these are no secret.
PUBLIC = frozenset({"sourceName", "externalOptionsAllowList"})


@dataclass(frozen=True)
class Masks:
    """`values`: texts that are secret wherever they are; `names`: options whose values are; `clear`: those of none."""

    values: frozenset[str] = field(default_factory=frozenset, repr=False)
    names: frozenset[str] = frozenset()
    clear: frozenset[str] = frozenset()
    _known: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __or__(self, other: Masks) -> Masks:
        return Masks(self.values | other.values, self.names | other.names, self.clear | other.clear)

    @cached_property
    def _redactor(self) -> Redactor:
        return Redactor(self.values, mask=MASK, apart=_WORD)

    def text(self, text: str) -> str:
        """Give the text with each secret in it masked."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._redactor.text(text)
        return known

    def without_words_of(self, texts: Iterable[str]) -> Masks:
        """Give masks that don't search for a secret that is a plain word of `texts`, such as the names of a plan.

        To mask such a word elsewhere would show it, and make names unreadable; it is masked only where it is.
        """
        plain = {value: value.lower() for value in self.values if _PLAIN.fullmatch(value)}
        if not plain:
            return self  # without one, the texts, which hold the code of all files, need not be made
        told = {value for text in map(str.lower, texts) for value, small in plain.items() if small in text}
        return Masks(self.values - told, self.names, self.clear) if told else self

    @cached_property
    def nameless(self) -> Masks:
        """The same without names, for what is no connection: `user` is a secret option there, and an argument elsewhere."""
        return Masks(self.values, frozenset(), self.clear, self._known)

    def hides(self, name: str) -> bool:
        """Whether the value of an option of this name is never shown."""
        return name in self.names or (_SECRET_NAME.search(name) is not None and not self.tells(name))

    def tells(self, name: str) -> bool:
        """Whether an option is in clear though the map that it is in is marked as a whole."""
        return name in PUBLIC or (name in self.clear and name not in self.names)

    def code(self, text: str) -> str:
        """Give Python whose dictionaries' entries of secret names are masked, besides what is masked in any text."""

        def entry(found: re.Match[str]) -> str:
            hidden = self.hides(found["key"][1:-1])
            return f"{found['key']}{found['between']}'{MASK}'" if hidden else found.group()

        return self.text(_ENTRY.sub(entry, text))

    def value(self, value: Any, marks: Any = None) -> Any:
        """Give a JSON value with each secret in it masked; `marks` is Terraform's shape of what is sensitive in it."""
        if marks is True:
            return MASK if value is not None else None
        if isinstance(value, dict):
            inner = marks if isinstance(marks, dict) else {}
            return {
                self.text(key): MASK if part is not None and self.hides(key) else self.value(part, inner.get(key))
                for key, part in value.items()
            }
        if isinstance(value, list):
            each = marks if isinstance(marks, list) else []
            return [self.value(part, each[number] if number < len(each) else None) for number, part in enumerate(value)]
        return self.text(value) if isinstance(value, str) else value


def masks_of(
    plan: Mapping[str, Any], names: Collection[str] = (), values: Iterable[str] = (), clear: Collection[str] = ()
) -> Masks:
    """Give what is secret in a plan: values of sensitive variables, what it marks as sensitive, options of these names.

    `values` are secret besides. Values shorter than four characters are masked where they are, but not searched for
    elsewhere. Nor is what the configuration says in clear under a name that tells of no secret: a connection's options are
    marked as a whole, and the source's name among them is part of every pipeline's name.
    """
    wanted = frozenset(names)
    secret = {*values, *_variables(plan)}
    marked: set[tuple[str, str]] = set()
    for change in _changes(plan):
        for side in ("before", "after"):
            marked |= set(_marked(change.get(side), change.get(f"{side}_sensitive")))
            secret |= set(_named(change.get(side), wanted))
    if marked:
        constants = {*_literals(mapping(plan.get("configuration")).get("root_module"))}
        told = {(key, value) for key, value in marked if (key, value) in constants and not _TELLS.search(key)}
        told |= {(key, value) for key, value in marked if key in PUBLIC or key in {*clear} - wanted}
        secret |= {value for _, value in marked - told}
    return Masks(frozenset(value for value in parts_of(secret) if len(value) >= LEAST), wanted, frozenset(clear))


def file_text(side: Any, marks: Any, masks: Masks) -> str | None:
    """Give the text of a workspace file, without secrets; None where the plan doesn't have it, or it is no text."""
    content = mapping(side).get("content_base64")
    if not isinstance(content, str) or marks is True or mapping(marks).get("content_base64") is True:
        return None
    try:
        return masks.code(base64.b64decode(content, validate=True).decode())
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None


def _variables(plan: Mapping[str, Any]) -> Iterator[str]:
    """Give the values of sensitive variables: `variables` carries no mark, the configuration does."""
    declared = mapping(mapping(mapping(plan.get("configuration")).get("root_module")).get("variables"))
    for name, variable in mapping(plan.get("variables")).items():
        if mapping(declared.get(name)).get("sensitive") is True:
            yield from (text for _, text in _texts(mapping(variable).get("value"), name))


def _changes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for key in ("resource_changes", "resource_drift"):
        found = plan.get(key)
        for entry in found if isinstance(found, list) else ():
            yield mapping(mapping(entry).get("change"))
    for change in mapping(plan.get("output_changes")).values():
        yield mapping(change)


def _marked(value: Any, marks: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Give (key, text) of each text that is marked as sensitive."""
    if marks is True:
        yield from _texts(value, name)
    elif isinstance(marks, dict) and isinstance(value, dict):
        for key, mark in marks.items():
            if mark and key in value:
                yield from _marked(value[key], mark, key)
    elif isinstance(marks, list) and isinstance(value, list):
        for part, mark in zip(value, marks, strict=False):
            if mark:
                yield from _marked(part, mark, name)


def _named(value: Any, names: Collection[str]) -> Iterator[str]:
    """Give the texts of `options` that have one of the names."""
    options = value.get("options") if names and isinstance(value, dict) else None
    for key, part in mapping(options).items():
        if key in names:
            yield from (text for _, text in _texts(part, key))


def _literals(value: Any) -> Iterator[tuple[str, str]]:
    """Give (key, text) of each text that is a constant in a configuration."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "constant_value":
                yield from _texts(part, "")
            else:
                yield from _literals(part)
    elif isinstance(value, list):
        for part in value:
            yield from _literals(part)


def _texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(part, key)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, name)
