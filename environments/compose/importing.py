"""A project becomes a platform and a definition, as values, and what is told of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from environments.compose import containers, credentials, entry, images, known, secret_plan
from environments.compose.keys import KEYS
from environments.compose.known import Taken
from environments.compose.notes import Note, Outcome, in_order
from environments.compose.reading import Project
from environments.compose.scene import Scene, changed, lost, open_
from environments.compose.secret_plan import Plan
from environments.compose.service import ComposeService
from environments.compose.shapes import Delivered
from environments.compose.written import Pairs, Text, Value
from foundation.documents import did_you_mean
from foundation.errors import InputError
from foundation.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What is written: two documents, the values that are kept (file -> secret), and what is told.

    `comments`: service -> lines that stand above it in the definition.
    """

    name: str
    platform: Mapping[str, object]
    definition: Mapping[str, object]
    comments: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kept: Mapping[str, Secret] = field(default_factory=dict)
    entry: entry.Guess
    notes: tuple[Note, ...]


def imported(project: Project, scene: Scene) -> Imported:
    """Everything that is written and told. Raises InputError where nothing of it would run."""
    if not scene.services:
        raise InputError("no service is left to run", where=str(project.files[0]), hint="see --profile")
    uses = credentials.uses(scene.services.values())
    own, notes = _own_kinds(scene, uses)
    plan = secret_plan.planned(scene, own, uses)
    once = _once(scene)
    drafts = {
        name: _written(service, scene, own, plan, once=name in once)
        for name, service in scene.services.items()
    }
    sources = _images(drafts, scene)
    guess = _entry(scene)
    notes += [note for draft in drafts.values() for note in draft.notes]
    notes += [*plan.notes, *secret_plan.kept_notes(plan, scene.services.values())]
    notes += [*_left_out(project, scene), *_published_elsewhere(scene), *_resources(scene)]
    for service in scene.services.values():
        notes += [*_keys(service, own), *(_deploy(service) if service.name not in own else ())]
    return Imported(
        name=project.name,
        platform={
            "platform": project.name,
            "description": f"Taken over from {_files(project)}.",
            **sources,
        },
        definition={
            "definition": project.name,
            "platform": "./",
            "entry": scene.names[guess.service],
            "services": {scene.names[name]: draft.ordered() for name, draft in drafts.items()},
            **({"secrets": plan.sources} if plan.sources else {}),
        },
        kept=plan.kept,
        entry=guess,
        notes=in_order([*project.notes, *notes]),
        comments={
            scene.names[name]: [
                f"{note.key}: {note.what}" for note in draft.notes if note.outcome is Outcome.OPEN
            ]
            for name, draft in drafts.items()
        },
    )


def _images(drafts: Mapping[str, containers.Draft], scene: Scene) -> dict[str, object]:
    """`images` of the platform: each source once, under the name of the first service that has it."""
    made: dict[str, dict[str, object]] = {}
    for name, draft in drafts.items():
        if draft.source:
            same = next((other for other, source in made.items() if source == draft.source), None)
            draft.options["image"] = same or scene.names[name]
            made.setdefault(same or scene.names[name], draft.source)
    return {"images": made} if made else {}


def _files(project: Project) -> str:
    return ", ".join(path.name for path in project.files)


def _own_kinds(
    scene: Scene, uses: Mapping[str, list[credentials.Use]]
) -> tuple[dict[str, Taken], list[Note]]:
    """The services that a kind of ours takes the place of, and what is told of these and of the others."""
    own: dict[str, Taken] = {}
    notes = []
    for name, service in scene.services.items():
        kind = known.of(service)
        if kind is None:
            continue
        if name in scene.choices.kept:
            decided: Taken | str = "--keep"
        else:
            decided = known.taken(service, kind, scene.services.values(), uses)
        if isinstance(decided, Taken) and scene.names[name] != name:
            decided = f"it is called {scene.names[name]} here, and others say {name}"
        if isinstance(decided, Taken):
            own[name] = decided
            can = "it can be filled, asked and hit by role"
            what = f"{service.image} becomes a {kind.kind}, {kind.serves}: {can}"
            notes.append(changed(service, "image", what, f"--keep {name} leaves the image"))
        elif decided != "--keep":
            what = f"{service.image} stays an image, and no {kind.kind}: {decided}"
            notes.append(changed(service, "image", what))
    return own, notes


def _once(scene: Scene) -> set[str]:
    """Services that somebody waits to end."""
    return {
        wanted
        for service in scene.services.values()
        for wanted, need in service.needs.items()
        if need.condition == "service_completed_successfully"
    }


def _written(
    service: ComposeService, scene: Scene, own: Mapping[str, Taken], plan: Plan, *, once: bool
) -> containers.Draft:
    """A service's options, complete."""
    if service.name in own:
        taken = own[service.name]
        made = containers.Draft(options={"kind": taken.known.kind})
        made.put("memory", images.size_in_words(service.memory) if service.memory else None)
        made.options |= taken.options
        return made
    made = containers.draft(service, scene, once=once)
    environment = {
        name: text.text
        for name, text in service.environment.items()
        if (service.name, name) not in plan.taken
    }
    made.put("environment", environment)
    made.put("secrets", plan.of(service.name))
    files = made.options.get("files", {})
    assert isinstance(files, dict)
    made.put("files", {**files, **_configs(made, service, scene)})
    made.put("needs", _needs(made, service, scene))
    return made


def _needs(made: containers.Draft, service: ComposeService, scene: Scene) -> tuple[str, ...]:
    needed = []
    for name, need in service.needs.items():
        if name in scene.services:
            needed.append(scene.names[name])
        elif need.required:
            reason = scene.absent.get(name, "it is not there")
            what = f"it does not wait for {name}: {reason}"
            made.notes.append(
                lost(service, "depends_on", what, "--profile brings it, if it has one", place=need.place)
            )
    return tuple(needed)


def _configs(made: containers.Draft, service: ComposeService, scene: Scene) -> dict[str, object]:
    files: dict[str, object] = {}
    for each in service.configs:
        content = _config(each, scene)
        if content is None:
            what = f"config {each.source!r} is kept elsewhere, so nobody here can read it"
            made.notes.append(lost(service, "configs", what, "bring it as a file", place=each.place))
        else:
            files[each.target] = content
    return files


def _config(each: Delivered, scene: Scene) -> object | None:
    """Its file beside the definition, or its text."""
    written = scene.parts["configs"].get(each.source)
    said = (
        {key: _text(written.get(key)) for key in ("file", "content", "environment")}
        if isinstance(written, Pairs)
        else {}
    )
    if file := said.get("file"):
        return {"file": scene.beside(file.place.folder / file.text)}
    if content := said.get("content"):
        return content.text
    variable = said.get("environment")
    return scene.variables.get(variable.text) if variable else None


def _text(value: Value | None) -> Text | None:
    return value if isinstance(value, Text) else None


def _entry(scene: Scene) -> entry.Guess:
    if scene.choices.entry:
        return entry.Guess(service=scene.choices.entry, why="--entry", sure=True)
    ports = {name: containers.port(service, scene) for name, service in scene.services.items()}
    return entry.guessed(scene.services, ports)


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
        for key in ("cpus", "devices", "generic_resources", "pids") if isinstance(said, Pairs) else ():
            if said.get(key) is not None and (part, key) != ("reservations", "cpus"):
                why = KEYS["cpus"].why if key in ("cpus", "pids") else KEYS["gpus"].why
                yield lost(service, f"deploy {key}", why, place=said.at(key))


def _keys(service: ComposeService, own: Mapping[str, Taken]) -> Iterator[Note]:
    """What becomes of keys that are not read: those that are lost, and those that nobody knows."""
    for key in service.written.entries:
        if key.startswith("x-") or service.written.get(key) is None:
            continue
        fate = KEYS.get(key)
        if fate is None:
            yield lost(service, key, "no key of the Compose specification", did_you_mean(key, KEYS))
        elif (
            fate.fate == "lost"
            and not _harmless(service.written.get(key), fate.harmless)
            and service.name not in own
        ):
            yield lost(service, key, _said(service, key) + fate.why, fate.hint)


def _harmless(value: Value | None, words: tuple[str, ...]) -> bool:
    return isinstance(value, Text) and value.text.lower() in ("", *words)


def _said(service: ComposeService, key: str) -> str:
    """The value, where it is a word."""
    value = service.written.get(key)
    return f"{value.text}: " if isinstance(value, Text) and value.text.lower() != "true" else ""
