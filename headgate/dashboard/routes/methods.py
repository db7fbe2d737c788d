"""How pages may be asked."""

from __future__ import annotations

READING = ["GET", "HEAD"]
