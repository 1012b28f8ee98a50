"""Volumes of a size of their own: a file system in a file, by a loop device of the kernel.

The file stands on a volume beside. A loop device goes when nothing uses it any more, so a container that
only sleeps keeps the file system mounted while its node is down; with that, the device goes by itself.
"""

from __future__ import annotations

import docker
from docker.errors import APIError, ContainerError, NotFound

from environments import labels
from environments.instance import Instance
from environments.topology import Volume
from foundation.errors import Unavailable

IMAGE = "faults"
KIND = "disk"
"""Of the container that keeps it mounted: it goes before its volume."""
# No privileges: loop devices (7), their control (10:237), and what `losetup` and `mount` need.
RIGHTS = ("SYS_ADMIN",)
DEVICES = ("b 7:* rwm", "c 10:237 rwm")
UNCONFINED = ("apparmor=unconfined", "no-new-privileges")
MADE = """\
truncate -s {size} /backing/disk
mkfs.ext4 -q -m 0 -E root_owner=0:0 /backing/disk
device=$(losetup --find --show /backing/disk)
mkdir /mounted
mount "$device" /mounted
rmdir /mounted/lost+found
umount /mounted
echo "$device"
"""


def ensure(client: docker.DockerClient, instance: Instance, volume: Volume) -> None:
    """The volume, of its size, and what keeps it. Raises Unavailable where there are no loop devices."""
    name, image = instance.resource(volume.name), instance.images[IMAGE]
    keeper = f"{name}-keeper"
    if _runs(client, keeper):
        return
    try:
        device = str(client.volumes.get(name).attrs["Options"]["device"])
    except NotFound:
        device = _made(client, instance, volume)
    else:  # the engine, or the machine, was started again
        _run(client, instance, volume, f"losetup {device} /backing/disk")
    container = client.containers.create(
        image,
        ["sleep", "infinity"],
        name=keeper,
        init=True,
        labels=labels.of(instance.name, KIND),
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        mem_limit="16m",
        volumes={name: {"bind": "/disk", "mode": "ro"}},
    )
    container.start()
    # While it is mounted this takes nothing away: the kernel frees the device after the last of its users.
    _run(client, instance, volume, f"losetup --detach {device}")


def _runs(client: docker.DockerClient, keeper: str) -> bool:
    """Whether it keeps its disk; one that ended is removed."""
    try:
        container = client.containers.get(keeper)
    except NotFound:
        return False
    if container.status == "running":
        return True
    container.remove(force=True, v=True)
    return False


def _made(client: docker.DockerClient, instance: Instance, volume: Volume) -> str:
    """The loop device of a new volume."""
    device = _run(client, instance, volume, MADE.format(size=volume.size)).split()[-1]
    tags = labels.of(instance.name, "volume", holds=volume.holds, size=str(volume.size))
    options = {"type": "ext4", "device": device}
    client.volumes.create(instance.resource(volume.name), labels=tags, driver_opts=options)
    return device


def _run(client: docker.DockerClient, instance: Instance, volume: Volume, script: str) -> str:
    """What a bash script says that may make loop devices; the file's volume is at /backing."""
    backing = f"{instance.resource(volume.name)}-file"
    client.volumes.create(backing, labels=labels.of(instance.name, "volume"))
    try:
        said = client.containers.run(
            instance.images[IMAGE],
            ["bash", "-euc", script],
            labels=labels.of(instance.name, KIND),
            remove=True,
            network_mode="none",
            user="0",
            cap_drop=["ALL"],
            cap_add=list(RIGHTS),
            device_cgroup_rules=list(DEVICES),
            security_opt=list(UNCONFINED),
            mem_limit="128m",
            volumes={"/dev": {"bind": "/dev", "mode": "rw"}, backing: {"bind": "/backing", "mode": "rw"}},
        )
    except (ContainerError, APIError) as error:
        told = error.stderr if isinstance(error, ContainerError) else str(error)
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise Unavailable(
            f"{volume.name} cannot have a size of its own: {(text.strip().splitlines() or ['?'])[-1]}",
            hint="it needs loop devices (CONFIG_BLK_DEV_LOOP) and ext4; or take `disk` out of the definition",
        ) from error
    return bytes(said).decode()
