"""How a probe is asked inside a container: one program that loops, instead of an exec for every question.

In our own images that is a shell. An image of others has nothing for sure, so a static program of ours, from
the image `probe`, is put into its nodes before they start.
"""

from __future__ import annotations

import shlex

from environments.nodes import CommandProbe, HttpProbe, Node, Probe, TcpProbe
from environments.topology import Topology

IMAGE = "probe"
"""The image that has the program, at `IN_IMAGE`."""
IN_IMAGE = "/probe"
PROGRAM = "/.peakproof/probe"
"""Where it stands in a node of a foreign image."""
_PAUSE = 0.05  # seconds between two questions
TIMED_OUT = 124
"""The status of `timeout`, and of the program, when the time was over."""
NOT_RUNNABLE, NOT_THERE = 126, 127
"""The statuses of a command that an image has not, as a shell tells them."""


def brings_program(node: Node) -> bool:
    """Whether the program is put into this node."""
    return node.process.foreign and node.probes.ready is not None


def images(topology: Topology) -> tuple[str, ...]:
    """The image that asking needs beside those of the nodes, if any does."""
    return (IMAGE,) if any(brings_program(node) for node in topology.nodes) else ()


def script(probe: Probe) -> str:
    """A bash script that ends with status 0 as soon as the probe holds."""
    return f"until ( {question(probe)} ) >/dev/null 2>&1; do sleep {_PAUSE}; done"


def waiting(probe: Probe, deadline: float, *, foreign: bool = False) -> list[str]:
    """argv that ends with status 0 when the probe holds, with 124 after `deadline` seconds."""
    if foreign:
        return [PROGRAM, "until", f"{deadline:g}", *_words(probe)]
    return ["timeout", f"{deadline:g}", "bash", "-c", script(probe)]


def once(probe: Probe, patience: float, *, foreign: bool = False) -> list[str]:
    """argv that asks once, and ends with status 0 if the probe holds."""
    if foreign:
        return [PROGRAM, "once", f"{patience:g}", *_words(probe)]
    # Docker's own shell form is /bin/sh, which has no /dev/tcp.
    return list(probe.command) if isinstance(probe, CommandProbe) else ["bash", "-c", question(probe)]


def _words(probe: Probe) -> tuple[str, ...]:
    """The question as the program takes it."""
    match probe:
        case CommandProbe():
            return ("command", *probe.command)
        case TcpProbe():
            return ("tcp", str(probe.port))
        case HttpProbe():
            return ("http", str(probe.port), probe.path)


def question(probe: Probe) -> str:
    """A bash command that asks once. Needs nothing in the image but bash."""
    match probe:
        case CommandProbe():
            return shlex.join(probe.command)
        case TcpProbe():
            return f"exec 3<>/dev/tcp/127.0.0.1/{probe.port}"
        case HttpProbe():
            path = probe.path.replace("\\", r"\\").replace("%", "%%")  # printf reads both
            request = f"GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n"
            return (
                f"exec 3<>/dev/tcp/127.0.0.1/{probe.port} && printf {shlex.quote(request)} >&3"
                ' && read -r -t 2 _ status _ <&3 && [ "$status" = 200 ]'
            )


def in_words(probe: Probe) -> str:
    """What is waited for, for messages."""
    match probe:
        case CommandProbe():
            return f"`{shlex.join(probe.command)}` to succeed"
        case TcpProbe():
            return f"port {probe.port} to accept connections"
        case HttpProbe():
            return f"GET :{probe.port}{probe.path} to answer 200"
