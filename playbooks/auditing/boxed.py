"""Why some tests of lynis cannot pass on a host that is a container: kernel and disks are the machine's."""

from __future__ import annotations

CANNOT_PASS = {
    "ACCT-9622": "process accounting is the kernel's, which is not the box's own",
    "ACCT-9628": "the kernel's audit has no namespace: auditd cannot run in a container",
    "BOOT-5104": "the box has no boot loader and no command line of a kernel",
    "BOOT-5122": "the box has no boot loader",
    "BOOT-5180": "runlevels are those of the machine",
    "FILE-6310": "the box has one file system, that of its container",
    "KRNL-5788": "the kernel is the machine's: there is none in the box",
    "KRNL-5820": "core dumps are a setting of the kernel that has no namespace",
    "KRNL-5830": "the running kernel is the machine's",
    "KRNL-6000": "most of the kernel's settings have no namespace: rendered, not applied",
    "LOGG-2138": "the kernel's log is the machine's",
    "NETW-3200": "modules of the kernel are the machine's",
    "PKGS-7410": "there are no packages of a kernel in the box",
    "STRG-1846": "modules of the kernel are the machine's",
    "TIME-3104": "the clock is the machine's: nothing may set it in the box",
    "USB-1000": "modules of the kernel are the machine's",
}
"""lynis' test -> why. Each stands in docs/hosts/audit.md."""


def reason(test: str) -> str:
    """Why it cannot pass in a box; empty where it can."""
    why = CANNOT_PASS.get(test, "")
    return f"cannot pass in a box: {why}" if why else ""
