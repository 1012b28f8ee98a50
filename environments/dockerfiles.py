"""What a Dockerfile says of what its stages stand on. Pure: reads text."""

from __future__ import annotations

import re
from dataclasses import dataclass

PREFIX = "peakproof/"
"""How the images that we build ourselves are called."""
_FROM = re.compile(
    r"^\s*FROM\s+(?P<flags>(?:--\S+\s+)*)(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*$", re.IGNORECASE
)


@dataclass(frozen=True, kw_only=True)
class From:
    """One FROM line; `line` counts from 1; `stage` is the name that it gives, or empty."""

    line: int
    image: str
    stage: str
    flags: str


def stages(dockerfile: str) -> list[From]:
    """Every FROM, in the order of the file."""
    return [
        From(line=number, image=found["image"], stage=found["stage"] or "", flags=found["flags"])
        for number, line in enumerate(dockerfile.splitlines(), start=1)
        if (found := _FROM.match(line))
    ]


def bases(dockerfile: str) -> list[From]:
    """The FROM lines that name an image and not a stage above."""
    names: set[str] = set()
    found = []
    for each in stages(dockerfile):
        if each.image.lower() not in names:
            found.append(each)
        names.add(each.stage.lower())
    return found


def base_of_last(dockerfile: str) -> str:
    """The image that the last stage stands on, through the stages between; empty where there is none."""
    known: dict[str, str] = {}
    base = ""
    for each in stages(dockerfile):
        base = known.get(each.image.lower(), each.image)
        known[each.stage.lower()] = base
    return base


def rewritten(dockerfile: str, images: dict[str, str]) -> str:
    """The same with these images replaced in its FROM lines."""
    lines = dockerfile.splitlines()
    for each in bases(dockerfile):
        if each.image in images:
            named = f" AS {each.stage}" if each.stage else ""
            lines[each.line - 1] = f"FROM {each.flags}{images[each.image]}{named}"
    return "\n".join(lines) + "\n"
