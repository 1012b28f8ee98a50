"""Debian's root file system, on which `base` stands: pulled where a registry answers, else bootstrapped.

Bootstrapping needs root and debootstrap. Mirrors come from this machine's settings. Leaves nothing on its disk.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

import docker

from environments.docker_errors import mapped, meaning
from environments.images import apt_sources
from environments.images.progress import ImageProgress, Report, State
from environments.images.recipe import ROOT
from foundation.errors import PeakproofError, Unavailable

SUITE = "trixie"
_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# A registry that is there says something within seconds; behind a closed firewall it never would.
_SILENCE_S = 8.0
_LAST_LINES = 20
_DROPPED = (
    "usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian",
    "var/cache/apt", "var/lib/apt/lists", "var/log/bootstrap.log", "var/log/dpkg.log", "var/log/apt",
)  # fmt: skip


def make(tag: str, *, client: docker.DockerClient, report: Report) -> str:
    """Puts the root file system under `tag` and returns its id.

    Raises Unavailable with what to do where it can be neither pulled nor bootstrapped.
    """
    report(_news(1, f"pulling {ROOT}"))
    if not _pulled(client):
        report(_news(2, f"bootstrapping {SUITE}"))
        return _bootstrapped(tag, client)
    return _with_mirror(tag, client)


def _news(step: int, doing: str) -> ImageProgress:
    return ImageProgress(name=ROOT, state=State.BUILDING, step=step, steps=2, doing=doing)


def _pulled(client: docker.DockerClient) -> bool:
    """Whether the registry gave the image. Its silence counts as no."""
    events: queue.Queue[bool | None] = queue.Queue()
    threading.Thread(target=_pull, args=(client, events), daemon=True).start()
    while True:
        try:
            event = events.get(timeout=_SILENCE_S)
        except queue.Empty:
            return False
        if event is not None:
            return event


def _pull(client: docker.DockerClient, events: queue.Queue[bool | None]) -> None:
    repository, _, tag = ROOT.partition(":")
    try:
        for _ in client.api.pull(repository, tag=tag, stream=True, decode=True):
            events.put(None)
        client.images.get(ROOT)
    except Exception:  # noqa: BLE001 - whatever the reason, the answer is to bootstrap
        events.put(False)
    else:
        events.put(True)


def _with_mirror(tag: str, client: docker.DockerClient) -> str:
    """The pulled image under our tag."""
    image = client.images.get(ROOT)
    image.tag(tag)
    return str(image.id)


def _bootstrapped(tag: str, client: docker.DockerClient) -> str:
    sources = apt_sources.of_this_machine(SUITE)
    root = _as_root()
    scratch = Path(tempfile.mkdtemp(prefix="peakproof-root-"))
    try:
        _run([*root, *debootstrap_argv(scratch / "root", sources)])
        _tidy(root, scratch / "root", sources)
        return _imported(root, scratch / "root", tag, client)
    finally:
        _run([*root, "rm", "-rf", "--one-file-system", str(scratch)])


def debootstrap_argv(target: Path, sources: list[apt_sources.Source]) -> list[str]:
    """debootstrap's command line; without sources it asks the mirror it knows itself."""
    mirror = [sources[0].uri] if sources else []
    return [
        *("debootstrap", "--variant=minbase", "--include=ca-certificates,tzdata"),
        *("--force-check-gpg", f"--keyring={_KEYRING}", SUITE, str(target)),
        *mirror,
    ]


def _as_root() -> list[str]:
    """The prefix that runs a program as root. Raises Unavailable with the one line that is to be done."""
    if shutil.which("debootstrap", path=_path()) is None or not Path(_KEYRING).exists():
        raise Unavailable(
            f"the base image can be neither pulled ({ROOT}) nor bootstrapped here: debootstrap is not installed",
            hint="sudo apt-get install -y debootstrap debian-archive-keyring",
        )
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n"]
    raise Unavailable(
        f"the base image can be neither pulled ({ROOT}) nor bootstrapped: debootstrap needs root",
        hint="run once as root: sudo .venv/bin/python -m environments.images base",
    )


def _path() -> str:
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def _run(argv: Iterable[str]) -> None:
    done = subprocess.run(
        [*argv], env={**os.environ, "PATH": _path()}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise _failure(done.stdout + done.stderr)


def _failure(output: str) -> PeakproofError:
    lines = output.strip().splitlines()[-_LAST_LINES:]
    if "no space left" in output.lower():
        return meaning(output, doing="bootstrapping the base image")
    return Unavailable(
        "the base image could not be bootstrapped",
        hint="check that apt-get update works on this machine",
        detail=lines,
    )


def _tidy(root: list[str], target: Path, sources: list[apt_sources.Source]) -> None:
    _run([*root, "rm", "-rf", *(str(target / path) for path in _DROPPED)])
    _run(
        [
            *root,
            "install",
            "-d",
            str(target / "var/cache/apt/archives/partial"),
            str(target / "var/lib/apt/lists"),
        ]
    )
    if sources:
        with tempfile.NamedTemporaryFile("w", suffix=".sources") as file:
            file.write(apt_sources.deb822(sources))
            file.flush()
            _run(
                [
                    *root,
                    "install",
                    "-m",
                    "0644",
                    file.name,
                    str(target / "etc/apt/sources.list.d/debian.sources"),
                ]
            )
        _run([*root, "rm", "-f", str(target / "etc/apt/sources.list")])


def _imported(root: list[str], target: Path, tag: str, client: docker.DockerClient) -> str:
    archive = target.with_suffix(".tar")
    _run(
        [*root, "tar", "--create", "--numeric-owner", "--one-file-system"]
        + ["--file", str(archive), "--directory", str(target), "."]
    )
    repository, _, version = tag.rpartition(":")
    with mapped("importing the base image"):
        answer = client.api.import_image(src=str(archive), repository=repository, tag=version)
        if '"error"' in answer:
            raise meaning(answer, doing="importing the base image")
        return str(client.images.get(tag).id)
