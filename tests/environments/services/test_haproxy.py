"""HAProxy: every node of the service behind it, and no request that was sent is ever repeated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from environments.nodes import HttpProbe, Probe, TcpProbe
from environments.services import haproxy
from environments.services.haproxy import HaproxyOptions
from environments.topology import Flow
from tests.environments.written import Services, application, compiled


def config(**options: object) -> str:
    read = HaproxyOptions.model_validate({"kind": "haproxy", "to": "web", **options})
    return haproxy.config(read, ("web-1", "web-2"), 8000)


def test_every_node_behind_it_is_checked() -> None:
    assert re.findall(r"server (\S+ \S+ check)", config()) == [
        "web-1 web-1:8000 check", "web-2 web-2:8000 check",
    ]  # fmt: skip


def test_health_is_asked_only_where_there_is_a_path() -> None:
    assert "option httpchk GET /ready" in config(health="/ready")
    assert "httpchk" not in config()


def test_time_outs_are_milliseconds() -> None:
    text = config(server_timeout="2.5s", connect_timeout="100ms", client_timeout="1m")
    assert "timeout server 2500ms" in text
    assert "timeout connect 100ms" in text
    assert "timeout client 60000ms" in text


def test_only_a_connection_that_failed_is_tried_again() -> None:
    assert re.findall(r"retry-on (.+)", config()) == ["conn-failure"]


def test_it_stands_before_the_service_it_names(tmp_path: Path) -> None:
    services: Services = {
        "front": {"kind": "haproxy", "to": "web", "port": 8080}, "web": application("web", nodes=3),
    }  # fmt: skip
    topology = compiled(tmp_path, services).topology
    assert Flow(source="front", target="web", port=8000) in topology.flows
    assert topology.endpoints[0].port == 8080
    written = topology.node("front-1").attachments.files[0].content
    assert len(re.findall(r"^ *server ", written, re.MULTILINE)) == 3


@pytest.mark.parametrize(
    ("health", "ready"), [("/ok", HttpProbe(port=8000, path="/ok")), (None, TcpProbe(port=8000))]
)
def test_it_is_ready_through_itself(tmp_path: Path, health: str | None, ready: Probe) -> None:
    services: Services = {
        "front": {"kind": "haproxy", "to": "web", "health": health},
        "web": application("web"),
    }
    assert compiled(tmp_path, services).topology.node("front-1").probes.ready == ready
