"""A module of ours as a process of its own, whatever stands in the folder that it is started in.

Python's `-m` looks into the current folder first, where a project may have a package `loadtests` of its own.
Standard library only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_HOME = str(Path(__file__).resolve().parent.parent)


def command(module: str, *arguments: str) -> list[str]:
    """The command line of a module, for this Python."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(*after: str) -> dict[str, str]:
    """This process's variables; our packages come first on the path, folders `after` the given ones last."""
    given = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys([_HOME, *given, *after]))}
