"""What a host told is judged for all that roles need, each lack with what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from environments.site import Site
from foundation.units import size
from playbooks.grouping import groups
from playbooks.listening import Listener
from playbooks.running.fitness import Facts, facts, problems

SITE = Site.model_validate(
    {
        "site": "s",
        "hosts": {"a": {"docker": "ssh://a", "memory": "2GiB"}, "b": {"docker": "ssh://b"}},
        "subnets": IPv4Network("10.9.0.0/16"),
    }
)
FIT = Facts(
    system="debian", version="13", sudo=True, memory=4 * 2**30, disk=20 * 2**30, behind=0.0,
    listening=(Listener(protocol="tcp", port=22, process="sshd"),),
)  # fmt: skip
SS = """\
udp   UNCONN 0      0            0.0.0.0:4789       0.0.0.0:*
udp   UNCONN 0      0                  *:7946             *:*    users:(("dockerd",pid=511,fd=32))
tcp   LISTEN 0      128          0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=88,fd=6))
tcp   LISTEN 0      4096     127.0.0.1:9100     0.0.0.0:*    users:(("nginx",pid=7,fd=1),("nginx",pid=8,fd=2))
tcp   LISTEN 0      128             [::]:22            [::]:*    users:(("sshd",pid=88,fd=7))
tcp   LISTEN 0      511   127.0.0.53%lo:53          0.0.0.0:*
"""


def told(found: Facts | None, host: str = "a", *roles: str) -> list[str]:
    return [str(each) for each in problems(SITE, host, found, roles=roles, groups=groups(SITE))]


@pytest.mark.parametrize(
    ("theirs", "behind"),
    [(99.0, 1.0), (100.0, 0.0), (101.5, 0.0), (103.0, 0.0), (163.0, -60.0), (40.0, 60.0)],
)
def test_a_clock_is_off_only_by_what_the_way_does_not_explain(theirs: float, behind: float) -> None:
    answer = {
        "system": "debian", "version": "12", "sudo": True, "memory": 1, "disk": 1, "time": theirs,
        "listening": SS, "published": "staging 10.0.0.11:23456->8080/tcp",
    }  # fmt: skip
    found = facts(json.dumps(answer), asked=100.0, answered=103.0)
    assert found is not None
    assert found.behind == behind
    assert len(found.listening) == 6
    assert [each.port for each in found.published] == ["23456"]


def test_a_fit_host_has_no_problem() -> None:
    assert told(FIT, "a", "base", "swarm", "metrics", "logs") == []


def test_a_host_without_python_is_told_so_and_no_more() -> None:
    assert facts("{}", asked=0, answered=0) is None
    assert told(None) == ["host a: it has no Python 3 (`apt-get install python3` there: Ansible runs in it)"]


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (
            replace(FIT, version="11"),
            "debian 11 is not supported (install one of debian 12 and 13, ubuntu 24.04)",
        ),
        (replace(FIT, system="fedora", version="43"), "fedora 43 is not supported"),
        (replace(FIT, sudo=False), "the user may not become root (`sudo -n true` must work there"),
        (replace(FIT, disk=size("500MiB")), "500MiB are free below /var"),
        (replace(FIT, behind=90.0), "its clock is 1 min 30 s behind of this machine's"),
        (replace(FIT, behind=-7200.0), "its clock is 2 h 0 min ahead of this machine's"),
        (replace(FIT, memory=size("1.5GiB")), "the site promises 2GiB of memory, it has 1.5GiB"),
    ],
)
def test_each_lack_is_told_with_the_host(found: Facts, what: str) -> None:
    (problem,) = told(found)
    assert problem.startswith(f"host a: {what}")


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = replace(FIT, version="11", sudo=False, memory=size("256MiB"), behind=90.0)
    assert len(told(wrong, "b")) == 4


@pytest.mark.parametrize(
    ("listener", "host", "role", "taken"),
    [
        (Listener(protocol="tcp", port=7946, process="consul"), "a", "swarm", True),
        (Listener(protocol="tcp", port=7946, process="dockerd"), "a", "swarm", False),
        (Listener(protocol="udp", port=4789), "a", "swarm", False),
        (Listener(protocol="udp", port=4789, process="vxland"), "a", "swarm", True),
        (Listener(protocol="tcp", port=2377, process="nginx"), "a", "swarm", True),
        (Listener(protocol="tcp", port=2377, process="nginx"), "b", "swarm", False),
        (Listener(protocol="tcp", port=9100, process="nginx"), "a", "swarm", False),
        (Listener(protocol="tcp", port=9100, process="nginx"), "a", "metrics", True),
        (Listener(protocol="tcp", port=9100, process="prometheus-node"), "a", "metrics", False),
        (Listener(protocol="tcp", port=6514, process="syslog-ng"), "b", "logs", True),
    ],
)
def test_a_port_is_taken_by_a_foreign_service_where_a_role_needs_it(
    listener: Listener, host: str, role: str, taken: bool
) -> None:
    found = told(replace(FIT, listening=(listener,)), host, role)
    assert [f"{listener.process} has port {listener.port}/{listener.protocol}" in each for each in found] == (
        [True] if taken else []
    )
