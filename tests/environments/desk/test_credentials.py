"""What somebody who asks for an environment's credentials is told, and that nobody else is."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from environments import urls
from environments.desk import credentials
from environments.door import images_of
from environments.instance import Instance, Supply, instantiate
from environments.loading import topology_of
from environments.services import KINDS
from environments.site import Site
from environments.topology import Binding
from foundation.errors import InputError, Unavailable
from foundation.secrets import Secret
from tests.environments.commanding import run_here
from tests.environments.standing import Standing
from tests.environments.written import compiled

LAPTOP = topology_of("laptop", beside=Path()).topology


def instance(engine: str | None = None) -> Instance:
    ports, host = count(20_000), {} if engine is None else {"docker": engine, "address": "192.0.2.7"}
    site = {"site": "s", "hosts": {"only": host}, "subnets": "10.231.0.0/16"}
    supply = Supply(
        site=Site.model_validate(site),
        placement=dict.fromkeys((node.name for node in LAPTOP.nodes), "only"),
        images={name: f"sha256:{name}" for name in images_of(LAPTOP)},
        taken=(),
        free_port=lambda: next(ports),
    )
    return instantiate(LAPTOP, "mine", supply)


def test_every_service_that_is_reached_from_outside_is_among_them() -> None:
    found = {each.service: each for each in credentials.of(instance())}
    assert set(found) == {"balancer", "database", "broker"}
    assert found["balancer"].url.reveal() == f"http://127.0.0.1:{found['balancer'].port}"
    assert found["balancer"].password is None
    assert urlsplit(found["broker"].url.reveal()).scheme == "amqp"


def test_one_service_can_be_asked_for() -> None:
    mine = instance()
    (database,) = credentials.of(mine, "database")
    assert (database.name, database.user) == ("orderhub", "orderhub")
    assert database.password == mine.secrets["database.password"]
    assert database.port == mine.ports["database"]


def test_a_service_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError) as told:
        credentials.of(instance(), "databse")
    assert "did you mean 'database'?" in str(told.value.hint)


def test_a_password_whose_node_is_gone_is_told() -> None:
    with pytest.raises(Unavailable, match="password of database"):
        credentials.of(replace(instance(), secrets={}), "database")


def test_nothing_in_a_url_is_taken_for_its_punctuation() -> None:
    binding = Binding(host="store", name="a/b", user="jo@x")
    written = urlsplit(urls.url("postgresql", binding, Secret("p:/?#@"), "127.0.0.1", 5000).reveal())
    assert (written.hostname, written.port) == ("127.0.0.1", 5000)
    assert [unquote(part or "") for part in (written.username, written.password)] == ["jo@x", "p:/?#@"]
    assert unquote(written.path[1:]) == "a/b"


def test_a_database_with_tls_is_reached_with_tls() -> None:
    binding = Binding(host="store", name="a", user="b", trust="/run/secrets/trust.pem")
    assert urls.url("postgresql", binding, Secret("c"), "h", 1).reveal().endswith("?sslmode=require")
    assert urls.url("mysql", binding, Secret("c"), "h", 1).reveal().endswith("?ssl-mode=REQUIRED")


def test_what_a_host_elsewhere_keeps_to_itself_says_how_it_is_reached() -> None:
    found = {each.service: each for each in credentials.of(instance("ssh://ops@left.example:2222"))}
    assert (found["balancer"].host, found["balancer"].through) == ("192.0.2.7", None)
    port = found["database"].port
    assert found["database"].through == (f"ssh -N -p 2222 -L {port}:127.0.0.1:{port} ops@left.example"), (
        "the URL holds while this runs"
    )


def test_a_site_s_own_ssh_settings_are_among_what_is_said_whatever_their_path() -> None:
    found = {each.service: each for each in credentials.of(instance("ssh://left?config=/my%20sites/ssh"))}
    assert str(found["database"].through).startswith("ssh -N -F '/my sites/ssh' -L ")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_with_a_password_has_a_url_of_its_own(kind: str, tmp_path: Path) -> None:
    if kind in ("application", "container", "haproxy"):  # what is in a container says its endpoint alone
        services = {
            "front": {"kind": "haproxy", "to": "web"},
            "web": {"kind": "application", "process": "web"},
        }
    else:
        services = {
            "it": {"kind": kind, "memory": "256MiB"},
            "web": {"kind": "application", "process": "web"},
        }
    topology = compiled(tmp_path, services).topology
    with_password = {secret.name.removesuffix(".password") for secret in topology.secrets}
    assert with_password == (set() if "front" in services else {"it"})
    assert all(topology.bindings[service].scheme for service in with_password)


def test_a_credential_does_not_print_its_password() -> None:
    (database,) = credentials.of(instance(), "database")
    assert database.password is not None
    assert database.password.reveal() not in repr(database)


@pytest.mark.integration
def test_the_url_that_is_told_opens_the_database(shop: Standing) -> None:
    said = run_here("env", "credentials", shop.name, "store", "--json")
    (told,) = json.loads(said.stdout)["credentials"]
    with psycopg.connect(told["url"]) as connection:
        assert connection.execute("SELECT current_user::text, 6 * 7").fetchone() == (told["user"], 42)


@pytest.mark.integration
def test_people_are_told_all_of_it_on_stderr(shop: Standing) -> None:
    said = run_here("env", "credentials", shop.name, env={"COLUMNS": "20"})
    assert said.stdout == ""
    password = shop.attach().secret("store.password").reveal()
    assert f":{password}@127.0.0.1:" in said.stderr, "no width cuts a URL"
    assert said.stderr.startswith("front\n")


@pytest.mark.integration
def test_no_other_command_shows_a_password(shop: Standing) -> None:
    password = shop.attach().secret("store.password").reveal()
    for words in (("list", "--json"), ("status", shop.name, "--json"), ("logs", shop.name, "store-1")):
        said = run_here("env", *words)
        assert said.returncode == 0
        assert password not in said.stdout + said.stderr
