"""Workers on other machines: addresses, hosts, the SSH command line, and what its end means."""

from __future__ import annotations

import pytest

from foundation.errors import InputError
from loadtests import asking
from loadtests.distributed import starting
from loadtests.distributed.starting import Address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10.0.0.5:6000", Address(host="10.0.0.5", port=6000)),
        ("load1", Address(host="load1", port=5557)),
        ("[2001:db8::5]:6000", Address(host="2001:db8::5", port=6000)),
        ("[::1]", Address(host="::1", port=5557)),
        ("[fe80::1%eth0]", Address(host="fe80::1%eth0", port=5557)),
    ],
)
def test_an_address_has_locusts_port_where_it_names_none(text: str, found: Address) -> None:
    assert starting.address(text, "--master") == found


@pytest.mark.parametrize(
    "text",
    [
        *("", ":5557", "load1:", "load1:x", "load1:99999", "load1:-1", "load1:²", "load1: 1"),
        *("[]:1", "[load1]:1", "[::1]1", "[::1]:", "::1]:1", "a:b:1"),
    ],
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(InputError, match="--master: expected HOST:PORT"):
        starting.address(text, "--master")


@pytest.mark.parametrize("text", ["::1", "::1:5557", "2001:db8::5"])
def test_an_ipv6_address_without_brackets_might_end_in_a_port_and_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refused:
        starting.address(text, "--bind")
    assert refused.value.hint == f"an IPv6 address stands in brackets: [{text}]:5557"


@pytest.mark.parametrize("text", ["10.0.0.5:6000", "[::1]:6000"])
def test_an_address_reads_as_it_is_typed(text: str) -> None:
    assert str(starting.address(text, "--master")) == text


def test_hosts_are_different_and_no_options_of_ssh() -> None:
    assert starting.hosts("load1, me@load2") == ("load1", "me@load2")
    for wrong in ("", ",", "load1,load1", "-oProxyCommand=x", "load1;reboot", "a b"):
        with pytest.raises(InputError, match="expected different hosts"):
            starting.hosts(wrong)


def test_workers_over_ssh_reach_the_master_through_it_alone() -> None:
    argv = starting.over_ssh("me@load1", 5557, 2, "/opt/peakproof/bin/peakproof")
    assert argv[0] == "ssh"
    assert argv[argv.index("-R") + 1] == "127.0.0.1:5557:127.0.0.1:5557"
    assert "BatchMode=yes" in argv
    assert argv[-3:] == (
        "--", "me@load1",
        "/opt/peakproof/bin/peakproof load worker --master 127.0.0.1:5557 --processes 2",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "said", "what"),
    [
        (255, "Permission denied (publickey).\n", "SSH failed: Permission denied (publickey)."),
        (127, "bash: peakproof: command not found", "peakproof is not installed there"),
        (69, "joining\nerror: no master", "its worker ended with status 69: error: no master"),
        (1, "", "its worker ended with status 1: it said nothing"),
    ],
)
def test_how_a_worker_ended_says_what_is_missing(status: int, said: str, what: str) -> None:
    assert starting.ended(status, said)[0] == what


def machines(**given: object) -> tuple[int, tuple[str, ...]]:
    nothing: dict[str, object] = {
        "workers": None,
        "expected": None,
        "bind": None,
        "command": "pp",
        "processes": 1,
    }
    return asking.machines(**{**nothing, **given})  # type: ignore[arg-type]


def test_a_load_without_workers_is_of_this_machine() -> None:
    assert machines(processes=3) == (3, ())


def test_hosts_have_so_many_workers_each() -> None:
    shared, options = machines(workers="load1,load2", processes=2)
    assert shared == 4
    assert options == (
        "--listen", "127.0.0.1:5557", "--hosts", "load1,load2", "--each", "2", "--command", "pp",
    )  # fmt: skip


def test_workers_by_hand_come_to_loopback_unless_told_otherwise() -> None:
    assert machines(expected=2) == (2, ("--listen", "127.0.0.1:5557"))
    assert machines(expected=2, bind="10.0.0.5") == (2, ("--listen", "10.0.0.5:5557"))


@pytest.mark.parametrize(
    "given",
    [
        {"bind": "10.0.0.5"},
        {"workers": "load1", "expected": 1},
        {"workers": "load1", "bind": "10.0.0.5"},
        {"expected": 0},
        {"expected": 2, "processes": 2},
    ],
)
def test_options_that_contradict_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(InputError):
        machines(**given)


@pytest.mark.parametrize(("text", "port"), [("load1:0", 0), ("load1:65535", 65535), ("load1:1", 1)])
def test_every_port_that_there_is_can_be_named(text: str, port: int) -> None:
    assert starting.address(text, "--bind") == Address(host="load1", port=port)
    assert str(starting.address(text, "--bind")) == text
