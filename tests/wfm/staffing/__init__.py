"""Tests of wfm.staffing."""
