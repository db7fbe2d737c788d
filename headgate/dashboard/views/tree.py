"""A tree of elements, of which the way down to one is open. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """An element: its name and template, whether there is something below, and what is open of it.

    below: its children where it is open; cut: that there are more of them.
    """

    webid: str
    name: str
    template: str
    has_children: bool
    below: tuple[Node, ...] = ()
    is_open: bool = False
    cut: bool = False


def tree_of(way: list[str], children: dict[str, list[tuple[str, str, str, bool]]], most: int) -> tuple[tuple[Node, ...], bool]:
    """Give the topmost elements, those on the way opened, and whether there are more of them.

    way: WebIDs from the top down. children: WebID (empty: the top) → (WebID, name, template, has children), one more than
    `most` where there are more.
    """
    return _level("", way, children, most)


def _level(
    parent: str, way: list[str], children: dict[str, list[tuple[str, str, str, bool]]], most: int
) -> tuple[tuple[Node, ...], bool]:
    found = children.get(parent, [])
    nodes = []
    for webid, name, template, has in found[:most]:
        is_open = bool(way) and webid == way[0]
        below, cut = _level(webid, way[1:], children, most) if is_open else ((), False)
        nodes.append(Node(webid, name, template, bool(has), below, is_open, cut))
    return tuple(nodes), len(found) > most
