"""Describing needs no engine: definition, topology and services are built without Docker's libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from environments.lookup import PACKAGE

ENGINE = ("docker", "testcontainers", "requests", "urllib3", "pulumi")

DESCRIBING = (
    "environments.definition",
    "environments.topology",
    "environments.services",
    "environments.faults",
    "environments.compiling",
    "environments.loading",
    "environments.instance",
    "environments.site",
    "environments.platform",
    "environments.containers.steps",
    "environments.containers.labels",
    "environments.containers.readiness",
    "environments.cli",
    "peakproof.cli",
)


def loaded_by(statement: str) -> set[str]:
    """The engine's libraries that are loaded after a fresh Python did this."""
    program = f"{statement}\nimport sys\nprint(*({ENGINE!r} & sys.modules.keys()))"
    program = program.replace(f"{ENGINE!r} &", f"set({ENGINE!r}) &")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("module", DESCRIBING)
def test_a_module_that_describes_imports_no_engine(module: str) -> None:
    assert loaded_by(f"import {module}") == set()


def test_compiling_the_laptop_imports_no_engine() -> None:
    compile_laptop = "from pathlib import Path\nfrom environments import loading\n"
    assert loaded_by(compile_laptop + "loading.topology_of('laptop', beside=Path())") == set()


def test_the_check_would_notice() -> None:
    assert "docker" in loaded_by("import environments.docker_client")
