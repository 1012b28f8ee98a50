"""Which secrets there are, who makes or gives them, and in which variables and files they stand. Pure.

A password that several services share is made anew for each environment: whoever needs it is given it. What
one service alone has is somebody's, such as a key of a payment provider: it is kept, in a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from environments.compose import credentials, names
from environments.compose.credentials import Use
from environments.compose.known import Taken
from environments.compose.notes import Note
from environments.compose.scene import Scene, changed, lost, open_
from environments.compose.service import ComposeService
from environments.compose.shapes import Delivered
from environments.compose.written import Pairs, Place, Text
from foundation.secrets import Secret

FOLDER = "peakproof-secrets"
"""Beside the definition: the values that are kept, one a file."""


@dataclass(kw_only=True)
class Plan:
    """Who is given what. `deliveries`: service -> secret -> how; `sources`: secret -> where it comes from.

    `kept`: file -> value; `taken`: (service, variable) that holds a secret and is no variable any more.
    """

    deliveries: dict[str, dict[str, list[object]]] = field(default_factory=dict)
    sources: dict[str, dict[str, object]] = field(default_factory=dict)
    kept: dict[str, Secret] = field(default_factory=dict)
    taken: set[tuple[str, str]] = field(default_factory=set)
    notes: list[Note] = field(default_factory=list)

    def give(self, service: str, secret: str, how: object) -> None:
        self.deliveries.setdefault(service, {}).setdefault(secret, []).append(how)

    def of(self, service: str) -> dict[str, object]:
        """What the option `secrets` of a service says."""
        given = self.deliveries.get(service, {})
        return {secret: how[0] if len(how) == 1 else how for secret, how in given.items()}


def planned(scene: Scene, own: Mapping[str, Taken], uses: Mapping[str, list[Use]]) -> Plan:
    """The plan. `own`: services that became a kind of ours, whose password that kind makes."""
    plan = Plan()
    for value, users in uses.items():
        rest = [use for use in users if use.service not in own]
        for use in list(rest):
            owner = _owner(use, value, own, scene)
            if owner:
                _give(plan, use, f"{scene.names[owner]}.password")
                rest.remove(use)
        if rest:
            _share(plan, scene, value, rest)
    for service in scene.services.values():
        if service.name not in own:
            for each in service.secrets:
                owner = next((name for name, taken in own.items() if taken.secret == each.source), None)
                if owner:
                    plan.give(service.name, f"{scene.names[owner]}.password", each.target)
                else:
                    _file(plan, scene, service, each)
    return plan


def _owner(use: Use, value: str, own: Mapping[str, Taken], scene: Scene) -> str | None:
    """The service of a kind of ours whose password the variable holds."""
    of_value = [name for name, taken in own.items() if taken.password == value]
    client = scene.services[use.service]
    in_text = [name for name in of_value if f"@{name}" in use.template]
    reached = [name for name in of_value if name in client.needs or credentials.mentions(client, name)]
    found = in_text or ([] if use.template and "://" in use.template else reached)
    return max(found, key=lambda name: _likeness(use.variable, own[name]), default=None)


def _likeness(variable: str, taken: Taken) -> int:
    """How much of a variable's name is a word of the kind: MYSQL says more than SQL."""
    words = {
        "postgres": ("PG", "POSTGRES", "DB", "DATABASE", "SQL"),
        "mariadb": ("MYSQL", "MARIA", "DB", "DATABASE", "SQL"),
        "rabbitmq": ("RABBIT", "AMQP", "MQ", "BROKER", "CELERY"),
        "valkey": ("REDIS", "VALKEY", "CACHE"),
    }
    return max((len(word) for word in words[taken.known.kind] if word in variable.upper()), default=0)


def _share(plan: Plan, scene: Scene, value: str, users: list[Use]) -> None:
    """A value of services that are no kind of ours: made where several share it, else kept."""
    services = list(dict.fromkeys(use.service for use in users))
    if len(services) < 2 or not any(credentials.is_password(use) for use in users):
        _keep(plan, scene, value, users)
        return
    owner = _makes(services, scene)
    called = next((use.variable for use in users if use.service == owner and not use.template), "PASSWORD")
    first = scene.services[owner]
    if where := _also_said(scene, value, users):
        what = f"it stands in {where[0]} of {where[1]}, too, in plain text, so it is kept as it is"
        hint = (
            "let that read the variable, and give all of them one secret that is made anew: docs/compose.md"
        )
        plan.notes.append(open_(first, called, what, hint, place=_place(scene, users[0])))
        _keep(plan, scene, value, users)
        return
    secret = names.free(f"{scene.names[owner]}.{credentials.word(called)}", _made(plan))
    for use in users:
        _give(plan, use, secret)
    told = f"{_some(services)} share it: made anew for each environment, as the secret {secret}"
    plan.notes.append(changed(first, called, told, place=_place(scene, users[0])))


def _some(services: list[str]) -> str:
    """A few names, and how many more."""
    more = len(services) - 4
    return ", ".join(services) if more < 2 else f"{', '.join(services[:4])} and {more} more"


def _made(plan: Plan) -> set[str]:
    return {secret for given in plan.deliveries.values() for secret in given}


def _makes(services: list[str], scene: Scene) -> str:
    """Of those that share a secret, the one that most of the others reach."""

    def reached(name: str) -> int:
        others = [scene.services[each] for each in services if each != name]
        return sum(name in other.needs or credentials.mentions(other, name) for other in others)

    return max(services, key=reached)


def _also_said(scene: Scene, value: str, users: list[Use]) -> tuple[str, str] | None:
    """Where the value stands that no secret reaches: a file, a command; and of which service."""
    for name, service in scene.services.items():
        covered = {use.variable for use in users if use.service == name}
        for variable, text in service.environment.items():
            telling = not credentials.is_name(variable) or not _is_word(value, scene)
            if variable not in covered and telling and credentials.known_elsewhere(value, [text.text]):
                return variable, name
        for each in service.volumes:
            if each.kind == "bind" and credentials.known_elsewhere(value, scene.disk.found(each.path).texts):
                return each.source, name
        for key, said in (("command", service.command), ("entrypoint", service.entrypoint)):
            if said and credentials.in_words(value, said):
                return f"`{key}`", name
        if service.health and credentials.in_words(value, service.health.command):
            return "`healthcheck`", name
    return None


def _is_word(value: str, scene: Scene) -> bool:
    """Whether a value is something else as well, such as a user or a host, and says nothing by itself."""
    texts = (
        text.text
        for service in scene.services.values()
        for variable, text in service.environment.items()
        if not credentials.is_secret(variable)
    )
    return len(value) < 8 or value in scene.services or value in texts


def _keep(plan: Plan, scene: Scene, value: str, users: list[Use]) -> None:
    first = users[0]
    wanted = names.plain(f"{scene.names[first.service]}-{first.variable}")
    secret = names.free(wanted, plan.sources)
    plan.sources[secret] = {"file": f"{FOLDER}/{secret}"}
    plan.kept[f"{FOLDER}/{secret}"] = Secret(value)
    for use in users:
        _give(plan, use, secret)


def _give(plan: Plan, use: Use, secret: str) -> None:
    how: dict[str, object] = {"as": "environment", "variable": use.variable}
    plan.give(use.service, secret, how | ({"value": use.template} if use.template else {}))
    plan.taken.add((use.service, use.variable))


def _place(scene: Scene, use: Use) -> Place:
    return scene.services[use.service].environment[use.variable].place


def _file(plan: Plan, scene: Scene, service: ComposeService, each: Delivered) -> None:
    """One entry of a service's `secrets`."""
    written = scene.parts["secrets"].get(each.source)
    file, variable = _said(written, "file"), _said(written, "environment")
    secret = names.plain(each.source)
    if file is not None:
        plan.sources[secret] = {"file": scene.beside(file.place.folder / file.text)}
    elif variable is not None and variable.text in scene.variables:
        plan.sources[secret] = {"file": f"{FOLDER}/{secret}"}
        plan.kept[f"{FOLDER}/{secret}"] = Secret(scene.variables[variable.text])
    elif variable is not None:
        plan.sources[secret] = {"variable": variable.text}
    else:
        hint = "bring it as a file: `secrets: {NAME: {file: PATH}}` in the definition"
        what = f"secret {each.source!r} is kept elsewhere, so nobody here can read it"
        plan.notes.append(lost(service, "secrets", what, hint, place=each.place))
        return
    plan.give(service.name, secret, each.target)


def _said(written: object, key: str) -> Text | None:
    found = written.get(key) if isinstance(written, Pairs) else None
    return found if isinstance(found, Text) else None


def told(plan: Plan, services: Iterable[ComposeService]) -> Iterator[Note]:
    """Of each service that values were kept, and what stays in plain text."""
    for service in services:
        given = plan.deliveries.get(service.name, {})
        count = sum(len(how) for secret, how in given.items() if f"{FOLDER}/{secret}" in plan.kept)
        if count:
            looks = (
                "1 value looks like a secret: it stands"
                if count == 1
                else f"{count} values look like secrets: they stand"
            )
            what = f"{looks} in {FOLDER}/, and not in the definition"
            hint = "neither Git nor images that we build see that folder: bring it to others in another way"
            yield changed(service, "environment", what, hint)
        said = {"command": service.command or (), "entrypoint": service.entrypoint or ()}
        said["healthcheck"] = service.health.command if service.health else ()
        for key in [key for key, words in said.items() if credentials.says_a_password(words)]:
            what = "a password in plain text: it stands in the definition as well"
            yield open_(service, key, what, "let a shell read it from a variable")
        for variable in credentials.unnamable(service):
            what = "a secret in plain text: it goes into variables whose names a shell has, or into files"
            yield open_(service, variable, what, place=service.environment[variable].place)
