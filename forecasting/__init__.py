"""Forecasting: history, events and drivers to sample paths of contacts."""
