"""Selling platforms and which of them share their events."""

from __future__ import annotations

__all__ = ["EVERY_PLATFORM", "platform_group"]

EVERY_PLATFORM = "all"
# Shops on these sites share their events: the calendars name now one, now the other.
_GROUPS = {"taobao": "tmall", "taobao_tmall": "tmall", "tmall_juhuasuan": "tmall", "": EVERY_PLATFORM}


def platform_group(platform: str) -> str:
    """Return the group of platforms that share events (``taobao`` and ``tmall`` are one; empty means all)."""
    name = platform.strip().lower()
    return _GROUPS.get(name, name)
