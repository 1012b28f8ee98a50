"""What a Dockerfile's last stage says of how its image runs: its user and its ports. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from environments.dockerfiles import without_buildkit

_WORD = re.compile(r"^\s*(FROM|USER|EXPOSE|ARG|ENV)\s+(.+?)\s*$", re.IGNORECASE | re.MULTILINE)


# What the engine's own builder does not know, and is more than a hint.
_BEYOND = re.compile(
    r"^\s*(?:RUN|COPY|ADD)\b[^\n]*?(--(?:mount|network|security|chmod|parents|exclude|checksum))\b"
    r"|^\s*(?:RUN|COPY|ADD)\b[^\n]*?(<<-?[\"']?\w+)"
    r"|^FROM\b[^\n]*(\$\{?(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT))",
    re.IGNORECASE | re.MULTILINE,
)


def beyond(text: str) -> str:
    """The first word that the engine's own builder does not know, and Compose's does; else empty."""
    found = _BEYOND.search(re.sub(r"\\\s*\n", " ", without_buildkit(text)))
    return next(filter(None, found.groups()), "") if found else ""


@dataclass(frozen=True, kw_only=True)
class Runs:
    """`user`: of the last stage, empty where it says none; `ports`: those it exposes by number."""

    user: str
    ports: tuple[int, ...]


def read(text: str) -> Runs:
    """Of the last stage; a stage that stands on an earlier one has what that one says."""
    joined = re.sub(r"\\\s*\n", " ", text)
    stages: dict[str, Runs] = {}
    name, runs = "", Runs(user="", ports=())
    for word, rest in _WORD.findall(joined):
        if word.upper() == "FROM":
            stages[name] = runs
            image, *more = [part for part in rest.split() if not part.startswith("--")]
            runs = stages.get(image.lower(), Runs(user="", ports=())) if image else runs
            name = more[1].lower() if len(more) > 1 and more[0].upper() == "AS" else ""
        elif word.upper() == "USER":
            runs = Runs(user=rest.split()[0], ports=runs.ports)
        elif word.upper() == "EXPOSE":
            found = tuple(
                int(number) for number in re.findall(r"(?<![\w/])(\d{2,5})(?:/tcp)?(?![\w/])", rest)
            )
            runs = Runs(user=runs.user, ports=(*runs.ports, *found))
    return runs
