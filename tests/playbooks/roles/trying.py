"""A role tried on the hosts of a sandbox of its own: run by Ansible, and looked at as root."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import docker
import yaml

from environments import site as sites
from environments.site import Site
from playbooks import sandbox
from playbooks.inventory import inventory
from playbooks.sandbox import Sandbox
from playbooks.sandbox.describing import PACKAGES_PORT
from playbooks.specs import ROLES

_PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
_PROXY = "/etc/apt/apt.conf.d/00sandbox"


@dataclass(frozen=True, kw_only=True)
class Played:
    """How a playbook ended: `changed` tasks of all hosts, and what it printed."""

    status: int
    changed: int
    said: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`box` with hosts that fetch packages already."""

    box: Sandbox
    folder: Path

    @property
    def site(self) -> Site:
        return sites.load(self.box.site)

    def play(self, role: str, variables: Mapping[str, object], *, limit: str = "hosts") -> Played:
        """One role over the hosts, with these variables of the site beside what is derived."""
        site = self.site
        site = site.model_copy(update={"variables": {**site.variables, **variables}})
        return self.play_file(_written(self.folder / "play.yml", _play(role)), site, limit)

    def play_file(
        self,
        playbook: Path,
        site: Site,
        limit: str = "hosts",
        tags: tuple[str, ...] = (),
        *,
        check: bool = False,
    ) -> Played:
        """A playbook over the hosts of a site, whole or those parts of it. `check`: nothing is changed."""
        hosts = self.folder / "inventory.json"
        hosts.write_text(json.dumps(inventory(site).to_dict()))
        argv = [str(_PLAYBOOK), "-i", str(hosts), "--limit", limit, str(playbook)]
        argv += ["--tags", ",".join(tags)] if tags else []
        argv += ["--check"] if check else []
        settings = {"ANSIBLE_ROLES_PATH": str(ROLES), "ANSIBLE_PIPELINING": "1"}
        # Ansible refuses a stdin that somebody else made non-blocking, as ssh does.
        done = subprocess.run(
            argv, env={**os.environ, **settings}, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        said = done.stdout + done.stderr
        counts = [word.partition("=")[2] for word in said.split() if word.startswith("changed=")]
        return Played(status=done.returncode, changed=sum(map(int, counts)), said=said)

    def on(self, host: str, script: str, stdin: str = "") -> str:
        """What a script prints as root there; fails when it does."""
        argv = ["docker", "exec", "-i", self.box.container(host), "sh", "-euc", script]
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True)
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done.stdout


@contextmanager
def trial(folder: Path, count: int) -> Iterator[Trial]:
    """Bare hosts that are gone afterwards."""
    client, name = docker.from_env(), f"test-{uuid4().hex[:6]}"
    try:
        box = sandbox.up(client, name, count)
        made = Trial(box=box, folder=folder)
        proxy = f'Acquire::http::Proxy "http://{box.packages}:{PACKAGES_PORT}";'
        for host in box.hosts:
            made.on(host, f"cat > {_PROXY}; apt-get update -qq", stdin=proxy)
        yield made
    finally:
        sandbox.down(client, name)
        client.close()


def _play(role: str) -> list[Mapping[str, object]]:
    return [{"name": "Try", "hosts": "hosts", "become": True, "gather_facts": False, "roles": [role]}]


def _written(path: Path, content: object) -> Path:
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path
