"""What a process that holds people's values never leaves behind: a picture of its memory."""

from __future__ import annotations

import ctypes
import resource

_PR_SET_DUMPABLE = 4


def never_dumped() -> None:
    """No core dump of this process, in a file or through a pipe to a collector (prctl(2), core(5)).

    The limit is inherited by every process that it starts; the flag ends with exec, so workers say it again.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux has it
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
