"""What another removed, or is at, has done its work; what must be undone first is left to the reaper."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network

from environments import labels
from environments.containers.removing import left_to_the_reaper, remove_network, unless_gone
from foundation.errors import Refused


@pytest.mark.parametrize(
    "error",
    [
        NotFound("no such container"),
        APIError("removal of container x is already in progress"),
        APIError("network m66cajb4r42zo7v3ebrh07xoe not found"),
    ],
)
def test_that_another_is_at_it_is_no_failure(error: Exception) -> None:
    with unless_gone():
        raise error


def test_any_other_refusal_is_one() -> None:
    with pytest.raises(APIError, match="device or resource busy"), unless_gone():
        raise APIError("device or resource busy")


@pytest.mark.parametrize(
    ("tags", "status", "code", "left"),
    [
        ({labels.BEYOND: "yes"}, "exited", 1, True),
        ({labels.BEYOND: "yes"}, "exited", 0, False),
        ({labels.BEYOND: "yes"}, "created", 0, False),
        ({labels.BEYOND: "yes"}, "running", 0, False),
        ({}, "exited", 137, False),
    ],
    ids=["could not undo it", "undid it", "was never needed", "undoes it still", "of a node that goes too"],
)
def test_the_helper_of_a_fault_that_outlives_the_environment_is_left_to_the_reaper(
    tags: dict[str, str], status: str, code: int, left: bool
) -> None:
    container = Container(attrs={"Config": {"Labels": tags}, "State": {"Status": status, "ExitCode": code}})
    assert left_to_the_reaper(container) is left


BALANCER = {"lb-shop-back": {"Name": "shop-back-endpoint"}}
NOBODY = Mock(**{"containers.list.return_value": []})  # an engine with none of the containers
SOMEBODY = {"3f9a": {"Name": "somebody"}}


class Overlay(Network):
    """A network on which somebody stands, and what an engine says when it is to be removed, in this order."""

    def __init__(self, standing: dict[str, dict[str, str]], *said: str) -> None:
        tags = {labels.INSTANCE: "shop"}
        super().__init__(attrs={"Name": "shop-back", "Id": "m66c", "Labels": tags, "Containers": standing})
        self.said = list(said)

    def remove(self) -> None:
        if self.said:
            raise APIError(self.said.pop(0))

    def reload(self) -> None:
        pass


@pytest.mark.parametrize(
    "said",
    ["network m66c not found", "network m66c has active endpoints", "m66c is in use by task r4nd"],
    ids=["the swarm removed it", "its balancer leaves", "its task leaves"],
)
def test_the_balancer_that_a_swarm_has_on_an_overlay_is_nobody_in_the_way(said: str) -> None:
    with unless_gone():
        remove_network(NOBODY, Overlay(BALANCER, said))


def test_somebody_in_the_way_is_named_alone() -> None:
    network = Overlay(BALANCER | SOMEBODY, "network m66c has active endpoints")
    with pytest.raises(Refused, match="network shop-back is used by somebody, which does not belong to it"):
        remove_network(NOBODY, network)
