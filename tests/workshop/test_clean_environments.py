"""The distribution as people install it: an environment for each extra, in which its room works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.loadtests.conftest import RunningShop

pytestmark = pytest.mark.integration

SETTINGS = ". scripts/index-settings.sh; use_pip_settings; use_system_certificates;"
INSTALL = f"""{SETTINGS}
.venv/bin/uv venv --quiet "$1"
.venv/bin/uv pip install --quiet --python "$1/bin/python" \
    --constraint requirements/base.txt --constraint requirements/dev.txt "$2"
"""
IMPORT = """
import importlib, pkgutil, sys

def modules(package):
    yield package
    for found in pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}."):
        if found.name.endswith("__main__") or found.name in ELSEWHERE:
            continue
        yield from modules(found.name) if found.ispkg else [found.name]

ELSEWHERE = ("anonymizer.spark", "loadtests.generator", "peakproof.journeys")
for room in sys.argv[1:]:
    for name in modules(room):
        importlib.import_module(name)
"""
POLICY = """
policy: shop
version: 1
format: 2
tables:
  customers:
    columns:
      id: keep
      name: {transform: last_name, class: common}
"""
JOURNEYS = """
from peakproof.journeys import Journey, task

class Look(Journey):
    journey = "look"

    @task
    def look(self) -> None:
        self.get("page", "/pages/1")
"""


class Installed:
    """An environment of its own, somewhere else than the clone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def peakproof(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run("peakproof", *arguments)

    def imports(self, *rooms: str) -> None:
        """Every module of those rooms."""
        done = self._run("python", "-c", IMPORT, *rooms)
        assert done.returncode == 0, done.stderr

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        there = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.folder / "bin" / program, *arguments],
            cwd=self.folder, env=there, capture_output=True, text=True, timeout=120,
        )  # fmt: skip


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture
def installed(root: Path, wheel: Path, tmp_path: Path) -> Callable[..., Installed]:
    """Makes an environment with the wheel and extras of it: installed("loadtests")."""

    def make(*extras: str) -> Installed:
        folder = tmp_path / "environment"
        wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
        done = subprocess.run(
            ["bash", "-euc", INSTALL, "bash", folder, wanted], cwd=root, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return Installed(folder)

    return make


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[RunningShop]:
    """A shop on loopback, started by the tests' own Python."""
    found = RunningShop(books=tmp_path / "books.jsonl", behaviour={})
    found.start()
    yield found
    found.kill()


def test_the_command_alone_checks_environments_and_says_what_all_else_needs(
    installed: Callable[..., Installed],
) -> None:
    bare = installed()
    bare.imports("environments")
    assert bare.peakproof("env", "check", "laptop").returncode == 0
    assert bare.peakproof("--help").returncode == 0
    assert "not installed: anonymizer, loadtests, infra, hosts" in bare.peakproof("doctor").stderr
    for command, extras in {
        ("rehearse", "no-such-plan"): "anonymizer,loadtests",
        ("load", "run", "no url"): "loadtests",
        ("anonymize", "check", "--policy", "none"): "anonymizer",
        ("infra", "check", "nothing"): "infra",
        ("hosts", "check", "nowhere"): "hosts",
    }.items():
        said = bare.peakproof(*command)
        assert (said.returncode, said.stdout) == (69, ""), said.stderr
        assert f"{command[0]} needs peakproof[{extras}], which is not installed" in said.stderr
        assert f"pip install 'peakproof[{extras}]'" in said.stderr


def test_the_anonymiser_alone_masks_a_file(installed: Callable[..., Installed]) -> None:
    alone = installed("anonymizer")
    alone.imports("foundation", "anonymizer")
    (alone.folder / "policy.yaml").write_text(POLICY)
    (alone.folder / "customers.csv").write_text("id,name\n1,Kowalska\n")
    masked = alone.folder / "masked.csv"
    done = alone.peakproof(
        "anonymize", "file", "customers.csv", "masked.csv", "--policy", "policy.yaml", "--ephemeral-key"
    )
    assert done.returncode == 0, done.stderr
    assert masked.read_text().startswith("id,name\n1,")
    assert "Kowalska" not in masked.read_text()


def test_the_load_tests_alone_send_a_load(installed: Callable[..., Installed], shop: RunningShop) -> None:
    alone = installed("loadtests")
    alone.imports("loadtests")
    (alone.folder / "journeys.py").write_text(JOURNEYS)
    load = ("--journeys", "journeys.py", "--journey", "look", "--rate", "20/s", "--duration", "2s")
    done = alone.peakproof("load", "run", shop.url, *load, "--slo", "errors < 1%", "--processes", "2")
    assert done.returncode in (0, 3), done.stderr  # others may run beside it and make it INVALID
    assert "look" in done.stderr
    assert alone.peakproof("load", "profiles").returncode == 0


def test_infra_alone_compares_a_program_with_its_topology(installed: Callable[..., Installed]) -> None:
    alone = installed("infra")
    alone.imports("infra")
    done = alone.peakproof("infra", "check", "laptop")
    assert done.returncode == 0, done.stderr


def test_hosts_alone_knows_its_sites(installed: Callable[..., Installed]) -> None:
    alone = installed("hosts")
    alone.imports("playbooks")
    assert "no site 'nowhere'" in alone.peakproof("hosts", "check", "nowhere").stderr


def test_the_documented_installation_as_a_tool_has_what_a_rehearsal_needs(root: Path, tmp_path: Path) -> None:
    documented = re.search(r"^(uv tool install .*)$", (root / "docs/install.md").read_text(), re.MULTILINE)
    assert documented
    there = {**os.environ, "UV_TOOL_DIR": f"{tmp_path}/tools", "UV_TOOL_BIN_DIR": f"{tmp_path}/bin"}
    done = subprocess.run(
        ["bash", "-euc", f"{SETTINGS} .venv/bin/{documented[1]} --quiet --constraint requirements/base.txt"],
        cwd=root, env=there, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bin/peakproof").exists()
    tool = Installed(tmp_path / "tools/peakproof")
    tool.imports("foundation", "environments", "anonymizer", "loadtests", "peakproof")
    said = tool.peakproof("rehearse", "no-such-plan")
    assert said.returncode == 2, said.stderr
    assert "no-such-plan" in said.stderr
