"""The names of all options, so that a file with a slip in one is refused rather than half understood.

Only the commands ask: the framework hands a connector names of its own besides.
"""

from __future__ import annotations

from collections import Counter
from difflib import get_close_matches
from typing import TYPE_CHECKING

from .problems import OptionsError

if TYPE_CHECKING:
    from collections.abc import Iterable

CONNECTION = (
    "pi_base_url", "pi_web_api_url", "auth", "access_token", "bearer_token", "client_id", "client_secret", "token_url",
    "workspace_host", "scope", "refresh_token", "refresh_token_file", "client_auth", "username", "user", "password",
    "verify_ssl", "ca_file", "timeout_seconds", "requests_per_second", "threads", "tags_per_request", "parts_per_batch",
    "max_items_per_call", "maxCount", "max_url_length", "max_tries", "partitioned",
)  # fmt: skip
TABLES = (
    "tag_webids", "point_webids", "element_webids", "event_frame_webids", "table_webids", "dataserver_webid",
    "assetdatabase_webid", "nameFilter", "templateName", "searchMode", "startTime", "start_time", "endTime", "end_time", "time",
    "lookback_minutes", "lookback_days", "overlap_minutes", "overlap_days", "window_minutes", "window_seconds",
    "future_minutes", "settle_seconds", "late_hours", "reread_hours", "reread_values", "max_records_per_batch", "interval",
    "intervals", "retrievalMode", "expression", "calculationType", "calculation_type", "calculationBasis", "timeType",
    "sampleType", "sampleInterval", "filterExpression", "summaryType", "summaryDuration",
)  # fmt: skip
STREAMING = (
    "flush_values", "flush_seconds", "tags_per_channel", "heartbeat_rate", "stall_seconds", "reread_seconds",
    "patience_seconds",
)  # fmt: skip
# Options that hold no secret and no name of who logs in: what errors may show.
PLAIN = frozenset({*CONNECTION, *TABLES, *STREAMING}) - {
    "access_token", "bearer_token", "client_id", "client_secret", "refresh_token", "username", "user", "password",
}  # fmt: skip
KNOWN = {name.lower(): name for name in (*CONNECTION, *TABLES, *STREAMING)}


def check_names(given: Iterable[str]) -> None:
    """Raise OptionsError for names that are no option's, with those that are near, and for one that is given twice.

    Capital or small letters are no matter.
    """
    names = list(given)
    often = Counter(name.lower() for name in names)
    problems = [f"{name} is given {count} times, in capitals and not; keep one" for name, count in often.items() if count > 1]
    for name in names:
        if name.lower() not in KNOWN:
            near = get_close_matches(name.lower(), KNOWN, n=1)
            problems.append(f"there is no option {name!r}" + (f"; did you mean {KNOWN[near[0]]}?" if near else ""))
    if problems:
        raise OptionsError("; ".join(problems))
