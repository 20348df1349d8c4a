"""Scenarios: the chain of steps, variants of a plan, side-by-side comparison."""
