"""pip's own settings reach the installer, and what is installed is not installed again."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SETTINGS = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_FIND_LINKS",
    "UV_INSECURE_HOST",
    "UV_HTTP_TIMEOUT",
    "SSL_CERT_FILE",
)


@pytest.fixture
def project(tmp_path: Path, root: Path) -> Path:
    """The project's scripts with a .venv whose Python only answers `pip config list`, from the file `pip`."""
    shutil.copytree(root / "scripts", tmp_path / "scripts")
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ncat {tmp_path}/pip\n")
    python.chmod(0o755)
    return tmp_path


def handed_on(project: Path, pip: str, **environment: str) -> Mapping[str, str]:
    """The settings the installer finds when pip is configured like this."""
    (project / "pip").write_text(pip)
    script = ". scripts/index-settings.sh; use_pip_settings; env"
    clean = {"PATH": "/usr/bin:/bin", **environment}
    said = subprocess.run(
        ["bash", "-euc", script], cwd=project, env=clean, capture_output=True, text=True, check=True
    )
    found = dict(line.split("=", 1) for line in said.stdout.splitlines() if "=" in line)
    return {name: value for name, value in found.items() if name in SETTINGS}


def test_nothing_is_handed_on_where_pip_has_no_settings(project: Path) -> None:
    assert handed_on(project, "") == {}


def test_pips_index_and_certificate_are_the_installers(project: Path) -> None:
    pip = "global.cert='/etc/company.pem'\nglobal.index-url='https://mirror.example/simple'\n"
    assert handed_on(project, pip) == {
        "SSL_CERT_FILE": "/etc/company.pem",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
    }


def test_the_environment_wins_over_a_command_section_and_that_over_the_global_one(project: Path) -> None:
    lines = [
        f"{section}.index-url='https://{section.strip(':')}.example'"
        for section in ("global", "install", ":env:")
    ]
    assert handed_on(project, "\n".join(lines[:2]))["UV_DEFAULT_INDEX"] == "https://install.example"
    assert handed_on(project, "\n".join(reversed(lines)))["UV_DEFAULT_INDEX"] == "https://env.example"


def test_several_folders_are_listed_as_the_installer_lists_them(project: Path) -> None:
    assert handed_on(project, ":env:.find-links='/a /b'\n") == {"UV_FIND_LINKS": "/a,/b"}


def test_what_was_set_for_the_installer_itself_stays(project: Path) -> None:
    pip = "global.index-url='https://mirror.example/simple'\n"
    own = "https://own.example/simple"
    assert handed_on(project, pip, UV_DEFAULT_INDEX=own) == {"UV_DEFAULT_INDEX": own}


def test_an_environment_that_is_up_to_date_is_left_alone_and_nothing_is_said(
    root: Path, tmp_path: Path
) -> None:
    for name in ("scripts", "requirements"):
        shutil.copytree(root / name, tmp_path / name)
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to("/bin/true")
    stamp = tmp_path / ".venv/installed-base"
    stamp.write_text(fingerprint(tmp_path))
    done = subprocess.run(
        ["scripts/python-environment", "base"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_requirement_is_installed_and_the_stamp_renewed(root: Path, tmp_path: Path) -> None:
    for name in ("scripts", "requirements"):
        shutil.copytree(root / name, tmp_path / name)
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for program in ("python", "uv"):
        (tmp_path / ".venv/bin" / program).write_text(f"#!/bin/sh\necho {program} $* >> {tmp_path}/calls\n")
        (tmp_path / ".venv/bin" / program).chmod(0o755)
    stamp = tmp_path / ".venv/installed-base"
    stamp.write_text("of other requirements")
    subprocess.run(["scripts/python-environment", "base"], cwd=tmp_path, capture_output=True, check=True)
    calls = (tmp_path / "calls").read_text()
    assert "pip install --quiet --require-hashes --requirement requirements/base.txt" in calls
    assert "--no-deps --no-build-isolation --editable ." in calls
    assert stamp.read_text().strip() == fingerprint(tmp_path)


def fingerprint(project: Path) -> str:
    """What the script compares with its stamp."""
    names = ("pyproject.toml", "requirements/bootstrap.txt", "requirements/base.txt")
    return hashlib.sha256(b"".join((project / name).read_bytes() for name in names)).hexdigest()
