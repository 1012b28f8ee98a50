"""How an image that Compose builds is built here: by its folder, by the platform's `images`, or not. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from environments.compose import credentials, dockerfile
from environments.compose.scene import Scene
from environments.compose.service import Build
from environments.image_sources import DOCKERFILE, ImageSource

# What a folder's name has to be for an image to be called after it.
_FOLDER = re.compile(r"\.|[a-z0-9]+(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)*")


@dataclass(frozen=True, kw_only=True)
class Built:
    """One of three: `folder`, where that says it all; `source`, an entry of `images`; `why` it is not.

    `beyond`: a word of its Dockerfile that BuildKit alone knows.
    """

    folder: str = ""
    source: dict[str, object] = field(default_factory=dict)
    why: str = ""
    beyond: str = ""


def decided(build: Build, scene: Scene) -> Built:
    """How it is built."""
    if why := _not_here(build, scene):
        return Built(why=why)
    folder, source = scene.inside(build.folder), _source(build, scene)
    text = scene.disk.dockerfiles[build.folder / build.dockerfile]
    beyond = dockerfile.beyond(_up_to_target(build, text))
    if folder is not None and _FOLDER.fullmatch(folder) and set(source) == {"folder"}:
        return Built(folder=folder, beyond=beyond)
    return Built(source=source, beyond=beyond)


def _source(build: Build, scene: Scene) -> dict[str, object]:
    """What `images` of the platform says of it."""
    plain = build.dockerfile.removeprefix("./")
    said = {
        "dockerfile": plain if plain != DOCKERFILE else "",
        "target": build.target,
        "args": _arguments(build, scene),
    }
    return {"folder": scene.beside(build.folder), **{key: value for key, value in said.items() if value}}


def _arguments(build: Build, scene: Scene) -> dict[str, str]:
    """Those without a value have that of the command's own variables, or are not there."""
    said = {name: text.text for name, text in build.args.items() if not text.null}
    passed_on = {name: scene.variables[name] for name in build.args if name in scene.variables}
    return {**passed_on, **said}


def _not_here(build: Build, scene: Scene) -> str:
    """Why `env up` cannot build it; empty where it can."""
    if build.remote:
        return "its context is elsewhere"
    if build.beyond:
        return f"it is built with {', '.join(f'`{key}`' for key in build.beyond)}"
    if secret := next((name for name in build.args if credentials.is_secret(name)), None):
        return f"its argument {secret} looks like a secret"
    text = scene.disk.dockerfiles.get(build.folder / build.dockerfile)
    if text is None:
        return f"there is no {build.dockerfile} in {build.context}"
    return _lacks(build, text)


def _lacks(build: Build, text: str) -> str:
    try:
        _up_to_target(build, text)
    except ValueError as error:
        return str(error)
    return ""


def _up_to_target(build: Build, text: str) -> str:
    source = ImageSource(folder=build.folder, dockerfile=build.dockerfile, target=build.target or None)
    return source.rewritten(text)
