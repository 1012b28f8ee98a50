"""Describing needs no engine: definition, topology and services are built without Docker's libraries."""

from __future__ import annotations

import subprocess
import sys

from environments.lookup import PACKAGE

ENGINE = ("docker", "testcontainers", "requests", "urllib3", "pulumi")

DESCRIBING = (
    "environments.definition",
    "environments.nodes",
    "environments.topology",
    "environments.services",
    "environments.faults",
    "environments.compiling",
    "environments.loading",
    "environments.instance",
    "environments.site",
    "environments.platform",
    "environments.rollout",
    "environments.labels",
    "environments.probes",
    "environments.wanted",
    "environments.cli",
    "peakproof.cli",
)


def loaded_by(*statements: str) -> list[str]:
    """The statements after which a fresh Python has one of the engine's libraries, each with what it has."""
    program = (
        "import sys\n"
        f"for statement in {statements!r}:\n"
        "    exec(statement)\n"
        f"    found = set({ENGINE!r}) & sys.modules.keys()\n"
        "    if found: print(statement, *found)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_what_describes_imports_no_engine() -> None:
    assert loaded_by(*(f"import {module}" for module in DESCRIBING)) == []


def test_compiling_the_laptop_imports_no_engine() -> None:
    imports = "from pathlib import Path", "from environments import loading"
    assert loaded_by(*imports, "loading.topology_of('laptop', beside=Path())") == []


def test_the_check_would_notice() -> None:
    assert len(loaded_by("import json", "import environments.docker_client")) == 1
