"""What another removed, or is at, has done its work; what must be undone first is left to the reaper."""

from __future__ import annotations

import pytest
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from environments import labels
from environments.containers.removing import left_to_the_reaper, unless_gone


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
