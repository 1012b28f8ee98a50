"""What a Pulumi program registered, as values of ours: no Pulumi type in them, and no secret that prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from foundation.secrets import Secret

CONTAINER = "docker:index/container:Container"
NETWORK = "docker:index/network:Network"
VOLUME = "docker:index/volume:Volume"
PROVIDER = "pulumi:providers:docker"

Value = None | bool | int | float | str | Secret | Sequence["Value"] | Mapping[str, "Value"]
"""An input as it went over the wire: JSON, with Secret where it was marked secret."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One registered resource.

    `inputs` have the provider's own names, such as networksAdvanced. `parent` and `dependencies` are URNs;
    `provider` is a URN, "::" and an id. `awaited`: input -> URNs of what must be known before it is.
    `ignored`: inputs that do not count when they change. `finished`: a component registered its outputs;
    True for every other resource.
    """

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Value]
    parent: str
    provider: str = ""
    dependencies: frozenset[str] = frozenset()
    awaited: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    component: bool = False
    finished: bool = True

    def to_dict(self) -> dict[str, object]:
        """For JSON; a secret is "***"."""
        return {
            "type": self.type,
            "name": self.name,
            "parent": self.parent,
            "dependencies": sorted(self.dependencies),
            "inputs": masked(self.inputs),
        }


def masked(value: Value) -> object:
    """The same value for JSON, "***" where a secret was."""
    if isinstance(value, Secret):
        return "***"
    if isinstance(value, Mapping):
        return {key: masked(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [masked(inner) for inner in value]
    return value


def texts(value: Value, at: str = "") -> Iterator[tuple[str, str]]:
    """Every text that is not marked secret, with its place, such as "uploads[0].content"."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from texts(inner, f"{at}.{key}" if at else key)
    elif isinstance(value, Sequence):
        for number, inner in enumerate(value):
            yield from texts(inner, f"{at}[{number}]")


def hidden(resource: Recorded, secrets: Iterable[Secret]) -> Recorded:
    """The same resource with "***" for every secret's value that stands in a text, marked or not."""
    values = [secret.reveal() for secret in secrets]
    return replace(resource, inputs={key: _hidden(inner, values) for key, inner in resource.inputs.items()})


def _hidden(value: Value, secrets: Sequence[str]) -> Value:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "***")
        return value
    if isinstance(value, Mapping):
        return {key: _hidden(inner, secrets) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_hidden(inner, secrets) for inner in value]
    return value
