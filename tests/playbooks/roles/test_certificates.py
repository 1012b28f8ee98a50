"""Certificates on a real host: renewed in place, read by what runs, with keys that go nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.playbooks.roles.trying import Trial, trial

pytestmark = [pytest.mark.integration, pytest.mark.prove]

UNITS = """
for name in reading stopped; do
    printf '[Service]\\nExecStart=sleep infinity\\n' > /etc/systemd/system/$name.service
done
systemctl daemon-reload
systemctl start reading
"""
STARTED = "systemctl show --property InvocationID --value reading"


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """A host with a certificate, a service that reads it and one that somebody stopped."""
    folder = tmp_path_factory.mktemp("certificates")
    with trial(folder, count=1) as made:
        made.on(only(made), UNITS)
        played = made.play("certificates", SETTINGS)
        assert played.status == 0, played.said
        assert "PRIVATE" not in played.said
        yield made


SETTINGS: dict[str, object] = {"certificates_services": ["reading", "stopped", "never-there"]}


def only(hosts: Trial) -> str:
    return next(iter(hosts.box.hosts))


def serial(hosts: Trial) -> str:
    return hosts.on(only(hosts), "openssl x509 -in /etc/ssl/peakproof/host.pem -noout -serial")


def test_the_certificate_is_the_sites_and_for_the_hosts_own_key(hosts: Trial) -> None:
    folder = "/etc/ssl/peakproof"
    address = hosts.box.hosts[only(hosts)]
    checked = hosts.on(
        only(hosts), f"openssl verify -CAfile {folder}/authority.pem -verify_ip {address} {folder}/host.pem"
    )
    assert checked.endswith("OK\n")
    of_key = hosts.on(only(hosts), f"openssl pkey -in {folder}/host.key -pubout")
    assert of_key == hosts.on(only(hosts), f"openssl x509 -in {folder}/host.pem -noout -pubkey")
    assert hosts.on(only(hosts), f"stat --format '%a %U' {folder}/host.key") == "640 root\n"


def test_the_authoritys_key_is_the_operators_alone(hosts: Trial) -> None:
    file = hosts.box.folder / "authority.pem"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_uid == os.getuid()
    secret = file.read_text().splitlines()[1]
    assert (
        hosts.on(only(hosts), f"grep --recursive --files-with-matches '{secret}' /etc /tmp /root || true")
        == ""
    )


def test_what_holds_is_kept(hosts: Trial) -> None:
    before = serial(hosts)
    played = hosts.play("certificates", SETTINGS)
    assert (played.status, played.changed) == (0, 0), played.said
    assert serial(hosts) == before


def test_a_new_one_is_read_by_what_runs_and_starts_nothing(hosts: Trial) -> None:
    before, started = serial(hosts), hosts.on(only(hosts), STARTED)
    played = hosts.play("certificates", {**SETTINGS, "certificates_anew": True})
    assert played.status == 0, played.said
    assert serial(hosts) != before
    assert hosts.on(only(hosts), STARTED) != started
    assert hosts.on(only(hosts), "systemctl is-active stopped || true") == "inactive\n"


def test_a_restart_that_failed_is_made_up_for_by_the_next_run(hosts: Trial) -> None:
    hosts.on(only(hosts), "touch /etc/ssl/peakproof/host.pem")
    started = hosts.on(only(hosts), STARTED)
    played = hosts.play("certificates", SETTINGS)
    assert played.status == 0, played.said
    assert hosts.on(only(hosts), STARTED) != started
