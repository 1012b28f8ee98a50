"""A registry on loopback that speaks the pull part of the distribution API, with a login where asked for.

https://github.com/opencontainers/distribution-spec
"""

from __future__ import annotations

import base64
import hashlib
import json
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import docker

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar"


@dataclass
class Registry:
    """What it has, and who may have it: `login` is "user:password", or empty for everybody."""

    host: str = ""
    login: str = ""
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def push(
        self, client: docker.DockerClient, image: str, name: str, tag: str, *, platform: str = ""
    ) -> str:
        """Takes an image of the engine; returns its reference. `platform`: a list that has that alone."""
        manifest = self._manifest(client, image)
        digest = self._kept(manifest)
        self.manifests[f"{name}/{digest}"] = (MANIFEST, manifest)
        body, kind = manifest, MANIFEST
        if platform:
            os, _, architecture = platform.partition("/")
            of = {"os": os, "architecture": architecture}
            entry = {"mediaType": MANIFEST, "size": len(manifest), "digest": digest, "platform": of}
            listed = {"schemaVersion": 2, "mediaType": LIST, "manifests": [entry]}
            body, kind = json.dumps(listed).encode(), LIST
        self.manifests[f"{name}/{tag}"] = (kind, body)
        self.manifests[f"{name}/{self._kept(body)}"] = (kind, body)
        return f"{self.host}/{name}:{tag}"

    def digest(self, name: str, tag: str) -> str:
        """The digest of what a tag means."""
        return f"sha256:{hashlib.sha256(self.manifests[f'{name}/{tag}'][1]).hexdigest()}"

    def _manifest(self, client: docker.DockerClient, image: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            saved = Path(folder, "image.tar")
            with saved.open("wb") as file:
                file.writelines(client.images.get(image).save())
            with tarfile.open(saved) as tar:
                tar.extractall(folder, filter="data")
            (described,) = json.loads(Path(folder, "manifest.json").read_text())
            layers = [Path(folder, layer).resolve().read_bytes() for layer in described["Layers"]]
            config = Path(folder, described["Config"]).read_bytes()
        return json.dumps({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "size": len(config), "digest": self._kept(config)},
            "layers": [
                {"mediaType": LAYER, "size": len(layer), "digest": self._kept(layer)} for layer in layers
            ],
        }).encode()  # fmt: skip

    def _kept(self, content: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.blobs[digest] = content
        return digest


class _Answering(BaseHTTPRequestHandler):
    registry: Registry

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.registry.asked.append(self.path)
        if not self._may():
            self._answer(401, "application/json", _error("UNAUTHORIZED", "authentication required"))
            return
        path = self.path.removeprefix("/v2/")
        name, _, rest = path.rpartition("/manifests/")
        if path == "":
            self._answer(200, "application/json", b"{}")
        elif name and f"{name}/{rest}" in self.registry.manifests:
            self._answer(200, *self.registry.manifests[f"{name}/{rest}"])
        elif "/blobs/" in path and path.rpartition("/")[2] in self.registry.blobs:
            self._answer(200, "application/octet-stream", self.registry.blobs[path.rpartition("/")[2]])
        else:
            self._answer(404, "application/json", _error("MANIFEST_UNKNOWN", "manifest unknown"))

    def _may(self) -> bool:
        login = self.registry.login
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return not login or base64.b64decode(given).decode() == login

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Docker-Distribution-API-Version", "registry/2.0")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", f"sha256:{hashlib.sha256(body).hexdigest()}")
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="of this test"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def _error(code: str, message: str) -> bytes:
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()


@contextmanager
def serving(login: str = "") -> Iterator[Registry]:
    """A registry that answers while the block runs."""
    registry = Registry(login=login)
    handler = type("Handler", (_Answering,), {"registry": registry})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        registry.host = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield registry
        finally:
            server.shutdown()
            thread.join()
