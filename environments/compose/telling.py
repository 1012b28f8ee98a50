"""What is told of a project beside its services: what is left out, made elsewhere, or not read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from environments.compose.keys import KEYS
from environments.compose.notes import Note, Outcome
from environments.compose.reading import Project
from environments.compose.scene import Scene, lost, open_
from environments.compose.service import ComposeService
from environments.compose.written import Pairs, Text, Value
from foundation.documents import did_you_mean


def of_project(project: Project, scene: Scene) -> Iterator[Note]:
    """Services that do not run, addresses that are others here, volumes and networks of elsewhere."""
    yield from _left_out(project, scene)
    yield from _published_elsewhere(scene)
    yield from _resources(scene)


def of_service(service: ComposeService) -> Iterator[Note]:
    """Keys that are not taken over."""
    yield from _keys(service)
    yield from _deploy(service)


def _left_out(project: Project, scene: Scene) -> Iterator[Note]:
    written = project.part("services")
    for name, reason in scene.absent.items():
        profile = reason.startswith("it is of")
        yield Note(
            outcome=Outcome.CHANGED,
            place=written.at(name),
            service=name,
            key="profiles" if profile else "service",
            what=f"left out: {reason}" if profile else reason,
            hint=f"--profile {reason.split()[-1]} takes it in" if profile else "",
        )


def _published_elsewhere(scene: Scene) -> Iterator[Note]:
    """Variables that say the address of a published port: the environment's is another."""
    published = {port.published for service in scene.services.values() for port in service.ports} - {
        "",
        "any",
    }
    for service in scene.services.values():
        for variable, text in service.environment.items():
            found = re.search(r"(?:localhost|127\.0\.0\.1):(\d{2,5})(?!\d)", text.text)
            if found and found[1] in published - {str(port.target) for port in service.ports if port.target}:
                what = f"says {found[0]}, and published ports are others here"
                yield open_(service, variable, what, "`env status` has them", place=text.place)


def _resources(scene: Scene) -> Iterator[Note]:
    """Volumes and networks that are made elsewhere."""
    for name, written in scene.parts["volumes"].entries.items():
        if isinstance(written, Pairs) and (written.get("external") or written.get("driver_opts")):
            place = scene.parts["volumes"].at(name)
            what = f"volume {name!r} is made elsewhere; here it is empty at first"
            yield Note(outcome=Outcome.CHANGED, place=place, key="volumes", what=what)
    for name, written in scene.parts["networks"].entries.items():
        if isinstance(written, Pairs) and written.get("external"):
            place = scene.parts["networks"].at(name)
            what = f"network {name!r} is made elsewhere; what else stands on it is not reached"
            hint = "stand in for what is needed of it"
            yield Note(outcome=Outcome.LOST, place=place, key="networks", what=what, hint=hint)


def _deploy(service: ComposeService) -> Iterator[Note]:
    """What `deploy` asks for of resources beside memory."""
    deploy = service.written.get("deploy")
    resources = deploy.get("resources") if isinstance(deploy, Pairs) else None
    for part in ("limits", "reservations"):
        said = resources.get(part) if isinstance(resources, Pairs) else None
        if not isinstance(said, Pairs):
            continue
        for key in ("cpus", "devices", "generic_resources", "pids"):
            if said.get(key) is not None and (part, key) != ("reservations", "cpus"):
                why = KEYS["cpus"].why if key in ("cpus", "pids") else KEYS["gpus"].why
                yield lost(service, f"deploy {key}", why, place=said.at(key))


def _keys(service: ComposeService) -> Iterator[Note]:
    """What becomes of keys that are not read: those that are lost, and those that nobody knows."""
    for key in service.written.entries:
        if key.startswith("x-") or service.written.get(key) is None:
            continue
        fate = KEYS.get(key)
        if fate is None:
            yield lost(service, key, "no key of the Compose specification", did_you_mean(key, KEYS))
        elif fate.fate == "lost" and not _harmless(service.written.get(key), fate.harmless):
            yield lost(service, key, _said(service, key) + fate.why, fate.hint)


def _harmless(value: Value | None, words: tuple[str, ...]) -> bool:
    return isinstance(value, Text) and value.text.lower() in ("", *words)


def _said(service: ComposeService, key: str) -> str:
    """The value, where it is a word."""
    value = service.written.get(key)
    return f"{value.text}: " if isinstance(value, Text) and value.text.lower() != "true" else ""
