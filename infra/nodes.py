"""One node as a Pulumi component around its container. Declares; the engine creates."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from environments import composing, docker_policy, probes
from environments.instance import Instance
from environments.nodes import Lifecycle, Node, Published
from foundation.errors import InputError, Unavailable
from infra import labels
from infra.healthchecks import healthcheck

TYPE = "peakproof:infra:Node"
_MEBIBYTE = 1024**2  # the provider counts memory in these


@dataclass(frozen=True, kw_only=True)
class NodeProps:
    """A node and what was declared before it: networks and volumes by name, the nodes that it needs.

    `program`: what asks nodes of foreign images.
    """

    node: Node
    instance: Instance
    networks: Mapping[str, docker.Network]
    volumes: Mapping[str, docker.Volume]
    needs: Sequence[NodeComponent]
    provider: docker.Provider
    user: int
    program: bytes


class NodeComponent(pulumi.ComponentResource):
    """A node's container. `succeeded`: of a once-node, known once it has ended with status 0; else None."""

    def __init__(self, name: str, *, props: NodeProps, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TYPE, name, {}, opts)
        self.node = props.node
        self.container = docker.Container(
            name,
            _arguments(props),
            pulumi.ResourceOptions(
                parent=self,
                provider=props.provider,
                depends_on=list(props.needs),
                delete_before_replace=True,  # the name is given: only one can have it
                # An engine's own defaults are told back as if they had been asked for.
                ignore_changes=[f"logOpts.{option}" for option in docker_policy.OTHER_LOG_OPTIONS],
            ),
        )
        # Of a node that stays the provider remembers how it once ended, also while it runs again.
        self.succeeded = (
            self.container.exit_code.apply(_zero(name)) if props.node.lifecycle is Lifecycle.ONCE else None
        )
        self.register_outputs({"container": self.container.id})


def _arguments(props: NodeProps) -> docker.ContainerArgs:
    node, limits = props.node, props.node.resources
    once, probe, patience = node.lifecycle is Lifecycle.ONCE, node.probes.ready, node.probes.deadline
    grace = math.ceil(node.process.stop_grace)
    return docker.ContainerArgs(
        name=props.instance.resource(node.name),
        hostname=node.name,
        labels=_labels(props),
        image=_image(props),
        command=list(node.process.command) or None,
        entrypoints=list(node.process.entrypoint) or None,
        user=node.process.user,
        working_dir=node.process.working_dir,
        envs=[
            *(f"{key}={text}" for key, text in node.process.environment.items()),
            *_secret_variables(props),
        ],
        init=node.process.init,
        read_only=node.hardening.read_only or None,
        tmpfs=dict.fromkeys(node.storage.tmpfs, docker_policy.TMPFS) or None,
        stop_timeout=grace,
        destroy_grace_seconds=grace,
        networks_advanced=_networks(props),
        dns=list(docker_policy.NO_RESOLVER),
        dns_opts=list(docker_policy.RESOLVER_OPTIONS),
        uploads=_uploads(props),
        ports=_ports(props),
        volumes=_volumes(props),
        memory=_mebibytes(limits.memory),
        memory_swap=_mebibytes(limits.memory),  # memory and swap together: none of it is swap
        shm_size=_mebibytes(limits.shared_memory) if limits.shared_memory is not None else None,
        cpu_shares=limits.cpu_weight,
        capabilities=docker.ContainerCapabilitiesArgs(
            adds=docker_policy.added(node.hardening),
            drops=list(docker_policy.DROPPED),
        ),
        security_opts=list(docker_policy.SECURITY),
        log_driver=docker_policy.LOG_DRIVER,
        log_opts=dict(docker_policy.LOG_OPTIONS),
        # What needs this node is created after it, and it counts as created only once it is healthy.
        healthcheck=healthcheck(probe, patience, foreign=node.process.foreign) if probe else None,
        wait=probe is not None,
        wait_timeout=math.ceil(patience) if probe else None,
        # A once-node counts as created only once it has ended; stopped is then what it should be, not drift.
        attach=once,
        logs=once,
        must_run=not once,
        restart="no" if once else "unless-stopped",
    )


def _labels(props: NodeProps) -> list[docker.ContainerLabelArgs]:
    written = labels.of_node(props.instance.name, props.node)
    return [docker.ContainerLabelArgs(label=key, value=text) for key, text in written.items()]


def _image(props: NodeProps) -> pulumi.Input[str]:
    """The image's id, known only once every once-node that this one needs has ended with status 0."""
    image = props.instance.images[props.node.process.image]
    if not image.startswith("sha256:"):
        # The provider would recreate the container at every `up`: it compares the name with the id.
        raise InputError(
            f"the image of {props.node.name} is a name ({image}), not an id",
            hint="give the id that Docker knows it by: sha256:…",
        )
    before = [need.succeeded for need in props.needs if need.succeeded is not None]
    return pulumi.Output.all(*before).apply(lambda _: image) if before else image


def _networks(props: NodeProps) -> list[docker.ContainerNetworksAdvancedArgs]:
    attachments, names = props.node.attachments, [props.node.name, *props.node.attachments.aliases]
    return [
        docker.ContainerNetworksAdvancedArgs(
            name=props.networks[network].name,
            aliases=names,
            ipv4_address=props.instance.addresses.get(network, {}).get(props.node.name),
        )
        for network in attachments.networks
    ]


def _in_order(published: Iterable[Published]) -> list[Published]:
    """By their ports, as the provider tells them back."""
    return sorted(published, key=lambda each: each.port)


def _ports(props: NodeProps) -> list[docker.ContainerPortArgs]:
    return [
        docker.ContainerPortArgs(
            internal=published.port,
            external=props.instance.ports[published.endpoint],
            ip=props.instance.published_at(props.node.name, published),
            protocol="tcp",
        )
        for published in _in_order(props.node.attachments.published)
    ]


def _volumes(props: NodeProps) -> list[docker.ContainerVolumeArgs]:
    return [
        docker.ContainerVolumeArgs(volume_name=props.volumes[mount.volume].name, container_path=mount.path)
        for mount in props.node.storage.mounts
    ]


def _uploads(props: NodeProps) -> list[docker.ContainerUploadArgs]:
    made = [*_files(props), *_secret_files(props), *_program(props)]
    if made and props.node.hardening.read_only:
        raise InputError(
            f"{props.node.name} has a read-only root, where the Docker provider can put no file",
            hint="for `infra` take out `read_only`, or its files, secrets and `ready`",
        )
    return made


def _program(props: NodeProps) -> list[docker.ContainerUploadArgs]:
    """What asks it, where nothing in its image is known to."""
    if not probes.brings_program(props.node):
        return []
    content = base64.b64encode(props.program).decode()
    return [
        docker.ContainerUploadArgs(
            file=probes.PROGRAM, content_base64=content, permissions="0755", owner="0", group="0"
        )
    ]


def _files(props: NodeProps) -> list[docker.ContainerUploadArgs]:
    return [
        _upload(file.path, file.content, mode=file.mode, user=props.user)
        for file in props.node.attachments.files
    ]


def _secret_files(props: NodeProps) -> list[docker.ContainerUploadArgs]:
    values = props.instance.secrets
    return [
        _upload(
            file.path,
            pulumi.Output.secret(composing.shown(values[file.secret], file.template).reveal()),
            mode=0o400,
            user=props.user,
        )
        for file in props.node.attachments.secrets
    ]


def _secret_variables(props: NodeProps) -> list[pulumi.Output[str]]:
    values = props.instance.secrets
    return [
        pulumi.Output.secret(
            f"{each.variable}={composing.shown(values[each.secret], each.template).reveal()}"
        )
        for each in props.node.attachments.variables
    ]


def _upload(path: str, content: pulumi.Input[str], *, mode: int, user: int) -> docker.ContainerUploadArgs:
    return docker.ContainerUploadArgs(
        file=path, content=content, permissions=f"{mode:04o}", owner=str(user), group=str(user)
    )


def _mebibytes(size: int) -> int:
    return size // _MEBIBYTE


def _zero(name: str) -> Callable[[int | None], int]:
    def checked(status: int | None) -> int:
        if status:
            raise Unavailable(
                f"{name} ended with status {status}", hint=f"its output is `containerLogs` of {name}"
            )
        return 0

    return checked
