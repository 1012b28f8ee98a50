"""Secrets of every kind in an environment that stands: where they are, where they are not, what they open.

The application is orderhub: its processes reach their database by libpq, which verifies the server.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import docker
import pytest

from environments import environment
from environments.containers import removing
from environments.environment import Environment
from foundation import pki
from foundation.secrets import Secret
from tests.environments import commanding
from tests.environments.written import Secrets, Services, application, definition

pytestmark = pytest.mark.integration

FILED, PRINTED, PINNED = "f1led-Zx7Qm2", "pr1nted-Kd8Rw4", "p1nned-Vb5Ht9"
VERIFY = {
    "PGSSLMODE": "verify-full",
    "PGSSLROOTCERT": "{database.trust}",
    "ORDERHUB_BROKER_PORT": "5672",  # there is none; neither process asks for it
}
CERTIFICATE, TRUST = "/run/secrets/certificate.pem", "/run/secrets/trust.pem"
SERVICES: Services = {
    "database": {"kind": "postgres", "tls": True, "memory": "256MiB"},
    "migrate": application("migrate", memory="256MiB", environment=VERIFY),
    "api": application(
        "api",
        memory="256MiB",
        environment=VERIFY,
        secrets={
            "carrier-key": "/run/secrets/carrier-key",
            "vault-token": "/run/secrets/vault-token",
            "pin": {"as": "environment", "variable": "CARRIER_PIN"},
        },
    ),
}
GIVEN: Secrets = {
    "carrier-key": {"file": "carrier.key"},
    "vault-token": {"command": ["printf", "%s\n", PRINTED]},
    "pin": {"variable": "PEAKPROOF_TEST_PIN"},
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """An environment that stands, and how to change it."""

    name: str
    folder: Path
    engine: docker.DockerClient

    def up(self, **options: object) -> subprocess.CompletedProcess[str]:
        """`env up`, with options of the database changed."""
        services = {**SERVICES, "database": {**SERVICES["database"], **options}}
        path = definition(self.folder, services, entry="api", platform="orderhub", secrets=GIVEN)
        return commanding.run_here(
            "env", "up", str(path), "--name", self.name, "--ttl", "20m", env={"PEAKPROOF_TEST_PIN": PINNED}
        )

    def attach(self) -> Environment:
        return environment.attach(self.engine, self.name)

    def run(self, node: str, *command: str, user: str = "") -> tuple[int, str]:
        """Status and output of a command in a node."""
        container = self.attach().nodes[node].get_wrapped_container()
        status, output = container.exec_run(list(command), user=user)
        assert isinstance(output, bytes)
        return int(status or 0), output.decode().strip()

    def query(self, sql: str, *, options: str = "") -> tuple[int, str]:
        """As the platform's user, over the network."""
        password = self.attach().secret("database.password").reveal()
        place = f"host=database dbname=orderhub user=orderhub password={password} {options}"
        return self.run("database-1", "psql", "-qtAX", place, "-c", sql, user="postgres")


@pytest.fixture(scope="module")
def shop(engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("secrets")
    (folder / "carrier.key").write_text(f"{FILED}\n")
    standing = Shop(name=f"t-secrets-{folder.stat().st_ino}", folder=folder, engine=engine)
    try:
        up = standing.up()
        assert up.returncode == 0, up.stderr
        yield standing
    finally:
        removing.remove(engine, standing.name)


def test_the_application_talks_to_its_database_by_tls_and_has_verified_it(shop: Shop) -> None:
    sql = (
        "SELECT DISTINCT ssl, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
        "WHERE application_name LIKE 'orderhub%'"
    )
    done = shop.run("database-1", "psql", "-qtAX", "-d", "postgres", "-c", sql, user="postgres")
    assert done == (0, "t|TLSv1.3")


def test_nobody_connects_over_the_network_without_tls(shop: Shop) -> None:
    status, said = shop.query("SELECT 1", options="sslmode=disable")
    assert status != 0
    assert "no encryption" in said


def test_a_client_that_trusts_somebody_else_refuses_the_server(shop: Shop) -> None:
    other = pki.certificate(pki.new_authority("another", now=datetime.now(UTC)))
    script = f'cat > /tmp/other.pem <<"END"\n{other}END\n'
    assert shop.run("database-1", "bash", "-c", script, user="postgres")[0] == 0
    status, said = shop.query("SELECT 1", options="sslmode=verify-full sslrootcert=/tmp/other.pem")
    assert status != 0
    assert "certificate verify failed" in said


@pytest.mark.parametrize(("path", "value"), [("carrier-key", FILED), ("vault-token", PRINTED)])
def test_what_people_give_is_a_file_that_only_the_process_reads(shop: Shop, path: str, value: str) -> None:
    assert shop.run("api-1", "cat", f"/run/secrets/{path}") == (0, value)
    assert shop.run("api-1", "stat", "-c", "%a", f"/run/secrets/{path}") == (0, "400")


def test_an_environment_variable_holds_a_secret_only_where_one_is_declared(shop: Shop) -> None:
    for name, node in shop.attach().nodes.items():
        variables = node.get_wrapped_container().attrs["Config"]["Env"]
        assert (f"CARRIER_PIN={PINNED}" in variables) == (name == "api-1")


def test_the_key_of_the_authority_is_on_no_node(shop: Shop) -> None:
    standing = shop.attach()
    authority = standing.secret("environment.authority")
    assert "PRIVATE KEY" in authority.reveal()
    given = {secret for node in standing.instance.topology.nodes for secret in node.attachments.known_secrets}
    assert "environment.authority" not in given
    assert shop.run("api-1", "cat", TRUST) == (0, pki.certificate(authority).strip())


def told(engine: docker.DockerClient, name: str) -> str:
    """All that Docker tells of an environment: every inspection and every log."""
    ours: dict[str, str | list[str] | bool] = {"label": [f"peakproof.instance={name}"]}
    containers = engine.containers.list(all=True, filters=ours, ignore_removed=True)
    things = [*containers, *engine.networks.list(filters=ours), *engine.volumes.list(filters=ours)]
    assert len(containers) >= 5
    return json.dumps([thing.attrs for thing in things]) + "".join(
        container.logs().decode(errors="replace") for container in containers
    )


def test_no_secret_is_in_anything_that_docker_tells_but_the_declared_variable(shop: Shop) -> None:
    text = told(shop.engine, shop.name)
    secrets = shop.attach().instance.secrets
    assert {ref.kind for ref in shop.attach().instance.topology.secrets} == {
        "authority", "certificate", "given", "password", "trust",
    }  # fmt: skip
    for name, secret in secrets.items():
        lines = [line for line in secret.reveal().splitlines() if not line.startswith("-----")]
        assert (lines[0] in text) == (name == "pin"), name
    assert text.count(PINNED) == 1


def test_an_environment_that_is_read_back_has_every_secret(shop: Shop) -> None:
    standing = shop.attach().instance
    assert standing.secrets.keys() == {ref.name for ref in standing.topology.secrets}
    assert standing.secrets["carrier-key"] == Secret(FILED)
    assert standing.secrets["pin"] == Secret(PINNED)


def ids(shop: Shop) -> dict[str, str]:
    return {name: str(node.get_wrapped_container().id) for name, node in shop.attach().nodes.items()}


def test_another_up_keeps_what_it_made_and_replaces_who_was_given_what_is_another_now(shop: Shop) -> None:
    before, nodes = shop.attach().instance.secrets, ids(shop)
    assert shop.up().returncode == 0
    assert (shop.attach().instance.secrets, ids(shop)) == (before, nodes)
    (shop.folder / "carrier.key").write_text("another-key")
    try:
        assert shop.up().returncode == 0
        assert shop.run("api-1", "cat", "/run/secrets/carrier-key") == (0, "another-key")
        assert {name for name, id_ in ids(shop).items() if id_ != nodes[name]} == {"api-1"}
        assert shop.attach().instance.secrets == {**before, "carrier-key": Secret("another-key")}
    finally:
        (shop.folder / "carrier.key").write_text(f"{FILED}\n")


def test_a_value_that_cannot_be_had_is_told_before_anything_is_made(
    shop: Shop, engine: docker.DockerClient
) -> None:
    secrets: Secrets = {**GIVEN, "vault-token": {"command": ["sh", "-c", f"echo {PRINTED} >&2; exit 7"]}}
    path = definition(
        shop.folder, SERVICES, entry="api", platform="orderhub", file="failing", secrets=secrets
    )
    name = f"{shop.name}-not"
    up = commanding.run_here("env", "up", str(path), "--name", name, env={"PEAKPROOF_TEST_PIN": PINNED})
    assert up.returncode == 2
    assert "secret 'vault-token': the command sh ended with 7" in up.stderr
    assert PRINTED not in up.stdout + up.stderr
    assert commanding.left(engine, name) == []
