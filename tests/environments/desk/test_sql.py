"""Whose client `env sql` opens: a database of a kind of ours; of one of others it says what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments.desk import sql
from environments.topology import Topology
from foundation.errors import InputError
from tests.environments.written import Services, compiled

FOREIGN: dict[str, object] = {
    "kind": "container",
    "image": "postgres:17.5",
    "database": {"engine": "postgres", "name": "books"},
    "login": "clerk",
    "port": 5432,
    "secrets": {"shelf.password": {"as": "environment", "variable": "POSTGRES_PASSWORD"}},
}


def topology(folder: Path, services: Services) -> Topology:
    return compiled(folder, services).topology


def test_the_only_database_of_ours_is_meant(tmp_path: Path) -> None:
    made = topology(tmp_path, {"shelf": FOREIGN, "db": {"kind": "mariadb"}})
    assert sql.chosen(made, None, within="t") == "db"


@pytest.mark.parametrize("named", [None, "shelf"])
@pytest.mark.parametrize("images", [sql.CLIENTS.keys(), {"postgres"}])
def test_of_an_image_of_others_it_says_how_to_connect(
    tmp_path: Path, named: str | None, images: set[str]
) -> None:
    with pytest.raises(InputError) as told:
        sql.chosen(topology(tmp_path, {"shelf": FOREIGN}), named, within="t", images=images)
    assert "shelf of t is an image of others" in told.value.what
    assert "`peakproof env exec t shelf-1 -- …`" in str(told.value.hint)
    assert "`peakproof env credentials t shelf`" in str(told.value.hint)


def test_a_database_of_another_kind_is_none_of_those_that_psql_opens(tmp_path: Path) -> None:
    made = topology(tmp_path, {"db": {"kind": "mariadb"}})
    with pytest.raises(InputError, match="no PostgreSQL database 'db'"):
        sql.chosen(made, "db", within="t", images={"postgres"})
