"""What a Dockerfile says of what its stages stand on. Pure: reads text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "peakproof/"
"""How the images that we build ourselves are called."""
_FROM = re.compile(
    r"^\s*FROM\s+(?P<flags>(?:--\S+\s+)*)(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*$", re.IGNORECASE
)
_ARG = re.compile(r"^\s*ARG\s+(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:=.*)?$", re.IGNORECASE)

_LINK = re.compile(r"(?m)(?:(?<=^COPY)|(?<=^ADD))\s+--link(?:=true)?(?=\s)")
_HINTS = (
    re.compile(r"(?m)(?<=^FROM)\s+--platform=\$\{?(?:BUILD|TARGET)PLATFORM\}?(?=\s)"),
    re.compile(r"--mount=(?=\S*\btype=cache\b)\S+"),
    _LINK,
)

# One that names its own interpreter is left as it is.
_SCRIPT = re.compile(
    r"(?ms)^RUN[ \t]+<<(?P<tabs>-?)(?P<quote>[\"']?)(?P<word>\w+)(?P=quote)[ \t]*\n"
    r"(?!#!)(?P<script>.*?)\n\t*(?P=word)[ \t]*$"
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


def until(dockerfile: str, target: str) -> str:
    """The lines up to the end of a stage, by name or number from 0. Raises ValueError: there is none such."""
    found = stages(dockerfile)
    names = {each.stage.lower(): number for number, each in enumerate(found) if each.stage}
    counted = int(target) if target.isdigit() and int(target) < len(found) else None
    number = names.get(target.lower(), counted)
    if number is None:
        named = ", ".join(each.stage for each in found if each.stage) or "none has a name"
        raise ValueError(f"the Dockerfile has no stage {target!r}; there are: {named}")
    lines = dockerfile.splitlines()
    end = found[number + 1].line - 1 if number + 1 < len(found) else len(lines)
    return "\n".join(lines[:end]) + "\n"


def with_arguments(dockerfile: str, args: Mapping[str, str]) -> str:
    """The same with these defaults of ARG, as `docker build --build-arg` would have it."""
    return "\n".join(_with_defaults(line, args) for line in dockerfile.splitlines()) + "\n"


def _with_defaults(line: str, args: Mapping[str, str]) -> str:
    found = _ARG.match(line)
    name = found["name"] if found else ""
    if name not in args:
        return line
    quoted = re.sub(r"([\\\"$])", r"\\\1", args[name])
    return f'ARG {name}="{quoted}"'


def without_buildkit(dockerfile: str) -> str:
    """The same in the words of the engine's own builder, as far as it has any for what BuildKit knows.

    Hints go: mounts of a cache, COPY --link, FROM --platform=$BUILDPLATFORM. A script (RUN <<EOF) becomes the
    shell's argument, which is what BuildKit makes of it.
    """
    for words in _HINTS:
        dockerfile = words.sub("", dockerfile)
    return for_any_buildkit(dockerfile)


def for_any_buildkit(dockerfile: str) -> str:
    """The same in what BuildKit of Docker 20.10 knows: no scripts, no COPY --link, which is a hint."""
    dockerfile = _LINK.sub("", dockerfile)
    return _SCRIPT.sub(lambda found: _run(found["script"], tabs=found["tabs"] == "-"), dockerfile)


def _run(script: str, *, tabs: bool) -> str:
    text = re.sub(r"(?m)^\t+", "", script) if tabs else script
    return f"RUN {json.dumps(['/bin/sh', '-c', text])}"


def platform_arguments(dockerfile: str, system: str, architecture: str) -> dict[str, str]:
    """The values of the ARG that BuildKit knows by itself, of those that the Dockerfile names."""
    known = {"PLATFORM": f"{system}/{architecture}", "OS": system, "ARCH": architecture, "VARIANT": ""}
    named = (f"{side}{word}" for side in ("TARGET", "BUILD") for word in known)
    return {
        name: known[name.removeprefix("TARGET").removeprefix("BUILD")] for name in named if name in dockerfile
    }
