"""Debian's root file system made by debootstrap on this machine. Needs root; leaves nothing on the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from environments.images import apt_sources, process
from environments.images.apt_sources import Source
from foundation.errors import Unavailable

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_PACKAGES = "sudo apt-get install -y debootstrap debian-archive-keyring"
# apt makes its own folders again; the rest is never read in a container.
_DROPPED = (
    "usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian",
    "var/cache/apt", "var/lib/apt/lists", "var/log/bootstrap.log", "var/log/dpkg.log", "var/log/apt",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """One bootstrapping. `root` comes before each command, () where this is root already."""

    suite: str
    sources: Sequence[Source]
    root: tuple[str, ...]
    stop: threading.Event

    def run(self, target: Path) -> Path:
        """Fills the folder `target` and returns the path of a tar of it, beside it."""
        self._do(*argv(self.suite, target, self.sources))
        self._do("rm", "-rf", *(str(target / path) for path in _DROPPED))
        if self.sources:
            self._put_sources(target)
        archive = target.with_suffix(".tar")
        self._do(
            *("tar", "--create", "--numeric-owner", "--one-file-system"),
            *("--file", str(archive), "--directory", str(target), "."),
        )
        return archive

    def remove(self, folder: Path) -> None:
        """Removes the folder, with what debootstrap had mounted in it when it was cut short."""
        for mounted in mounts_below(folder, Path("/proc/self/mounts").read_text(encoding="utf-8")):
            subprocess.run([*self.root, "umount", "--lazy", mounted], capture_output=True, check=False)
        subprocess.run([*self.root, "rm", "-rf", "--one-file-system", str(folder)], check=False)

    def _put_sources(self, target: Path) -> None:
        """apt in the images asks the same mirror as this machine."""
        with tempfile.NamedTemporaryFile("w", suffix=".sources", encoding="utf-8") as file:
            file.write(apt_sources.deb822(self.sources))
            file.flush()
            place = target / "etc/apt/sources.list.d/debian.sources"
            self._do("install", "-D", "-m", "0644", file.name, str(place))
        self._do("rm", "-f", str(target / "etc/apt/sources.list"))

    def _do(self, *command: str) -> None:
        environment = {**os.environ, "PATH": _path()}
        done = process.run(command, stop=self.stop, environment=environment, as_root=self.root)
        if done.status != 0:
            raise done.failure(
                "debootstrap could not make the base image",
                hint="check that `apt-get update` works on this machine, its mirror and its proxy",
                folder=_scratch(),
            )


@contextmanager
def archive_of(suite: str, *, stop: threading.Event) -> Iterator[Path]:
    """A tar of the suite's minimal system, there while the context lasts.

    Raises Unavailable with what to do: debootstrap absent, not root, mirror unreachable, disk full.
    """
    bootstrap = Bootstrap(suite=suite, sources=apt_sources.of_this_machine(suite), root=as_root(), stop=stop)
    for left in _left_behind():
        bootstrap.remove(left)
    # Not /tmp: where that is in memory, it is mounted without devices, and debootstrap refuses.
    scratch = Path(tempfile.mkdtemp(prefix=_prefix(), dir=_scratch()))
    try:
        yield bootstrap.run(scratch / "root")
    finally:
        bootstrap.remove(scratch)


def argv(suite: str, target: Path, sources: Sequence[Source]) -> list[str]:
    """debootstrap's command line; without sources it asks the mirror that it knows itself."""
    mirror = [sources[0].uri] if sources else []
    return [
        *("debootstrap", "--variant=minbase", "--include=ca-certificates,tzdata"),
        *("--force-check-gpg", f"--keyring={_KEYRING}", suite, str(target)),
        *mirror,
    ]


def as_root() -> tuple[str, ...]:
    """What comes before a command that needs root. Raises Unavailable with the one line to be done."""
    if shutil.which("debootstrap", path=_path()) is None or not Path(_KEYRING).exists():
        raise Unavailable(
            "the base image can be neither pulled nor made here: debootstrap or Debian's keyring is missing",
            hint=_PACKAGES,
        )
    if os.geteuid() == 0:
        return ()
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return (sudo, "-n")
    raise Unavailable(
        "the base image can be neither pulled nor made here: debootstrap needs root",
        hint="once, as root: sudo .venv/bin/python -m environments.images base",
    )


def mounts_below(folder: Path, mounts: str) -> list[str]:
    """Mount points inside the folder, the deepest first. `mounts` is the text of /proc/self/mounts."""
    points = (line.split()[1] for line in mounts.splitlines())
    return sorted((point for point in points if point.startswith(f"{folder}/")), key=len, reverse=True)


def _scratch() -> Path:
    return Path(os.environ.get("TMPDIR", "/var/tmp"))  # noqa: S108 - mkdtemp makes an unguessable name in it


def _prefix() -> str:
    return f"peakproof-root-{os.getuid()}-"


def _left_behind() -> list[Path]:
    """What a command that was killed left. Called under the lock: nobody is at work on them."""
    found = _scratch().glob(f"{_prefix()}*")
    return [path for path in found if not path.is_symlink() and path.stat().st_uid == os.getuid()]


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
