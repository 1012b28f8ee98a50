"""One node as a Testcontainer: created, joined to its networks, given its files, started, waited for."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import docker
import requests
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.types import EndpointConfig, Mount

from environments import docker_policy, labels, probes, users
from environments.containers import delivery, hints
from environments.containers.bare import BareContainer
from environments.containers.files import FileSpec, archive, by_folder, read, tail
from environments.docker_errors import mapped
from environments.images import probe_program
from environments.instance import Instance
from environments.nodes import CommandProbe, Lifecycle, Node, Probe
from foundation.errors import Refused, Unavailable
from foundation.secrets import blanked

LAST_LINES = 20
NOT_RUNNING = CONFLICT = 409
ENDING_SECONDS = 5
_ATTACHING, _ATTACHING_AGAIN = 5, 1.0
_NOT_ATTACHED = re.compile(r"attaching to network failed|network \S+ not found")
"""What an engine says after 20 s in which no manager gave it an overlay, or while it takes one away that the
last node there has just left."""
LAST_ANSWER = 5.0
_ENDED = re.compile(r"is not running|stopped container|container not running", re.IGNORECASE)
ROUND = 5.0  # seconds; a probe that answers at all does so within them

STAYS = 1.0
"""Seconds after which a node without a probe counts as ready if it is still there."""


class NodeFailed(Unavailable):
    """A node that ended, or was not ready in time; carries the end of its log."""


class NodeContainer(BareContainer):
    """A Testcontainer with what Testcontainers leave out: several networks, owned files, our labels.

    Uses the base class's protected `_container`, which its own modules use too.
    """

    def __init__(self, node: Node, instance: Instance, client: docker.DockerClient) -> None:
        super().__init__(instance.images[node.process.image], client)
        self.node = node
        self.instance = instance
        self.extra_files: tuple[FileSpec, ...] = ()
        self._stood_before = False

    def start(self) -> NodeContainer:
        """Everything up to a ready node. Raises NodeFailed with its last lines, Unavailable, Refused."""
        with mapped(f"starting {self.node.name}"):
            self._create()
            self._join()
            self._deliver()
            self._begin()
        self.wait_until_ready()
        return self

    def _begin(self) -> None:
        """A swarm that is busy is waited for longer than an engine waits for it."""
        for left in reversed(range(_ATTACHING)):
            try:
                self.get_docker_client().start(self.get_wrapped_container())
            except APIError as error:
                if not left or not _NOT_ATTACHED.search(str(error)):
                    raise
                time.sleep(_ATTACHING_AGAIN)
            else:
                return

    def standing_on(self, container: Container) -> NodeContainer:
        """This node, as the container that already stands for it."""
        self._container = container
        return self

    def adopt(self, container: Container) -> NodeContainer:
        """This node, as a stopped or paused container that runs again."""
        self._container = container
        self._stood_before = True
        with mapped(f"starting {self.node.name}"):
            if container.status == "paused":
                container.unpause()
            else:
                container.start()
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Until the ready probe holds, or a once-node is done. Raises NodeFailed."""
        if self.node.lifecycle is Lifecycle.ONCE:
            status = self.wait()
            if status != 0:
                raise self._failed(f"{self.node.name} ended with status {status}")
        elif self.node.probes.ready is None:
            self._stay()
        else:
            self._ask(self.node.probes.ready, self.node.probes.deadline)

    def wait_until_ready_again(self, given_up: Callable[[], bool]) -> None:
        """The same of a node that runs since long: without a probe there is nothing to wait for.

        It is not to be ended to end the waiting, as a new one is: it asks every few seconds whether to go on.
        """
        probe = self.node.probes.ready
        if self.node.lifecycle is Lifecycle.ALWAYS and probe is not None:
            self._ask(probe, self.node.probes.deadline, given_up)

    def discard(self) -> None:
        """Gives the start up: what stood before is stopped again, what is new is removed."""
        if self._container is not None:
            with contextlib.suppress(NotFound, APIError):
                if self._stood_before:
                    self._container.kill()
                else:
                    self._container.remove(force=True, v=True)

    def _create(self) -> None:
        try:
            self._create_under_its_name()
        except APIError as error:
            if error.status_code == CONFLICT:
                raise self._name_taken() from error
            raise

    def _name_taken(self) -> Refused:
        """Names whoever has the name of this node's container."""
        name, owner = self.instance.resource(self.node.name), None
        with contextlib.suppress(NotFound):
            other = self.get_docker_client().client.containers.get(name)
            owner = other.labels.get(labels.INSTANCE) if labels.OWNER in other.labels else None
        whose = f"belongs to the environment {owner!r}" if owner else "is not peakproof's"
        return Refused(
            f"the name {name} is taken by a container that {whose}",
            hint=f"`docker rename {name} OTHER`, or use another name than {self.instance.name!r} (`--name`)",
        )

    def _create_under_its_name(self) -> None:
        node = self.node
        self._container = self.get_docker_client().create(
            self.image,
            command=list(node.process.command) or None,
            entrypoint=list(node.process.entrypoint) or None,
            user=node.process.user,
            working_dir=node.process.working_dir,
            environment=delivery.variables_of(node, self.instance),
            ports=self._ports(),
            name=self.instance.resource(node.name),
            hostname=node.name,
            labels=labels.of(self.instance.name, "node", node=node.name, digest=node.digest),
            **self._beginning(),
            volumes={
                self.instance.resource(mount.volume): {"bind": mount.path, "mode": "rw"}
                for mount in node.storage.mounts
            },
            mounts=[Mount(target=folder, source=None) for folder in delivery.folders_of_files(node)],
            **_limits(node),
        )

    def _beginning(self) -> dict[str, Any]:  # Any: docker-py's own keyword arguments
        """The first of its networks; a guest that stands on none has its machine's."""
        if not self.node.attachments.networks:
            return {"network_mode": "host"}
        name = self.node.attachments.networks[0]
        first = self.instance.resource(name)
        return {"network": first, "networking_config": {first: self._endpoint(name)}}

    def _join(self) -> None:
        client = self.get_docker_client().client
        for name in self.node.attachments.networks[1:]:
            # By its name: a host that is no manager knows an overlay only once something stands on it.
            client.api.connect_container_to_network(
                str(self.get_wrapped_container().id),
                self.instance.resource(name),
                aliases=self._names(),
                ipv4_address=self._address(name),
            )

    def _endpoint(self, network: str) -> EndpointConfig:
        version = self.get_docker_client().client.api.api_version
        return EndpointConfig(version, aliases=self._names(), ipv4_address=self._address(network))

    def _address(self, network: str) -> str | None:
        """The node's own address there; whoever joins beside the nodes takes what Docker gives."""
        return self.instance.addresses.get(network, {}).get(self.node.name)

    def _deliver(self) -> None:
        client = self.get_docker_client().client
        delivered = delivery.files_of(self.node, self.instance, partial(probe_program.read, client))
        delivered += self.extra_files
        if not delivered:
            return
        owner, container = self._user(), self.get_wrapped_container()
        for folder, inside in by_folder(delivered, delivery.places(self.node)).items():
            container.put_archive(folder, archive(inside, owner=owner))

    def _user(self) -> int:
        """The numeric id of the user that it runs as."""
        image = self.get_docker_client().client.images.get(self.image)
        user = self.node.process.user or str(image.attrs["Config"].get("User") or "")
        passwd = None if users.is_number(user) else read(self.get_wrapped_container(), users.ACCOUNTS)
        return users.number(user, (passwd or b"").decode(errors="replace"), self.node.process.image)

    def _ports(self) -> Mapping[str, tuple[str, int]]:
        return {
            f"{published.port}/tcp": (
                self.instance.published_at(self.node.name, published),
                self.instance.ports[published.endpoint],
            )
            for published in self.node.attachments.published
        }

    def _names(self) -> list[str]:
        return [self.node.name, *self.node.attachments.aliases]

    def _ask(self, probe: Probe, deadline: float, given_up: Callable[[], bool] | None = None) -> None:
        started = time.monotonic()
        with mapped(f"waiting for {self.node.name}"):
            container = self.get_wrapped_container()
            status: int | None = probes.TIMED_OUT
            while status == probes.TIMED_OUT and (left := started + deadline - time.monotonic()) > 0:
                patience = min(left, ROUND) if given_up else left
                status = _asked(container, probes.waiting(probe, patience, foreign=self.node.process.foreign))
                if given_up and given_up():
                    break
            container.reload()
        self._refuse_ended(container)
        if isinstance(probe, CommandProbe) and status in (probes.NOT_RUNNABLE, probes.NOT_THERE):
            raise self._failed(
                f"the image of {self.node.name} has no program {probe.command[0]!r} to ask it with"
            )
        if status != 0:
            waited = f"{time.monotonic() - started:.0f} s"
            what = f"{self.node.name}: waited {waited} for {probes.in_words(probe)}"
            raise self._failed(f"{what}{self._last_answer(container, probe)}")

    def _stay(self) -> None:
        """Until it has been there for a moment. Raises NodeFailed where it is not."""
        with mapped(f"waiting for {self.node.name}"):
            container = self.get_wrapped_container()
            with contextlib.suppress(requests.exceptions.ConnectionError, requests.exceptions.Timeout):
                container.wait(timeout=STAYS)
            container.reload()
        self._refuse_ended(container)

    def _refuse_ended(self, container: Container) -> None:
        if container.status != "running":
            ended = container.attrs["State"]
            reason = "was killed: out of memory" if ended["OOMKilled"] else f"status {ended['ExitCode']}"
            raise self._failed(f"{self.node.name} ended ({reason}) before it was ready")

    def _failed(self, what: str) -> NodeFailed:
        said = tail(self.get_wrapped_container(), LAST_LINES)
        lines = self._blanked(said).splitlines()
        return NodeFailed(what, hint=hints.for_failure(self.node, lines), detail=lines)

    def _blanked(self, said: str) -> str:
        """What a program of others said, which may have been a password."""
        return blanked(said, self.instance.secrets.values())

    def _last_answer(self, container: Container, probe: Probe) -> str:
        """What a command that never succeeded says, asked once more: a refused password, a wrong option."""
        if not isinstance(probe, CommandProbe):
            return ""
        foreign = self.node.process.foreign
        command = probes.once(probe, LAST_ANSWER, foreign=foreign)
        with contextlib.suppress(APIError):
            output = container.exec_run(command if foreign else ["timeout", f"{LAST_ANSWER:g}", *command])[1]
            said = (
                (output if isinstance(output, bytes) else b"".join(output)).decode(errors="replace").strip()
            )
            return f"; it says: {self._blanked(said).splitlines()[-1]}" if said else ""
        return ""


def ended(error: APIError) -> bool:
    """Whether Docker would not ask a container that runs no more; the moment decides in which words."""
    return error.status_code == NOT_RUNNING or bool(_ENDED.search(str(error)))


def _asked(container: Container, command: list[str]) -> int | None:
    """The status with which a command in the container ended; None when the container ended with it."""
    try:
        # As the image's own user: root without capabilities cannot read the node's secrets.
        status = container.exec_run(command)[0]
    except APIError as error:
        if not ended(error):
            raise
        status = None
    if status not in (0, probes.TIMED_OUT):
        # The container is ending. Its state says so only a moment later.
        with contextlib.suppress(requests.exceptions.RequestException):
            container.wait(timeout=ENDING_SECONDS)
    return status


def _limits(node: Node) -> dict[str, Any]:  # Any: docker-py's own keyword arguments
    return {
        "mem_limit": node.resources.memory,
        "memswap_limit": node.resources.memory,
        "shm_size": node.resources.shared_memory,
        "cpu_shares": node.resources.cpu_weight,
        "cap_drop": list(docker_policy.DROPPED),
        "cap_add": docker_policy.added(node.hardening),
        "security_opt": list(docker_policy.SECURITY),
        "pids_limit": node.hardening.processes,
        "init": node.process.init,
        "read_only": node.hardening.read_only,
        "tmpfs": dict.fromkeys(node.storage.tmpfs, docker_policy.TMPFS),
        "dns": list(docker_policy.NO_RESOLVER),
        "dns_opt": list(docker_policy.RESOLVER_OPTIONS),
        "log_config": {"type": docker_policy.LOG_DRIVER, "config": dict(docker_policy.LOG_OPTIONS)},
    }
