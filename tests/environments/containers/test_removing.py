"""A removal that another is at, or that another was first to do, has done its work; anything else is told."""

from __future__ import annotations

import pytest
from docker.errors import APIError, NotFound

from environments.containers.removing import unless_gone


@pytest.mark.parametrize(
    "error", [NotFound("no such container"), APIError("removal of container x is already in progress")]
)
def test_that_another_is_at_it_is_no_failure(error: Exception) -> None:
    with unless_gone():
        raise error


def test_any_other_refusal_is_one() -> None:
    with pytest.raises(APIError, match="device or resource busy"), unless_gone():
        raise APIError("device or resource busy")
