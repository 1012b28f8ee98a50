"""What a program must register for a stack: attribute -> value, per resource.

Read from the topology and Docker's policy alone. Shares no code with what declares the resources: a mistake
there must not be repeated here.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from environments import docker_policy
from environments.nodes import CommandProbe, HttpProbe, Lifecycle, Node, Probe, TcpProbe
from environments.probes import PROGRAM
from infra.stack import Located, Stack

MIB = 1024 * 1024
Attributes = Mapping[str, object]
"""Attribute -> a value of JSON. Attributes are named as in the topology; sizes are MiB, durations seconds."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """The resources of a stack by name."""

    nodes: Mapping[str, Attributes]
    networks: Mapping[str, Attributes]
    volumes: Mapping[str, Attributes]


def expected(stack: Stack) -> Subjects:
    """Every node, network and volume of the stack's topology with its attributes."""
    instance = stack.instance
    return Subjects(
        nodes={node.name: _node(node, stack) for node in instance.nodes},
        networks={each.name: _network(each, stack) for each in stack.networks},
        volumes={
            volume.name: {
                **_common(volume.name, "volume", stack, instance.home_of(volume)),
                "kept when these change": ["labels"],
            }
            for volume in instance.topology.volumes
        },
    )


def _upper(subnet: str) -> str:
    """The last sixteen addresses of a subnet."""
    return f"{IPv4Network(subnet).broadcast_address - 15}/28"


def fingerprint(content: str) -> str:
    """Stands for a file's content in messages."""
    return f"{len(content.encode())} bytes, sha256 {hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _network(located: Located, stack: Stack) -> dict[str, object]:
    instance, network = stack.instance, located.network
    overlay, subnet = instance.is_overlay(network), IPv4Network(instance.subnets[network.name])
    beyond = bool(instance.entries)
    return {
        **_common(network.name, "network", stack, located.host),
        "internal": network.internal,
        "attachable": overlay,
        "subnet": [str(subnet)],
        "addresses by Docker": [None if overlay else _upper(str(subnet))],
        "gateway": [str(subnet.network_address + 1)],
        "driver": docker_policy.network_driver(overlay=overlay),
        "options": docker_policy.network_options(network, overlay=overlay, encrypted=instance.encrypted),
        "reserved": docker_policy.reserved(network, subnet, answers_beyond=beyond),
        "kept when these change": ["options"] if overlay else [],
    }


def _common(name: str, kind: str, stack: Stack, host: str) -> dict[str, object]:
    return {
        "name": f"peakproof-{stack.instance.name}-{name}",
        "labels": {
            "peakproof.owner": "infra",
            "peakproof.instance": stack.instance.name,
            "peakproof.kind": kind,
        },
        "other arguments": [],
        "host": host,
        "part of": stack.instance.name,
    }


def _node(node: Node, stack: Stack) -> dict[str, object]:
    common = _common(node.name, "node", stack, stack.instance.placement[node.name])
    assert isinstance(common["labels"], dict)
    return {
        **common,
        "labels": {**common["labels"], "peakproof.node": node.name, "peakproof.digest": node.digest},
        "part of": node.name,
        "component": {"part of": stack.instance.name, "finished": True},
        **_process(node, stack),
        **_attachments(node, stack),
        **_limits(node),
        **_life(node),
    }


def _process(node: Node, stack: Stack) -> dict[str, object]:
    return {
        "hostname": node.name,
        "image": stack.instance.images[node.process.image],
        "command": list(node.process.command),
        "environment": dict(node.process.environment),
        "stop grace": math.ceil(node.process.stop_grace),
        "grace on removal": math.ceil(node.process.stop_grace),
        "entrypoint": list(node.process.entrypoint),
        "user": node.process.user,
        "folder": node.process.working_dir,
        "init": node.process.init,
    }


def _attachments(node: Node, stack: Stack) -> dict[str, object]:
    attachments, owner = node.attachments, str(stack.users[node.name])
    names = sorted({node.name, *attachments.aliases})
    nodes = stack.instance.nodes
    once = {other.name for other in nodes if other.lifecycle is Lifecycle.ONCE}
    return {
        "networks": {
            called: {"names": names, "address": stack.instance.addresses.get(network, {}).get(node.name)}
            for network, called in _reached(node, stack).items()
        },
        "resolver": [*docker_policy.NO_RESOLVER, *docker_policy.RESOLVER_OPTIONS],
        "files": {
            **{
                file.path: {"content": fingerprint(file.content), "mode": oct(file.mode), "owner": owner}
                for file in attachments.files
            },
            **_asking(node, stack),
        },
        "secret files": {
            file.path: {"content": _composed(file.secret, file.template), "mode": "0o400", "owner": owner}
            for file in attachments.secrets
        },
        "secret variables": {
            each.variable: _composed(each.secret, each.template) for each in attachments.variables
        },
        "ports": sorted(
            f"{stack.instance.published_at(node.name, published)}:"
            f"{stack.instance.ports[published.endpoint]} -> {published.port}/tcp"
            for published in attachments.published
        ),
        "mounts": {mount.path: mount.volume for mount in node.storage.mounts},
        "in memory": dict.fromkeys(node.storage.tmpfs, docker_policy.TMPFS),
        "read-only": node.hardening.read_only,
        "needs": sorted(node.needs),
        "starts after success of": sorted(once & set(node.needs)),
        "made after": sorted(
            {*_reached(node, stack).values(), *(mount.volume for mount in node.storage.mounts)}
        ),
    }


def _composed(secret: str, template: str | None) -> str:
    """A secret by its name, and the text around it."""
    text = (template or "{secret}").replace("{secret.quoted}", "{secret}")
    return f"secret {secret}" if text == "{secret}" else f"secret {secret} in {text}"


def _reached(node: Node, stack: Stack) -> dict[str, str]:
    """Network -> what the one is called that the node stands on: that of its host, or an overlay."""
    host = stack.instance.placement[node.name]
    return {
        each.network.name: each.name
        for each in stack.networks
        if each.network.name in node.attachments.networks
        and (each.host == host or stack.instance.is_overlay(each.network))
    }


def _asking(node: Node, stack: Stack) -> dict[str, object]:
    """The program that asks a node in whose image nothing is known to."""
    if not node.process.foreign or node.probes.ready is None:
        return {}
    content = base64.b64encode(stack.program).decode()
    return {PROGRAM: {"content": fingerprint(content), "mode": "0o755", "owner": "0"}}


def _limits(node: Node) -> dict[str, object]:
    memory, shared = node.resources.memory // MIB, node.resources.shared_memory
    return {
        "memory": memory,
        "memory and swap": memory,
        "shared memory": None if shared is None else shared // MIB,
        "cpu weight": node.resources.cpu_weight,
        "capabilities": {"dropped": list(docker_policy.DROPPED), "kept": sorted(node.hardening.capabilities)},
        "privileges": list(docker_policy.SECURITY),
        "log": {"driver": docker_policy.LOG_DRIVER, **docker_policy.LOG_OPTIONS},
    }


def _life(node: Node) -> dict[str, object]:
    ready = node.probes.ready
    return {
        "lifecycle": node.lifecycle.value,
        "output kept": node.lifecycle is Lifecycle.ONCE,
        "probe": None if ready is None else {**probe(ready), "foreign": node.process.foreign},
        "deadline": None if ready is None else math.ceil(node.probes.deadline),
    }


def probe(of: Probe) -> dict[str, object]:
    """A probe as JSON."""
    match of:
        case HttpProbe():
            return {"kind": "http", "port": of.port, "path": of.path}
        case TcpProbe():
            return {"kind": "tcp", "port": of.port}
        case CommandProbe():
            return {"kind": "command", "command": list(of.command)}
