"""Who works on an environment, in the same words in its lock and in its working lease."""

from __future__ import annotations

import functools
import os
import secrets
import socket


@functools.cache
def me() -> str:
    """This process: for people its number and machine, and a mark that no other process has.

    The number alone would do no more than the machine's name: every container has a process 1.
    """
    return f"process {os.getpid()} on {socket.gethostname()} ({secrets.token_hex(4)})"
