"""The grammar of searches, by the examples of AVEVA's reference."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.pi_simulator.search.grammar import Filter, QueryError, parsed, plain
from apps.pi_simulator.search.wildcards import pattern


def one(text: str) -> Filter:
    """The only filter of a query."""
    ((told,),) = parsed(text)
    return told


def test_a_filter_without_an_operator_is_one_of_equality_and_one_without_a_name_is_one_of_names() -> None:
    """AF SDK Reference, AFSearchToken.Operator and AFSearchToken.Value."""
    (told,) = parsed('Unit405* Category:"Storage Tank" Template:=Tank |Volume:>=100')

    assert told == (
        Filter("", "=", ("Unit405*",)),
        Filter("category", "=", ("Storage Tank",)),
        Filter("template", "=", ("Tank",)),
        Filter("", ">=", ("100",), "Volume"),
    )


def test_a_list_of_values_is_read() -> None:
    """AF SDK Reference, AFSearchToken.Values."""
    assert one("|Volume:In(100;200;300)") == Filter("", "in", ("100", "200", "300"), "Volume")
    assert one("""ID:IN( "a;b" ; 'c' )""").values == ("a;b", "c")


def test_a_query_in_braces_is_read() -> None:
    """AF SDK Reference, AFSearchToken.Tokens; PI Web API Reference, Attribute GetAttributesQuery."""
    told = one('Element:{ Name:"Tank01" Category:"Storage Tank" }')
    assert told.below == ((Filter("name", "=", ("Tank01",)), Filter("category", "=", ("Storage Tank",))),)
    (filters,) = parsed("Element:{ Name:='MyElement' } Type:=Int32")
    assert [(each.name, each.values) for each in filters] == [("element", ()), ("type", ("Int32",))]
    assert one("Element:{A OR B}").below == ((Filter("", "=", ("A",)),), (Filter("", "=", ("B",)),))


def test_alternatives_are_joined_by_or_and_may_stand_in_parentheses() -> None:
    """PI Server, Syntax for PI point searches."""
    first, second = parsed('(tag:<>sin* AND PointType:Float64) OR (tag:="*Tank*" AND DataType:=Int32)')

    assert [(each.name, each.sign, each.text) for each in first] == [("tag", "<>", "sin*"), ("pointtype", "=", "Float64")]
    assert [(each.name, each.sign, each.text) for each in second] == [("tag", "=", "*Tank*"), ("datatype", "=", "Int32")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Name:a", "a"),
        ("Name:'a b'", "a b"),
        ('Name:"a b"', "a b"),
        (r"Name:a\ b\:c", "a b:c"),
        (r'Name:"A\\B"', r"A\B"),
        (r'Name:"A\"B\""', 'A"B"'),
        ("Name:'O''Brien'", "O'Brien"),
        ("Name:O'Brien", "O'Brien"),
        ("Name:FIC(1).PV", "FIC(1).PV"),
        ("(Name:FIC(1))", "FIC(1)"),
        ("Start:>2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"),
        ("Name: a", "a"),
    ],
)
def test_quotes_and_backslashes_have_letters_stand_for_themselves(written: str, meant: str) -> None:
    assert one(written).text == meant


@pytest.mark.parametrize(
    "wrong",
    ["a OR", "OR a", "a AND", "AND a", "a AND AND b", "(a", "a)", "(a b) c", "(a OR b) AND c", '"', "'a", "{", "x:{a", "x:{a}}",
     "x:", "x:=", "x:<{a}", "x:In(", "x:In()", "x:>In(a;b)", "()", "a\\", "x:" + "{y:" * 9 + "a" + "}" * 9, "a" * 20_000],
)  # fmt: skip
def test_what_is_no_query_is_told(wrong: str) -> None:
    with pytest.raises(QueryError):
        parsed(wrong)


@given(st.text(st.sampled_from("ab:=<>()'\"\\|{} ;*INORD"), max_size=30))
def test_any_text_is_a_query_or_told_to_be_none(text: str) -> None:
    with suppress(QueryError):
        assert all(filters for filters in parsed(text))


@given(st.text(min_size=1, max_size=20).filter(lambda text: not text.isspace()))
def test_a_text_in_quotes_is_that_text(text: str) -> None:
    escaped = "".join(f"\\{letter}" if letter in "\\'" else letter for letter in text)
    assert one(f"Name:'{escaped}'").text == text
    assert plain(escaped) == text


@pytest.mark.parametrize(
    ("text", "names", "others"),
    [
        ("a[bc]", ["ab", "AC"], ["ad", "abd", "a"]),
        ("a[!bc]", ["ad"], ["ab", "ac", "abd"]),
        ("a*c", ["ac", "abc", "a c"], ["ab"]),
        ("a?c", ["abc"], ["ac", "abbc"]),
        (r"a\*", ["a*"], ["ab"]),
        (r"a\\b", [r"a\b"], ["ab"]),
        ("a[", ["a["], ["a"]),
        ("[]", ["[]"], [""]),
        ("[^a]", ["^", "a"], ["b"]),
    ],
)
def test_wildcards_mean_what_the_reference_says(text: str, names: list[str], others: list[str]) -> None:
    """PI Web API Reference, Query String; its own examples are the first two."""
    assert [name for name in [*names, *others] if pattern(text).fullmatch(name)] == names
