"""The doctor: each lack is named with what to do about it, and only what stops a rehearsal fails."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
import typer
from typer.testing import CliRunner

from foundation.errors import ExitCode, Unavailable
from peakproof import doctor, machine
from peakproof.doctor import GIB, KERNEL, Check, Status
from peakproof.machine import Engine, Machine

ENGINE = Engine(version="26.1", api="1.45", driver="overlay2", free=50 * GIB, has_base_image=True)
HEALTHY = Machine(
    engine=ENGINE,
    cores=4,
    memory=16 * GIB,
    now=1_900_000_000.0,
    clock_source="tsc",
    kernel=dict.fromkeys(KERNEL, "m"),
    faults={},
    pool=IPv4Network("10.231.0.0/16"),
    taken=(IPv4Network("172.17.0.0/16"),),
    descriptors=65536,
    local_ports=28232,
    can_bootstrap=True,
    browser="/usr/bin/chromium",
    ssh="/usr/bin/ssh",
    extras=(),
)
NO_ENGINE = Unavailable("Docker Engine is not running", hint="start it")


def of(name: str, patient: Machine) -> Check:
    return next(check for check in doctor.examine(patient) if check.name == name)


def with_engine(**changes: object) -> Machine:
    return replace(HEALTHY, engine=replace(ENGINE, **changes))  # type: ignore[arg-type]  # the fields of Engine


def test_a_healthy_machine_has_nothing_to_do() -> None:
    checks = doctor.examine(HEALTHY)
    assert [check for check in checks if check.status is not Status.OK or check.to_do] == []
    assert doctor.exit_code(checks) is ExitCode.OK


SICK = [
    ("extras", replace(HEALTHY, extras=("loadtests", "spark")), Status.FAIL),
    ("extras", replace(HEALTHY, extras=("infra", "spark")), Status.NOTE),
    ("docker", replace(HEALTHY, engine=NO_ENGINE), Status.FAIL),
    ("docker", with_engine(api="1.24"), Status.FAIL),
    ("rootless", with_engine(rootless=True), Status.FAIL),
    ("storage driver", with_engine(driver="vfs"), Status.WARN),
    ("disk", with_engine(free=7 * GIB), Status.WARN),
    ("disk", with_engine(free=3 * GIB), Status.FAIL),
    ("base image", replace(with_engine(has_base_image=False), can_bootstrap=False), Status.NOTE),
    ("memory", replace(HEALTHY, memory=3 * GIB), Status.WARN),
    ("memory", replace(HEALTHY, memory=1 * GIB), Status.FAIL),
    ("cores", replace(HEALTHY, cores=1), Status.WARN),
    ("clock", replace(HEALTHY, now=0.0), Status.FAIL),
    ("clock", replace(HEALTHY, clock_source="hpet"), Status.WARN),
    ("addresses", replace(HEALTHY, taken=(IPv4Network("10.0.0.0/8"),)), Status.FAIL),
    ("open files", replace(HEALTHY, descriptors=1024), Status.WARN),
    ("local ports", replace(HEALTHY, local_ports=500), Status.WARN),
    ("ssh", replace(HEALTHY, ssh=None), Status.NOTE),
]


@pytest.mark.parametrize(("name", "patient", "status"), SICK, ids=[f"{s[0]}-{s[2]}" for s in SICK])
def test_what_is_lacking_is_named_with_what_to_do(name: str, patient: Machine, status: Status) -> None:
    check = of(name, patient)
    assert check.status is status
    assert check.to_do
    assert (doctor.exit_code([check]) is ExitCode.UNAVAILABLE) == (status is Status.FAIL)


def test_api_versions_are_compared_as_numbers() -> None:
    assert of("docker", with_engine(api="1.100")).status is Status.OK


def test_a_base_image_that_root_can_still_make_is_in_order() -> None:
    assert of("base image", with_engine(has_base_image=False)).status is Status.OK


def test_a_disk_on_another_machine_is_only_noted() -> None:
    assert of("disk", with_engine(free=None)).status is Status.NOTE


def test_our_own_running_environments_do_not_use_up_the_range() -> None:
    taken = tuple(HEALTHY.pool.subnets(new_prefix=26))[:10]
    check = of("addresses", replace(HEALTHY, taken=taken))
    assert check.status is Status.OK
    assert "1014 of 1024" in check.what


def test_no_limit_of_open_files_is_enough() -> None:
    assert of("open files", replace(HEALTHY, descriptors=-1)).status is Status.OK


def test_what_the_kernel_lacks_is_noted_with_what_that_costs() -> None:
    without = {option: value for option, value in HEALTHY.kernel.items() if option != "CONFIG_WIREGUARD"}
    check = of("kernel", replace(HEALTHY, kernel=without))
    assert check.status is Status.NOTE
    assert KERNEL["CONFIG_WIREGUARD"] in check.what
    assert KERNEL["CONFIG_INET_ESP"] not in check.what


def test_faults_are_judged_by_what_was_tried_and_not_by_the_kernel_s_configuration() -> None:
    assert of("faults", replace(HEALTHY, kernel={"CONFIG_WIREGUARD": "y"})).status is Status.OK
    check = of("faults", replace(HEALTHY, faults={"bandwidth": "the kernel has no filter"}))
    assert check.status is Status.NOTE
    assert check.what == "cannot be done here: bandwidth (the kernel has no filter)"
    assert "not tried yet" in of("faults", replace(HEALTHY, faults=None)).what


def test_a_kernel_that_does_not_say_is_not_said_to_lack_anything() -> None:
    assert "lacks" not in of("kernel", replace(HEALTHY, kernel={})).what


def test_kernel_options_that_are_not_set_are_absent() -> None:
    lines = ["# Networking", "CONFIG_TUN=y", "# CONFIG_WIREGUARD is not set", "CONFIG_VETH=m"]
    assert machine.kernel_options(lines) == {"CONFIG_TUN": "y", "CONFIG_VETH": "m"}


def test_available_memory_is_read_in_bytes() -> None:
    assert machine.memory_available("MemTotal: 9 kB\nMemAvailable:   2048 kB\n") == 2 * 1024**2
    assert machine.memory_available("") == 0


def test_the_range_of_local_ports_includes_both_ends() -> None:
    assert machine.port_count("32768\t60999\n") == 28232
    assert machine.port_count("") == 0


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command()(doctor.command)
    return app


def test_where_no_engine_answers_the_command_says_what_to_do_and_ends_with_69(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    result = CliRunner().invoke(app)
    assert result.exit_code == ExitCode.UNAVAILABLE
    assert "fail  docker" in result.stderr
    assert "what to do: start it" in result.stderr


def test_json_goes_to_stdout_alone(app: typer.Typer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    result = CliRunner().invoke(app, ["--json"])
    checks = json.loads(result.stdout)["checks"]
    assert checks[0].keys() == {"name", "status", "what", "to_do"}
    docker = next(check for check in checks if check["name"] == "docker")
    assert docker["status"] == "fail"


@pytest.mark.integration
def test_a_running_engine_is_recognised() -> None:
    engine = machine.look().engine
    assert isinstance(engine, Engine)
    assert engine.version
    assert engine.free is None or engine.free > 0
