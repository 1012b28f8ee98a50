"""Docker hosts of tests' own: containers with sshd and an engine each, in one network, one swarm."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from itertools import islice
from pathlib import Path
from uuid import uuid4

import docker
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool

from environments import addresses, docker_networks, images, machine
from environments.containers.files import archive
from environments.containers.sandboxed import SANDBOX
from tests.environments.commanding import eventually

IMAGE = "hosts/host"
# Beside Docker's own set: mounts and control groups, networks and firewalls, other processes' namespaces.
CAPABILITIES = ("SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "DAC_READ_SEARCH")
MEMORY = "2g"
RANGE = IPv4Network("10.228.0.0/16")


@dataclass(frozen=True, kw_only=True)
class Boxed:
    """A host in a container, reached by SSH as root with the key of `config`."""

    name: str
    container: Container
    address: str

    @property
    def url(self) -> str:
        return f"ssh://{self.name}"

    def run(self, *command: str) -> str:
        """What the command prints there; fails when it does."""
        status, output = self.container.exec_run(list(command))
        assert isinstance(output, bytes)
        assert status == 0, output.decode()
        return output.decode().strip()


@dataclass(frozen=True, kw_only=True)
class Box:
    """Hosts that form a swarm, and an ssh configuration that knows them and their keys."""

    hosts: tuple[Boxed, ...]
    config: Path


@contextmanager
def box(engine: docker.DockerClient, folder: Path, names: tuple[str, ...]) -> Iterator[Box]:
    """Hosts that are gone afterwards, with all they held."""
    image = images.ensure([IMAGE], folders={IMAGE: Path(__file__).parent / "host"}, client=engine)[IMAGE].id
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    word = f"test-box-{uuid4().hex[:6]}"
    subnet = _free(engine, word)
    pool = IPAMPool(subnet=str(subnet))
    network = engine.networks.create(
        f"peakproof-{word}", driver="bridge", ipam=IPAMConfig(pool_configs=[pool])
    )
    made: list[Container] = []
    public = key.with_suffix(".pub").read_bytes()
    try:
        for name, address in zip(names, islice(subnet.hosts(), 1, None), strict=False):
            at = {str(network.name): {"IPAMConfig": {"IPv4Address": str(address)}}}
            made.append(_started(engine, image, name, at, {SANDBOX: word}, public))
        hosts = tuple(_ready(name, container) for name, container in zip(names, made, strict=True))
        _swarmed(hosts)
        yield Box(hosts=hosts, config=_config(folder, key, hosts))
    finally:
        for container in made:
            container.remove(force=True, v=True)
        network.remove()


def _free(engine: docker.DockerClient, word: str) -> IPv4Network:
    """A subnet that is nobody's: fixed addresses outlive a host's death."""
    taken = [*machine.routes(), *docker_networks.taken_subnets(engine)]
    return addresses.chosen(RANGE, taken, 26, word)


def _started(
    engine: docker.DockerClient,
    image: str,
    name: str,
    at: Mapping[str, object],
    labels: dict[str, str],
    public: bytes,
) -> Container:
    limits = engine.api.create_host_config(
        cap_add=list(CAPABILITIES),
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        device_cgroup_rules=["a *:* rwm"],
        tmpfs={"/run": "", "/run/lock": ""},
        binds=["/sys/fs/cgroup:/sys/fs/cgroup:rw"],
        mem_limit=MEMORY,
    )
    # What `--security-opt systempaths=unconfined` means: the engine writes below /proc/sys.
    unmasked = {**limits, "MaskedPaths": [], "ReadonlyPaths": []}
    made = engine.api.create_container(
        image,
        hostname=name,
        host_config=unmasked,
        networking_config={"EndpointsConfig": at},
        labels=labels,
        volumes=["/var/lib/docker"],
    )
    container = engine.containers.get(made["Id"])
    container.put_archive("/root", archive([(".ssh/authorized_keys", public, 0o600)], owner=0))
    container.start()
    return container


def _ready(name: str, container: Container) -> Boxed:
    def answers() -> bool:
        return bool(container.exec_run(["docker", "info"])[0] == 0)

    eventually(answers, within=60, what=f"the engine of {name} answers")
    container.reload()
    (joined,) = container.attrs["NetworkSettings"]["Networks"].values()
    return Boxed(name=name, container=container, address=joined["IPAddress"])


def _swarmed(hosts: tuple[Boxed, ...]) -> None:
    first, *others = hosts
    first.run("docker", "swarm", "init", "--advertise-addr", first.address)
    token = first.run("docker", "swarm", "join-token", "-q", "worker")
    for host in others:
        host.run("docker", "swarm", "join", "--token", token, f"{first.address}:2377")


def _config(folder: Path, key: Path, hosts: tuple[Boxed, ...]) -> Path:
    known, config = folder / "known_hosts", folder / "ssh_config"
    keys = [(host, host.run("cat", "/etc/ssh/ssh_host_ed25519_key.pub")) for host in hosts]
    known.write_text("".join(f"{host.name} {text}\n" for host, text in keys))
    config.write_text(
        "".join(
            f"Host {host.name}\n  HostName {host.address}\n  HostKeyAlias {host.name}\n  User root\n"
            f"  IdentityFile {key}\n  UserKnownHostsFile {known}\n  IdentitiesOnly yes\n"
            for host in hosts
        )
    )
    return config
