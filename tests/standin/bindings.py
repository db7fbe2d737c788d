"""The provider's schema, derived from the CDK's bindings: what can be set, in Terraform's own words.

A package of bindings holds one jsii archive. Its assembly (`.jsii`) names each struct's properties and which of them are
required; the JavaScript beside it says how a property is written: its name, its type, as a block or an argument, as a list or a
set. What neither knows (what the platform fills in, what is sensitive, what replaces a resource) stands in facts.py.
"""

from __future__ import annotations

import json
import re
import tarfile
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

_ENTRY = re.compile(r'(\w+): \{\s+value: ([^\n]*),\n\s+isBlock: (true|false),\s+type: "(\w+)",\s+storageClassType: "(\w+)"')
_PROPERTY = re.compile(r"(?:struct\.|this\._)(\w+)")
_VERSION = re.compile(r"providerVersion: '([^']+)'")
_FILLED_IN = r"// (\w+) - computed: true, optional: false, required: false\n\s+"
_READ_ONLY = re.compile(_FILLED_IN + r"get \w+\(\) \{\s+return (?:\w+\.Fn\.tolist\()?this\.get(\w+?)Attribute\(")
_READ_ONLY_OBJECTS = re.compile(_FILLED_IN + r"this\._\w+ = new (\w+)List\(this, ")
# Terraform's types, by the words for what is written (storageClassType) and for what is read (get…Attribute).
_TYPES: dict[str, Any] = {
    "string": "string",
    "number": "number",
    "boolean": "bool",
    "stringList": ["list", "string"],
    "numberList": ["list", "number"],
    "stringMap": ["map", "string"],
}
_GOT: dict[str, Any] = {
    "String": "string",
    "Number": "number",
    "Boolean": "bool",
    "List": ["list", "string"],
    "NumberList": ["list", "number"],
    "StringMap": ["map", "string"],
}


def archive_of(package: str) -> Path:
    """Give the jsii archive of an installed package of bindings. It is not imported: that takes seconds."""
    spec = find_spec(package)
    if not spec or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"no package {package}: run `make test`, which installs it")
    return next(Path(spec.submodule_search_locations[0], "_jsii").glob("*.jsii.tgz"))


@dataclass(frozen=True)
class Bindings:
    """What an archive says of some resources. `scripts`: folder in `lib` → its JavaScript."""

    assembly: dict[str, Any]
    scripts: dict[str, str]

    @classmethod
    def read(cls, archive: Path, types: frozenset[str]) -> Bindings:
        """Read the provider's and the named resources' parts of an archive; `types` without `databricks_`."""
        wanted = {"provider", *(name.replace("_", "-") for name in types)}
        assembly: dict[str, Any] = {}
        scripts: dict[str, str] = dict.fromkeys(wanted, "")
        with tarfile.open(archive) as found:
            for member in found:
                parts = member.name.split("/")
                if member.name == "package/.jsii":
                    assembly = json.loads(found.extractfile(member).read())  # type: ignore[union-attr]  # it is a file
                elif parts[1] == "lib" and parts[2] in wanted and parts[-1].endswith(".js"):
                    text = found.extractfile(member).read().decode()  # type: ignore[union-attr]
                    scripts[parts[2]] += text.partition("//# sourceMappingURL")[0]
        return cls(assembly, scripts)

    @property
    def version(self) -> str:
        """Give the provider's version that the bindings were made from."""
        found = _VERSION.search("".join(self.scripts.values()))
        assert found
        return found[1]

    def resource(self, name: str) -> Schema:
        """Give the schema of `databricks_<name>`."""
        struct = "".join(part.capitalize() for part in name.split("_"))
        return self._script(name.replace("_", "-")).block(struct)

    def provider(self) -> Schema:
        """Give the schema of the provider's own block."""
        return self._script("provider").block("DatabricksProvider")

    def _script(self, folder: str) -> _Script:
        first, *rest = folder.split("-")
        prefix = f"{self.assembly['name']}.{first}{''.join(part.capitalize() for part in rest)}."
        structs = {
            name.removeprefix(prefix): {one["name"]: not one.get("optional") for one in found.get("properties", [])}
            for name, found in self.assembly["types"].items()
            if name.startswith(prefix) and found["kind"] == "interface"
        }
        return _Script(self.scripts[folder], structs)


@dataclass(frozen=True)
class _Script:
    """A resource's JavaScript. `structs`: struct → property → whether it is required."""

    text: str
    structs: dict[str, dict[str, bool]]

    @cached_property
    def sections(self) -> dict[str, str]:
        """Give the text of each function and class by its name, as it is written there."""
        parts = re.split(r"^(?:function|class) (\w+)", self.text, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    def block(self, struct: str) -> Schema:
        """Give the block that a struct stands for."""
        own = self.sections.get(struct) if f"{struct}Config" in self.structs else None
        if own is not None:
            settable, filled_in = own.partition("synthesizeHclAttributes()")[2], own
            required = self.structs[f"{struct}Config"]
        else:
            settable = self.sections[f"{struct[0].lower()}{struct[1:]}ToHclTerraform"]
            filled_in = self.sections.get(f"{struct}OutputReference", "")
            required = self.structs[struct]
        attributes, blocks = self._read_only(filled_in), {}
        for name, value, is_block, kind, stored in _ENTRY.findall(settable):
            must = required[_PROPERTY.findall(value)[-1]]
            if is_block == "true":
                blocks[name] = self._nested(value, kind, must=must)
            else:
                attributes[name] = {"type": _type(kind, stored), "required" if must else "optional": True}
        return {"attributes": attributes, "block_types": blocks}

    def _nested(self, value: str, kind: str, *, must: bool) -> Schema:
        inner = re.findall(r"(\w+)ToHclTerraform", value)[0]
        block = self.block(inner[0].upper() + inner[1:])
        if kind == "struct":
            return {"nesting_mode": "single", "block": block}
        most = {} if "MapperHcl" in value else {"max_items": 1}
        return {"nesting_mode": kind, "block": block} | most | ({"min_items": 1} if must else {})

    def _read_only(self, text: str) -> dict[str, Schema]:
        types: dict[str, Any] = {name: _GOT[found] for name, found in _READ_ONLY.findall(text)}
        for name, struct in _READ_ONLY_OBJECTS.findall(text):
            fields = self._read_only(self.sections[f"{struct}OutputReference"])
            types[name] = ["list", ["object", {field: one["type"] for field, one in fields.items()}]]
        return {name: {"type": found, "computed": True} for name, found in types.items()}


def _type(kind: str, stored: str) -> Any:
    found = _TYPES[stored]
    return ["set", found[1]] if kind == "set" else found
