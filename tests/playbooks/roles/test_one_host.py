"""A bare host, twice: what the roles make of it, as somebody finds it who logs in or looks as root."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import testinfra
from testinfra.host import Host

from playbooks.reference import SITE
from tests.playbooks.roles.logging_in import Door, now
from tests.playbooks.roles.trying import Played, Trial, trial

pytestmark = pytest.mark.integration

ROLES = ("base", "second_factor", "docker", "swarm", "virtual_address")
SECRETS = {"anna": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "jan": "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"}
ENCRYPT = (
    "unshare --net ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 mode transport"
    " enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff"
)


@dataclass(frozen=True, kw_only=True)
class Configured:
    """The host after two runs, and how each went."""

    trial: Trial
    first: Played
    second: Played
    name: str
    door: Door

    @property
    def root(self) -> Host:
        return testinfra.get_host(f"docker://{self.trial.box.container(self.name)}")


def variables(made: Trial) -> dict[str, object]:
    key = public_key(made)
    people = [{"name": "anna", "keys": [key], "sudo": True}, {"name": "jan", "keys": [key]}]
    return {"base_people": people, "second_factor_secrets": SECRETS}


def public_key(made: Trial) -> str:
    argv = ["ssh-keygen", "-y", "-f", str(made.box.key)]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def run(made: Trial, roles: tuple[str, ...], **more: object) -> Played:
    site = made.site
    site = site.model_copy(update={"variables": {**site.variables, **variables(made), **more}})
    return made.play_file(SITE, site, tags=roles)


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Configured]:
    folder = tmp_path_factory.mktemp("one-host")
    with trial(folder, count=1) as made:
        (name,) = made.box.hosts
        first = run(made, ROLES)
        assert first.status == 0, first.said
        door = Door(config=made.box.ssh_config, host=name, folder=folder)
        yield Configured(trial=made, first=first, second=run(made, ROLES), name=name, door=door)


def test_a_second_run_changes_nothing(host: Configured) -> None:
    assert host.first.changed > 20
    assert (host.second.status, host.second.changed) == (0, 0), host.second.said


def test_no_secret_is_in_what_ansible_says(host: Configured) -> None:
    assert not [secret for secret in SECRETS.values() if secret in host.first.said + host.second.said]


def test_a_person_needs_key_and_code_and_each_code_once(host: Configured) -> None:
    typed = now(SECRETS["anna"])
    assert host.door.login("anna", "id", "-un", typed=typed).said == "anna\n"
    assert host.door.login("anna", "id", typed=typed).refused
    assert host.door.login("anna", "id", typed=now(SECRETS["jan"])).refused
    assert host.door.login("anna", "id").refused


def test_automation_needs_its_key_alone_and_root_never_logs_in(host: Configured) -> None:
    assert host.door.login("automation", "sudo", "id", "-u").said == "0\n"
    assert host.door.login("root", "id").refused


def test_nobody_logs_in_who_is_not_named(host: Configured) -> None:
    key = "/etc/ssh/authorized_keys.d/guest"
    host.trial.on(host.name, f"useradd -m guest; cp /etc/ssh/authorized_keys.d/anna {key}")
    assert host.door.login("guest", "id").refused


def test_only_automation_forwards_ports_and_sockets(host: Configured) -> None:
    through = ("-W", "127.0.0.1:22")
    assert host.door.login("automation", options=through).said.startswith("SSH-2.0-")
    typed = now(SECRETS["jan"])
    assert "administratively prohibited" in host.door.login("jan", typed=typed, options=through).complaint


def test_sshd_speaks_modern_algorithms_alone(host: Configured) -> None:
    said = host.root.check_output("sshd -T").splitlines()
    settings = dict(line.split(" ", 1) for line in said if " " in line)
    old = ("sha1", "cbc", "nistp", "group14", "ssh-dss", "hmac-md5", "3des", "hmac-sha2-256,", "-ctr")
    for name in ("ciphers", "macs", "kexalgorithms", "hostkeyalgorithms", "pubkeyacceptedalgorithms"):
        assert not [word for word in old if word in settings[name]], settings[name]
    assert settings["kexalgorithms"].startswith("mlkem768x25519-sha256,")
    assert settings["maxstartups"] == "60:30:120"


def test_who_may_become_root_is_said(host: Configured) -> None:
    root = host.root
    assert root.run("sudo -u anna sudo -n id -u").stdout == "0\n"
    assert root.run("sudo -u jan sudo -n id -u").failed
    assert root.file("/etc/sudoers.d/peakproof").mode == 0o440


def test_accounts_without_passwords_never_expire(host: Configured) -> None:
    assert host.root.user("anna").password == "*"
    assert host.root.user("anna").password_max_days == 99999


def test_no_core_is_dumped_and_new_files_are_not_for_others(host: Configured) -> None:
    done = host.door.login("automation", "ulimit -c; umask")
    assert done.said.split() == ["0", "0007"]  # 027, but for a user's own group, which is the user


def test_the_networks_kernel_settings_hold_and_the_machines_are_only_written(host: Configured) -> None:
    root = host.root
    assert root.sysctl("net.ipv4.conf.all.accept_redirects") == 0
    assert root.sysctl("net.ipv4.tcp_rfc1337") == 1
    assert "kernel.kptr_restrict = 2" in root.file("/etc/peakproof/not-applied/60-kernel.conf").content_string
    assert not root.file("/etc/sysctl.d/60-peakproof-kernel.conf").exists


def test_unattended_updates_are_for_security_and_stop_no_service(host: Configured) -> None:
    said = host.root.check_output("apt-config dump")
    assert 'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security' in said
    assert r'Unattended-Upgrade::Package-Blacklist:: "^docker\.io$"' in said
    assert 'APT::Periodic::Unattended-Upgrade "1"' in said
    assert 'label=Debian"' not in said


def test_the_engine_runs_as_it_is_told_and_automation_alone_uses_it(host: Configured) -> None:
    told = json.loads(host.root.check_output("docker info --format '{{json .}}'"))
    assert told["LoggingDriver"] == "json-file"
    assert "name=no-new-privileges" in told["SecurityOptions"]
    assert told["DefaultAddressPools"] == [{"Base": "172.20.0.0/14", "Size": 24}]
    assert not told["LiveRestoreEnabled"]
    bridge = json.loads(host.root.check_output("docker network inspect bridge"))[0]
    assert bridge["Options"]["com.docker.network.bridge.enable_icc"] == "false"
    assert bridge["Options"]["com.docker.network.bridge.host_binding_ipv4"] == "127.0.0.1"
    assert host.door.login("automation", "docker ps").status == 0
    assert host.root.run("sudo -u anna docker ps").failed


def test_the_host_manages_a_swarm_of_itself(host: Configured) -> None:
    (node,) = host.root.check_output(
        "docker node ls --format '{{.Hostname}} {{.ManagerStatus}}'"
    ).splitlines()
    assert node == f"{host.name} Leader"


def test_the_host_holds_the_virtual_address(host: Configured) -> None:
    address = str(host.trial.box.virtual_address)
    assert address in host.root.interface("eth0").addresses
    assert host.root.sysctl("net.ipv4.ip_nonlocal_bind") == 1


def test_a_kernel_that_cannot_encrypt_is_refused_unless_that_is_waived(host: Configured) -> None:
    if host.root.run(ENCRYPT).succeeded:
        pytest.skip("this kernel can encrypt by ESP")
    played = run(host.trial, ("swarm",), swarm_encryption="esp")
    assert played.status != 0
    assert "cannot encrypt by ESP" in played.said
    assert "swarm_encryption: none" in played.said


def test_somebody_without_a_secret_would_be_locked_out_and_is_named(host: Configured) -> None:
    played = run(host.trial, ("second_factor",), second_factor_secrets={"anna": SECRETS["anna"]})
    assert played.status != 0
    assert "jan would be locked out" in played.said


@pytest.mark.prove
def test_who_leaves_the_list_logs_in_no_more(host: Configured) -> None:
    anna = {"name": "anna", "keys": [public_key(host.trial)]}
    played = run(host.trial, ("base",), base_people=[anna])
    assert played.status == 0, played.said
    assert host.root.user("jan").shell == "/usr/sbin/nologin"
    assert host.root.user("jan").groups == ["jan"]
    assert not host.root.file("/etc/ssh/authorized_keys.d/jan").exists
    assert host.door.login("jan", "id", typed=now(SECRETS["jan"])).refused
    assert run(host.trial, ("base",), base_people=[anna]).changed == 0
