"""The recorder: what it refuses, what it keeps, and that a secret does not get out of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pulumi
import pulumi_docker as docker
import pytest

from foundation.errors import PeakproofError, RunInvalid
from foundation.secrets import Secret
from infra.recorded import Recorded
from infra.recording import record

IMAGE = "sha256:" + "0" * 64


def nothing() -> None:
    pass


def only_a_component() -> None:
    pulumi.ComponentResource("test:index:Empty", "empty")


def only_a_provider() -> None:
    docker.Provider("local")


@pytest.mark.parametrize("program", [nothing, only_a_component, only_a_provider])
def test_a_program_that_makes_nothing_proves_nothing(program: Callable[[], None]) -> None:
    with pytest.raises(RunInvalid, match="registered no resource"):
        record(program, stack="empty")


def raises_while_declaring() -> None:
    docker.Volume("data")
    raise ValueError("planted")


def raises_in_an_output() -> None:
    def fail(name: str) -> str:
        raise ValueError(f"planted {name}")

    docker.Volume("data").name.apply(fail)


@pytest.mark.parametrize("program", [raises_while_declaring, raises_in_an_output])
def test_what_fails_in_a_program_fails_the_recording(program: Callable[[], None]) -> None:
    with pytest.raises(PeakproofError, match="the program of failing failed: ValueError: planted") as raised:
        record(program, stack="failing")
    assert isinstance(raised.value.__cause__, ValueError)


def reads_what_stands() -> None:
    docker.Volume.get("standing", "some-id")


def asks_a_provider() -> None:
    docker.get_network_output(name="bridge").apply(lambda found: found.name)


@pytest.mark.parametrize("program", [reads_what_stands, asks_a_provider])
def test_a_program_that_asks_a_running_engine_is_refused(program: Callable[[], None]) -> None:
    with pytest.raises(PeakproofError, match="describing never connects"):
        record(program, stack="asking")


def hush() -> None:
    docker.Container(
        "one",
        image=IMAGE,
        memory=64,
        envs=[pulumi.Output.secret("KEY=hush-hush")],
        uploads=[docker.ContainerUploadArgs(file="/key", content=pulumi.Output.secret("hush-hush"))],
    )


def test_a_secret_stays_a_secret_and_prints_nowhere() -> None:
    (one,) = record(hush, stack="secret")
    assert one.inputs["uploads"] == [{"file": "/key", "content": Secret("hush-hush")}]
    assert "hush" not in repr(one)
    assert "hush" not in json.dumps(one.to_dict())
    assert json.dumps(one.to_dict()).count("***") == 2


def test_inputs_are_kept_as_they_went_over_the_wire() -> None:
    (one,) = record(hush, stack="wire")
    assert (one.type, one.name, one.inputs["memory"]) == ("docker:index/container:Container", "one", 64)
    assert type(one.inputs["memory"]) is int


def test_parents_and_dependencies_are_kept() -> None:
    def declare() -> None:
        parent = pulumi.ComponentResource("test:index:Parent", "parent")
        data = docker.Volume("data", opts=pulumi.ResourceOptions(parent=parent))
        docker.Container(
            "reader",
            image=IMAGE,
            volumes=[docker.ContainerVolumeArgs(volume_name=data.name, container_path="/data")],
            opts=pulumi.ResourceOptions(parent=parent),
        )

    by_name = _by_name(record(declare, stack="family"))
    assert by_name["data"].parent == by_name["reader"].parent == by_name["parent"].urn
    assert by_name["reader"].dependencies == {by_name["data"].urn}
    assert by_name["reader"].awaited["volumes"] == {by_name["data"].urn}


def test_a_component_that_never_registers_its_outputs_is_unfinished() -> None:
    def declare() -> None:
        docker.Volume("data")
        pulumi.ComponentResource("test:index:Open", "open")
        pulumi.ComponentResource("test:index:Closed", "closed").register_outputs({})

    by_name = _by_name(record(declare, stack="open"))
    assert not by_name["open"].finished
    assert by_name["closed"].finished
    assert by_name["data"].finished


def test_one_recording_knows_nothing_of_the_one_before() -> None:
    record(hush, stack="first")
    assert [resource.name for resource in record(lambda: _volume("second"), stack="second")] == ["second"]


def test_a_recording_that_failed_leaves_nothing_to_the_next() -> None:
    with pytest.raises(PeakproofError, match="planted"):
        record(raises_in_an_output, stack="failing")
    assert [resource.name for resource in record(lambda: _volume("next"), stack="next")] == ["next"]


def _volume(name: str) -> None:
    docker.Volume(name)


def _by_name(recorded: tuple[Recorded, ...]) -> dict[str, Recorded]:
    return {resource.name: resource for resource in recorded}


def one_volume() -> None:
    docker.Volume("data")


def test_a_recording_closes_every_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is left to the interpreter's end prints a traceback there, or not, as it happens."""
    made: list[asyncio.BaseEventLoop] = []
    begin = asyncio.BaseEventLoop.__init__

    def noted(loop: asyncio.BaseEventLoop) -> None:
        made.append(loop)
        begin(loop)

    monkeypatch.setattr(asyncio.BaseEventLoop, "__init__", noted)
    record(one_volume, stack="one")
    assert made
    assert all(loop.is_closed() for loop in made)
