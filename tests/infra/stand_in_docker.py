"""What the stand-in does with Docker: networks, volumes and containers, as the real plugin does it."""

from __future__ import annotations

import base64
import contextlib
import io
import re
import tarfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.errors import NotFound
from docker.types import Healthcheck, IPAMConfig, IPAMPool, LogConfig

from infra.healthchecks import duration

Properties = Mapping[str, Any]  # Any: JSON of the wire
Blocks = list[Mapping[str, Any]]
MIB = 1024**2
_ASK_AGAIN = 0.1


class NotReady(Exception):  # noqa: N818 - says what happened
    """A container that was made and is not what it should be."""


def _nothing(client: docker.DockerClient, identity: str, inputs: Properties) -> None:
    """Most kinds are ready once they are made."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource. `known`: inputs that are understood; `updatable`: changed in place."""

    known: frozenset[str]
    updatable: frozenset[str]
    create: Callable[[docker.DockerClient, Properties], str]
    read: Callable[[docker.DockerClient, str, Properties], dict[str, Any]]
    delete: Callable[[docker.DockerClient, str, Properties], None]
    update: Callable[[docker.DockerClient, str, Properties], None] = _nothing
    ready: Callable[[docker.DockerClient, str, Properties], None] = _nothing

    def unknown(self, inputs: Properties) -> list[str]:
        """Inputs that this kind does not understand."""
        return sorted(inputs.keys() - self.known)

    def inputs_of(self, properties: Properties) -> Properties:
        """Of what a resource is, what it was asked to be."""
        return {name: value for name, value in properties.items() if name in self.known}


def _labels(inputs: Properties) -> dict[str, str]:
    return {block["label"]: block["value"] for block in inputs.get("labels", ())}


# Networks: named by Docker's id.
def _create_network(client: docker.DockerClient, inputs: Properties) -> str:
    pools = [
        IPAMPool(subnet=block.get("subnet"), aux_addresses=block.get("auxAddress"))
        for block in inputs.get("ipamConfigs", ())
    ]
    network = client.networks.create(
        inputs["name"],
        driver=inputs.get("driver", "bridge"),
        internal=inputs.get("internal", False),
        attachable=inputs.get("attachable"),
        options=inputs.get("options"),
        ipam=IPAMConfig(pool_configs=pools),
        labels=_labels(inputs),
    )
    return str(network.id)


def _read_network(client: docker.DockerClient, identity: str, inputs: Properties) -> dict[str, Any]:
    found = client.networks.get(identity).attrs
    seen = {
        "name": found["Name"],
        "driver": found["Driver"],
        "internal": found["Internal"],
        "options": found["Options"] or {},  # of an overlay with the number that its swarm gave it
    }
    return {**inputs, **{name: seen[name] for name in seen if name in inputs}, "scope": found["Scope"]}


def _delete_network(client: docker.DockerClient, identity: str, _: Properties) -> None:
    client.networks.get(identity).remove()


NETWORKS = Kind(
    known=frozenset(("attachable", "driver", "internal", "ipamConfigs", "labels", "name", "options")),
    updatable=frozenset(),
    create=_create_network,
    read=_read_network,
    delete=_delete_network,
)


# Volumes: named by their name; one that stands already is taken as it is.
def _create_volume(client: docker.DockerClient, inputs: Properties) -> str:
    return str(client.volumes.create(inputs["name"], labels=_labels(inputs)).name)


def _read_volume(client: docker.DockerClient, identity: str, inputs: Properties) -> dict[str, Any]:
    found = client.volumes.get(identity).attrs
    return {**inputs, "name": found["Name"], "driver": found["Driver"], "mountpoint": found["Mountpoint"]}


def _delete_volume(client: docker.DockerClient, identity: str, _: Properties) -> None:
    client.volumes.get(identity).remove()


VOLUMES = Kind(
    known=frozenset(("labels", "name")),
    updatable=frozenset(),
    create=_create_volume,
    read=_read_volume,
    delete=_delete_volume,
)


# Containers.
def _create_container(client: docker.DockerClient, inputs: Properties) -> str:
    api = client.api
    made = api.create_container(
        inputs["image"],
        command=inputs.get("command"),
        entrypoint=inputs.get("entrypoints"),
        user=inputs.get("user"),
        working_dir=inputs.get("workingDir"),
        name=inputs["name"],
        hostname=inputs.get("hostname"),
        environment=inputs.get("envs"),
        labels=_labels(inputs),
        ports=[(block["internal"], block.get("protocol", "tcp")) for block in inputs.get("ports", ())],
        volumes=[block["containerPath"] for block in inputs.get("volumes", ())],
        healthcheck=_healthcheck(inputs),
        stop_timeout=inputs.get("stopTimeout"),
        detach=not inputs.get("attach"),
        host_config=_host_config(api, inputs),
    )["Id"]
    if inputs.get("networksAdvanced"):
        _join(client, made, inputs["networksAdvanced"])
    for block in inputs.get("uploads", ()):
        api.put_archive(made, "/", _archive(block))
    api.start(made)
    return str(made)


def _host_config(api: docker.APIClient, inputs: Properties) -> docker.types.HostConfig:
    capabilities = inputs.get("capabilities", {})
    return api.create_host_config(
        binds=[f"{block['volumeName']}:{block['containerPath']}:rw" for block in inputs.get("volumes", ())],
        port_bindings={
            f"{block['internal']}/{block.get('protocol', 'tcp')}": (block.get("ip"), block.get("external"))
            for block in inputs.get("ports", ())
        },
        network_mode="bridge",
        restart_policy={"Name": inputs.get("restart", "no")},
        mem_limit=inputs["memory"] * MIB if "memory" in inputs else None,
        memswap_limit=inputs["memorySwap"] * MIB if "memorySwap" in inputs else None,
        shm_size=inputs["shmSize"] * MIB if "shmSize" in inputs else None,
        cpu_shares=inputs.get("cpuShares"),
        cap_add=capabilities.get("adds"),
        cap_drop=capabilities.get("drops"),
        security_opt=inputs.get("securityOpts"),
        dns=inputs.get("dns"),
        dns_opt=inputs.get("dnsOpts"),
        init=inputs.get("init", False),
        read_only=inputs.get("readOnly", False),
        tmpfs=inputs.get("tmpfs"),
        log_config=LogConfig(type=inputs.get("logDriver", "json-file"), config=inputs.get("logOpts", {})),
    )


def _join(client: docker.DockerClient, container: str, networks: Blocks) -> None:
    client.networks.get("bridge").disconnect(container)
    for block in networks:
        network = client.networks.get(block["name"])
        network.connect(container, aliases=block.get("aliases"), ipv4_address=block.get("ipv4Address"))


def _archive(block: Mapping[str, Any]) -> bytes:
    content, buffer = _content(block), io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo(block["file"].lstrip("/"))
        info.size, info.mtime = len(content), time.time()
        info.mode = int(block.get("permissions", "0644"), 8)
        info.uid, info.gid = int(block.get("owner", "0")), int(block.get("group", "0"))
        tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _content(block: Mapping[str, Any]) -> bytes:
    return base64.b64decode(block["contentBase64"]) if "contentBase64" in block else block["content"].encode()


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def nanoseconds(text: str) -> int:
    """A duration as Go writes it, such as 1m30s."""
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", text)
    return round(sum(float(number) * _UNITS[unit] for number, unit in parts) * 1e9)


def _healthcheck(inputs: Properties) -> Healthcheck | None:
    block = inputs.get("healthcheck")
    if not block:
        return None
    return Healthcheck(
        test=block["tests"],
        interval=nanoseconds(block["interval"]),
        timeout=nanoseconds(block["timeout"]),
        start_period=nanoseconds(block["startPeriod"]),
        retries=block["retries"],
    )


def _wait(client: docker.DockerClient, identity: str, inputs: Properties) -> None:
    """Until it is healthy, or has ended if it is attached to. The real plugin asks once a second."""
    if inputs.get("wait"):
        deadline = time.monotonic() + inputs.get("waitTimeout", 60)
        while client.containers.get(identity).attrs["State"]["Health"]["Status"] != "healthy":
            if time.monotonic() > deadline:
                raise NotReady("container failed to be in healthy state")
            time.sleep(_ASK_AGAIN)
    if inputs.get("attach"):
        client.containers.get(identity).wait()


def _read_container(client: docker.DockerClient, identity: str, inputs: Properties) -> dict[str, Any]:
    container = client.containers.get(identity)
    found, host = container.attrs, container.attrs["HostConfig"]
    seen = {
        "name": found["Name"].lstrip("/"),
        "image": found["Image"],
        "hostname": found["Config"]["Hostname"],
        "command": found["Config"]["Cmd"],
        "entrypoints": found["Config"]["Entrypoint"],
        "user": found["Config"]["User"],
        "workingDir": found["Config"]["WorkingDir"],
        "readOnly": host["ReadonlyRootfs"],
        "memory": host["Memory"] // MIB,
        "memorySwap": host["MemorySwap"] // MIB,
        "cpuShares": host["CpuShares"],
        "dns": host["Dns"],
        "dnsOpts": host["DnsOptions"],
        "securityOpts": host["SecurityOpt"],
        "restart": host["RestartPolicy"]["Name"],
        "init": bool(host["Init"]),
        "stopTimeout": found["Config"].get("StopTimeout"),
        "healthcheck": _seen_healthcheck(found["Config"].get("Healthcheck")),
    }
    properties = {**inputs, **{name: value for name, value in seen.items() if name in inputs}}
    state = found["State"]
    if not state["Running"]:
        properties["exitCode"] = state["ExitCode"]
        if inputs.get("mustRun", True):
            properties["mustRun"] = False  # the plugin's way to say: it should run, and does not
    if inputs.get("attach") and inputs.get("logs"):
        properties["containerLogs"] = container.logs().decode(errors="replace")
    return properties


def _seen_healthcheck(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "tests": found["Test"],
        "interval": duration(found["Interval"] / 1e9),
        "timeout": duration(found["Timeout"] / 1e9),
        "startPeriod": duration(found["StartPeriod"] / 1e9),
        "retries": found["Retries"],
    }


def _update_container(client: docker.DockerClient, identity: str, inputs: Properties) -> None:
    container = client.containers.get(identity)
    if inputs.get("mustRun", True) and container.status != "running":
        container.start()
    limits = {"mem_limit": "memory", "memswap_limit": "memorySwap"}
    container.update(
        **{name: inputs[given] * MIB for name, given in limits.items() if given in inputs},
        cpu_shares=inputs.get("cpuShares"),
        restart_policy={"Name": inputs.get("restart", "no")},
    )


def _delete_container(client: docker.DockerClient, identity: str, inputs: Properties) -> None:
    container = client.containers.get(identity)
    if not inputs.get("attach"):
        container.stop(timeout=inputs.get("destroyGraceSeconds") or 0)
    with contextlib.suppress(NotFound):
        container.remove(force=True, v=True)


CONTAINERS = Kind(
    known=frozenset((
        "attach", "capabilities", "command", "cpuShares", "destroyGraceSeconds", "dns", "dnsOpts",
        "entrypoints", "envs", "healthcheck", "hostname", "image", "init", "labels", "logDriver", "logOpts",
        "logs", "memory", "memorySwap", "mustRun", "name", "networksAdvanced", "ports", "readOnly",
        "restart", "securityOpts", "shmSize", "stopTimeout", "tmpfs", "uploads", "user", "volumes", "wait",
        "waitTimeout", "workingDir",
    )),
    updatable=frozenset((
        "attach", "cpuShares", "destroyGraceSeconds", "healthcheck", "init", "logs", "memory", "memorySwap",
        "mustRun", "restart", "wait", "waitTimeout",
    )),
    create=_create_container,
    read=_read_container,
    delete=_delete_container,
    update=_update_container,
    ready=_wait,
)  # fmt: skip
