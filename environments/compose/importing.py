"""A project becomes a platform and a definition, as values, and what is told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from environments import placeholders
from environments.compose import (
    checking,
    containers,
    credentials,
    entry,
    images,
    known,
    puttable,
    secret_plan,
    telling,
)
from environments.compose.known import Taken
from environments.compose.notes import Note, Outcome, in_order
from environments.compose.reading import Project
from environments.compose.scene import Scene, changed, lost
from environments.compose.secret_plan import Plan
from environments.compose.service import ComposeService
from environments.compose.shapes import Delivered
from environments.compose.written import Pairs, Text, Value
from foundation.errors import InputError
from foundation.secrets import Secret


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What is written: two documents, the values that are kept (file -> secret), and what is told.

    `origin`: the names of the files; `comments`: service -> lines that stand above it in the definition.
    """

    name: str
    origin: str
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
    wrong = [
        each for name, draft in drafts.items() for each in checking.problems(scene.services[name], draft)
    ]
    if wrong:
        raise InputError(f"{len(wrong)} values of {project.files[0]} cannot be taken over", problems=wrong)
    guess = _entry(scene)
    notes += [note for draft in drafts.values() for note in draft.notes]
    notes += [*plan.notes, *secret_plan.told(plan, _containers(scene, own))]
    notes += telling.of_project(project, scene)
    notes += [note for service in _containers(scene, own) for note in telling.of_service(service)]
    return Imported(
        name=project.name,
        origin=_files(project),
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


def _containers(scene: Scene, own: Mapping[str, Taken]) -> list[ComposeService]:
    return [service for name, service in scene.services.items() if name not in own]


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
    named = frozenset(scene.names.values())
    for key in ("command", "entrypoint"):
        said = made.options.get(key, [])
        assert isinstance(said, list)
        made.put(key, [placeholders.literal(word, named) for word in said])
    environment = {
        name: placeholders.literal(text.text, named)
        for name, text in service.environment.items()
        if (service.name, name) not in plan.taken
    }
    made.put("environment", environment)
    made.put("secrets", plan.of(service.name))
    files = made.options.get("files", {})
    assert isinstance(files, dict)
    made.put("files", {**files, **_configs(made, service, scene)})
    made.put("needs", _needs(made, service, scene))
    puttable.settle(made, service)
    return made


def _needs(made: containers.Draft, service: ComposeService, scene: Scene) -> tuple[str, ...]:
    needed = []
    for name, need in service.needs.items():
        if name in scene.services:
            needed.append(scene.names[name])
        elif need.required:
            reason = scene.absent.get(name, "it is not there")
            what = f"it does not wait for {name}: {reason}"
            hint = "--profile brings it, if it has one"
            made.notes.append(lost(service, "depends_on", what, hint, place=need.place))
    if unsaid := [name for name in _stores(service, scene) if name not in service.needs]:
        what = f"it waits for {', '.join(unsaid)}, too: nobody starts it again until that is there"
        made.notes.append(changed(service, "needs", what, place=service.place))
    return (*needed, *(scene.names[name] for name in unsaid))


def _stores(service: ComposeService, scene: Scene) -> list[str]:
    """The databases, brokers and caches that a service names. They name none, so nobody waits in a circle."""
    if images.speaks_tcp(service.image):
        return []
    others = (each for each in scene.services.values() if images.speaks_tcp(each.image) and not each.needs)
    return [each.name for each in others if credentials.mentions(service, each.name)]


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
