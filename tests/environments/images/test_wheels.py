"""Wheels: fetched on the host for the image's Python, with their hashes, once, whole or not at all."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from pathlib import Path

import pytest

from environments.images import wheels
from environments.images.wheels import argv, environment, unpacked
from foundation.errors import Interrupted, Unavailable

WHEEL = "greeting-1.0-py3-none-any.whl"


@pytest.fixture
def requirements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Pinned requirements of one package, which lies in a folder of this machine; no index is asked."""
    index = tmp_path / "index"
    index.mkdir()
    with zipfile.ZipFile(index / WHEEL, "w") as wheel:
        wheel.writestr("greeting.py", "print('hello')\n")
        wheel.writestr("greeting-1.0.data/scripts/greet", "#!python\n")
        wheel.writestr(
            "greeting-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n"
        )
        wheel.writestr("greeting-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("greeting-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_FIND_LINKS", str(index))
    monkeypatch.setenv("UV_NO_INDEX", "true")
    digest = hashlib.sha256((index / WHEEL).read_bytes()).hexdigest()
    return f"greeting==1.0 --hash=sha256:{digest}\n"


def fetch(requirements: str, architecture: str = "amd64") -> Path:
    return unpacked(requirements, architecture=architecture, stop=threading.Event())


def test_packages_are_unpacked_without_scripts_that_name_this_machines_python(requirements: str) -> None:
    folder = fetch(requirements)
    assert (folder / "greeting.py").read_text() == "print('hello')\n"
    assert not (folder / "bin").exists()


def test_the_same_requirements_are_fetched_once(requirements: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = fetch(requirements)
    monkeypatch.setattr(wheels, "_uv", lambda: pytest.fail("fetched again"))
    assert fetch(requirements) == first


def test_another_platform_has_a_folder_of_its_own(requirements: str) -> None:
    assert fetch(requirements, "arm64") != fetch(requirements, "amd64")


@pytest.mark.usefixtures("requirements")
def test_a_package_that_is_not_the_pinned_one_stops_the_build(tmp_path: Path) -> None:
    wrong = "greeting==1.0 --hash=sha256:" + "0" * 64
    with pytest.raises(Unavailable, match="could not be fetched") as caught:
        fetch(wrong)
    assert "Hash mismatch" in "\n".join(caught.value.detail)
    assert not any((tmp_path / "cache/peakproof/wheels").iterdir())


@pytest.mark.usefixtures("requirements")
def test_a_package_without_a_hash_is_refused() -> None:
    with pytest.raises(Unavailable) as caught:
        fetch("greeting==1.0\n")
    assert "--require-hashes" in "\n".join(caught.value.detail)


def test_an_unknown_architecture_is_told_before_anything_is_fetched() -> None:
    with pytest.raises(Unavailable, match="no wheels for the architecture riscv64"):
        fetch("", "riscv64")


def test_being_told_to_stop_leaves_nothing(
    requirements: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "uv"
    slow.write_text("#!/bin/sh\nsleep 60\n")
    slow.chmod(0o755)
    stop = threading.Event()
    stop.set()
    monkeypatch.setattr(wheels, "_uv", lambda: str(slow))
    with pytest.raises(Interrupted):
        unpacked(requirements, architecture="amd64", stop=stop)
    assert not any((tmp_path / "cache/peakproof/wheels").iterdir())


def test_nothing_is_compiled_and_nothing_goes_unchecked() -> None:
    line = argv("uv", Path("r.txt"), Path("t"), "x86_64-manylinux_2_28")
    assert {"--only-binary", "--require-hashes", "--no-deps"} <= set(line)
    assert line[line.index("--python-version") + 1] == "3.13"


@pytest.mark.parametrize(
    ("inherited", "pip", "index"),
    [
        ({}, None, None),
        ({}, "https://pip.example", "https://pip.example"),
        ({"PIP_INDEX_URL": "https://env.example"}, "https://pip.example", "https://env.example"),
        (
            {"UV_DEFAULT_INDEX": "https://uv.example", "PIP_INDEX_URL": "https://env.example"},
            None,
            "https://uv.example",
        ),
    ],
)
def test_pips_own_index_counts_where_nothing_nearer_is_set(
    inherited: dict[str, str], pip: str | None, index: str | None
) -> None:
    assert environment(inherited, pip).get("UV_DEFAULT_INDEX") == index


def test_the_systems_certificates_are_trusted() -> None:
    assert environment({"SSL_CERT_FILE": "/ca.pem"}, None) == {
        "SSL_CERT_FILE": "/ca.pem", "UV_SYSTEM_CERTS": "true"
    }  # fmt: skip


def test_an_installation_without_pip_asks_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, script in {"python": "exit 1", "pip3": "echo https://mirror.example/simple"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert wheels.pip_index() == "https://mirror.example/simple"
    (tmp_path / "pip3").unlink()
    assert wheels.pip_index() is None
