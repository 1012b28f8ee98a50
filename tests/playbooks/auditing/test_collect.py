"""The script that runs on hosts: one section that fails is told, no secret of a container leaves."""

from __future__ import annotations

import ast
import json
import sys

import pytest

from playbooks.auditing import collect
from playbooks.auditing.reaching import SCRIPT


def test_it_needs_nothing_but_pythons_own_library() -> None:
    tree = ast.parse(SCRIPT.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("error", "said"),
    [(collect.Missing("lynis is not installed"), "lynis is not installed"), (KeyError("x"), "KeyError: 'x'")],
)
def test_a_section_that_fails_says_why(error: Exception, said: str) -> None:
    def fails() -> object:
        raise error

    assert collect._section(fails) == {"missing": said}


def test_a_program_that_is_not_there_and_one_that_fails_are_told_apart() -> None:
    with pytest.raises(collect.Missing, match="no-such-program is not installed"):
        collect._said("no-such-program")
    with pytest.raises(collect.Missing, match=r"ls ended with 2: .*nowhere"):
        collect._said("ls", "/nowhere")


def test_what_a_container_may_hide_stays_on_the_host() -> None:
    inspected = {
        "Name": "/shop-api-1",
        "Config": {
            "Image": "shop/api",
            "User": "app",
            "Env": ["PASSWORD=swordfish"],
            "Cmd": ["serve", "--key=swordfish"],
            "Labels": {"peakproof.instance": "shop", "note": "swordfish"},
            "Healthcheck": {"Test": ["CMD", "swordfish"]},
        },
        "HostConfig": {
            "Privileged": False,
            "CapDrop": ["ALL"],
            "LogConfig": {"Config": {"token": "swordfish"}},
        },
        "Mounts": [
            {"Source": "/srv", "Destination": "/data", "Propagation": "rprivate", "Name": "swordfish"}
        ],
    }
    told = collect._container(inspected)
    assert "swordfish" not in json.dumps(told)
    assert told["name"] == "shop-api-1"
    assert told["labels"] == {"peakproof.instance": "shop"}
    assert told["health"] is True
    assert told["mounts"] == [{"source": "/srv", "propagation": "rprivate"}]


def test_ports_that_others_could_reach_are_asked_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    listening = """\
tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))
tcp LISTEN 0 128 0.0.0.0:443 0.0.0.0:* users:(("nginx",pid=2,fd=3))
tcp LISTEN 0 128 [::]:443 [::]:* users:(("nginx",pid=2,fd=4))
tcp LISTEN 0 128 [::]:80 [::]:* users:(("nginx",pid=2,fd=5))
tcp LISTEN 0 128 127.0.0.1:5432 0.0.0.0:* users:(("postgres",pid=3,fd=3))
tcp LISTEN 0 128 10.0.0.1:6514 0.0.0.0:*
udp UNCONN 0 0 10.0.0.1:4789 0.0.0.0:*
"""
    monkeypatch.setattr(collect, "listening", lambda: listening)
    assert collect._ports() == {("127.0.0.1", 443), ("::1", 80), ("10.0.0.1", 6514)}
