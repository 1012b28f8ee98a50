"""Logs, measurements and the audit of real hosts: nothing is lost, nobody reads along, nothing is changed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator

import pytest

from foundation.errors import ExitCode
from playbooks.auditing import reaching
from playbooks.auditing.areas import AREAS
from playbooks.auditing.evidence import Evidence
from playbooks.auditing.judging import Answer, Status, answers
from playbooks.deriving.firewall import openings
from tests.environments.commanding import eventually, run
from tests.playbooks.roles.trying import Trial, trial

pytestmark = [pytest.mark.integration, pytest.mark.prove, pytest.mark.timeout(900)]

ROLES = ("certificates", "logs", "metrics")
TLS = "/etc/ssl/peakproof"
ON_ITS_WAY = 9  # lines that rsyslog has in memory alone: windowSize of sender.conf, and one
CERTIFIED = f"--cert {TLS}/host.pem --key {TLS}/host.key"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Two hosts: the last is where logs are kept, the first is scraped by the last."""
    with trial(tmp_path_factory.mktemp("records"), count=2) as made:
        for host in made.box.hosts:
            made.on(host, "apt-get install -qq --no-install-recommends curl >/dev/null 2>&1")
        for role in ROLES:
            played = made.play(role, settings(made))
            assert played.status == 0, played.said
        yield made


def settings(hosts: Trial) -> dict[str, object]:
    scraper = str(hosts.box.hosts[server(hosts)])
    return {
        "certificates_authority": str(hosts.folder / "authority.pem"),
        "firewall_scrapers": [scraper],
        "logs_queue_size": "100m",
    }


def sender(hosts: Trial) -> str:
    return next(iter(hosts.box.hosts))


def server(hosts: Trial) -> str:
    return list(hosts.box.hosts)[-1]


def kept(hosts: Trial) -> list[dict[str, str]]:
    """What the central host has of the other one."""
    lines = hosts.on(server(hosts), f"cat /var/log/peakproof/{sender(hosts)}.jsonl || true").splitlines()
    return [json.loads(line) for line in lines]


def messages(hosts: Trial, program: str) -> list[str]:
    return [line["message"] for line in kept(hosts) if line["program"] == program]


def test_a_line_says_who_when_where_and_what_whatever_stands_in_it(hosts: Trial) -> None:
    hosts.on(sender(hosts), """logger -t shop -p user.warning 'an "order" \\ of {5} zł\ttoday'""")
    eventually(lambda: bool(messages(hosts, "shop")), within=30, what="the line is on the central host")
    (line,) = [line for line in kept(hosts) if line["program"] == "shop"]
    # A control character is told by its number: nothing that is logged begins a line of its own.
    assert line["message"] == 'an "order" \\ of {5} zł#011today'
    assert (line["host"], line["site"]) == (sender(hosts), hosts.box.name)
    assert (line["severity"], line["facility"]) == ("warning", "user")
    assert "T" in line["@timestamp"]


def gone(hosts: Trial) -> None:
    """The central host dies: nobody there says goodbye, and what was on its way is nowhere."""
    hosts.on(server(hosts), "ip link set eth0 down; systemctl kill -s KILL rsyslog")
    hosts.on(server(hosts), "systemctl stop syslog.socket rsyslog")


def back(hosts: Trial) -> None:
    hosts.on(server(hosts), "ip link set eth0 up; systemctl start syslog.socket rsyslog")


def logged(hosts: Trial, program: str, first: int, last: int) -> set[str]:
    """These numbers, as lines of the sending host."""
    hosts.on(sender(hosts), f"for i in $(seq {first} {last}); do logger -t {program} number-$i; done")
    return {f"number-{number}" for number in range(first, last + 1)}


def missing(hosts: Trial, program: str, wanted: set[str]) -> set[str]:
    return wanted - set(messages(hosts, program))


def test_what_is_logged_while_the_central_host_is_away_comes_later(hosts: Trial) -> None:
    gone(hosts)
    wanted = logged(hosts, "away", 1, 300)
    back(hosts)
    eventually(lambda: not missing(hosts, "away", wanted), within=120, what="all 300 lines are there")


def test_a_restart_meanwhile_loses_no_more_than_was_on_its_way(hosts: Trial) -> None:
    gone(hosts)
    logged(hosts, "restarted", 1, ON_ITS_WAY)
    wanted = logged(hosts, "restarted", ON_ITS_WAY + 1, 200)
    hosts.on(sender(hosts), "systemctl restart rsyslog")
    wanted |= logged(hosts, "restarted", 201, 300)
    back(hosts)
    eventually(lambda: not missing(hosts, "restarted", wanted), within=120, what="all others are there")


def answered(hosts: Trial, certificate: str) -> str:
    """What the central host says to who opens the protocol with a certificate of /run or of the site."""
    place = f"{hosts.box.hosts[server(hosts)]}:6514"
    shown = f"-cert {certificate}.pem -key {certificate}.key"
    opening = r"(sleep 1; printf '1 open 30 relp_version=0\ncommands=syslog\n'; sleep 2)"
    return hosts.on(
        sender(hosts), f"{opening} | timeout 10 openssl s_client -quiet -connect {place} {shown} 2>&1 || true"
    )


def test_who_has_no_certificate_of_the_site_is_not_listened_to(hosts: Trial) -> None:
    forged = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1"
    hosts.on(sender(hosts), f"{forged} -keyout /run/f.key -out /run/f.pem -subj /CN={sender(hosts)} 2>&1")
    assert "1 rsp" in answered(hosts, f"{TLS}/host")
    assert "1 rsp" not in answered(hosts, "/run/f")


def test_measurements_are_for_who_proves_who_it_is(hosts: Trial) -> None:
    place = f"https://{hosts.box.hosts[sender(hosts)]}:9100/metrics"
    measured = hosts.on(server(hosts), f"curl -sf --cacert {TLS}/authority.pem {CERTIFIED} {place}")
    assert "node_memory_MemAvailable_bytes" in measured
    refused = hosts.on(
        server(hosts),
        f"curl -s --cacert {TLS}/authority.pem {place} >/dev/null && echo let in || echo refused",
    )
    assert refused.strip() == "refused"


def test_a_second_run_changes_nothing(hosts: Trial) -> None:
    for role in ROLES:
        played = hosts.play(role, settings(hosts))
        assert (played.status, played.changed) == (0, 0), played.said


def looked_at(hosts: Trial) -> dict[tuple[str, str], Answer]:
    """Check and host -> its answer, of the hosts as they are."""
    site = hosts.site.model_copy(update={"variables": {**hosts.site.variables, **settings(hosts)}})
    collected = reaching.collect(site)
    assert collected.unreachable == {}
    given = [
        Evidence(host=host, sections=sections, opened=openings(site, host))
        for host, sections in collected.sections.items()
    ]
    return {(each.check, each.host): each for one in given for each in answers(AREAS, one)}


def test_an_audit_sees_what_is_there_and_changes_nothing(hosts: Trial) -> None:
    hosts.on(sender(hosts), "touch /run/before")
    found = looked_at(hosts)
    for host in hosts.box.hosts:
        assert found["ports.named", host].status is Status.HOLDS, found["ports.named", host]
        assert found["records.shipped", host].status is Status.HOLDS, found["records.shipped", host]
        assert found["tls.versions", host].status is Status.HOLDS, found["tls.versions", host]
        assert found["tls.certificates", host].status is Status.HOLDS, found["tls.certificates", host]
        assert found["packages.known", host].status is Status.HOLDS
        assert found["lynis.index", host].missing == "lynis is not installed"
    # Logs of the visit itself: the login and sudo.
    logs = "-path /var/log -o -path /proc -o -path /sys -o -path /run -o -path /var/spool/rsyslog"
    changed = hosts.on(sender(hosts), f"find / \\( {logs} \\) -prune -o -type f -newer /run/before -print")
    assert changed == ""


def test_a_port_that_no_flow_names_is_found_and_ends_the_command_with_1(hosts: Trial) -> None:
    listen = "import socket,time; s=socket.create_server((chr(48),8080)); time.sleep(600)"
    hosts.on(sender(hosts), f"systemd-run -q --unit=surprise python3 -c '{listen}'")
    done = run("hosts", "audit", str(hosts.box.site), "--json", within=600)
    assert done.returncode == ExitCode.FAIL, done.stderr
    document = json.loads(done.stdout)
    named = [finding["what"] for answer in document["answers"] for finding in answer["findings"]]
    assert "tcp/8080 at 0.0.0.0 (python3) listens, and no flow names it" in named


def test_a_host_that_is_away_is_named_and_the_other_is_looked_at(hosts: Trial) -> None:
    container = hosts.box.container(sender(hosts))
    subprocess.run(["docker", "pause", container], check=True, capture_output=True)
    try:
        done = run("hosts", "audit", str(hosts.box.site), "--json", within=600)
    finally:
        subprocess.run(["docker", "unpause", container], check=True, capture_output=True)
    document = json.loads(done.stdout)
    assert done.returncode == ExitCode.UNAVAILABLE
    assert list(document["unreachable"]) == [sender(hosts)]
    assert [host["name"] for host in document["hosts"]] == [server(hosts)]
