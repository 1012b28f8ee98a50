"""Certificates are renewed and hosts patched under load: after the client's retries no order has failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from foundation.verdict import Status
from playbooks.sandbox import Sandbox
from tests.environments import commanding
from tests.peakproof import over_hosts
from tests.peakproof.under_way import Running, eventually
from tests.playbooks.roles import upgradable
from tests.playbooks.roles.trying import Trial

pytestmark = [pytest.mark.integration, pytest.mark.prove, pytest.mark.quiet, pytest.mark.timeout(1800)]
CERTIFICATE = "openssl x509 -in /etc/ssl/peakproof/host.pem -noout -serial"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    with over_hosts.hosts() as box:
        yield Trial(box=box, folder=tmp_path_factory.mktemp("maintenance"))


@contextmanager
def under_load(box: Sandbox, folder: Path, duration: str) -> Iterator[None]:
    """What is done within meets orders from its beginning to its end, and none of them fails."""
    running = Running(over_hosts.plan(box, folder, duration=duration), docker.from_env())
    try:
        eventually("orders being sent", running.under_load, seconds=300)
        yield
        assert running.node("generator"), "the load was over before what it was to see"
        ran = running.ended(seconds=400)
        assert (ran.results.verdict.status, ran.exit_code, ran.broken) == (Status.PASS, 0, {}), ran.stderr
    finally:
        running.remove()


def hosts_command(verb: str, site: Path, *options: str) -> None:
    done = commanding.run("hosts", verb, str(site), *options, within=600)
    assert done.returncode == 0, done.stderr


def test_all_certificates_are_made_anew(hosts: Trial, tmp_path: Path) -> None:
    before = [hosts.on(host, CERTIFICATE) for host in hosts.box.hosts]
    with under_load(hosts.box, tmp_path, "120s"):
        hosts_command("renew", over_hosts.site(hosts.box, tmp_path, certificates_anew=True))
    after = [hosts.on(host, CERTIFICATE) for host in hosts.box.hosts]
    assert not set(before) & set(after)


def test_hosts_are_patched_one_after_the_other(hosts: Trial, tmp_path: Path) -> None:
    """Those that others can stand in for: the first has the store."""
    _, *patched = hosts.box.hosts
    for host in patched:
        upgradable.make(hosts, host)
    with under_load(hosts.box, tmp_path, "180s"):
        hosts_command("patch", tmp_path / "site.yaml", "--limit", ",".join(patched))
    assert [upgradable.version(hosts, host) for host in patched] == ["2 install ok installed"] * 2
