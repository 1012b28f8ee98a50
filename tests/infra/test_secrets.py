"""Secrets of every kind in a program: marked, where they belong, and the same as the topology says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from environments.loading import site_of
from foundation.secrets import Secret
from infra.comparing import CLEAR, compare
from infra.programs import program
from infra.recorded import CONTAINER, Recorded, Value
from infra.recording import record
from infra.stack import Stack, described
from tests.environments.written import Secrets, Services, application, compiled

PIN = {"as": "environment", "variable": "CARRIER_PIN"}
SERVICES: Services = {
    "web": application("web", secrets={"token": "/run/secrets/token", "pin": PIN}),
    "store": {"kind": "postgres", "tls": True},
}
GIVEN: Secrets = {"token": {"file": "there is none"}, "pin": {"variable": "PEAKPROOF_NOT_SET"}}


@pytest.fixture(scope="module")
def stack(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Described where nothing of what people give can be had."""
    loaded = compiled(tmp_path_factory.mktemp("secrets"), SERVICES, GIVEN)
    return described(loaded.topology, site_of("laptop", beside=root))


@pytest.fixture(scope="module")
def recorded(stack: Stack) -> tuple[Recorded, ...]:
    return record(program(stack), stack="secrets")


def web(recorded: tuple[Recorded, ...]) -> Recorded:
    return next(each for each in recorded if (each.type, each.name) == (CONTAINER, "web-1"))


def with_variables(recorded: tuple[Recorded, ...], *variables: Value) -> list[Recorded]:
    """The same program with other variables of web-1."""
    changed = replace(web(recorded), inputs={**web(recorded).inputs, "envs": variables})
    return [changed if each.urn == changed.urn else each for each in recorded]


def test_the_program_is_its_topology(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    assert compare(stack, recorded) == []


def test_a_secret_in_a_variable_is_marked_secret(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    variables = web(recorded).inputs["envs"]
    assert isinstance(variables, list)
    (marked,) = [each for each in variables if isinstance(each, Secret)]
    assert marked.reveal() == f"CARRIER_PIN={stack.instance.secrets['pin'].reveal()}"


def test_one_that_is_not_marked_is_told(stack: Stack, recorded: tuple[Recorded, ...]) -> None:
    value = stack.instance.secrets["pin"].reveal()
    open_ = with_variables(recorded, "HELLO_NAME=everybody", f"CARRIER_PIN={value}")
    differences = compare(stack, open_)
    assert any(difference.found == CLEAR for difference in differences)
    assert value not in str(differences)


@pytest.mark.parametrize(
    ("variable", "of", "found"),
    [
        ("CARRIER_PIN", "token", {"CARRIER_PIN": "secret token"}),
        ("OTHER", "pin", {"OTHER": "secret pin"}),
    ],
)
def test_another_secret_or_another_variable_is_told(
    stack: Stack, recorded: tuple[Recorded, ...], variable: str, of: str, found: dict[str, str]
) -> None:
    value = stack.instance.secrets[of].reveal()
    differences = compare(stack, with_variables(recorded, Secret(f"{variable}={value}")))
    told = {difference.attribute: difference.found for difference in differences}
    assert told["secret variables"] == found
    assert value not in str(differences)
