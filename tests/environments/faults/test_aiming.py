"""What a fault may be aimed at, and who is meant by the name of a service."""

from __future__ import annotations

from dataclasses import replace

from environments.faults import aiming
from environments.nodes import Lifecycle
from environments.topology import Role
from tests.environments.faults.cases import TOPOLOGY

ONCE = replace(TOPOLOGY.nodes[0], name="tables-1", service="tables", lifecycle=Lifecycle.ONCE)
ANY = Role(name="api.any", candidates=("api-1", "api-2"))
PLACE = replace(
    TOPOLOGY,
    nodes=(*TOPOLOGY.nodes, ONCE),
    roles=(ANY, Role(name="tables.any", candidates=("tables-1",))),
)


def test_a_target_is_a_role_or_a_node_that_stays() -> None:
    assert aiming.target(PLACE, "api.any") == ANY
    assert aiming.target(PLACE, "api-2") == Role(name="api-2", candidates=("api-2",))
    assert aiming.target(PLACE, "tables-1") is None
    assert aiming.target(PLACE, "api") is None


def test_targets_are_told_without_those_that_run_once() -> None:
    assert aiming.targets(PLACE) == ["api.any", "api-1", "api-2", "database-1"]


def test_a_service_is_all_of_its_nodes() -> None:
    assert aiming.members(PLACE, "api") == ("api-1", "api-2")
    assert aiming.members(PLACE, "database-1") == ("database-1",)
    assert aiming.members(PLACE, "nobody") == ()
