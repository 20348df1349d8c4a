"""Tests of wfm."""
