"""platform.yaml: what it names exists, and what it sets is a setting."""

from __future__ import annotations

import re
from dataclasses import fields

import psycopg
import pytest
import yaml
from orderhub.__main__ import PROCESSES
from orderhub.settings import PREFIX, Settings

from tests.platforms.orderhub.processes import APP
from tests.platforms.orderhub.servers import DatabaseServer

PLATFORM = yaml.safe_load((APP.parent / "platform.yaml").read_text())
SERVICES = {"database", "broker", *PLATFORM["processes"]}


def test_every_process_of_the_app_runs_and_no_other() -> None:
    commands = {name: process["command"] for name, process in PLATFORM["processes"].items()}
    assert commands == {name: ["python3", "-m", "orderhub", name] for name in PROCESSES}


def test_every_variable_is_a_setting() -> None:
    known = {f"{PREFIX}{field.name.upper()}" for field in fields(Settings)}
    assert PLATFORM["environment"].keys() <= known


def test_variables_and_needs_refer_to_what_there_is() -> None:
    named = re.findall(r"\{(\w+)\.(?:host|port|name|user)\}", " ".join(PLATFORM["environment"].values()))
    needed = [name for process in PLATFORM["processes"].values() for name in process["needs"]]
    assert set(named) | set(needed) <= SERVICES


def test_secrets_are_files_where_the_settings_look_for_them() -> None:
    for name, path in PLATFORM["secrets"].items():
        variable = f"{PREFIX}{name.replace('.', '_').upper()}_FILE"
        assert PLATFORM["environment"][variable] == path
    for process in PLATFORM["processes"].values():
        assert set(process["secrets"]) <= PLATFORM["secrets"].keys()


def test_a_process_without_a_port_is_ready_when_its_file_is_there() -> None:
    ready_file = next(field.default for field in fields(Settings) if field.name == "ready_file")
    for name in ("relay", "worker"):
        assert PLATFORM["processes"][name]["ready"] == {"command": ["test", "-e", str(ready_file)]}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("feed", "expected"),
    [("customers", [{"customer": 1}, {"customer": 2}]),
     ("products", [{"sku": "PUMP-1"}, {"sku": "VALVE-2"}, {"sku": "RARE-3"}])],
)  # fmt: skip
def test_a_feed_gives_what_can_be_ordered(
    postgres_server: DatabaseServer, database: str, feed: str, expected: list[dict[str, object]]
) -> None:
    with psycopg.connect(postgres_server.dsn(database), row_factory=psycopg.rows.dict_row) as connection:
        assert connection.execute(PLATFORM["feeds"][feed].encode()).fetchall() == expected
