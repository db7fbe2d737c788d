"""The derived schema in the classes of `tf`, the library that speaks Terraform's plugin protocol."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tf import schema as tfs
from tf import types as tft
from tf.gen import tfplugin_pb2 as pb

if TYPE_CHECKING:
    from tests.standin.bindings import Schema


class Verbatim(tft.TfType):  # type: ignore[misc]  # the library has no types
    """A value of any of Terraform's types, as it is."""

    def __init__(self, cty: Any) -> None:
        self.cty = cty

    def encode(self, value: Any) -> Any:
        return value

    def decode(self, value: Any) -> Any:
        return value

    def tf_type(self) -> bytes:
        return json.dumps(self.cty).encode()


class Nested(tfs.NestedBlock):  # type: ignore[misc]  # the library has no types
    """A block in a block, whose values are as they are."""

    def __init__(self, name: str, own: Schema) -> None:
        self.type_name = name
        self.own = own

    def to_pb(self) -> pb.Schema.NestedBlock:
        return pb.Schema.NestedBlock(
            type_name=self.type_name,
            nesting=getattr(pb.Schema.NestedBlock.NestingMode, self.own["nesting_mode"].upper()),
            block=tfs.Block(attributes(self.own["block"]), blocks(self.own["block"])).to_pb(),
            min_items=self.own.get("min_items", 0),
            max_items=self.own.get("max_items", 0),
        )

    def encode(self, value: Any) -> Any:
        return value

    def decode(self, value: Any) -> Any:
        return value

    def semantically_equal(self, one: Any, other: Any) -> bool:
        return bool(one == other)


def attributes(block: Schema) -> list[tfs.Attribute]:
    """Give a block's arguments and what it gives back."""
    flags = ("required", "optional", "computed", "sensitive")
    return [
        tfs.Attribute(name, Verbatim(own["type"]), **{flag: own.get(flag, False) for flag in flags})
        for name, own in block["attributes"].items()
    ]


def blocks(block: Schema) -> list[Nested]:
    """Give a block's blocks."""
    return [Nested(name, own) for name, own in block["block_types"].items()]
