"""Scheduling: requirement, people and rules to a roster with a proven bound."""
