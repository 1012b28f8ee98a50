"""Whom an image runs as, as a number: files are put into a node before it can be asked. Pure."""

from __future__ import annotations

from foundation.errors import Unavailable

ACCOUNTS = "/etc/passwd"


def is_number(user: str) -> bool:
    """Whether `USER` or `USER:GROUP` needs no look into the image; nobody said is root."""
    name = user.split(":")[0]
    return not name or name.isdigit()


def number(user: str, passwd: str, image: str) -> int:
    """The id of `USER` or `USER:GROUP`, by the image's own passwd. Raises Unavailable for one it lacks."""
    name = user.split(":")[0]
    if is_number(user):
        return int(name or "0")
    known = {fields[0]: fields[2] for line in passwd.splitlines() if (fields := line.split(":"))[2:]}
    if name not in known:
        raise Unavailable(
            f"image {image} runs as {name!r}, which its {ACCOUNTS} does not have",
            hint="write the user as a number: `user: 10001`, or USER 10001 in its Dockerfile",
        )
    return int(known[name])
