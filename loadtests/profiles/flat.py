"""Loads without a story of their own: a constant rate, a staircase, a soak."""

from __future__ import annotations

from loadtests.profiles.shape import Shape

HOUR = 3600.0
_STEPS = 10
_STEP = 60.0

CONSTANT = Shape(
    name="constant",
    about="the same rate all the time",
    points=((0, 1), (HOUR, 1)),
    sources=("by definition",),
)

STAIRCASE = Shape(
    name="staircase",
    about="ten steps of a tenth of the peak, each as long as the others: where does it begin to hurt?",
    points=tuple(((step + edge) * _STEP, (step + 1) / _STEPS) for step in range(_STEPS) for edge in (0, 1)),
    sources=("by definition",),
)

SOAK = Shape(
    name="soak",
    about="the peak for hours: leaks, full disks, queues that grow slowly",
    points=((0, 0.1), (HOUR / 12, 1), (8 * HOUR - HOUR / 12, 1), (8 * HOUR, 0.1)),
    sources=("by definition",),
    assumed="eight hours, five minutes up and down",
)
