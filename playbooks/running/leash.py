"""Starts a program that ends when whoever started this does. Usage: leash.py PIDFILE PROGRAM ARGUMENT...

ansible-runner's child outlives a killed parent, and would go on changing hosts unseen. Standard library only.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)


def main(pid_file: str, *argv: str) -> None:
    """Leaves its number in the file and becomes the program."""
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died in between
            sys.exit(1)
    with open(pid_file, "w") as file:  # noqa: PTH123 - nothing more is imported than is needed
        file.write(str(os.getpid()))
    os.execvp(argv[0], argv)  # noqa: S606 - the argv that ansible-runner made


if __name__ == "__main__":
    main(*sys.argv[1:])
