"""What the page of a balance shows, and that it shows it safely and says what it leaves out."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.balance.arrange import Arranged
from headgate.balance.report import Entry, Report, Row
from headgate.balance.starts import Lane, Timeline
from headgate.balance.steps import Step
from headgate.render.balance_page import balance_page, section
from headgate.render.starts_page import clock, concurrent
from headgate.tables.group import Group
from tests.support.examples import examples

BOUND = 100.0
VOID = {"meta", "rect", "path", "line", "circle", "wbr"}
CANARIES = ("<script>alert(1)</script>", "\"><img src=x onerror='boo'>", "{{ 7 * 7 }}", "</style></title>", "&lt;already&amp;")


class Element:
    """One element of a parsed page."""

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag, self.attributes = tag, attributes
        self.children: list[Element] = []
        self.words: list[str] = []

    def all(self, tag: str, cls: str = "") -> "list[Element]":
        """Give the elements below of that tag and class, in the document's order."""
        found = []
        for child in self.children:
            if child.tag == tag and (not cls or cls in child.attributes.get("class", "").split()):
                found.append(child)
            found += child.all(tag, cls)
        return found

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


class Page(HTMLParser):
    """A strict reader: each element is closed where it should be, and no attribute is given twice."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute of <{tag}> is given twice"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID, f"<{tag}/> closes nothing in HTML"
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.words.append(data)


def parsed(page: str) -> Element:
    reader = Page()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def row(name: str, weight: float, before: float = 0.0, group: str = "all") -> Row:
    return Row(name, group, 1, 1, weight, before, 0, 0, "", 0, BOUND, weight / BOUND)


def entry(source: str, pipeline: str, before: str = "", weight: float = 10.0) -> Entry:
    return Entry(source, f"main.bronze.{source}", pipeline, before, weight, "given", 1.0)


def report(
    rows: Sequence[Row], entries: Sequence[Entry] = (), steps: Sequence[Step] = (), notes: Sequence[str] = (), name: str = "crm"
) -> Report:
    return Report(name, tuple(rows), tuple(entries), (), tuple(steps), notes=tuple(notes))


def moved(count: int, pipelines: int = 2) -> Report:
    rows = [row(f"p_{number}", 100.0 - number / 100, 90.0) for number in range(pipelines)]
    return report(rows, [entry(f"t_{number:05}", "p_0", "p_1", weight=number) for number in range(count)])


def widths(page: Element, cls: str) -> list[float]:
    (chart,) = (table for table in page.all("table", "chart") if "Pipelines of group" in table.text)
    return [float(bar.attributes["width"].removesuffix("%")) for bar in chart.all("rect", cls)]


def test_bars_are_as_long_as_the_loads_before_and_after() -> None:
    page = parsed(balance_page([report([row("p_1", 120, 50), row("p_2", 30, 200)], [entry("a", "p_1", "p_1")])]))

    assert widths(page, "a") == pytest.approx([60, 15])  # of 200 s, the longest bar
    assert widths(page, "b") == pytest.approx([25, 100])


def test_the_lower_bound_is_a_line_in_each_row() -> None:
    page = parsed(balance_page([report([row("p_1", 120, 50), row("p_2", 30, 200)], [entry("a", "p_1", "p_1")])]))

    lines = [line.attributes["x"] for body in page.all("tbody") for line in body.all("rect", "l")]
    assert lines == ["50.00%", "50.00%"]


def test_a_first_layout_has_no_bars_before() -> None:
    page = parsed(balance_page([report([row("p_1", 120)], [entry("a", "p_1")])]))

    assert widths(page, "b") == []
    assert "the first layout" in page.text


def test_a_pipeline_that_leaves_is_shown_with_what_it_held() -> None:
    entries = [entry("a", "p_1", "p_2", weight=40), entry("b", "p_1", "p_1", weight=60)]
    steps = [Step("pipeline_leaves", "p_2", "stack 3", "")]
    page = parsed(balance_page([report([row("p_1", 100, 60)], entries, steps)]))

    assert widths(page, "b") == pytest.approx([60, 40])
    assert "p_2 leaves" in page.text
    assert "60 → 100 s" in page.text  # the heaviest


def test_equal_input_gives_equal_bytes() -> None:
    assert balance_page([moved(50)]) == balance_page([moved(50)])


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    text = balance_page([moved(10)])
    page = parsed(text)

    assert not re.search(r"https?:|//|url\(|@import|javascript:", text)
    assert not page.all("script") + page.all("img") + page.all("iframe") + page.all("object")
    elements = [element for tag in ("a", "link", "svg", "rect", "path", "body") for element in page.all(tag)]
    assert all(element.attributes.get("href", "#").startswith("#") for element in elements)
    assert " style=" not in text


def test_the_content_policy_allows_the_one_style_and_nothing_else() -> None:
    page = parsed(balance_page([moved(3)]))

    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256("".join(style.words).encode()).digest()).decode()
    (policy,) = (meta.attributes["content"] for meta in page.all("meta") if "http-equiv" in meta.attributes)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@pytest.mark.parametrize("canary", CANARIES)
def test_whatever_a_name_holds_it_is_only_text(canary: str) -> None:
    entries = [entry(canary, canary, "old" + canary)]
    steps = [Step("table_added", canary, "", canary), Step(canary, canary, canary, canary)]
    text = balance_page([report([row(canary, 10, 5, group=canary)], entries, steps, [canary], name=canary)])
    page = parsed(text)

    assert canary not in text or "{{" in canary  # a template's marks mean nothing in the page itself
    assert page.text.count(" ".join(canary.split())) > 8
    assert not page.all("script") + page.all("img")


@examples(10)
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=4, unique=True))
def test_any_names_give_a_whole_page_in_utf8(names: list[str]) -> None:
    entries = [entry(name, "p_1", "p_2") for name in names]
    page = balance_page([report([row("p_1", 10, 20, group=names[-1])], entries, notes=names, name=names[0])])

    parsed(page.encode().decode())


def test_names_that_would_turn_or_hide_text_are_shown_as_signs() -> None:
    text = balance_page([report([row("p", 10, 5)], [entry("a\u202eb\x00c\x1bd\ud800e", "p", "q")])])

    assert "<bdi>a\ufffdb␀c␛d\ufffde</bdi>" in text


def test_moves_beyond_three_hundred_are_counted_and_the_heaviest_shown() -> None:
    page = parsed(balance_page([moved(1234)]))

    (table,) = (table for table in page.all("table", "changes") if "1,234 tables" in table.text)
    names = [name.text for name in table.all("th", "where")]
    assert names == [f"t_{number:05}" for number in range(1233, 933, -1)]
    assert "934 more moves of lighter tables are left out. --format json beside --html prints all of them." in page.text


def test_of_many_pipelines_the_heaviest_and_most_changed_are_shown_and_the_rest_told() -> None:
    rows = [row(f"p_{number}", 100 - number / 10, 100 - number / 10) for number in range(500)]
    rows[420] = replace(rows[420], before=500.0)
    page = parsed(balance_page([report(rows, [entry("a", "p_0", "p_0")])]))

    (chart,) = (table for table in page.all("table", "chart") if "Pipelines of group" in table.text)
    names = [name.text for name in chart.all("th", "name")]
    assert len(names) == 100
    assert names[:50] == [f"p_{number}" for number in range(50)]
    assert "p_420" in names
    assert "400 of 500 pipelines are left out" in page.text
    assert page.all("path", "curve")  # the loads of all 500


def test_what_the_moves_cost_and_what_is_proved_is_told() -> None:
    arranged = Arranged(Group("all", "", "crm_connection"), 2, BOUND, BOUND, optimal=True, moved=3, cost=1_260, proved=True)
    page = parsed(balance_page([replace(moved(3), groups=(arranged,))]))

    assert "Cost of moves1,260 s" in page.text
    assert "proved, given this group: no layout has a lighter heaviest pipeline" in page.text


def test_what_the_layout_can_not_keep_stands_before_all_else() -> None:
    shown = replace(moved(3), problems=("pipeline all_1 takes too long",), notes=("a note",))
    page = balance_page([shown])

    assert 0 < page.index("pipeline all_1 takes too long") < page.index("a note") < page.index("<h3>")


def test_groups_that_differ_in_their_connection_are_told_apart() -> None:
    rows = [row("p_1", 100, 90), replace(row("p_2", 50, 50), bound=50.0)]
    groups = tuple(Arranged(Group("all", "", connection), 1, bound, bound) for connection, bound in (("a", 100), ("b", 50)))
    page = parsed(balance_page([replace(report(rows, [entry("t", "p_1", "p_1")]), groups=groups)]))

    assert [head.text for head in page.all("h3")] == ["Group all over b", "Group all over a"]


def test_groups_and_changes_beyond_the_page_are_counted() -> None:
    rows = [row(f"p_{number}", 100 + number, 90, group=f"g_{number // 4}") for number in range(40)]
    steps = [Step("table_added", f"t_{number}", "", "p_0") for number in range(260)]
    shown = section(report(rows, [entry("a", "p_0", "p_0")], steps), 10, 1000, 1000)

    assert [(chart.title, len(chart.bars)) for chart in shown.charts] == [("g_7", 2), ("g_8", 4), ("g_9", 4)]
    assert "2 of 4 pipelines are left out" in shown.charts[0].left_out
    assert "7 more groups with 28 pipelines are left out" in shown.charts_left_out
    assert (len(shown.steps), shown.steps_left_out) == (200, 60)


@pytest.mark.long
def test_two_thousand_pipelines_and_ten_thousand_tables_stay_below_three_megabytes() -> None:
    rows = [row(f"p_{number}", 100, 90, group=f"g_{number % 400}") for number in range(2000)]
    entries = [entry(f"{number:0255}", f"p_{number % 2000}", f"p_{number % 1999}") for number in range(10_000)]
    hourly = tuple(range(0, 1440, 60))
    lanes = [lane(f"p_{number}", hourly, 10 + number // 100, 1440, number // 7) for number in range(2000)]

    page = balance_page([at(lanes, 1440, 300, report(rows, entries))])

    assert len(page.encode()) < 3_000_000
    parsed(page)


def test_zero_weights_and_no_connector_give_a_page() -> None:
    zero = replace(row("p_1", 0.0), bound=0.0)

    assert "100.0%" in parsed(balance_page([report([zero], [entry("a", "p_1", "p_1", 0.0)])])).text
    assert "There is no connector to show." in parsed(balance_page([])).text
    assert "crm" in parsed(balance_page([report([])])).text


def test_several_connectors_are_listed_with_links_to_each() -> None:
    page = parsed(balance_page([replace(moved(3), connector=name) for name in ("crm", "erp")]))

    ids = {element.attributes["id"] for element in page.all("section")}
    assert [link.attributes["href"] for link in page.all("a")] == ["#c1", "#c2"]
    assert ids == {"c1", "c2"}


def test_every_picture_says_what_it_shows() -> None:
    page = parsed(balance_page([moved(3, pipelines=200)]))

    for picture in page.all("svg"):
        if picture.attributes.get("role") == "img":
            assert picture.children[0].tag == "title"
    assert all(head.attributes["scope"] in {"row", "col"} for head in page.all("th"))
    assert all(table.all("caption") for table in page.all("table"))


def lane(name: str, starts: tuple[int, ...], minutes: int, period: int, offset: int = 0) -> Lane:
    return Lane(name, "", offset, minutes, starts, period, period)


def at(lanes: Sequence[Lane], period: int, bound: int = 1, shown: Report | None = None) -> Report:
    """Give a report whose pipelines run so."""
    return replace(shown or moved(3), timeline=Timeline(period, 0, 0, bound, tuple(lanes)))


def starting(lengths: Sequence[int], offsets: Sequence[int], period: int = 15, bound: int = 0) -> Report:
    pairs = enumerate(zip(lengths, offsets, strict=True))
    return at([lane(f"p_{number}", (0,), length, period, offset) for number, (length, offset) in pairs], period, bound)


def test_the_page_tells_how_many_pipelines_run_at_once_before_and_after() -> None:
    page = parsed(balance_page([starting([5, 5, 5], [0, 5, 10], bound=1)]))

    assert "At most 3 pipelines at once before, 1 after; no offsets get below 1. The curve shows 15 minutes" in page.text
    assert len(page.all("circle", "peak")) == 3  # the legend's, before, after
    (chart,) = (table for table in page.all("table", "chart") if "Runs of the pipelines" in table.text)
    paths = [path.attributes["d"] for path in chart.all("path", "a")]
    assert paths == ["M0 6h3333v9H0Z", "M3333 6h3333v9H3333Z", "M6667 6h3333v9H6667Z"]  # of 10,000 across


def test_a_pipeline_is_drawn_over_an_hour_or_a_day_of_those_on_which_it_runs() -> None:
    lanes = [
        lane("often", (0,), 3, 15),
        lane("nightly", (60,), 30, 1440),
        lane("tuesdays", (1440 + 120,), 30, 10_080),
        lane("weekdays", tuple(1440 * day + hour for day in range(5) for hour in (0, 720)), 20, 10_080),
        lane("by_day", tuple(range(480, 1080, 5)), 4, 1440),
    ]

    page = parsed(balance_page([at(lanes, 10_080)]))

    spans = ["1 hour", "1 hour in which they start", "1 day", "1 day (Monday to Friday)", "1 day (Tuesday)"]
    captions = [caption.text for caption in page.all("caption") if caption.text.startswith("Runs")]
    assert captions == [f"Runs of the pipelines of crm within {span}, by first start" for span in spans]
    paths = [path.attributes["d"] for path in page.all("path", "span") if "a" in path.attributes["class"].split()]
    assert [path.count("M") for path in paths] == [4, 12, 1, 2, 1]
    assert paths[4] == "M833 6h208v9H833Z"  # from 02:00 to 02:30, of 10,000 across


def test_of_a_week_the_curve_shows_the_day_of_the_peak() -> None:
    lanes = [lane(f"p_{number}", (1440 * day,), 60, 10_080) for number, day in enumerate((0, 2, 2))]

    page = parsed(balance_page([at(lanes, 10_080)]))

    assert "The curve shows Wednesday, the day of the peak" in page.text
    assert "before: 2 at once" in page.text


def test_a_run_that_takes_longer_than_until_the_next_is_told_with_all_its_minutes() -> None:
    page = parsed(balance_page([at([lane("p_1", (0,), 38, 15)], 15)]))

    (chart,) = (table for table in page.all("table", "chart") if "Runs of the pipelines" in table.text)
    assert [cell.text for cell in chart.all("td", "n")] == ["0 min", "0 min", "1", "38"]


def test_all_groups_are_drawn_on_one_scale_with_one_legend_and_their_schedule_in_the_heading() -> None:
    rows = [replace(row("big_1", 2000, group="big"), bound=2000.0, schedule="*/15 * * * *"), row("small_1", 10, group="small")]

    page = parsed(balance_page([report(rows)]))

    lengths = [bar.attributes["width"] for table in page.all("table", "chart") for bar in table.all("rect", "a")]
    assert lengths == ["100.00%", "0.50%"]
    assert [heading.text for heading in page.all("h3")] == ["Group big, every 15 minutes", "Group small"]
    assert page.text.count("lower bound (line)") == 1


def test_a_pipeline_that_is_being_emptied_is_not_counted_among_those_that_run() -> None:
    page = parsed(balance_page([report([row("p_1", 10), replace(row("p_2", 0, 10), tables=0)])]))

    assert "Pipelines1and 1 being emptied" in page.text


def test_destinations_break_at_dots() -> None:
    assert "main.<wbr>bronze.<wbr>t_00000" in balance_page([moved(1)])


def test_a_run_past_the_end_goes_on_at_the_beginning() -> None:
    page = parsed(balance_page([starting([10], [10], period=15)]))

    (chart,) = (table for table in page.all("table", "chart") if "Runs of the pipelines" in table.text)
    assert chart.all("path", "a")[0].attributes["d"] == "M6667 6h3333v9H6667ZM0 6h3333v9H0Z"


def test_of_many_lanes_those_that_run_longest_are_shown_and_the_rest_told() -> None:
    page = parsed(balance_page([starting(range(1, 251), [0] * 250, period=1440)]))

    (chart,) = (table for table in page.all("table", "chart") if "Runs of the pipelines" in table.text)
    assert sorted(name.text for name in chart.all("th", "name")) == sorted(f"p_{number}" for number in range(150, 250))
    assert "150 more pipelines are left out here (the curves count all of them)" in page.text


def test_without_a_timeline_the_page_says_nothing_of_starts() -> None:
    assert "at once" not in balance_page([moved(3)])


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 70)), max_size=12), st.sampled_from([15, 60]))
def test_the_curve_counts_the_runs_of_each_minute(runs: list[tuple[int, int]], period: int) -> None:
    steps = concurrent(runs, period)

    by_hand = [0] * period
    for start, minutes in runs:
        for minute in range(start, start + minutes):
            by_hand[minute % period] += 1
    ends = [minute for minute, _ in steps[1:]]
    drawn = [height for (begin, height), end in zip(steps, ends, strict=False) for _ in range(int(begin), int(end))]
    assert drawn == by_hand


@pytest.mark.parametrize(
    ("minute", "period", "text"),
    [
        (7.5, 15, "7.5 min"),
        (450, 1440, "07:30"),
        (1440, 1440, "24:00"),
        (1890, 10_080, "day 2 07:30"),
        (10_080, 10_080, "day 7 24:00"),
    ],
)
def test_times_are_told_in_the_measure_of_the_period(minute: float, period: int, text: str) -> None:
    assert clock(minute, period) == text
