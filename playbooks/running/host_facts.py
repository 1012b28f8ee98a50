"""Runs on a host, as text that ssh hands to its Python: prints what it finds as JSON. Standard library only.

Changes nothing and judges nothing: that is done where it can be tested (fitness.py). Its arguments ask
Docker, where there is one, what it publishes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def said(*argv: str) -> str:
    """What a program prints; nothing where it fails or is not there."""
    try:
        return subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return ""


def release() -> dict[str, str]:
    """The lines of /etc/os-release."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=")[::2] for line in lines if "=" in line]
    return {key: value.strip('"') for key, value in pairs}


def memory() -> int:
    """Bytes of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def free(place: str) -> int:
    """Bytes that a user may still write there."""
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize


if __name__ == "__main__":
    system = release()
    root = ("sudo", "-n")
    print(
        json.dumps(
            {
                "system": system.get("ID", ""),
                "version": system.get("VERSION_ID", ""),
                "sudo": said(*root, "id", "-u").strip() == "0",
                "memory": memory(),
                "disk": free("/var"),
                "time": time.time(),
                "published": said(*root, *sys.argv[1:]),
                "listening": said(*root, "ss", "-Hlntup") or said("ss", "-Hlntup"),
            }
        )
    )
