"""A wrong login of a container that is a database is told where it is written. Real servers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from environments import loading
from foundation.errors import InputError
from foundation.secrets import Secret
from peakproof import letting_in
from tests.anonymizer.mariadb.server import MariadbServer
from tests.environments.written import definition
from tests.servers import Server

PLACE = "shop.yaml:7"


@pytest.mark.integration
@pytest.mark.parametrize("wrong", ["user", "password", "database"])
def test_a_postgresql_that_lets_nobody_in_is_told_at_the_login(postgres_server: Server, wrong: str) -> None:
    letting_in.check(Secret(postgres_server.dsn("postgres")), "store", PLACE)
    servers = {
        "user": replace(postgres_server, user="other"),
        "password": replace(postgres_server, password="other"),
        "database": postgres_server,
    }
    dsn = Secret(servers[wrong].dsn("nowhere" if wrong == "database" else "postgres"))
    with pytest.raises(InputError, match="of service 'store' does not let its user in") as caught:
        letting_in.check(dsn, "store", PLACE)
    assert caught.value.where == PLACE
    assert "`login`, `database.name`" in str(caught.value.hint)
    assert postgres_server.password not in str(caught.value)


@pytest.mark.integration
def test_a_mariadb_that_lets_nobody_in_is_told_at_the_login(mariadb_server: MariadbServer) -> None:
    right = mariadb_server.dsn("mysql")
    letting_in.check(Secret(right), "store", PLACE)
    with pytest.raises(InputError, match="does not let its user in") as caught:
        letting_in.check(Secret(right.replace("/mysql", "/nowhere")), "store", PLACE)
    assert caught.value.where == PLACE


@pytest.mark.integration
def test_the_login_of_a_kind_of_ours_is_nobody_s_word(postgres_server: Server) -> None:
    with pytest.raises(InputError) as caught:
        letting_in.check(Secret(postgres_server.dsn("nowhere")), "store", None)
    assert "nowhere" in str(caught.value.where)


def test_a_definition_knows_where_its_containers_logins_are_written(tmp_path: Path) -> None:
    store = {
        "kind": "container",
        "image": "postgres:17",
        "port": 5432,
        "database": {"engine": "postgres", "name": "books"},
        "secrets": {"store.password": "/run/p"},
        "login": "clerk",
    }
    path = definition(tmp_path, {"store": store, "own": {"kind": "postgres"}})
    (place,) = loading.topology_of(str(path), beside=tmp_path).definition.login_places.items()
    service, where = place
    line = path.read_text().splitlines()[int(where.rpartition(":")[2]) - 1]
    assert (service, line.strip()) == ("store", "login: clerk")
