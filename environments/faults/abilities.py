"""Which faults can be done where certain capabilities are lacking, and why not the others. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from environments.faults import FAULTS
from environments.faults.capabilities import CAPABILITIES


def why_not(fault: str, lacking: Mapping[str, str]) -> str:
    """What the machine has not got that this fault needs; empty where it can be done."""
    can = frozenset(CAPABILITIES) - lacking.keys()
    missing = FAULTS[fault].lacks(can)
    return "; ".join(CAPABILITIES[name].lacking for name in sorted(missing))


def needs_a_look(faults: frozenset[str]) -> bool:
    """Whether any of these needs something of the machine."""
    return any(FAULTS[fault].lacks(frozenset()) for fault in faults)
