"""Schedules in words."""

from __future__ import annotations

import pytest

from headgate.schedule.describe import describe_schedule


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("* * * * *", "every minute"),
        ("*/15 * * * *", "every 15 minutes"),
        ("5/10 * * * *", "every 10 minutes from minute 5"),
        ("*/15 8-18 * * *", "every 15 minutes from 08:00 to 18:45"),
        ("* 3 * * 1", "every minute from 03:00 to 03:59 on Monday"),
        ("@hourly", "every hour"),
        ("30 * * * *", "every hour at minute 30"),
        ("0 8-18 * * 1-5", "every hour from 08:00 to 18:00 on Monday to Friday"),
        ("0 */2 * * *", "every 2 hours"),
        ("15 1-23/2 * * *", "every 2 hours from 01:15"),
        ("0 */5 * * *", "every 5 hours from 00:00 to 20:00"),
        ("0 2 * * *", "at 02:00 every day"),
        ("0,30 2 * * *", "at 02:00 and 02:30 every day"),
        ("0 2 * * 1-5", "at 02:00 on Monday to Friday"),
        ("0 2 * * 5-7", "at 02:00 on Friday to Sunday"),
        ("0 2 * * 0,3,6", "at 02:00 on Wednesday, Saturday and Sunday"),
        ("0 2 1 * *", "at 02:00 on day 1 of the month"),
        ("0 2 1,15 jan-mar,12 *", "at 02:00 on days 1 and 15 of the month in January to March and December"),
        ("@weekly", "at 00:00 on Sunday"),
        ("*/7 * * * *", "at minutes 0 to 56 by steps of 7, every hour"),
        ("1,2,10 3,9,14-16 * * *", "at minutes 1, 2 and 10, at hours 3, 9 and 14 to 16 every day"),
        ("quartz:0/10 * * * * ?", "every 10 seconds"),
        ("quartz:30 0 2 * * ?", "at 02:00:30 every day"),
        ("quartz:5 0/10 * * * ?", "at second 5, every 10 minutes"),
        ("quartz:0 0 2 L * ?", "at 02:00 on the last day of the month"),
        ("quartz:0 0 2 L-3 * ?", "at 02:00 on day 3 before the month's last"),
        ("quartz:0 0 2 LW * ?", "at 02:00 on the last weekday of the month"),
        ("quartz:0 0 2 L-3W * ?", "at 02:00 on the weekday nearest to day 3 before the month's last"),
        ("quartz:0 0 2 15W * ?", "at 02:00 on the weekday nearest to day 15 of the month"),
        ("quartz:0 0 2 ? * 6L", "at 02:00 on the last Friday of the month"),
        ("quartz:0 0 2 ? * 6#3 2027", "at 02:00 on the third Friday of the month in 2027"),
    ],
)
def test_a_schedule_in_words(text: str, words: str) -> None:
    assert describe_schedule(text) == words


@pytest.mark.parametrize("text", ["99 2 * * *", " 0 2 13 * 5 ", "quartz:0 0 2 * * *", ""])
def test_one_that_can_not_run_is_given_as_it_stands(text: str) -> None:
    assert describe_schedule(text) == text.strip()
