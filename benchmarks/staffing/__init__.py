"""Benchmarks of the staffing room."""
