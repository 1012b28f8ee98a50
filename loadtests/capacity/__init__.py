"""Capacity: the highest rate of arrivals that a platform bears, with an interval."""
