"""What was imported comes up: an image that is built, one by reference, four kinds of ours."""

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
from tests.environments.standing import clear

pytestmark = pytest.mark.integration

REFERENCE = "compose-test.local/greeter:1"
# Logs in at its neighbours as their clients would, and answers with what they said.
SERVER = """
import http.server, json, os, pathlib, urllib.request
import pika, psycopg, pymysql, redis

def postgres():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        return connection.execute("SELECT current_user || ' of ' || current_database()").fetchone()[0]

def mariadb():
    logged_in = pymysql.connect(
        host="maria", user="clerk", password=os.environ["MYSQL_PASSWORD"], database="stock"
    )
    with logged_in.cursor() as cursor:
        cursor.execute("SELECT substring_index(current_user(), '@', 1), database()")
        return " of ".join(cursor.fetchone())

def rabbitmq():
    parameters = pika.URLParameters(os.environ["AMQP_URL"])
    pika.BlockingConnection(parameters).close()
    return parameters.credentials.username

def valkey():
    return redis.Redis(host="cache", password=pathlib.Path("/run/secrets/cache_password").read_text()).ping()

def greeting():
    return urllib.request.urlopen("http://old_name:9000/greeting.txt").read().decode()

def config():
    return pathlib.Path("/etc/shop/a.ini").read_text()

def own():
    return [os.environ["API_KEY"], os.environ["BUILT_AS"]]

def told(ask):
    try:
        return ask()
    except Exception as error:
        return f"{type(error).__name__}: {error}"

class Asks(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked = (postgres, mariadb, rabbitmq, valkey, greeting, config, own)
        said = json.dumps({each.__name__: told(each) for each in asked}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said)

http.server.HTTPServer(("", 8000), Asks).serve_forever()
"""
FILES = {
    "compose.yaml": f"""
        services:
          web:
            build: {{context: ., dockerfile: app/Containerfile, target: serving, args: {{AS: shop}}}}
            ports: ["8080:8000"]
            environment:
              DATABASE_URL: postgresql://clerk:${{PW}}@db:5432/orders
              MYSQL_PASSWORD: ${{PW}}
              AMQP_URL: amqp://clerk:${{PW}}@broker:5672/%2F
              API_KEY: sk_1
            secrets: [cache_password]
            volumes: ["./conf:/etc/shop:ro"]
            depends_on:
              db: {{condition: service_healthy}}
              maria: {{condition: service_healthy}}
              broker: {{condition: service_started}}
              cache: {{condition: service_started}}
              old_name: {{condition: service_started}}
          db:
            image: postgres:16
            environment: {{POSTGRES_USER: clerk, POSTGRES_PASSWORD: "${{PW}}", POSTGRES_DB: orders}}
          maria:
            image: mariadb:11
            environment: {{MARIADB_USER: clerk, MARIADB_PASSWORD: "${{PW}}", MARIADB_DATABASE: stock}}
          broker:
            image: rabbitmq:4-alpine
            environment: {{RABBITMQ_DEFAULT_USER: clerk, RABBITMQ_DEFAULT_PASS: "${{PW}}"}}
          cache:
            image: redis:7
            environment: {{REDIS_PASSWORD_FILE: /run/secrets/cache_password}}
            secrets: [cache_password]
          old_name:
            image: {REFERENCE}
            command: sh -c "cp /given/greeting.txt /data/ && exec python3 -m http.server -d /data 9000"
            volumes: ["greetings:/data", "./greeting.txt:/given/greeting.txt"]
            healthcheck: {{test: ["CMD", "test", "-e", "/data/greeting.txt"]}}
            depends_on: {{prepare: {{condition: service_completed_successfully}}}}
            expose: ["9000"]
          prepare: {{image: {REFERENCE}, command: [python3, -c, "print('done')"]}}
        volumes: {{greetings: {{}}}}
        secrets: {{cache_password: {{file: cache.txt}}}}
        """,
    ".env": "PW=hunter22\n",
    "cache.txt": "hunter33\n",
    "app/Containerfile": """\
        FROM peakproof/python AS serving
        RUN apt-get update \\
         && apt-get install -y python3-pika python3-psycopg python3-pymysql python3-redis \\
         && rm -rf /var/lib/apt/lists/*
        ARG AS=nobody
        ENV BUILT_AS=$AS
        COPY app/server.py /opt/app/
        USER app
        CMD ["python3", "/opt/app/server.py"]
        FROM peakproof/python
        RUN exit 1
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


@pytest.fixture
def name(engine: docker.DockerClient, new_name: Callable[[], str]) -> Iterator[str]:
    """A name of its own; the images that were built for it go with it."""
    given = new_name()
    yield given
    clear(engine, given)
    for image in engine.images.list(name=f"peakproof/{given}/*"):
        engine.images.remove(image.tags[0], force=True)


@pytest.mark.usefixtures("_reference")
def test_it_comes_up_and_its_services_log_in_at_each_other(
    tmp_path: Path, engine: docker.DockerClient, name: str
) -> None:
    beside(tmp_path, FILES)
    done = run("env", "import", ".", "--name", name, "--strict", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    kinds = json.loads(done.stdout)["services"]
    ours = {"db": "postgres", "maria": "mariadb", "broker": "rabbitmq", "cache": "valkey"}
    assert kinds == {"web": "container", **ours, "old-name": "container", "prepare": "container"}
    came = run("env", "up", f"./{name}.yaml", "--json", cwd=tmp_path, within=400)
    assert came.returncode == 0, came.stderr
    assert json.loads(came.stdout)["nodes"]["prepare-1"] == "done"
    with urlopen(json.loads(came.stdout)["endpoints"]["web"], timeout=20) as reply:  # noqa: S310 - loopback
        said = json.loads(reply.read())
    assert said == {
        "postgres": "clerk of orders",
        "mariadb": "clerk of stock",
        "rabbitmq": "clerk",
        "valkey": True,
        "greeting": "good day",
        "config": "[shop]\n",
        "own": ["sk_1", "shop"],
    }
    labels = json.dumps([each.attrs["Labels"] for each in engine.volumes.list()])
    assert not [secret for secret in ("hunter22", "hunter33", "sk_1") if secret in labels]
    assert attach(engine, name).instance.topology.candidates["db.leader"] == ("db-1",)
