"""What was told waits until a read has settled it, and no mark that is set meanwhile gets lost."""

from __future__ import annotations

from connectors.osipi.streaming.pending_changes import Event, News, Read

T1, T2, T3 = (f"2026-03-01T12:00:0{second}" for second in (1, 2, 3))


def read(*seen: str, floor: str = "", before: tuple[str, ...] = (), kept: str = "", started: float = 10) -> Read:
    return Read(floor, before, kept, seen, started, started - 60)


def test_a_tag_is_due_when_its_time_has_come() -> None:
    news = News()
    news.tell([Event("A", T1), Event("B", T3)], now=5)

    assert news.due(T2) == ["A"]
    assert news.oldest(T2) == 5
    assert news.due(T3) == ["A", "B"]


def test_what_was_seen_is_settled_and_the_rest_waits() -> None:
    news = News()
    news.tell([Event("A", T1), Event("A", T2)], now=5)

    assert news.landed("A", read(T1)) == []
    assert (news.count, news.due(T3)) == (1, ["A"])


def test_what_never_comes_is_given_up_after_a_while() -> None:
    news = News()
    news.tell([Event("A", T1)], now=5)

    news.landed("A", read(started=64))
    assert news.count == 1
    news.landed("A", read(started=66))
    assert news.count == 0


def test_what_a_read_covered_and_no_longer_remembers_is_settled() -> None:
    news = News()
    news.tell([Event("A", T1)], now=5)

    assert news.landed("A", read(kept=T2)) == []
    assert news.count == 0


def test_what_lies_before_a_read_is_missed() -> None:
    news = News()
    news.tell([Event("A", T1), Event("A", T3)], now=5)

    assert news.landed("A", read(T3, floor=T2)) == [Event("A", T1)]


def test_a_change_is_missed_once_its_value_had_landed() -> None:
    news = News()
    news.tell([Event("A", T1, changed=True)], now=5)

    assert news.landed("A", read(T1, before=(T1,))) == [Event("A", T1, changed=True)]
    assert (news.count, news.changed) == (0, set())


def test_a_change_that_is_told_during_a_read_waits_for_the_next() -> None:
    news = News()
    news.tell([Event("A", T1)], now=5)
    news.tell([Event("A", T1, changed=True)], now=11)

    assert news.landed("A", read(T1, started=10)) == []
    assert news.landed("A", read(T1, before=(T1,), started=20)) == [Event("A", T1, changed=True)]


def test_a_mark_that_is_set_during_a_read_asks_for_another() -> None:
    news = News()
    news.read_again(["A"], now=5)

    assert news.take_unread(["A", "B"]) == {"A": 5}
    news.read_again(["A"], now=6)
    news.landed("A", read())

    assert news.due(T1) == ["A"]


def test_news_of_a_tag_that_cannot_be_read_is_dropped() -> None:
    news = News()
    news.tell([Event("A", T1, changed=True)], now=5)
    news.read_again(["A"], now=5)

    news.forget("A")

    assert news == News()
