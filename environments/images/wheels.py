"""Python packages for an image, resolved on the host: pip in a build fails behind an intercepting proxy.

Only wheels for the image's Python and platform, only with the hashes in requirements.txt. Compiles nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from environments.images import locking, process
from foundation import folders
from foundation.errors import Unavailable

PYTHON = "3.13"
_PLATFORMS = {"amd64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}


def unpacked(requirements: str, *, architecture: str, stop: threading.Event) -> Path:
    """A folder with the packages in it, from the cache where it was made before.

    `architecture` is Docker's name of the engine's. Raises Unavailable with the installer's last lines.
    """
    if architecture not in _PLATFORMS:
        known = ", ".join(_PLATFORMS)
        raise Unavailable(f"there are no wheels for the architecture {architecture}", hint=f"known: {known}")
    platform = _PLATFORMS[architecture]
    digest = hashlib.sha256("\0".join([requirements, PYTHON, platform]).encode()).hexdigest()
    target = folders.cache() / "wheels" / digest[:16]
    with locking.locked(f"wheels-{digest[:16]}", stop):
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            _make(target, requirements, platform, stop)
    return target


def argv(uv: str, requirements: Path, target: Path, platform: str) -> list[str]:
    """The installer's command line."""
    return [
        *(uv, "pip", "install", "--quiet", "--no-config", "--python", sys.executable),
        *("--target", str(target), "--python-version", PYTHON, "--python-platform", platform),
        *("--only-binary", ":all:", "--require-hashes", "--no-deps", "--link-mode", "copy"),
        *("--requirements", str(requirements)),
    ]


def environment(inherited: Mapping[str, str], pip_index: str | None) -> dict[str, str]:
    """The installer's environment: pip's index setting and the host's certificates count for it too."""
    index = inherited.get("UV_DEFAULT_INDEX") or inherited.get("PIP_INDEX_URL") or pip_index
    found = inherited.get("UV_FIND_LINKS") or inherited.get("PIP_FIND_LINKS")
    settings = {"UV_SYSTEM_CERTS": "true", "UV_DEFAULT_INDEX": index, "UV_FIND_LINKS": found}
    return {**inherited, **{name: value for name, value in settings.items() if value}}


def _make(target: Path, requirements: str, platform: str, stop: threading.Event) -> None:
    """Unpacks beside the target and renames: the target is whole or absent."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".new-") as scratch:
        pinned, packages = Path(scratch, "requirements.txt"), Path(scratch, "packages")
        pinned.write_text(requirements, encoding="utf-8")
        done = process.run(
            argv(_uv(), pinned, packages, platform),
            stop=stop,
            environment=environment(os.environ, pip_index()),
        )
        if done.status != 0:
            raise done.failure(
                "the Python packages of an image could not be fetched",
                hint="check the network, the proxy and pip's own settings (`pip config list`)",
                folder=target.parent,
            )
        # Their first line names this machine's Python: `python3 -m` works in their place.
        shutil.rmtree(packages / "bin", ignore_errors=True)
        packages.mkdir(exist_ok=True)
        packages.rename(target)


def _uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise Unavailable("uv is not installed", hint="install peakproof as a whole: docs/install.md")
    return found


def pip_index() -> str | None:
    """What pip is told on this machine; None where it is told nothing or there is no pip.

    An environment that uv or pipx made has no pip of its own: then the machine's is asked.
    """
    for pip in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        try:
            asked = subprocess.run(
                [*pip, "config", "get", "global.index-url"], capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            continue
        if asked.returncode == 0:
            return asked.stdout.strip() or None
    return None
