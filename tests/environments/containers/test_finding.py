"""What is looked at while somebody takes it away is passed over, and is no error."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import docker
import pytest

from environments import labels
from environments.containers import aside, finding
from environments.instance import Instance, Supply, instantiate
from environments.loading import site_of, topology_of


def laptop() -> Instance:
    topology, ports = topology_of("laptop", beside=Path()).topology, count(20_000)
    images = {name: f"sha256:{name}" for name in topology.images()}
    supply = Supply(
        site=site_of("laptop", beside=Path()),
        placement=dict.fromkeys((node.name for node in topology.nodes), "local"),
        images=images,
        taken=(),
        free_port=lambda: next(ports),
    )
    return instantiate(topology, "mine", supply)


class Going(BaseHTTPRequestHandler):
    """An engine that lists one node, which is gone when it is asked for."""

    def do_GET(self) -> None:
        manifest = {"Name": "m", "Labels": labels.of("mine", "manifest", manifest=laptop().to_json())}
        path = self.path.partition("?")[0]
        answers: dict[str, object] = {
            "/v1.41/volumes": {"Volumes": [manifest] if "manifest" in self.path else []},
            "/v1.41/containers/json": [{"Id": "c1", "Names": ["/peakproof-mine-api-1"]}],
        }
        found = answers.get(path)
        body = json.dumps(found or {"message": "No such container: c1"}).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def going() -> Iterator[docker.DockerClient]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Going) as server:
        threading.Thread(target=server.serve_forever).start()
        yield docker.DockerClient(base_url=f"tcp://127.0.0.1:{server.server_port}", version="1.41")
        server.shutdown()


def test_a_node_that_goes_while_it_is_looked_for_is_not_there(going: docker.DockerClient) -> None:
    found = finding.find(going, "mine")
    assert found is not None
    assert found.containers == {}


def test_what_goes_meanwhile_is_not_put_back(going: docker.DockerClient) -> None:
    aside.recover(going, "mine")
