"""A channel trusts whom the reads trust."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from connectors.osipi.options import settings_of
from connectors.osipi.streaming.channel import tls_context
from tests.connectors.osipi.authority import Authority
from tests.connectors.osipi.streaming.conftest import Running, landed, truth, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.connectors.osipi.streaming.channels import ChannelServer


def test_a_channel_is_opened_to_a_server_of_the_named_authority(
    channels: ChannelServer, started: Callable[..., Running], tmp_path: Path
) -> None:
    authority = Authority(tmp_path, "plant")
    channels.secure(authority.context("127.0.0.1"))

    started(ca_file=str(authority.file))
    channels.write("A", 1)

    until(lambda: landed(tmp_path / "out") == truth(channels), "it lands")


@pytest.mark.parametrize("options", [{}, {"verify_ssl": "true"}])
def test_a_channel_is_verified_unless_that_was_switched_off(options: dict[str, str]) -> None:
    context = tls_context(settings_of({"pi_base_url": "https://pi.example.com", **options}))

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert tls_context(settings_of({"pi_base_url": "https://x", "verify_ssl": "false"})).verify_mode == ssl.CERT_NONE


def test_a_channels_authority_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path, "plant").file))

    found = tls_context(settings_of({"pi_base_url": "https://pi.example.com"})).get_ca_certs()

    assert [one["subject"] for one in found] == [((("commonName", "plant"),),)]
