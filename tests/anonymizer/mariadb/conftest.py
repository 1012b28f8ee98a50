"""Databases of their own for tests on a real MariaDB, and a shop to copy from one into another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

import anonymizer
from anonymizer.pseudonyms.keys import Key
from foundation.errors import PeakproofError
from foundation.receipts import Receipt
from tests.anonymizer.mariadb.server import MariadbServer

HERE = Path(__file__).parent
SCHEMA = (HERE / "shop.sql").read_text()
ROWS = (HERE / "shop_rows.sql").read_text()
KEY = Key(bytes(range(32)))
Make = Callable[[str], str]


@pytest.fixture(scope="module")
def make(mariadb_server: MariadbServer) -> Iterator[Make]:
    """Makes a database that runs the given SQL first, and returns its name; all are dropped at the end."""
    made: list[str] = []

    def database(script: str) -> str:
        name = f"test_{uuid4().hex[:12]}"
        mariadb_server.run("mysql", f"CREATE DATABASE {name}")
        made.append(name)
        mariadb_server.run(name, script)
        return name

    yield database
    for name in made:
        mariadb_server.run("mysql", f"DROP DATABASE {name}")


@pytest.fixture(scope="module")
def source(make: Make) -> str:
    """A filled database that nobody changes."""
    return make(SCHEMA + ROWS)


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A filled source, an empty target, and the policy's file."""

    server: MariadbServer
    source: str
    target: str
    policy: Path

    def run(self, key: Key = KEY, *, replace: bool = False) -> Receipt:
        places = self.server.dsn(self.source), self.server.dsn(self.target)
        return anonymizer.anonymize(*places, anonymizer.load_policy(self.policy), key, replace=replace)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        return self.server.rows(self.target, query)

    def change(self, before: str, after: str) -> None:
        assert before in self.policy.read_text()
        self.policy.write_text(self.policy.read_text().replace(before, after))

    def refusal(self) -> PeakproofError:
        with pytest.raises(PeakproofError) as refused:
            self.run()
        return refused.value


@pytest.fixture
def shop(mariadb_server: MariadbServer, make: Make, source: str, tmp_path: Path) -> Shop:
    """A shop whose target is empty."""
    policy = tmp_path / "policy.yaml"
    policy.write_text((HERE / "shop.yaml").read_text())
    return Shop(server=mariadb_server, source=source, target=make(SCHEMA), policy=policy)


@pytest.fixture(scope="module")
def finished(
    mariadb_server: MariadbServer, make: Make, source: str, tmp_path_factory: pytest.TempPathFactory
) -> Shop:
    """A shop whose run is finished; tests only read it."""
    policy = tmp_path_factory.mktemp("shop") / "policy.yaml"
    policy.write_text((HERE / "shop.yaml").read_text())
    done = Shop(server=mariadb_server, source=source, target=make(SCHEMA), policy=policy)
    done.run()
    return done
