"""Benchmarks of rosters against published instances."""
