"""The fault kinds. One more is one module, its line in both lists below, its test and its doc section.

A fault is described here and knows no engine; `environments.containers.injecting` puts it in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from environments.faults import bandwidth, disk_full, kill, latency, partition, pause, stop
from environments.faults.bandwidth import BandwidthOptions
from environments.faults.disk_full import DiskFullOptions
from environments.faults.kill import KillOptions
from environments.faults.kind import FaultKind, FaultOptions
from environments.faults.latency import LatencyOptions
from environments.faults.partition import PartitionOptions
from environments.faults.pause import PauseOptions
from environments.faults.stop import StopOptions
from foundation.documents import did_you_mean

# Any: each kind takes its own options; `FaultOptions.fault` pairs them.
FAULTS: Mapping[str, FaultKind[Any]] = {
    "kill": kill.KIND,
    "stop": stop.KIND,
    "pause": pause.KIND,
    "partition": partition.KIND,
    "latency": latency.KIND,
    "bandwidth": bandwidth.KIND,
    "disk-full": disk_full.KIND,
}


def kind_of(options: FaultOptions) -> FaultKind[Any]:
    """The kind that these are options of."""
    return FAULTS[options.fault]


def _of_its_kind(written: object, _handler: ValidatorFunctionWrapHandler) -> FaultOptions:
    """The options of the one kind that a line names. Its own problems stand at the line's own keys."""
    if isinstance(written, FaultOptions):
        return written
    if not isinstance(written, dict):
        example = "{at: 30s, kill: api.any, for: 10s}"
        raise ValueError(f"expected a fault such as {example}")  # noqa: TRY004 - pydantic's way
    named = [key for key in written if key in FAULTS]
    if len(named) == 1:
        found: FaultOptions = FAULTS[named[0]].options.model_validate(written)
        return found
    unknown = [str(key) for key in written if key not in _KEYS]
    if named or not unknown:
        raise ValueError(f"exactly one fault per line: {', '.join(FAULTS)}")
    raise ValueError(f"unknown fault {unknown[0]!r}: {did_you_mean(unknown[0], FAULTS)}")


_KEYS = {field.alias or name for kind in FAULTS.values() for name, field in kind.options.model_fields.items()}

AnyFault: TypeAlias = Annotated[
    KillOptions
    | StopOptions
    | PauseOptions
    | PartitionOptions
    | LatencyOptions
    | BandwidthOptions
    | DiskFullOptions,
    WrapValidator(_of_its_kind),
]
"""A line of a timeline."""
