"""What was imported comes up: an image that is built, one by reference, a database of ours."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import docker
import pytest

from environments.environment import attach
from environments.images import ensure
from tests.environments.commanding import run
from tests.environments.compose.composed import beside

pytestmark = pytest.mark.integration

REFERENCE = "compose-test.local/greeter:1"
# Asks its neighbours as their clients would, and answers with what they said.
SERVER = """
import http.server, json, os, pathlib, psycopg, urllib.request

class Asks(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
            row = connection.execute("SELECT current_user || ' of ' || current_database()").fetchone()[0]
        greeting = urllib.request.urlopen("http://old_name:9000/greeting.txt").read().decode()
        config = pathlib.Path("/etc/shop/a.ini").read_text()
        said = {"row": row, "greeting": greeting, "key": os.environ["API_KEY"], "config": config}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

http.server.HTTPServer(("", 8000), Asks).serve_forever()
"""
FILES = {
    "compose.yaml": f"""
        services:
          web:
            build: app
            ports: ["8080:8000"]
            environment: {{DATABASE_URL: 'postgresql://clerk:${{PW}}@db:5432/orders', API_KEY: sk_1}}
            volumes: ["./conf:/etc/shop:ro"]
            depends_on: {{db: {{condition: service_healthy}}, old_name: {{condition: service_started}}}}
          db:
            image: postgres:16
            environment: {{POSTGRES_USER: clerk, POSTGRES_PASSWORD: "${{PW}}", POSTGRES_DB: orders}}
          old_name:
            image: {REFERENCE}
            command: sh -c "cp /given/greeting.txt /data/ && exec python3 -m http.server -d /data 9000"
            volumes: ["greetings:/data", "./greeting.txt:/given/greeting.txt"]
            healthcheck: {{test: ["CMD", "test", "-e", "/data/greeting.txt"]}}
            depends_on: {{prepare: {{condition: service_completed_successfully}}}}
            expose: ["9000"]
          prepare: {{image: {REFERENCE}, command: [python3, -c, "print('done')"]}}
        volumes: {{greetings: {{}}}}
        """,
    ".env": "PW=hunter22\n",
    "app/Dockerfile": """\
        FROM peakproof/python
        RUN apt-get update && apt-get install -y python3-psycopg && rm -rf /var/lib/apt/lists/*
        COPY server.py /opt/app/
        USER app
        CMD ["python3", "/opt/app/server.py"]
        """,
    "app/server.py": SERVER,
    "conf/a.ini": "[shop]\n",
    "greeting.txt": "good day",
}


@pytest.fixture
def _reference(engine: docker.DockerClient) -> Iterator[None]:
    """An image of somebody else, which the engine has."""
    built = ensure(["python"], folders={}, client=engine)
    engine.images.get(built["python"].id).tag(*REFERENCE.split(":"))
    yield
    engine.images.remove(REFERENCE)


@pytest.mark.usefixtures("_reference")
def test_it_comes_up_and_its_services_reach_each_other(
    tmp_path: Path, engine: docker.DockerClient, new_name: Callable[[], str]
) -> None:
    beside(tmp_path, FILES)
    name = new_name()
    done = run("env", "import", ".", "--name", name, "--strict", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    came = run("env", "up", f"./{name}.yaml", "--json", cwd=tmp_path, within=400)
    assert came.returncode == 0, came.stderr
    states = json.loads(came.stdout)["nodes"]
    assert states["prepare-1"] == "done"
    address = json.loads(came.stdout)["endpoints"]["web"]
    with urlopen(address, timeout=10) as reply:  # noqa: S310 - our own loopback address
        said = json.loads(reply.read())
    assert said == {"row": "clerk of orders", "greeting": "good day", "key": "sk_1", "config": "[shop]\n"}
    labels = json.dumps([each.attrs["Labels"] for each in engine.volumes.list()])
    assert "hunter22" not in labels
    assert "sk_1" not in labels
    assert attach(engine, name).instance.topology.candidates["db.leader"] == ("db-1",)
