"""Importing it loads the machine code: for the process that workers are forked from, which share it."""

from anonymizer.kernels.machine import load

load()
