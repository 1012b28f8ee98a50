"""Builds an instance: networks, volumes, then nodes as a graph, each as soon as what it needs is ready."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Set
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter

from docker.models.containers import Container

from environments import labels, rollout
from environments.containers import aside, keeping, manifests, volumes
from environments.containers.aside import Aside
from environments.containers.finding import Found
from environments.containers.node import NodeContainer
from environments.docker_errors import mapped
from environments.fleet import Fleet
from environments.instance import Instance
from environments.nodes import Lifecycle, Node
from environments.rollout import Standing, Verb

_AT_ONCE = 8
_AGAIN = 0.5  # seconds between two attempts to end what is starting


@dataclass(frozen=True, kw_only=True)
class NodeEvent:
    """Progress of one node, `seconds` since it began.

    `state` is starting, ready, done, kept, failed or put back.
    """

    node: str
    state: str
    seconds: float = 0.0


Watch = Callable[[NodeEvent], None]


def build(fleet: Fleet, instance: Instance, before: Found | None, watch: Watch) -> dict[str, NodeContainer]:
    """Makes the instance stand on its networks, adopting what does. Returns its nodes by name.

    Raises the first failure after the nodes that were starting have ended theirs, and those that stood
    `before` stand again.
    """
    planned = _Build(fleet, instance, before, watch)
    volumes.ensure(fleet, instance)
    manifests.write(fleet.home, instance)
    keeping.write(fleet.home, instance)
    return planned.run()


def found(containers: Mapping[str, Container], outdated: Set[str] = frozenset()) -> dict[str, Standing]:
    """What `rollout.decide` needs to know of containers; those of `outdated` nodes have old secrets."""
    return {
        name: Standing(
            digest=container.labels.get(labels.DIGEST, ""),
            image=container.attrs["Image"],
            running=container.status == "running",
            status=container.attrs["State"]["ExitCode"],
            outdated=name in outdated,
        )
        for name, container in containers.items()
    }


class _Build:
    def __init__(self, fleet: Fleet, instance: Instance, before: Found | None, watch: Watch) -> None:
        self.fleet, self.instance, self.before, self.watch = fleet, instance, before, watch
        self.standing = before.containers if before else {}
        self.nodes = {node.name: node for node in instance.nodes}
        had = before.instance.secrets if before else {}
        outdated = rollout.outdated(self.nodes, had, instance.secrets)
        outdated |= rollout.moved(self.nodes, before.instance.placement if before else {}, instance.placement)
        self.steps = rollout.decide(self.nodes, instance.images, found(self.standing, outdated))
        self.made: dict[str, NodeContainer] = {}
        self.starting: list[NodeContainer] = []
        self.aside: list[Aside] = []
        self.running: dict[Future[NodeContainer], str] = {}
        self.abandoned = threading.Event()

    def run(self) -> dict[str, NodeContainer]:
        graph = TopologicalSorter({name: node.needs for name, node in self.nodes.items()})
        graph.prepare()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            try:
                self._walk(graph, pool)
            except BaseException:
                self._abandon(pool)
                self._put_back()
                raise
        self.aside += [
            Aside(node=name, container=self.standing[name], ran=False)
            for name, step in self.steps.items()
            if step.verb is Verb.REMOVE
        ]
        for each in self.aside:
            aside.drop(each)
        return self.made

    def _walk(self, graph: TopologicalSorter[str], pool: ThreadPoolExecutor) -> None:
        while graph.is_active():
            for name in graph.get_ready():
                self.running[pool.submit(self._stand, self.nodes[name])] = name
            done, _ = wait(self.running, return_when=FIRST_COMPLETED)
            for future in done:
                name = self.running.pop(future)
                self.made[name] = future.result()
                graph.done(name)

    def _abandon(self, pool: ThreadPoolExecutor) -> None:
        """Ends the nodes that are still starting, so that nobody waits for them, and begins no other."""
        self.abandoned.set()
        pool.shutdown(wait=False, cancel_futures=True)
        begun = {future for future in self.running if not future.cancelled()}
        while begun:
            # More than once: some had no container yet.
            for container in list(self.starting):
                container.discard()
            _, begun = wait(begun, timeout=_AGAIN)

    def _put_back(self) -> None:
        """What stood before takes the place of what came; raises NodeFailed where it cannot."""
        if self.before is None:
            return
        for name, container in self.made.items():
            if self.steps[name].verb is Verb.CREATE:
                container.discard()
        nodes = {node.name: node for node in self.before.instance.nodes}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda each: self._stands_again(each, nodes[each.node]), self.aside))

    def _stands_again(self, each: Aside, node: Node) -> None:
        assert self.before is not None
        client = self.fleet.on(self.before.instance.placement[node.name])
        with mapped(f"putting {node.name} back"):
            aside.take_back(client, each.container)
        if each.ran:
            NodeContainer(node, self.before.instance, client).adopt(each.container)
        self.watch(NodeEvent(node=node.name, state="put back"))

    def _stand(self, node: Node) -> NodeContainer:
        started = time.monotonic()
        verb = self.steps[node.name].verb
        container = NodeContainer(node, self.instance, self.fleet.on(self.instance.placement[node.name]))
        if verb is Verb.KEEP:
            container.standing_on(self.standing[node.name]).wait_until_ready_again(self.abandoned.is_set)
            self.watch(NodeEvent(node=node.name, state="kept"))
            return container
        self.watch(NodeEvent(node=node.name, state="starting"))
        self.starting.append(container)
        try:
            if verb is Verb.REPLACE:
                self.aside.append(aside.put(node.name, self.standing[node.name], node.process.stop_grace))
            if verb is Verb.START:
                container.adopt(self.standing[node.name])
            else:
                container.start()
        except BaseException:
            if not self.abandoned.is_set():
                self.watch(NodeEvent(node=node.name, state="failed", seconds=time.monotonic() - started))
            raise
        self.starting.remove(container)
        state = "done" if node.lifecycle is Lifecycle.ONCE else "ready"
        self.watch(NodeEvent(node=node.name, state=state, seconds=time.monotonic() - started))
        return container
