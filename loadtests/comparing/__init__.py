"""Comparing runs: whether one version is slower than another, by more than equal runs differ."""
