"""A pipeline's graph as text, and as a picture."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from headgate.visible import seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.sql.explain import ColumnOrigin, Explained, GraphEdge, GraphNode

_FILLS = {
    "source": "#eeeeee", "files": "#eeeeee", "streaming table": "#d6e8ff", "materialized view": "#dff3dc", "view": "#fff3cf",
    "sink": "#f3ddf5",
}  # fmt: skip
# Sizes in pixels. A letter of the font is about that wide.
_LETTER, _HEIGHT, _GAP, _BETWEEN, _MARGIN, _PADDING = 7, 44, 18, 90, 20, 12
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.kind{font-size:11px;fill:#666}"
    "path{fill:none;stroke:#555;stroke-width:1.5}.batch{stroke-dasharray:5 4}rect{stroke:#888}"
)


def graph_text(explained: Explained) -> str:
    """Give the graph as text: each table with what it reads, then where columns come from."""
    found = []
    for node in explained.nodes:
        found.append(f"{seen(node.name)}: {node.kind}")
        found += [f"    reads {seen(edge.source)}: {_how(edge)}" for edge in explained.edges if edge.target == node.name]
    if explained.columns:
        found += ["", "Columns:"]
    found += [f"    {seen(one.table)}.{seen(one.column)}: {_origins(one)}" for one in explained.columns]
    return "\n".join(found)


def _origins(column: ColumnOrigin) -> str:
    return f"of {', '.join(map(seen, column.origins))}" if column.origins else "computed"


def graph_svg(explained: Explained) -> str:
    """Give the graph as a picture that loads nothing: streams as whole lines, batches as broken ones."""
    places = _places(explained)
    sizes = {node.name: _width(node) for node in explained.nodes}
    width = max((x + sizes[name] for name, (x, _) in places.items()), default=0) + _MARGIN
    height = max((y for _, y in places.values()), default=0) + _HEIGHT + _MARGIN
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">']
    parts.append(f"<style>{_STYLE}</style>")
    parts += [_line(edge, places, sizes) for edge in explained.edges]
    parts += [_box(node, places[node.name], sizes[node.name]) for node in explained.nodes]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _how(edge: GraphEdge) -> str:
    kind = {"query": "", "append": "", "once": "once", "auto cdc": "AUTO CDC", "replace": "REPLACE WHERE"}[edge.kind]
    words = ["stream" if edge.streaming else "batch", *([kind] if kind else [])]
    return ", ".join([*words, *([f"flow {seen(edge.flow)}"] if edge.flow else [])])


def _width(node: GraphNode) -> int:
    return max(len(seen(node.name)), len(node.kind)) * _LETTER + 2 * _PADDING


def _places(explained: Explained) -> dict[str, tuple[int, int]]:
    """Give where each box's corner is: sources on the left, what reads them to the right."""
    layers = _layers(explained)
    found: dict[str, tuple[int, int]] = {}
    x = _MARGIN
    for layer in range(max(layers.values(), default=-1) + 1):
        nodes = [node for node in explained.nodes if layers[node.name] == layer]
        for number, node in enumerate(nodes):
            found[node.name] = x, _MARGIN + number * (_HEIGHT + _GAP)
        x += max(map(_width, nodes), default=0) + _BETWEEN
    return found


def _layers(explained: Explained) -> Mapping[str, int]:
    """Give each node's layer: one more than the last of what it reads. In a circle, what closes it does not count."""
    before: dict[str, list[str]] = {node.name: [] for node in explained.nodes}
    for edge in explained.edges:
        before[edge.target].append(edge.source)
    found: dict[str, int] = {}

    for node in explained.nodes:
        way = [node.name]
        while way:
            name = way[-1]
            missing = [one for one in before[name] if one not in found and one not in way]
            if missing:
                way.append(missing[0])
            else:
                found[name] = max((found[one] + 1 for one in before[name] if one in found), default=0)
                way.pop()
    return found


def _line(edge: GraphEdge, places: Mapping[str, tuple[int, int]], sizes: Mapping[str, int]) -> str:
    (x, y), (to_x, to_y) = places[edge.source], places[edge.target]
    start, end = (x + sizes[edge.source], y + _HEIGHT // 2), (to_x, to_y + _HEIGHT // 2)
    bend = (end[0] - start[0]) // 2
    kind = "stream" if edge.streaming else "batch"
    way = f"M{start[0]} {start[1]}C{start[0] + bend} {start[1]} {end[0] - bend} {end[1]} {end[0]} {end[1]}"
    return f'<path class="{kind}" d="{way}"><title>{escape(_how(edge))}</title></path>'


def _box(node: GraphNode, place: tuple[int, int], width: int) -> str:
    x, y = place
    name, kind = escape(seen(node.name)), escape(node.kind)
    fill = _FILLS.get(node.kind, "#ffffff")
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{_HEIGHT}" rx="6" fill="{fill}"/>'
        f'<text x="{x + _PADDING}" y="{y + 19}">{name}</text>'
        f'<text class="kind" x="{x + _PADDING}" y="{y + 35}">{kind}</text>'
    )
