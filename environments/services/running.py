"""What a program in an image becomes of a node, for every kind that runs one. Knows no engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from environments.nodes import (
    CommandProbe,
    Hardening,
    HttpProbe,
    Lifecycle,
    Probe,
    Probes,
    Process,
    SecretFile,
    SecretVariable,
    TcpProbe,
)
from environments.placeholders import Text, filled
from environments.references import is_reference
from environments.running import (
    Deliveries,
    Delivery,
    InEnvironment,
    InFile,
    ReadyCommand,
    ReadyPath,
    RunningInput,
    each_of,
)
from environments.services.kind import BACK, FRONT, Surroundings
from environments.topology import Binding
from foundation.documents import Location


def process(running: RunningInput, environment: Mapping[str, str], surroundings: Surroundings) -> Process:
    """What a node of it runs."""
    image = surroundings.platform.image(running.image)
    return Process(
        image=image,
        command=running.command,
        entrypoint=running.entrypoint,
        environment={key: filled(text, surroundings.bindings) for key, text in environment.items()},
        user=running.user,
        working_dir=running.working_dir,
        # Many an image brings an init of its own, which has to be the first process.
        init=not is_reference(image) if running.init is None else running.init,
        foreign=is_reference(image) or image in surroundings.foreign,
        stop_grace=running.stop_grace,
    )


def networks(running: RunningInput) -> tuple[str, ...]:
    """What customers may talk to stands on both."""
    return (FRONT, BACK) if running.port else (BACK,)


def hardening(running: RunningInput) -> Hardening:
    """What it may do."""
    return Hardening(capabilities=running.capabilities, read_only=running.read_only)


def probes(running: RunningInput) -> Probes:
    """How it is asked whether it is ready: as it says, else by its port, where it has one."""
    return Probes(ready=_ready(running), deadline=running.deadline)


def _ready(running: RunningInput) -> Probe | None:
    if running.lifecycle is Lifecycle.ONCE or running.ready == "none":
        return None
    match running.ready:
        case ReadyCommand(command=command):
            return CommandProbe(command=command)
        case ReadyPath(path=path, port=port):
            return HttpProbe(port=port, path=path)
    if running.port is None:
        return None
    if running.ready in (None, "tcp"):
        return TcpProbe(port=running.port)
    return HttpProbe(port=running.port, path=running.ready)


def health(running: RunningInput) -> str | None:
    """The path on its port that answers 200 while it serves, if it has one."""
    ready = running.ready
    return ready if isinstance(ready, str) and ready.startswith("/") else None


def secret_files(
    delivered: Mapping[str, Deliveries], bindings: Mapping[str, Binding]
) -> Iterable[SecretFile]:
    """Those that are given as files."""
    for secret, deliveries in delivered.items():
        for how in each_of(deliveries):
            if isinstance(how, str):
                yield SecretFile(secret=secret, path=how)
            elif isinstance(how, InFile):
                yield SecretFile(secret=secret, path=how.path, template=_filled(how.value, bindings))


def secret_variables(
    delivered: Mapping[str, Deliveries], bindings: Mapping[str, Binding]
) -> Iterable[SecretVariable]:
    """Those that are given in variables."""
    for secret, deliveries in delivered.items():
        for how in each_of(deliveries):
            if isinstance(how, InEnvironment):
                template = _filled(how.value, bindings)
                yield SecretVariable(secret=secret, variable=how.variable, template=template)


def variables(environment: Mapping[str, str]) -> list[Text]:
    """The variables that a definition sets."""
    return [Text(name=name, text=text, at=("environment", name)) for name, text in environment.items()]


def templates(delivered: Mapping[str, Deliveries]) -> list[Text]:
    """The texts around secrets that a definition gives."""
    return [
        Text(name=f"the value of secret {secret!r}", text=how.value, at=at, around=True)
        for secret, deliveries in delivered.items()
        for at, how in _placed(secret, deliveries)
        if not isinstance(how, str) and how.value
    ]


def _placed(secret: str, deliveries: Deliveries) -> Iterable[tuple[Location, Delivery]]:
    """Every way with where it stands."""
    if not isinstance(deliveries, tuple):
        return [(("secrets", secret), deliveries)]
    return [(("secrets", secret, number), how) for number, how in enumerate(deliveries)]


def _filled(template: str | None, bindings: Mapping[str, Binding]) -> str | None:
    return None if template is None else filled(template, bindings)
