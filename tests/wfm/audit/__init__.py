"""Tests of wfm.audit."""
