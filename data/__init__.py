"""Data: all files in and out, and everything bundled (samples, calendars, rule packs)."""
