"""The figures of hosts: three in a box from bare to configured, what they are worth, what stands on them.

`python -m benchmarks.hosts [--quick] [--json]`; --quick leaves out what stands on the hosts. Images must be
built. The box is one of its own and is gone afterwards; the packages it fetched are kept for the next.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures import Figure, show
from infra import engine
from infra.backend import PASSPHRASE
from tests.infra.stacks import PLUGIN

ROOT = Path(__file__).resolve().parent.parent
PEAKPROOF = [sys.executable, "-m", "peakproof.cli"]
BOX = "benchmark"
HOSTS = 3
GOALS: Mapping[str, float] = {
    "hosts sandbox up, three hosts": 5,
    "hosts configure, from bare": 360,
    "hosts configure, nothing to change": 75,
    "env up staging, images there": 60,
    "infra preview staging": 20,
    "infra up staging, nothing to change": 20,
}
CHANGED = "hosts configure, nothing to change: changed tasks"
GAINED = "lynis: hardening index over the bare host's"
FINDINGS = "ansible-lint, profile production: findings"
OPEN = "ports open that no flow names"
CHANGES = "infra preview staging: changes"
_LYNIS = (
    "sudo apt-get update -qq && sudo apt-get install -qq -y --no-install-recommends lynis >/dev/null"
    " && sudo lynis audit system -q >/dev/null"
)
_INDEX = "sudo sed -n 's/^hardening_index=//p' /var/log/lynis-report.dat"


@dataclass(frozen=True, kw_only=True)
class Box:
    """A sandbox that stands. `variables`: of the commands that are measured."""

    site: str
    ssh_config: str
    host: str
    variables: Mapping[str, str] = field(repr=False)

    def took(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> tuple[float, dict[str, object]]:
        """Seconds of a command, and what it told with --json. A command that fails ends the measurement."""
        began = time.monotonic()
        ended = subprocess.run(
            [*PEAKPROOF, *arguments],
            cwd=ROOT,
            env=dict(self.variables),
            check=False,
            capture_output=True,
            text=True,
        )
        seconds = time.monotonic() - began
        if ended.returncode not in allowed:
            raise SystemExit(f"{' '.join(arguments)} ended with {ended.returncode}:\n{ended.stderr}")
        return seconds, json.loads(ended.stdout) if "--json" in arguments else {}

    def says(self, command: str) -> str:
        """What a command prints on the first host."""
        argv = ["ssh", "-F", self.ssh_config, "-o", "BatchMode=yes", self.host, command]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the hosts alone, not what stands on them")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    options = parser.parse_args()
    with _box() as (box, seconds):
        figures = {"hosts sandbox up, three hosts": _seconds("hosts sandbox up, three hosts", seconds)}
        figures |= configured(box) | linted() | (_left_out() if options.quick else standing(box))
    show(figures, as_json=options.json)


@contextmanager
def _box() -> Iterator[tuple[Box, float]]:
    """The box, and the seconds that it took to make; the images of its hosts are built before."""
    with tempfile.TemporaryDirectory() as state:
        path = f"{engine.home() / 'bin'}:{os.environ['PATH']}"
        variables = {**os.environ, "PATH": path, "XDG_STATE_HOME": state, PASSPHRASE: "of a benchmark"}
        first = Box(site="", ssh_config="", host="", variables=variables)
        first.took("hosts", "sandbox", "up", "--name", BOX, "--hosts", "1")
        first.took("hosts", "sandbox", "down", "--name", BOX)
        seconds, made = first.took("hosts", "sandbox", "up", "--name", BOX, "--hosts", str(HOSTS), "--json")
        try:
            yield (
                Box(
                    site=str(made["site"]),
                    ssh_config=str(made["ssh_config"]),
                    host=f"{BOX}-1",
                    variables=variables,
                ),
                seconds,
            )
        finally:
            first.took("hosts", "sandbox", "down", "--name", BOX)


def configured(box: Box) -> dict[str, Figure]:
    """From bare, then once more; what lynis and the audit say before and after."""
    box.says(_LYNIS)
    bare = int(box.says(_INDEX))
    first, _ = box.took("hosts", "configure", box.site)
    again, told = box.took("hosts", "configure", box.site, "--json")
    hosts = told["hosts"]
    assert isinstance(hosts, dict)
    changed = sum(host["changed"] for host in hosts.values())
    _, audit = box.took("hosts", "audit", box.site, "--json", allowed=(0, 1, 3))
    return {
        "hosts configure, from bare": _seconds("hosts configure, from bare", first),
        "hosts configure, nothing to change": _seconds("hosts configure, nothing to change", again),
        CHANGED: Figure(value=changed, unit="tasks", goal=0),
        GAINED: Figure(value=_index(audit) - bare, unit="points", goal=15, sense="at least"),
        OPEN: Figure(value=_findings(audit, "ports.named"), unit="findings", goal=0),
    }


def _answers(audit: Mapping[str, object], check: str) -> Iterator[Mapping[str, list[object]]]:
    answers = audit["answers"]
    assert isinstance(answers, list)
    yield from (answer for answer in answers if answer["check"] == check)


def _index(audit: Mapping[str, object]) -> int:
    """The lowest of the hosts."""
    facts = [" ".join(map(str, answer["facts"])) for answer in _answers(audit, "lynis.index")]
    return min(int(found[1]) for fact in facts if (found := re.search(r"index[^\d]*(\d+)", fact)))


def _findings(audit: Mapping[str, object], check: str) -> int:
    return sum(len(answer["findings"]) for answer in _answers(audit, check))


def linted() -> dict[str, Figure]:
    """Roles and playbooks by the strictest profile that is not Galaxy's own."""
    lint = [str(Path(sys.executable).with_name("ansible-lint")), "-q", "-f", "json", "playbooks"]
    ended = subprocess.run(lint, cwd=ROOT, check=False, capture_output=True, text=True)
    found = json.loads(ended.stdout or "[]")
    return {FINDINGS: Figure(value=len(found), unit="findings", goal=0)}


def standing(box: Box) -> dict[str, Figure]:
    """A test environment, then a staging by Pulumi with its own Docker plugin, null without it."""
    up = ("env", "up", "staging", "--site", box.site, "--name", BOX)
    box.took(*up)
    box.took("env", "down", BOX)
    seconds, _ = box.took(*up)
    box.took("env", "down", BOX)
    return {"env up staging, images there": _seconds("env up staging, images there", seconds), **_stack(box)}


def _stack(box: Box) -> dict[str, Figure]:
    path = box.variables["PATH"]
    if shutil.which("pulumi", path=path) is None or shutil.which(PLUGIN, path=path) is None:
        return _null(_OF_A_STACK, f"the Pulumi engine or its Docker plugin ({PLUGIN}) is not on PATH")
    of = ("staging", "--site", box.site, "--name", BOX)
    accepted = ("--yes", "--waive", "host-loss")
    try:
        box.took("infra", "up", *of, *accepted)
        preview, told = box.took("infra", "preview", *of, "--json")
        again, _ = box.took("infra", "up", *of, *accepted)
    finally:
        box.took("infra", "destroy", BOX, "--yes")
    changes = told["changes"]
    assert isinstance(changes, list)
    return {
        "infra preview staging": _seconds("infra preview staging", preview),
        "infra up staging, nothing to change": _seconds("infra up staging, nothing to change", again),
        CHANGES: Figure(value=len(changes), unit="changes", goal=0),
    }


_OF_A_STACK = ("infra preview staging", "infra up staging, nothing to change")


def _left_out() -> dict[str, Figure]:
    return _null(("env up staging, images there", *_OF_A_STACK), "left out by --quick")


def _null(names: tuple[str, ...], reason: str) -> dict[str, Figure]:
    return {name: Figure(value=None, unit="s", goal=GOALS[name], reason=reason) for name in names}


def _seconds(name: str, value: float) -> Figure:
    return Figure(value=value, unit="s", goal=GOALS[name])


if __name__ == "__main__":
    main()
