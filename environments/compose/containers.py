"""A service as `kind: container`: its options in the order in which people read them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from environments.compose import builds, dockerfile, images, mounts
from environments.compose.notes import Note
from environments.compose.scene import Scene, changed, lost, open_
from environments.compose.service import ComposeService
from environments.running import BEGINNING_AS_ROOT, CAPABILITIES

_LONGEST_GRACE, _DEADLINE = 10.0, 60.0
UNSAID_DEADLINE = 180.0
"""For images that say nothing of how long they take: a server written in Java takes a minute."""


_ORDER = (
    "kind", "image", "entrypoint", "command", "lifecycle", "nodes", "port", "ports", "endpoints", "needs",
    "ready", "deadline", "environment", "secrets", "files", "volumes", "tmpfs", "memory", "shared_memory",
    "user", "working_dir", "read_only", "capabilities", "init", "stop_grace", "aliases",
)  # fmt: skip


@dataclass(kw_only=True)
class Draft:
    """Options so far, and what is told. `source`: what its image is built of, if a folder does not say it."""

    options: dict[str, object] = field(default_factory=dict)
    source: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def put(self, key: str, value: object) -> None:
        """An option, unless there is nothing to say."""
        if value not in (None, "", (), [], {}, False):
            self.options[key] = list(value) if isinstance(value, tuple) else value

    def ordered(self) -> dict[str, object]:
        """The options as people read them: what runs, who reaches it, what it is given, what it may take."""
        return {key: self.options[key] for key in _ORDER if key in self.options} | self.options


def draft(service: ComposeService, scene: Scene, *, once: bool) -> Draft:
    """The options of a service but its environment and secrets. `once`: others wait for its end."""
    made = Draft(options={"kind": "container"})
    made.put("image", _image(made, service, scene))
    made.put("entrypoint", service.entrypoint)
    made.put("command", service.command)
    for key, said in (("entrypoint", service.entrypoint), ("command", service.command)):
        if said == ():
            what = f"an empty one takes the image's away, and here it stays: write the words in `{key}`"
            made.notes.append(lost(service, key, what))
    made.put("lifecycle", "once" if once else None)
    _ports(made, service, scene, once=once)
    made.put("nodes", service.replicas if service.replicas != 1 else None)
    made.put("memory", _memory(made, service))
    _mounts(made, service, scene)
    made.put("user", service.user)
    made.put("working_dir", _folder(service.working_dir))
    made.put("capabilities", _capabilities(made, service, scene))
    made.put("read_only", service.read_only)
    if service.init is not None:
        made.options["init"] = service.init
    if service.shared_memory:
        made.put("shared_memory", images.size_in_words(service.shared_memory))
    grace = service.stop_grace
    made.put("stop_grace", f"{grace:.15g}s" if grace is not None and grace != _LONGEST_GRACE else None)
    made.put("aliases", tuple(aliases(service, scene)))
    return made


def _image(made: Draft, service: ComposeService, scene: Scene) -> str:
    if service.build is None:
        return _tagged(made, service)
    built = builds.decided(service.build, scene)
    if built.why:
        what = f"{built.why}, so its image is the one that Compose builds"
        made.notes.append(open_(service, "build", what, "`docker compose build` makes it, before `env up`"))
        reference = service.image or f"{scene.project}-{service.name.lower()}"
        return reference if images.is_tagged(reference) else f"{reference}:latest"
    if built.beyond:
        what = f"its Dockerfile has `{built.beyond}`, which BuildKit alone knows"
        made.notes.append(open_(service, "build", what, "`env up` builds it where Docker has buildx"))
    made.source = built.source
    return built.folder or scene.names[service.name]


def _tagged(made: Draft, service: ComposeService) -> str:
    if images.is_tagged(service.image) or not service.image:
        return service.image
    made.notes.append(
        changed(
            service,
            "image",
            "no tag is `latest`, and written so",
            "name a version: what is rehearsed is what runs",
        )
    )
    return f"{service.image}:latest"


def port(service: ComposeService, scene: Scene) -> int | None:
    """Where others reach it: as it says, as its Dockerfile says, as its image is known, as others say."""
    said = _numbers(service)
    if said:
        return said[0]
    if (runs := _runs(service, scene)) and runs.ports:
        return runs.ports[0]
    known = images.port(service.image) if service.build is None else None
    return known or _named_by_itself(service) or _named_by_others(service, scene)


def _numbers(service: ComposeService) -> list[int]:
    """Its ports of TCP: those that are published first."""
    found = [each.target for each in (*service.ports, *service.exposed) if each.protocol == "tcp"]
    return list(dict.fromkeys(found))


def _runs(service: ComposeService, scene: Scene) -> dockerfile.Runs | None:
    if service.build is None:
        return None
    text = scene.disk.dockerfiles.get(service.build.folder / service.build.dockerfile)
    return dockerfile.read(text) if text is not None else None


def _named_by_itself(service: ComposeService) -> int | None:
    """The port of localhost that its health check asks."""
    words = " ".join(service.health.command) if service.health else ""
    found = re.search(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d{2,5})(?!\d)", words)
    return int(found[1]) if found else None


def _named_by_others(service: ComposeService, scene: Scene) -> int | None:
    """The port of `http://NAME:PORT` in somebody's variables."""
    wanted = re.compile(rf"(?<![\w.-]){re.escape(service.name)}:(\d{{2,5}})(?!\d)")
    texts = (text.text for other in scene.services.values() for text in other.environment.values())
    return next((int(found[1]) for text in texts if (found := wanted.search(text))), None)


def _ports(made: Draft, service: ComposeService, scene: Scene, *, once: bool) -> None:
    udp = [each for each in (*service.ports, *service.exposed) if each.protocol != "tcp"]
    for each in udp[:1]:
        made.notes.append(
            lost(service, "ports", f"{each.protocol} is not passed in from outside", place=each.place)
        )
    main, said = port(service, scene), _numbers(service)
    if not once:
        made.put("port", main)
        made.put("ports", tuple(number for number in said if number != main))
        made.put("endpoints", _endpoints(service, scene.names[service.name]))
        _ready(made, service, main)


def _endpoints(service: ComposeService, name: str) -> dict[str, object]:
    """What this machine reaches: the published ports. Empty where the one of `port` says it all."""
    published = list(dict.fromkeys(each.target for each in service.ports if each.protocol == "tcp"))
    tcp = service.build is None and images.speaks_tcp(service.image)
    if tcp and len(published) < 2:
        return {}
    called = {name if number == published[0] else f"{name}-{number}": number for number in published}
    return {each: {"port": number, "protocol": "tcp"} if tcp else number for each, number in called.items()}


def _ready(made: Draft, service: ComposeService, main: int | None) -> None:
    health = service.health
    if health is not None and health.command:
        made.put("ready", {"command": list(health.command)})
    patience = max(health.patience if health else 0.0, UNSAID_DEADLINE)
    if main is not None or "ready" in made.options:
        made.put("deadline", _minutes(patience))


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:g}m" if seconds % 60 == 0 else f"{seconds:g}s"


def _memory(made: Draft, service: ComposeService) -> str:
    if service.memory:
        return images.size_in_words(service.memory)
    size = images.memory(service.image)
    made.notes.append(
        changed(service, "memory", f"no limit is said, and every node has one: {size}", place=service.place)
    )
    return size


def _mounts(made: Draft, service: ComposeService, scene: Scene) -> None:
    found = mounts.of(service, scene)
    made.put("volumes", found.volumes)
    made.put("files", found.files)
    made.put("tmpfs", tuple(found.tmpfs))
    made.notes += found.notes


def _folder(path: str) -> str:
    """Without a slash at its end; the root is where an image begins that says nothing."""
    return path.rstrip("/")


def _capabilities(made: Draft, service: ComposeService, scene: Scene) -> tuple[str, ...]:
    added = []
    for word in service.capabilities:
        name = word.upper().removeprefix("CAP_")
        if name in CAPABILITIES:
            added.append(name)
        else:
            made.notes.append(lost(service, "cap_add", f"{word} is not given", "name those that it needs"))
    given = BEGINNING_AS_ROOT if _begins_as_root(service, scene) and "ALL" not in service.dropped else ()
    kept = [name for name in given if name not in service.dropped]
    return tuple(sorted({*added, *kept}))


def _begins_as_root(service: ComposeService, scene: Scene) -> bool:
    """Whether its first process may be root's: as far as nobody says another user."""
    runs = _runs(service, scene)
    user = service.user or (runs.user if runs else "")
    return user.partition(":")[0] in ("", "0", "root") or "$" in user


def aliases(service: ComposeService, scene: Scene) -> Iterator[str]:
    """Names that it answers to beside its own: those of its networks, and those that somebody says."""
    own = scene.names[service.name]
    found = [] if own == service.name else [service.name]
    found += [name for name in service.aliases if name not in (own, service.name)]
    links = [link for other in scene.services.values() for link in other.links.items()]
    found += [alias for alias, name in links if name == service.name]
    for key in ("container_name", "hostname"):
        value = service.written.get(key)
        name = getattr(value, "text", "")
        if (
            name
            and name not in scene.names
            and any(says(other, name, scene) for other in scene.services.values())
        ):
            found.append(name)
    yield from dict.fromkeys(name for name in found if name not in scene.names.values())


def says(service: ComposeService, name: str, scene: Scene) -> bool:
    """Whether a service's variables, command or files name a host."""
    texts = [text.text for text in service.environment.values()]
    texts += [*(service.command or ()), *(service.entrypoint or ())]
    texts += [
        text for each in service.volumes if each.kind == "bind" for text in scene.disk.found(each.path).texts
    ]
    wanted = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
    return any(wanted.search(text) for text in texts)
