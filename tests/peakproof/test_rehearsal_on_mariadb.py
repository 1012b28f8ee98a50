"""A platform on MariaDB is rehearsed like any other: filled, masked, loaded, hit, and its orders counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import docker
import pytest

from environments.containers import removing
from foundation.verdict import Status
from tests.peakproof import markets
from tests.peakproof.kiosks import Ran, SideBySide, left
from tests.peakproof.markets import BY_URL, Market

pytestmark = [pytest.mark.integration, pytest.mark.quiet]

NO_FAULT = {"timeline": [], "load": {"journey": "buy", "peak": "20/s", "duration": "4s"}}
# In a node of the database, as its administrator; a line of JSON an order.
TOLD = """
SELECT JSON_OBJECT('key', order_key, 'content', CONCAT_WS('|', buyer, goods, amount), 'copies', 1,
                   'effects', 1, 'terminal', true, 'state', 'packed', 'oversold', false)
  FROM orders WHERE order_key LIKE '{run}%'"""
IN_A_NODE = {"in": "store", "command": ["mariadb", "-NBr", "stall", "-e", TOLD]}

MARKETS = {
    "sound": Market(),
    "forgetful": Market(accept="forgetful", plan=NO_FAULT),
    "by-url": Market(conservation=BY_URL),
    "forgetful-by-url": Market(accept="forgetful", conservation=BY_URL, plan=NO_FAULT),
    "by-command": Market(conservation=IN_A_NODE, plan=NO_FAULT),
    "refused": Market(conservation={"url": BY_URL["url"]}, plan=NO_FAULT),
}


Rehearsed = Callable[[str], Ran]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory, client: docker.DockerClient) -> Iterator[Rehearsed]:
    """The rehearsals of MARKETS by name: all begin, a few at a time, when this is first asked for."""
    folder = tmp_path_factory.mktemp("markets")
    with ThreadPoolExecutor(SideBySide.AT_ONCE) as pool:
        running = {name: pool.submit(markets.rehearse, folder, name, each) for name, each in MARKETS.items()}
        yield lambda name: running[name].result()
    for name in MARKETS:
        for each in (markets.environment(name), f"{markets.environment(name)}_source"):
            removing.remove(client, each)


@pytest.mark.parametrize("name", ["sound", "by-url"])
def test_a_sound_stall_passes_although_a_node_was_killed(
    rehearsed: Rehearsed, client: docker.DockerClient, name: str
) -> None:
    found = rehearsed(name)
    assert (found.exit_code, found.results.verdict.status) == (0, Status.PASS), found.stderr
    assert found.broken == {}
    (fault,) = found.results.faults
    assert fault.node in ("stall-1", "stall-2")
    data, compared = found.results.data, found.results.conservation
    assert data is not None
    assert compared is not None
    assert (data.verified, data.masked_columns) == (True, 2)
    assert compared.outcomes["acknowledged"] > 100
    inside = found.results.inside
    assert inside is not None
    assert [(each.name, each.never) for each in inside.delays] == [("ordered->packed", 0)]
    assert [each.name for each in inside.gauges] == ["queue age"]
    assert "stall-1" in str(found.printed["inside"])
    assert left(client, markets.environment(name)) == []


@pytest.mark.parametrize("name", ["forgetful", "forgetful-by-url"])
def test_orders_that_were_acknowledged_and_forgotten_are_lost(rehearsed: Rehearsed, name: str) -> None:
    found = rehearsed(name)
    assert (found.exit_code, found.results.verdict.status) == (1, Status.FAIL), found.stderr
    assert set(found.broken) == {"lost"}
    compared = found.results.conservation
    assert compared is not None
    assert {order.outcome for order in compared.bad} == {"acknowledged"}
    assert all(int(order.key.rpartition("-")[2]) % 10 == 0 for order in compared.bad)


def test_a_command_in_a_node_may_tell_the_orders(rehearsed: Rehearsed) -> None:
    found = rehearsed("by-command")
    assert (found.exit_code, found.results.verdict.status) == (0, Status.PASS), found.stderr
    compared = found.results.conservation
    assert compared is not None
    assert compared.states == {"packed": compared.outcomes["acknowledged"]}


def test_a_question_that_is_refused_is_told_before_anything_is_sent(rehearsed: Rehearsed) -> None:
    found = rehearsed("refused")
    assert found.exit_code == 2, found.stderr
    assert (
        "the conservation question is answered with 401 at http://stall:8080/audit/orders?run="
        in found.stderr
    )
    assert '{"error": "who are you?"}' in found.stderr
    assert "load: buy" not in found.stderr
