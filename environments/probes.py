"""How a probe is asked inside a container: one shell that loops, instead of an exec for every question."""

from __future__ import annotations

import shlex

from environments.topology import CommandProbe, HttpProbe, Probe, TcpProbe

_PAUSE = 0.05  # seconds between two questions
TIMED_OUT = 124
"""The status of `timeout` when the time was over."""


def script(probe: Probe) -> str:
    """A bash script that ends with status 0 as soon as the probe holds."""
    return f"until ( {question(probe)} ) >/dev/null 2>&1; do sleep {_PAUSE}; done"


def waiting(probe: Probe, deadline: float) -> list[str]:
    """argv that ends with status 0 when the probe holds, with 124 after `deadline` seconds."""
    return ["timeout", f"{deadline:g}", "bash", "-c", script(probe)]


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
