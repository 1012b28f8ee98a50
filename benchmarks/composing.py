"""How long the import of a Compose file takes, Python's start included. Needs no Docker."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from benchmarks.figures import Figure

ROOT = Path(__file__).resolve().parent.parent
SERVICES = 20
GOAL = 1.0


def figures(rounds: int) -> dict[str, Figure]:
    """The median of `rounds`."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "compose.yaml").write_text(yaml.safe_dump(project()))
        took = statistics.median(_seconds(folder) for _ in range(rounds))
    return {f"env import, {SERVICES} services": Figure(value=took, unit="s", goal=GOAL)}


def project() -> dict[str, object]:
    """A database, a cache, and services with what such services have."""
    database = {
        "image": "postgres:16",
        "environment": {"POSTGRES_USER": "clerk", "POSTGRES_PASSWORD": "s3cret-1"},
        "volumes": ["data:/var/lib/postgresql/data"],
        "healthcheck": {"test": ["CMD-SHELL", "pg_isready -U clerk"], "interval": "5s", "retries": 5},
    }
    services: dict[str, object] = {"db": database, "cache": {"image": "redis:7", "command": "redis-server"}}
    for number in range(1, SERVICES - 1):
        services[f"service-{number}x"] = {
            "image": f"registry.test/shop/service-{number}:1.{number}",
            "environment": {
                "DATABASE_URL": "postgresql://clerk:s3cret-1@db:5432/orders",
                "API_TOKEN": f"token-{number}",
                **{f"SETTING_{each}": f"value {each}" for each in range(20)},
            },
            "ports": [f"{8000 + number}:8080"],
            "depends_on": {"db": {"condition": "service_healthy"}, "cache": {"condition": "service_started"}},
            "deploy": {"replicas": 2, "resources": {"limits": {"memory": "256M", "cpus": "0.5"}}},
            "healthcheck": {"test": "curl -f http://localhost:8080/health"},
            "restart": "unless-stopped",
            "labels": {"team": "shop"},
        }
    return {"name": "bench", "services": services, "volumes": {"data": {}}}


def _seconds(folder: str) -> float:
    """The whole command's time. Raises CalledProcessError where it fails."""
    began = time.monotonic()
    command = [sys.executable, "-m", "peakproof.cli", "env", "import", folder, "--force"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - began
