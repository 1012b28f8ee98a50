"""What a registered resource says, in the topology's words: the way back from the provider's inputs. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from environments.probes import PROGRAM
from foundation.secrets import Secret
from infra.expecting import Attributes, fingerprint
from infra.recorded import CONTAINER, NETWORK, PROVIDER, VOLUME, Recorded, Value, masked

_TCP = re.compile(r"exec 3<>/dev/tcp/127\.0\.0\.1/(\d+)")
_GET = re.compile(r"printf '?GET (\S+) HTTP/1\.0\\r\\n.* = 200 \]", re.DOTALL)


# What is understood here. Any other argument, such as `privileged`, is one that no topology asked for.
_READ: Mapping[str, frozenset[str]] = {
    CONTAINER: frozenset((
        "attach", "capabilities", "command", "cpuShares", "destroyGraceSeconds", "dns", "dnsOpts",
        "entrypoints", "envs", "healthcheck", "hostname", "image", "init", "labels", "logDriver", "logOpts",
        "logs", "memory", "memorySwap", "mustRun", "name", "networksAdvanced", "ports", "readOnly",
        "restart", "securityOpts", "shmSize", "stopTimeout", "tmpfs", "uploads", "user", "volumes", "wait",
        "waitTimeout", "workingDir",
    )),
    NETWORK: frozenset(("attachable", "driver", "internal", "ipamConfigs", "labels", "name", "options")),
    VOLUME: frozenset(("labels", "name")),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Register:
    """Everything that a program registered, and the secrets by which a content is recognised."""

    resources: Sequence[Recorded]
    secrets: Mapping[str, Secret]

    def named(self, urns: Sequence[str], *types: str) -> list[str]:
        """Names of the resources of these types among URNs, sorted."""
        return sorted(
            resource.name for resource in self.resources if resource.urn in urns and resource.type in types
        )

    def physical(self, type_: str, provider: str) -> dict[Value, str]:
        """What Docker will call each resource of a type -> its own name; of two hosts' the provider's own."""
        of_type = [resource for resource in self.resources if resource.type == type_]
        return {
            resource.inputs.get("name"): resource.name
            for resource in sorted(of_type, key=lambda each: each.provider == provider)
        }


def node(container: Recorded, register: Register) -> Attributes:
    """A container as a node's attributes."""
    found = container.inputs
    return {
        **_common(container, register),
        "component": _component(container, register),
        "hostname": found.get("hostname"),
        "image": found.get("image"),
        "command": found.get("command") or [],
        "entrypoint": found.get("entrypoints") or [],
        "user": found.get("user"),
        "folder": found.get("workingDir"),
        **_variables(found.get("envs"), register),
        "stop grace": found.get("stopTimeout"),
        "grace on removal": found.get("destroyGraceSeconds"),
        "init": found.get("init"),
        "networks": _networks(container, register),
        "resolver": [*_texts(found.get("dns")), *_texts(found.get("dnsOpts"))],
        **_uploads(container, register),
        "ports": sorted(_port(port) for port in _blocks(found.get("ports"))),
        "mounts": _mounts(container, register),
        "in memory": dict(_mapping(found.get("tmpfs"))),
        "read-only": found.get("readOnly", False),
        "needs": register.named(sorted(container.dependencies), CONTAINER),
        "starts after success of": register.named(sorted(container.awaited.get("image", ())), CONTAINER),
        "made after": register.named(sorted(container.dependencies), NETWORK, VOLUME),
        "memory": found.get("memory"),
        "memory and swap": found.get("memorySwap"),
        "shared memory": found.get("shmSize"),
        "cpu weight": found.get("cpuShares"),
        "capabilities": _capabilities(found.get("capabilities")),
        "privileges": found.get("securityOpts"),
        "log": {"driver": found.get("logDriver"), **_mapping(found.get("logOpts"))},
        "lifecycle": _lifecycle(found),
        "output kept": found.get("logs", False),
        "probe": _probe(found.get("healthcheck")),
        "deadline": found.get("waitTimeout") if found.get("wait") else None,
    }


def network(recorded: Recorded, register: Register) -> Attributes:
    """A network's attributes."""
    found = recorded.inputs
    pools = _blocks(found.get("ipamConfigs"))
    return {
        **_common(recorded, register),
        "internal": found.get("internal", False),
        "subnet": [block.get("subnet") for block in pools],
        "attachable": found.get("attachable", False),
        "addresses by Docker": [block.get("ipRange") for block in pools],
        "gateway": [block.get("gateway") for block in pools],
        "driver": found.get("driver"),
        "options": dict(_mapping(found.get("options"))),
        "reserved": {key: text for pool in pools for key, text in _mapping(pool.get("auxAddress")).items()},
        "kept when these change": sorted(recorded.ignored),
    }


def volume(recorded: Recorded, register: Register) -> Attributes:
    """A volume's attributes."""
    return {**_common(recorded, register), "kept when these change": sorted(recorded.ignored)}


def _common(recorded: Recorded, register: Register) -> dict[str, object]:
    provider = recorded.provider.rpartition("::")[0]  # a reference is the URN and, after it, an id
    return {
        "name": recorded.inputs.get("name"),
        "labels": {
            str(block.get("label")): block.get("value") for block in _blocks(recorded.inputs.get("labels"))
        },
        "other arguments": sorted(recorded.inputs.keys() - _READ[recorded.type]),
        "host": next(iter(register.named([provider], PROVIDER)), "the default provider's"),
        "part of": _parent(recorded, register),
    }


def _parent(recorded: Recorded, register: Register) -> str | None:
    return next((parent.name for parent in register.resources if parent.urn == recorded.parent), None)


def _component(container: Recorded, register: Register) -> object:
    for parent in register.resources:
        if parent.urn == container.parent:
            return {"part of": _parent(parent, register), "finished": parent.finished}
    return None


def _networks(container: Recorded, register: Register) -> dict[str, object]:
    known = register.physical(NETWORK, container.provider)
    return {
        known.get(block.get("name"), f"{block.get('name')} (unknown)"): {
            "names": sorted(_texts(block.get("aliases"))),
            "address": block.get("ipv4Address"),
        }
        for block in _blocks(container.inputs.get("networksAdvanced"))
    }


def _mounts(container: Recorded, register: Register) -> dict[str, object]:
    known = register.physical(VOLUME, container.provider)
    return {
        str(block.get("containerPath")): known.get(
            block.get("volumeName"), f"{block.get('volumeName') or block.get('hostPath')} (unknown)"
        )
        for block in _blocks(container.inputs.get("volumes"))
    }


def _uploads(container: Recorded, register: Register) -> dict[str, object]:
    files: dict[str, object] = {}
    secret_files: dict[str, object] = {}
    for block in _blocks(container.inputs.get("uploads")):
        content, path = block.get("content") or block.get("contentBase64", ""), str(block.get("file"))
        owners = {str(block.get("owner")), str(block.get("group"))}
        rest = {"mode": oct(int(str(block.get("permissions")), 8)), "owner": ":".join(sorted(owners))}
        if isinstance(content, Secret):
            secret_files[path] = {"content": _secret(content, register), **rest}
        else:
            files[path] = {"content": fingerprint(str(content)), **rest}
    return {"files": files, "secret files": secret_files}


def _variables(value: Value, register: Register) -> dict[str, object]:
    """What is open and what is marked secret, each by its variable."""
    items = value if isinstance(value, list | tuple) else ()
    secret = dict(_pair(item.reveal()) for item in items if isinstance(item, Secret))
    return {
        "environment": dict(_pair(item) for item in items if isinstance(item, str)),
        "secret variables": {key: _secret(Secret(text), register) for key, text in secret.items()},
    }


def _secret(content: Secret, register: Register) -> str:
    text = content.reveal()
    names = [name for name, value in register.secrets.items() if value == content]
    if names:
        return f"secret {names[0]}"
    for name, value in register.secrets.items():
        for shown in (value.reveal(), quote(value.reveal(), safe="")):
            if shown in text:
                return f"secret {name} in {text.replace(shown, '{secret}')}"
    return "another secret"


def _port(block: Mapping[str, Value]) -> str:
    return (
        f"{block.get('ip', '0.0.0.0')}:{block.get('external', 'any')}"  # noqa: S104 - the provider's default
        f" -> {block.get('internal')}/{block.get('protocol', 'tcp')}"
    )


def _capabilities(value: Value) -> object:
    block = _mapping(value)
    return {
        "dropped": _texts(block.get("drops")),
        "kept": sorted(name.removeprefix("CAP_") for name in _texts(block.get("adds"))),
    }


def _lifecycle(found: Mapping[str, Value]) -> str:
    attach, must_run, restart = bool(found.get("attach")), found.get("mustRun", True), found.get("restart")
    match attach, must_run, restart:
        case True, False, "no":
            return "once"
        case False, True, "unless-stopped":
            return "always"
    return f"neither: attach {attach}, mustRun {must_run}, restart {restart}"


def _probe(value: Value) -> object:
    """The question a health check asks, understood from its command."""
    if value is None:
        return None
    match _texts(_mapping(value).get("tests")):
        case ["CMD", program, "once", _, *question] if program == PROGRAM:
            return {**_asked(question), "foreign": True}
        case ["CMD", "bash", "-c", script] if (port := _TCP.search(script)) and (get := _GET.search(script)):
            return {"kind": "http", "port": int(port[1]), "path": get[1], "foreign": False}
        case ["CMD", "bash", "-c", script] if port := _TCP.fullmatch(script):
            return {"kind": "tcp", "port": int(port[1]), "foreign": False}
        case ["CMD", *command]:
            return {"kind": "command", "command": command, "foreign": False}
        case other:
            return {"kind": "unknown", "tests": other}


def _asked(question: Sequence[str]) -> dict[str, object]:
    """A question as the program takes it."""
    match list(question):
        case ["tcp", port]:
            return {"kind": "tcp", "port": int(port)}
        case ["http", port, path]:
            return {"kind": "http", "port": int(port), "path": path}
        case ["command", *command]:
            return {"kind": "command", "command": command}
        case other:
            return {"kind": "unknown", "tests": other}


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _texts(value: Value) -> list[str]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [str(masked(item)) for item in value]


def _blocks(value: Value) -> list[Mapping[str, Value]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def _mapping(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}
