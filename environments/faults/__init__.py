"""The faults. One more is one module, its line here, the program that its helper runs, its test and doc page.

A fault is described here and knows no engine; `environments.containers.injecting` puts it in force.
"""

from __future__ import annotations

from collections.abc import Callable

from environments.faults import kill
from environments.faults.fault import Fault

FAULTS: dict[str, Callable[[str, float | None], Fault]] = {
    "kill": kill.fault,
}
