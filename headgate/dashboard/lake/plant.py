"""Questions about a plant's tables, as OSI PI's connector lands them: values of tags, and the tree of elements. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.dashboard.lake.query import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.dashboard.lake.columns import Column
    from headgate.dashboard.lake.times import Span

# Tables with values of tags, the likeliest first; any with these columns will do.
SERIES = ("pi_timeseries", "pi_streamset_recorded", "pi_interpolated", "pi_streamset_interpolated", "pi_plot")
SERIES_COLUMNS = ("tag_name", "timestamp", "value")
POINTS, HIERARCHY, EVENTS = "pi_points", "pi_af_hierarchy", "pi_event_frames"
ALARMS = "AlarmTemplate"
# What pages of elements and of event frames ask of a table.
ELEMENT_COLUMNS = ("webid", "parent_element_webid", "name", "template_name", "description", "path", "has_children")
FRAME_COLUMNS = ("template_name", "start_time")
EVENT_COLUMNS = (
    "name", "template_name", "start_time", "end_time", "is_running", "severity", "is_acknowledged", "acknowledged_by",
    "attributes", "description", "path", "category_names", "event_frame_webid",
)  # fmt: skip
MOST_TAGS, MOST_CHILDREN, MOST_VALUES, MOST_LEVELS = 100, 500, 50, 50


def tags_query(path: str, column: str, wanted: str) -> Query:
    """Ask for names of tags that hold a text, in any capitals, by name."""
    name = '"name"' if column == "name" else '"tag_name"'
    return Query(
        f"SELECT DISTINCT {name} FROM delta_scan(?) WHERE contains(lower({name}), lower(?)) ORDER BY 1 LIMIT ?",  # noqa: S608
        (path, wanted, MOST_TAGS),
        path,
    )


def known_query(path: str, tag: str) -> Query:
    """Ask for the first and the last time of a tag's values, in microseconds since 1970, its units, and how many there are."""
    return Query(
        "SELECT epoch_us(min(timestamp)), epoch_us(max(timestamp)), count(*) FROM delta_scan(?) WHERE tag_name = ?",
        (path, tag),
        path,
    )


def buckets_query(path: str, columns: Sequence[Column], tag: str, span: Span, count: int) -> Query:
    """Ask for a tag's values in equal parts of a stretch: (number, least, largest, mean, how many, how many doubtful)."""
    good = any(one.name == "quality_good" for one in columns)
    doubtful = "count(*) FILTER (WHERE NOT quality_good)" if good else "0"
    part = "CAST(least(floor(CAST(epoch_us(timestamp) - ? AS DOUBLE) * ? / ?), ? - 1) AS INTEGER)"
    return Query(
        f"SELECT {part} AS part, min(value), max(value), avg(value), count(*), {doubtful} FROM delta_scan(?) "  # noqa: S608
        "WHERE tag_name = ? AND timestamp >= make_timestamptz(?) AND timestamp <= make_timestamptz(?) "
        "AND (value IS NULL OR isfinite(value)) GROUP BY part ORDER BY part",
        (span.begin, count, span.length, count, path, tag, span.begin, span.end),
        path,
    )


def children_query(path: str, parent: str) -> Query:
    """Ask for the elements below one, or for the topmost: (WebID, name, template, whether there are some below)."""
    below = "parent_element_webid = ?" if parent else "(parent_element_webid IS NULL OR parent_element_webid = ?)"
    return Query(
        f"SELECT webid, name, template_name, has_children FROM delta_scan(?) WHERE {below} ORDER BY name, webid LIMIT ?",  # noqa: S608
        (path, parent, MOST_CHILDREN + 1),
        path,
    )


def parent_query(path: str, webid: str) -> Query:
    """Ask for an element: (WebID of the one above, name, template, description, path)."""
    return Query(
        "SELECT parent_element_webid, name, template_name, description, path FROM delta_scan(?) WHERE webid = ? LIMIT 1",
        (path, webid),
        path,
    )


def templates_query(path: str) -> Query:
    """Ask for the templates of event frames, and how many frames each has."""
    return Query(
        "SELECT coalesce(template_name, ''), count(*) FROM delta_scan(?) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100",
        (path,),
        path,
    )
