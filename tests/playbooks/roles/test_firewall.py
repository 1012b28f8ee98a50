"""The firewall on real hosts: open is what is derived, as another host sees it; nobody is locked out."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from playbooks.deriving.firewall import openings
from tests.environments.commanding import eventually
from tests.playbooks.roles.serving import DOCKER, IMAGE, LISTENER
from tests.playbooks.roles.trying import Trial, trial

pytestmark = pytest.mark.integration

ENTRY = 23456
LISTENING = (22, 2377, 6514, 7946, 8080, 9100, ENTRY, ENTRY + 1)
SERVER = """
import selectors, socket
chosen = selectors.DefaultSelector()
for port in PORTS:
    chosen.register(socket.create_server(("0.0.0.0", port)), selectors.EVENT_READ)
while True:
    for key, _ in chosen.select():
        key.fileobj.accept()[0].close()
"""
SCAN = """
import socket, sys
from concurrent.futures import ThreadPoolExecutor
def answers(port):
    try:
        socket.create_connection((sys.argv[1], port), timeout=1).close()
    except OSError:
        return False
    return True
ports = [int(word) for word in sys.argv[2:]]
with ThreadPoolExecutor(len(ports)) as pool:
    print(*[port for port, open in zip(ports, pool.map(answers, ports)) if open])
"""


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Two hosts with the firewall, open for the operator, the entry of things to come and one who scrapes."""
    with trial(tmp_path_factory.mktemp("firewall"), count=2) as made:
        played = made.play("firewall", settings(made))
        assert played.status == 0, played.said
        yield made


def settings(hosts: Trial) -> dict[str, object]:
    return {"firewall_operators": [operator(hosts)], "firewall_entry_ports": [str(ENTRY)]}


def operator(hosts: Trial) -> str:
    """The address from which this machine comes."""
    return str(hosts.box.subnet[1])


def test_open_is_what_is_derived_as_others_see_it(hosts: Trial) -> None:
    (first, address), (second, peer) = hosts.box.hosts.items()
    hosts.on(first, "cat > /tmp/server.py", stdin=SERVER.replace("PORTS", str(LISTENING[1:])))
    hosts.on(first, "systemd-run --quiet --unit listening python3 /tmp/server.py")
    hosts.on(second, "cat > /tmp/scan.py", stdin=SCAN)
    eventually(lambda: ENTRY in scanned(str(address), [ENTRY]), within=10, what="the servers listen")
    derived = openings(hosts.site.model_copy(update={"variables": settings(hosts)}), first)

    def expected(who: str) -> set[int]:
        reached = [each for each in derived if each.protocol == "tcp" and who in (each.sources or [who])]
        return {int(opening.port) for opening in reached} & set(LISTENING)

    seen = hosts.on(second, f"python3 /tmp/scan.py {address} {' '.join(map(str, LISTENING))}")
    assert {int(port) for port in seen.split()} == expected(str(peer)) == {2377, 7946, ENTRY}
    assert scanned(str(address), LISTENING) == expected(operator(hosts)) == {22, ENTRY}


@pytest.mark.prove
def test_of_what_docker_publishes_only_the_entry_is_reached_from_elsewhere(hosts: Trial) -> None:
    (first, address), (second, _) = hosts.box.hosts.items()
    hosts.on(first, "systemctl stop listening || true")
    hosts.on(first, DOCKER)
    hosts.on(first, IMAGE)
    for name, port in {"entry": f"{address}:{ENTRY}", "other": f"{address}:8081", "all": "8082"}.items():
        published = f"docker run --init --detach --name {name} --publish {port}:80 server"
        hosts.on(first, f"{published} /usr/bin/perl -e '{LISTENER}'")
    inside = "docker inspect --format '{{.NetworkSettings.IPAddress}}' all"
    container = hosts.on(first, inside).strip()
    hosts.on(second, f"ip route replace {container}/32 via {address}")
    scan = f"python3 /tmp/scan.py {address} {ENTRY} 8081 8082; python3 /tmp/scan.py {container} 80"
    hosts.on(second, "cat > /tmp/scan.py", stdin=SCAN)
    assert hosts.on(second, scan).split() == [str(ENTRY)]
    hosts.on(first, "systemctl stop nftables")
    assert hosts.on(second, scan).split() == [str(ENTRY), "8081", "8082", "80"], "nothing else closes them"
    assert "table ip nat" in hosts.on(first, "nft list tables"), "Docker's own rules stand"
    hosts.on(first, "systemctl start nftables")
    assert hosts.on(second, scan).split() == [str(ENTRY)]


@pytest.mark.prove
def test_rules_changed_by_hand_are_put_right_and_nothing_else_is_changed(hosts: Trial) -> None:
    first, second = hosts.box.hosts
    hosts.on(first, "nft add rule inet peakproof input tcp dport 8080 accept")
    played = hosts.play("firewall", settings(hosts))
    assert played.status == 0, played.said
    assert f"changed: [{first}]" in played.said
    assert f"changed: [{second}]" not in played.said
    assert "8080" not in hosts.on(first, "nft list table inet peakproof")


def test_rules_that_would_lock_their_operator_out_are_taken_back(hosts: Trial) -> None:
    first = next(iter(hosts.box.hosts))
    before = hosts.on(first, "nft --stateless list table inet peakproof")
    locked = {**settings(hosts), "firewall_operators": ["192.0.2.0/24"], "firewall_confirm_seconds": 8}
    played = hosts.play("firewall", locked, limit=first)
    assert played.status != 0
    assert f"the new firewall of {first} would have locked you out" in played.said
    assert "192.0.2.0/24" in played.said
    assert hosts.on(first, "nft --stateless list table inet peakproof") == before
    assert "192.0.2.0/24" not in hosts.on(first, "cat /etc/nftables.conf"), "a reboot would lock out, too"
    assert 22 in scanned(str(hosts.box.hosts[first]), [22])


def test_a_controller_that_dies_before_it_confirms_locks_nobody_out(hosts: Trial) -> None:
    first = next(iter(hosts.box.hosts))
    hosts.on(first, "sed 's/dport 22 accept/dport 22 drop/' -i /etc/nftables/wanted.nft")
    hosts.on(first, "peakproof-firewall apply 3")
    assert scanned(str(hosts.box.hosts[first]), [22]) == set(), "the rules lock out while they are in force"
    eventually(lambda: 22 in scanned(str(hosts.box.hosts[first]), [22]), within=15, what="SSH answers")


def test_the_confirmed_rules_are_in_force_after_a_reboot(hosts: Trial) -> None:
    first = next(iter(hosts.box.hosts))
    before = hosts.on(first, "nft --stateless list table inet peakproof")
    subprocess.run(["docker", "restart", hosts.box.container(first)], check=True, capture_output=True)
    rules = "nft --stateless list table inet peakproof 2>/dev/null || true"
    eventually(lambda: hosts.on(first, rules) == before, within=20, what="the rules are loaded")


def scanned(address: str, ports: Sequence[int]) -> set[int]:
    """Those of the ports that let this machine connect."""
    words = [sys.executable, "-c", SCAN, address, *map(str, ports)]
    return set(map(int, subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()))
