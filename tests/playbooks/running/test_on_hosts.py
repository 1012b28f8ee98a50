"""Over SSH, on a host in a container: what is not fit is told at once and before anything is changed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import docker
import pytest
import yaml

from environments import site as sites
from foundation.errors import Refused, Unavailable
from foundation.secrets import Secret
from playbooks import sandbox
from playbooks.inventory import Inventory
from playbooks.running import holding, preflight
from playbooks.running.playing import Play, play
from playbooks.sandbox.describing import Sandbox
from tests.environments import commanding
from tests.environments.commanding import eventually

pytestmark = pytest.mark.integration

TRIAL = Path(__file__).parent / "trial"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    engine, name = docker.from_env(), f"t-{uuid4().hex[:6]}"
    try:
        yield sandbox.up(engine, name, 1)
    finally:
        sandbox.down(engine, name)
        engine.close()


def on(box: Sandbox, command: str) -> str:
    (host,) = box.hosts
    argv = ["ssh", "-F", str(box.ssh_config), "-o", "BatchMode=yes", host, command]
    return subprocess.run(argv, capture_output=True, text=True, timeout=30, check=True).stdout.strip()


def alias(box: Sandbox, name: str, **settings: object) -> str:
    """The one host under another name, as somebody's ssh settings have it."""
    (address,) = box.hosts.values()
    usual = {
        "HostName": address, "HostKeyAlias": name, "User": "automation", "IdentitiesOnly": "yes",
        "IdentityFile": box.folder / "key", "UserKnownHostsFile": box.folder / "known_hosts",
    }  # fmt: skip
    lines = [f"  {key} {value}\n" for key, value in {**usual, **settings}.items()]
    return f"Host {name}\n{''.join(lines)}"


@pytest.fixture(scope="module")
def site(box: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One host under six names: as it should be, and five ways in which it is not."""
    folder = tmp_path_factory.mktemp("site")
    (real,) = box.hosts
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")], check=True)
    stranger = (folder / "key.pub").read_text()
    (folder / "known").write_text(f"changed {stranger}")
    on(
        box,
        "sudo useradd -m -s /bin/bash plain && sudo cp -r ~/.ssh ~plain/ && sudo chown -R plain: ~plain/.ssh",
    )
    (folder / "ssh_config").write_text(
        alias(box, "fit", HostKeyAlias=real)
        + alias(box, "changed", UserKnownHostsFile=folder / "known")
        + alias(box, "unknown", UserKnownHostsFile="/dev/null")
        + alias(box, "stranger", HostKeyAlias=real, IdentityFile=folder / "key")
        + alias(box, "away", HostKeyAlias=real, Port=1)
        + alias(box, "plain", HostKeyAlias=real, User="plain")
    )
    names = ("fit", "changed", "unknown", "stranger", "away", "plain")
    hosts = {
        name: {"docker": f"ssh://{name}", "address": f"192.0.2.{number}"} for number, name in enumerate(names)
    }
    written = {"site": box.name, "ssh_config": "ssh_config", "hosts": hosts, "subnets": "10.9.0.0/16"}
    (folder / "site.yaml").write_text(yaml.safe_dump(written, sort_keys=False))
    return folder / "site.yaml"


def test_hosts_that_are_not_fit_are_all_told_and_nothing_is_changed(box: Sandbox, site: Path) -> None:
    before = on(box, "dpkg -l | md5sum; ls /etc | md5sum")
    said = commanding.run("hosts", "configure", str(site), env={"XDG_STATE_HOME": str(site.parent)})
    assert said.returncode == 5, "a host key that changed is refused"
    told = said.stderr
    assert "changed, unknown, stranger, away, plain are not fit; nothing was changed" in told
    assert "host changed: changed has another host key than the one that is known" in told
    assert "host unknown: the host key of unknown is not known here" in told
    assert "host stranger: stranger refuses the login" in told
    assert "host away: away cannot be reached" in told
    assert "host plain: the user may not become root" in told
    assert "host fit" not in told
    assert on(box, "dpkg -l | md5sum; ls /etc | md5sum") == before


def test_a_host_that_is_away_is_never_done(site: Path) -> None:
    said = commanding.run(
        "hosts", "check", str(site), "--limit", "away", "--json", env={"XDG_STATE_HOME": str(site.parent)}
    )
    assert said.returncode == 69
    assert "away is not fit" in said.stderr
    assert said.stdout == ""


def test_a_port_that_a_role_needs_and_another_has_is_told_with_whose_it_is(box: Sandbox, site: Path) -> None:
    on(box, "sudo systemd-run --quiet --unit other python3 -m http.server 7946")
    eventually(lambda: "7946" in on(box, "ss -Hltn"), within=10, what="the other listens")
    try:
        with pytest.raises(Unavailable) as caught:
            preflight.require_fit(sites.load(site), ["fit"], ["swarm"])
    finally:
        on(box, "sudo systemctl stop other")
    (told,) = caught.value.detail
    assert told.startswith("host fit: python3 has port 7946/tcp, which the role swarm needs")
    assert preflight.require_fit(sites.load(site), ["fit"], ["swarm"]) == ()


def test_hosts_are_held_for_one_run_wherever_it_is_until_its_process_is_gone(site: Path) -> None:
    described = sites.load(site)
    elsewhere = (
        "import sys; from pathlib import Path\n"
        "from environments import site; from playbooks.running import holding\n"
        "with holding.held(site.load(Path(sys.argv[1])), ['fit'], 'hosts configure elsewhere'):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", elsewhere, str(site)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=commanding.surroundings(),
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(Refused) as caught, holding.held(described, ["fit"], "hosts check here"):
        pass
    assert f"host fit is being worked on by `hosts configure elsewhere` (process {other.pid} of" in str(
        caught.value
    )
    other.kill()
    other.communicate()

    def free() -> bool:
        with suppress(Refused), holding.held(described, ["fit"], "hosts check here"):
            return True
        return False

    commanding.eventually(free, within=10, what="the killed run's hold is over")


def test_a_host_is_made_what_the_site_says_and_what_was_changed_by_hand_is_put_right(
    box: Sandbox, site: Path
) -> None:
    first = certified(site)
    assert (first["state"], first["failed"]) == ("changed", None)
    tasks = [change["task"] for change in first["changes"]]
    assert tasks[0] == "Make the folder of the key and the certificates"
    key = on(box, "sudo md5sum /etc/ssl/peakproof/host.key")
    on(box, "sudo chmod 777 /etc/ssl/peakproof")
    second = certified(site)
    assert [change["task"] for change in second["changes"]] == tasks[:1], "the rest stays as it is"
    assert on(box, "stat -c %a /etc/ssl/peakproof; sudo md5sum /etc/ssl/peakproof/host.key") == f"755\n{key}"


def certified(site: Path) -> dict[str, Any]:
    """What `hosts configure --json` says of the host after its certificate was seen to."""
    arguments = ("--limit", "fit", "--tags", "certificates", "--json")
    said = commanding.run(
        "hosts", "configure", str(site), *arguments, env={"XDG_STATE_HOME": str(site.parent)}, within=240
    )
    assert said.returncode == 0, said.stderr
    document = json.loads(said.stdout)
    assert list(document["hosts"]) == ["fit"]
    host: dict[str, Any] = document["hosts"]["fit"]
    return host


def test_a_host_that_cannot_be_held_is_not_taken_for_one_that_another_holds(site: Path) -> None:
    with (
        pytest.raises(Unavailable, match="host plain cannot be held"),
        holding.held(sites.load(site), ["plain"], "x"),
    ):
        pass


def test_a_run_over_ssh_leaves_no_connection_and_no_secret(
    box: Sandbox, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = f"t0ken-{uuid4().hex}"
    hosts: dict[str, dict[str, object]] = {
        "fit": {
            "ansible_host": "fit",
            "ansible_ssh_common_args": f'-F "{site.parent}/ssh_config"',
            "greeting_folder": "/var/tmp",
            "greeting_token": Secret(token),
        }
    }
    with tempfile.TemporaryDirectory(prefix="t-", dir="/dev/shm") as memory:
        monkeypatch.setenv("XDG_RUNTIME_DIR", memory)
        wanted = Play(
            inventory=Inventory(site="trial", hosts=hosts, groups={"hosts": ("fit",)}),
            playbook=TRIAL / "site.yml",
            roles=TRIAL / "roles",
            diff=True,
        )
        outcome, printed = play(wanted, lambda _step: None)
        assert outcome.hosts["fit"].state == "changed", outcome.to_dict()
        assert list(Path(memory).iterdir()) == []
        masters = subprocess.run(["pgrep", "-f", f"ssh: {memory}"], capture_output=True, text=True)
        assert masters.stdout == ""
    assert token not in printed
    assert token not in json.dumps(outcome.to_dict())
    assert on(box, f"sudo grep -rl {token} /tmp /var/tmp /root /home /dev/shm") == "/var/tmp/fit.token"
