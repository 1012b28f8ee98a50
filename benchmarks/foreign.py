"""Three services of an image of others, against Docker Compose with the same image and health checks."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parent.parent
PEAKPROOF = [sys.executable, "-m", "peakproof.cli", "env"]
INSTANCE = "benchmark"
FOREIGN = ROOT / "tests" / "environments" / "platforms" / "foreign"
BEYOND_COMPOSE = "env up, three foreign services, beyond Compose"


def figures(rounds: int) -> dict[str, Figure]:
    """How much longer than `docker compose up --wait` three services take; medians of `rounds`."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = [], []
        written = _written(Path(folder))
        for _ in range(rounds + 1):  # the first builds the image
            ours.append(_timed([*PEAKPROOF, "up", str(written), "--name", INSTANCE]))
            _timed([*PEAKPROOF, "down", INSTANCE])
        composed = _composed(Path(folder))
        reason = _lacks_compose()
        for _ in range(0 if reason else rounds):
            theirs.append(_timed(["docker", "compose", "--file", str(composed), "up", "--wait"]))
            _timed(["docker", "compose", "--file", str(composed), "down", "--timeout", "1"])
    took = statistics.median(ours[1:])
    if reason:
        told = f"{reason}; env up alone took {took:.1f} s"
        return {BEYOND_COMPOSE: Figure(value=None, unit="s", goal=2.0, reason=told)}
    compose = statistics.median(theirs)
    return {BEYOND_COMPOSE: Figure(value=took - compose, unit="s", goal=2.0, peer={"compose": compose})}


def _written(folder: Path) -> Path:
    """A definition of three services of the image that stands on nothing of ours."""
    service = {"kind": "container", "image": "bare", "port": 8080, "ready": "/index.html", "stop_grace": "1s"}
    path = folder / "foreign.yaml"
    written = {"definition": "foreign", "platform": str(FOREIGN), "entry": "one"}
    path.write_text(yaml.safe_dump({**written, "services": dict.fromkeys(["one", "two", "three"], service)}))
    return path


def _composed(folder: Path) -> Path:
    """The same for Compose, of the image that was built; its health check is the image's own program."""
    found = ["docker", "image", "ls", "--filter", "label=peakproof.image=foreign/bare", "--quiet"]
    image = subprocess.run(found, check=True, capture_output=True, text=True).stdout.split()[0]
    asked = ["CMD", "/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/index.html"]
    check = {"test": asked, "interval": "1s", "start_period": "60s", "start_interval": "100ms"}
    service = {"image": image, "ports": ["8080"], "healthcheck": check}
    path = folder / "compose.yaml"
    path.write_text(yaml.safe_dump({"services": dict.fromkeys(["one", "two", "three"], service)}))
    return path


def _lacks_compose() -> str:
    """Why Compose cannot be asked; empty where it can."""
    if shutil.which("docker") is None:
        return "this machine has no docker command"
    asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    return "" if asked.returncode == 0 else "this machine has no Docker Compose v2"


def _timed(argv: list[str]) -> float:
    began = time.monotonic()
    subprocess.run(argv, cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - began
