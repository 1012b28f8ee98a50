"""Registered resources against the topology, node by node: missing, extra, different. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from environments import ssh
from foundation.secrets import Secret
from infra import reading
from infra.expecting import Attributes, expected
from infra.reading import Register
from infra.recorded import CONTAINER, NETWORK, PROVIDER, VOLUME, Recorded, hidden, masked, texts
from infra.stack import Stack

THERE = "there"
MISSING = "missing"
CLEAR = "in the clear"
_MANDATED = frozenset({CONTAINER, NETWORK, VOLUME, PROVIDER})
_PROVIDER_INPUTS = {"engine": "host", "ssh": "sshOpts"}
_READERS: Mapping[str, Callable[[Recorded, Register], Attributes]] = {
    CONTAINER: reading.node,
    NETWORK: reading.network,
    VOLUME: reading.volume,
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing in which the program is not the topology. `kind` is node, network, volume or resource.

    `wanted` is the topology's, `found` the program's: values of JSON in the topology's words, never a secret.
    """

    kind: str
    name: str
    attribute: str
    wanted: object
    found: object

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "attribute": self.attribute,
            "wanted": self.wanted,
            "found": self.found,
        }


def compare(stack: Stack, recorded: Sequence[Recorded]) -> list[Difference]:
    """Every difference, in the topology's order; empty when the program is the topology."""
    secrets = stack.instance.secrets
    leaks = list(_in_the_clear(recorded, secrets))
    recorded = [hidden(resource, secrets.values()) for resource in recorded]
    register, wanted = Register(resources=recorded, secrets=secrets), expected(stack)
    return [
        *_kind("network", wanted.networks, _of(NETWORK, recorded), register),
        *_kind("volume", wanted.volumes, _of(VOLUME, recorded), register),
        *_kind("node", wanted.nodes, _of(CONTAINER, recorded), register),
        *_engines(stack, recorded),
        *_strangers(recorded),
        *leaks,
    ]


def _of(type_: str, recorded: Sequence[Recorded]) -> list[Recorded]:
    return [resource for resource in recorded if resource.type == type_]


def _kind(
    kind: str, wanted: Mapping[str, Attributes], found: Sequence[Recorded], register: Register
) -> Iterator[Difference]:
    for name, attributes in wanted.items():
        standing = [resource for resource in found if resource.name == name]
        if len(standing) != 1:
            what = MISSING if not standing else f"{len(standing)} times"
            yield Difference(kind=kind, name=name, attribute=THERE, wanted="once", found=what)
        for resource in standing:
            read = _READERS[resource.type](resource, register)
            yield from _attributes(kind, name, attributes, read)
    for resource in found:
        if resource.name not in wanted:
            yield _stranger(kind, resource)


def _attributes(kind: str, name: str, wanted: Attributes, found: Attributes) -> Iterator[Difference]:
    for attribute in [*wanted, *(extra for extra in found if extra not in wanted)]:
        if wanted.get(attribute) != found.get(attribute):
            yield Difference(
                kind=kind,
                name=name,
                attribute=attribute,
                wanted=wanted.get(attribute),
                found=found.get(attribute),
            )


def _engines(stack: Stack, recorded: Sequence[Recorded]) -> Iterator[Difference]:
    """Each provider is a host of the site, at the address that the site says."""
    for provider in _of(PROVIDER, recorded):
        if provider.name not in stack.engines:
            yield _stranger("host", provider)
            continue
        url = stack.engines[provider.name]
        settings = ssh.options(url or "")
        wanted = {"engine": url and ssh.plain(url), "ssh": json.dumps(settings) if settings else None}
        found = {key: masked(provider.inputs.get(name)) for key, name in _PROVIDER_INPUTS.items()}
        yield from _attributes("host", provider.name, wanted, found)


def _strangers(recorded: Sequence[Recorded]) -> Iterator[Difference]:
    for resource in recorded:
        if not resource.component and resource.type not in _MANDATED:
            yield _stranger("resource", resource)
        if resource.component and not resource.finished:
            yield Difference(
                kind="component", name=resource.name, attribute="outputs", wanted="registered", found=MISSING
            )


def _stranger(kind: str, resource: Recorded) -> Difference:
    return Difference(kind=kind, name=resource.name, attribute=THERE, wanted=MISSING, found=resource.type)


def _in_the_clear(recorded: Sequence[Recorded], secrets: Mapping[str, Secret]) -> Iterator[Difference]:
    """No value of a secret stands anywhere that is not marked secret."""
    for resource in recorded:
        for place, text in texts(resource.inputs):
            for name, secret in secrets.items():
                if secret.reveal() in text:
                    yield Difference(
                        kind="resource",
                        name=resource.name,
                        attribute=place,
                        wanted=f"secret {name}",
                        found=CLEAR,
                    )
