"""What to do about a node that failed, from what its log says. Pure.

The commonest reason why an image that runs under `docker run` fails here: every capability is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from environments.nodes import Node
from environments.running import BEGINNING_AS_ROOT

_REFUSED = re.compile(r"operation not permitted|permission denied|not permitted|EPERM|EACCES", re.IGNORECASE)
# What an image was at when it was refused -> the capabilities that doing it as root takes.
_WANTS = (
    (re.compile(r"chown|change owner", re.IGNORECASE), ("CHOWN",)),
    (re.compile(r"chmod|utime", re.IGNORECASE), ("FOWNER",)),
    (
        re.compile(
            r"setuid|setgid|setgroups|initgroups|seteuid|gosu|su-exec|setpriv|switch(ing)? (user|to)|\bsu\b",
            re.I,
        ),
        ("SETGID", "SETUID"),
    ),
    (
        re.compile(
            r"mkdir|(cannot|can't|could not) (open|read|access|create)|create|touch|unlink|rename",
            re.IGNORECASE,
        ),
        ("DAC_OVERRIDE",),
    ),
    (re.compile(r"\bbind\b|listen", re.IGNORECASE), ("NET_BIND_SERVICE",)),
    (re.compile(r"mlock", re.IGNORECASE), ("IPC_LOCK",)),
    (re.compile(r"chroot", re.IGNORECASE), ("SYS_CHROOT",)),
)
_READ_ONLY = re.compile(r"read-only file ?system|EROFS", re.IGNORECASE)
_FORMAT = re.compile(r"exec format error", re.IGNORECASE)


def for_failure(node: Node, lines: Sequence[str]) -> str:
    """What a person can do. `lines`: the end of the node's log."""
    image, said = node.process.image, "\n".join(lines)
    if _READ_ONLY.search(said) and node.hardening.read_only:
        return "its root file system is read-only: name the folders that it writes in `tmpfs` or `volumes`"
    if _FORMAT.search(said):
        return f"the image {image} is of another processor than this machine's: name one that is of it"
    volume = _refused_volume(node, lines)
    if volume and node.process.user not in (None, "0", "root"):
        return (
            f"a new volume at {volume} is root's where the image has no such folder: make it in the image, "
            f"for {node.process.user}, or leave `user` as the image says"
        )
    has = node.hardening.capabilities
    wanted = [name for name in _wanted(lines) if name not in has]
    if wanted and node.process.foreign:
        return _try_with((*has, *wanted), image)
    if node.process.foreign and not said:
        return f"it said nothing; `docker run --cap-drop ALL {image}` shows what it does by itself"
    return f"mend what the end of its log says, above (image {image}), and try again"


def _try_with(capabilities: Sequence[str], image: str) -> str:
    """All that it is to be given, also what it has; one that hands over its folders wants the others next."""
    listed, given = ", ".join(sorted(capabilities)), set(capabilities)
    often = given < set(BEGINNING_AS_ROOT) and bool({"CHOWN", "FOWNER", "SETUID"} & given)
    more = f"; one that begins as root often wants all of [{', '.join(BEGINNING_AS_ROOT)}]" if often else ""
    return (
        f"every capability is dropped here but those named, and {image} seems to want more: try "
        f"`capabilities: [{listed}]`{more}; or run it as a user that needs none (`user`)"
    )


def _refused(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if _REFUSED.search(line)]


def _refused_volume(node: Node, lines: Sequence[str]) -> str | None:
    """The volume that it was not allowed to write."""
    said = "\n".join(_refused(lines))
    return next((mount.path for mount in node.storage.mounts if mount.path in said), None)


def _wanted(lines: Sequence[str]) -> list[str]:
    refused = _refused(lines)
    return list(
        dict.fromkeys(
            name for line in refused for says, names in _WANTS if says.search(line) for name in names
        )
    )
