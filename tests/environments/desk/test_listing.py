"""`env list`: whose an environment is, why it stands, for how long it has and will, and what it takes."""

from __future__ import annotations

import getpass
import json

import pytest

from environments.desk import measuring
from tests.environments.commanding import run, run_here
from tests.environments.standing import Standing


@pytest.mark.parametrize("name", ["total_inactive_file", "inactive_file"])
def test_what_the_kernel_can_drop_at_once_is_not_counted(name: str) -> None:
    assert measuring.told({"usage": 1000, "stats": {name: 300}}) == 700


def test_an_engine_that_tells_nothing_is_not_taken_at_zero() -> None:
    assert measuring.told({}) is None


def row(name: str) -> dict[str, object]:
    rows = json.loads(run_here("env", "list", "--json").stdout)["environments"]
    (mine,) = [each for each in rows if each["name"] == name]
    assert isinstance(mine, dict)
    return mine


@pytest.mark.integration
def test_it_says_who_brought_it_up_and_for_how_long_it_stands(shop: Standing) -> None:
    mine = row(shop.name)
    assert str(mine["who"]).startswith(f"{getpass.getuser()}@")
    assert 0 <= int(str(mine["age_seconds"])) < 3600


@pytest.mark.integration
def test_the_memory_is_that_of_all_nodes(shop: Standing) -> None:
    one = measuring.memory([shop.attach().nodes["store-1"].get_wrapped_container()])
    assert one is not None
    assert 4 * 1024**2 < one < 128 * 1024**2, "a PostgreSQL within its limit"
    assert one < int(str(row(shop.name)["memory"])) < 1024**3


@pytest.mark.integration
def test_a_reason_can_be_given_also_later_and_others_read_it(shop: Standing) -> None:
    before = row(shop.name)
    again = run("env", "up", str(shop.definition), "--name", shop.name, "--why", "the spring sale")
    assert again.returncode == 0, again.stderr
    after = row(shop.name)
    assert (after["why"], after["who"]) == ("the spring sale", before["who"])
    assert int(str(after["age_seconds"])) >= int(str(before["age_seconds"]))
    assert "the spring sale" in run_here("env", "list").stderr
