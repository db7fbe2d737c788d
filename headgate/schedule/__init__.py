"""When tables run: cron read, turned into the Quartz of Databricks jobs, evaluated, and described."""

from __future__ import annotations

from headgate.schedule.convert import check_schedule, normalize, to_quartz
from headgate.schedule.cron import parse_cron
from headgate.schedule.daylight import daylight_warnings
from headgate.schedule.describe import describe_schedule
from headgate.schedule.errors import ScheduleError
from headgate.schedule.firings import next_firings
from headgate.schedule.quartz import parse_quartz
from headgate.schedule.zones import check_timezone

__all__ = [
    "ScheduleError",
    "check_schedule",
    "check_timezone",
    "daylight_warnings",
    "describe_schedule",
    "next_firings",
    "normalize",
    "parse_cron",
    "parse_quartz",
    "to_quartz",
]
