"""The reader's process is killed at random points, and so are its channels: what landed is the archive, each value once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.connectors.osipi.streaming.conftest import FAST, check_keys, landed, truth, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.connectors.osipi.streaming.channels import ChannelServer

ROOT = Path(__file__).parents[4]
KILLS = 3


def start(options: Path, out: Path) -> subprocess.Popen[bytes]:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it, and so would its child
    words = [sys.executable, "-m", "connectors.osipi", "stream", str(options), "--out", str(out)]
    return subprocess.Popen(words, cwd=ROOT, env={**os.environ, "NO_PROXY": "127.0.0.1"}, stderr=subprocess.PIPE)


def more_than(count: int, out: Path) -> Callable[[], bool]:
    return lambda: len(landed(out)) > count


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 30))])
def test_nothing_is_lost_or_doubled(channels: ChannelServer, tmp_path: Path, seed: int) -> None:
    luck = random.Random(seed)  # noqa: S311  # tests need no secrets
    out, options = tmp_path / "out", tmp_path / "options.json"
    options.write_text(json.dumps({"pi_base_url": channels.url, **FAST, "flush_seconds": "0.02", "reread_seconds": "1"}))
    ended = threading.Event()
    writer = threading.Thread(target=write, args=(channels, luck, ended))
    writer.start()
    try:
        for _ in range(KILLS):
            process = start(options, out)
            until(more_than(len(landed(out)), out), "something lands")
            ended.wait(luck.uniform(0, 0.3))
            process.kill()
            process.communicate()
    finally:
        ended.set()
        writer.join()

    process = start(options, out)
    try:
        until(lambda: landed(out) == truth(channels), "what landed equals the archive")
    finally:
        process.kill()
        process.communicate()
    check_keys(out)


def write(channels: ChannelServer, luck: random.Random, ended: threading.Event) -> None:
    """Write values, some told twice and some not at all, and let channels die, until the test has killed enough."""
    number = 0
    while not ended.wait(0.005):
        count = luck.choice([1, 1, 1, 2])
        channels.write(luck.choice("ABC"), *(float(number + one) for one in range(count)), told=luck.choice([0, 1, 1, 2]))
        number += count
        if luck.random() < 0.02:
            with channels.lock:
                for channel in channels.channels:
                    channel.die()


def test_an_interrupt_ends_the_reader_with_a_word_on_where_it_stands(channels: ChannelServer, tmp_path: Path) -> None:
    options = tmp_path / "options.json"
    options.write_text(json.dumps({"pi_base_url": channels.url, **FAST}))
    channels.write("A", 1)
    process = start(options, tmp_path / "out")
    until(lambda: bool(channels.channels), "it listens")

    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 0
    assert b"stopped: 1 row landed" in said


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ('{"pi_base_url": "http://127.0.0.1:9", "flush_seconds": "soon"}', 1, "flush_seconds is 'soon'"),
        ('{"pi_base_url": "http://127.0.0.1:9", "tag_webids": "A", "max_tries": "1"}', 4, "the connection failed"),
    ],
)
def test_what_can_not_be_read_is_an_error_in_words(tmp_path: Path, options: str, code: int, said: str) -> None:
    (tmp_path / "options.json").write_text(options)

    process = start(tmp_path / "options.json", tmp_path / "out")
    _, words = process.communicate(timeout=30)

    assert process.returncode == code
    assert said in words.decode()
    assert "Traceback" not in words.decode()
