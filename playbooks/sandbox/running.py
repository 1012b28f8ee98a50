"""Brings a sandbox up and takes it down: containers on this machine's own Docker Engine."""

from __future__ import annotations

import contextlib
import shutil
import socket
import time
from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path

import docker
from docker.errors import NotFound
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool

from environments import docker_networks, images, machine
from environments.containers.files import archive
from environments.docker_errors import mapped
from environments.images.progress import Report, silent
from foundation.errors import InputError, Refused, Unavailable
from playbooks.sandbox import cgroups, keys
from playbooks.sandbox.describing import (
    CAPABILITIES,
    DEFAULT,
    HOST,
    LABEL,
    RANGE,
    USER,
    Sandbox,
    folder,
    site,
    ssh_config,
)

IMAGES = {
    "sandbox/host": Path(__file__).parent / "host",
    "sandbox/packages": Path(__file__).parent / "packages",
}
PACKAGES_VOLUME = "peakproof-sandbox-packages"
MEMORY = "3g"
_UID = 1000  # of the first user that Debian's useradd makes
_DEADLINE = 60.0
_PAUSE = 0.05


def up(
    client: docker.DockerClient,
    name: str = DEFAULT,
    count: int = 3,
    progress: Report = silent,
    *,
    image: Mapping[str, str] | None = None,
) -> Sandbox:
    """The sandbox, its hosts reachable by SSH; what stands already is started where it was stopped, and kept.

    `image`: host -> the id of the image that it is made of in place of the bare one.

    Raises InputError for a name or a number that will not do, Refused where half of one stands,
    Unavailable where Docker or a host does not answer. What a failure or Ctrl-C leaves half-made is removed.
    """
    if not name.replace("-", "").isalnum() or not 1 <= count <= 9:
        raise InputError(f"no sandbox {name!r} of {count} hosts", hint="letters, digits and -; 1 to 9 hosts")
    with mapped(f"looking for the sandbox {name}"):
        standing = {one.labels[HOST]: one for one in _containers(client, name) if HOST in one.labels}
    if standing:
        return _started_again(client, name, count, standing)
    built = images.ensure(IMAGES, folders=IMAGES, client=client, progress=progress)
    box = Sandbox(name=name, count=count, subnet=_free(client, name), folder=folder(name))
    try:
        bare = dict.fromkeys(box.hosts, built["sandbox/host"].id)
        with mapped(f"making the sandbox {name}"):
            _made(client, box, built["sandbox/packages"].id, bare | dict(image or {}))
        _wait(box)
    except BaseException:
        down(client, name)
        raise
    return box


def down(client: docker.DockerClient, name: str = DEFAULT, *, packages: bool = False) -> int:
    """Removes hosts with all they hold, network and keys; how many things. `packages`: the kept ones, too."""
    count = 0
    with mapped(f"removing the sandbox {name}"):
        for container in _containers(client, name):
            with contextlib.suppress(NotFound):
                container.remove(force=True, v=True)
                count += 1
        for network in client.networks.list(filters={"label": f"{LABEL}={name}"}):
            network.remove()
            count += 1
        if packages:
            with contextlib.suppress(NotFound):
                client.volumes.get(PACKAGES_VOLUME).remove()
                count += 1
    shutil.rmtree(folder(name), ignore_errors=True)
    return count


def _containers(client: docker.DockerClient, name: str) -> list[Container]:
    found: list[Container] = client.containers.list(
        all=True, filters={"label": f"{LABEL}={name}"}, ignore_removed=True
    )
    return found


def _started_again(
    client: docker.DockerClient, name: str, count: int, standing: Mapping[str, Container]
) -> Sandbox:
    box = _described(client, name, count)
    if box is None or set(box.hosts) != set(standing) or not box.ssh_config.is_file():
        raise Refused(
            f"another sandbox {name} stands here, or half of one: {', '.join(sorted(standing))}",
            hint=f"`peakproof hosts sandbox down --name {name}`, then this command again",
        )
    with mapped(f"starting the sandbox {name}"):
        for container in _containers(client, name):
            container.start()
    _wait(box)
    return box


def _described(client: docker.DockerClient, name: str, count: int) -> Sandbox | None:
    """By the network that stands; None where there is none."""
    for network in client.networks.list(filters={"label": f"{LABEL}={name}"}):
        subnet = IPv4Network(network.attrs["IPAM"]["Config"][0]["Subnet"])
        return Sandbox(name=name, count=count, subnet=subnet, folder=folder(name))
    return None


def _free(client: docker.DockerClient, name: str) -> IPv4Network:
    """The subnet of a new sandbox: the first for `box`, whose site file names it, else the next free one."""
    taken = [*machine.routes(), *docker_networks.taken_subnets(client)]
    first, *others = RANGE.subnets(new_prefix=24)
    for subnet in [first] if name == DEFAULT else others:
        if not any(subnet.overlaps(other) for other in taken):
            return subnet
    raise Unavailable(
        f"no subnet is free for the sandbox {name}: {first if name == DEFAULT else RANGE} is in use",
        hint="`ip route` and `docker network ls` show by whom",
    )


def _made(client: docker.DockerClient, box: Sandbox, packages: str, image: Mapping[str, str]) -> None:
    labels = {LABEL: box.name}
    pools = [IPAMPool(subnet=str(box.subnet), gateway=str(box.subnet[1]))]
    client.networks.create(
        box.network, driver="bridge", ipam=IPAMConfig(pool_configs=pools), labels=labels, check_duplicate=True
    )
    _packages(client, box, packages, labels)
    automation, theirs = keys.new(), {host: keys.new() for host in box.hosts}
    _written(box, automation, theirs)
    for host in box.hosts:
        container = _host(client, box, host, image[host], labels)
        key = theirs[host]
        container.put_archive(
            "/",
            archive(
                [
                    ("/etc/ssh/ssh_host_ed25519_key", key.private.reveal().encode(), 0o600),
                    ("/etc/ssh/ssh_host_ed25519_key.pub", f"{key.public}\n".encode(), 0o644),
                ],
                owner=0,
            ),
        )
        known = [(f"/home/{USER}/.ssh/authorized_keys", f"{automation.public}\n".encode(), 0o600)]
        container.put_archive("/", archive(known, owner=_UID))
        container.start()


def _packages(client: docker.DockerClient, box: Sandbox, image: str, labels: Mapping[str, str]) -> None:
    container = client.api.create_container(
        image,
        name=f"{box.network}-packages",
        labels=dict(labels),
        volumes=["/var/cache/apt-cacher-ng"],
        host_config=client.api.create_host_config(
            binds=[f"{PACKAGES_VOLUME}:/var/cache/apt-cacher-ng"], cap_drop=["ALL"], init=True
        ),
        networking_config=_at(client, box, str(box.packages)),
    )
    client.api.start(container["Id"])


def _host(
    client: docker.DockerClient, box: Sandbox, host: str, image: str, labels: Mapping[str, str]
) -> Container:
    groups = cgroups.mounts(Path("/proc/mounts").read_text(), Path("/proc/cgroups").read_text())
    limits = client.api.create_host_config(
        cap_add=list(CAPABILITIES),
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
        device_cgroup_rules=[
            "a *:* rwm"
        ],  # the host's engine makes its containers' devices, and asks for loop devices
        tmpfs={"/run": "exec", "/run/lock": "", **groups.tmpfs},
        binds=list(groups.binds),
        mem_limit=MEMORY,
    )
    made = client.api.create_container(
        image,
        name=box.container(host),
        hostname=host,
        environment={"container": "docker"},  # by which systemd knows that it is in one
        labels={**labels, HOST: host},
        # What `--security-opt systempaths=unconfined` means: the host's engine writes below /proc/sys.
        host_config={**limits, "MaskedPaths": [], "ReadonlyPaths": []},
        networking_config=_at(client, box, str(box.hosts[host])),
        volumes=["/var/lib/docker"],
        stop_signal="SIGRTMIN+3",  # systemd's word for a shutdown
    )
    return client.containers.get(made["Id"])


def _at(client: docker.DockerClient, box: Sandbox, address: str) -> dict[str, object]:
    endpoint = client.api.create_endpoint_config(ipv4_address=address)
    return {"EndpointsConfig": {box.network: endpoint}}


def _written(box: Sandbox, automation: keys.KeyPair, theirs: Mapping[str, keys.KeyPair]) -> None:
    box.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    box.key.touch(mode=0o600)
    box.key.write_text(automation.private.reveal())
    box.known_hosts.write_text("".join(f"{host} {key.public}\n" for host, key in theirs.items()))
    box.ssh_config.write_text(ssh_config(box))
    (box.folder / "site.yaml").write_text(site(box))


def _wait(box: Sandbox) -> None:
    """Until sshd of every host says who it is."""
    deadline = time.monotonic() + _DEADLINE
    for host, address in box.hosts.items():
        while not _greets(str(address)):
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"sshd of {host} does not answer at {address} after {_DEADLINE:.0f} s",
                    hint=f"`docker exec {box.container(host)} systemctl --failed` tells more",
                )
            time.sleep(_PAUSE)


def _greets(address: str) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((address, 22), timeout=1) as connection:
        return connection.recv(4) == b"SSH-"
    return False
