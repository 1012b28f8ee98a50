"""What travels: a job with its files to a worker, a worker's results back. Opens no connection."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from foundation.errors import InputError
from loadtests.planning import job as jobs
from loadtests.planning.job import Job

PIECE = 1 << 20  # bytes
_JOURNEYS, _FEEDS, _CERTIFICATES, _OUTPUT = "journeys", "feeds", "certificates", "output"


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """A job as text, and the files that it names, by where they go."""

    job: str
    files: Mapping[str, bytes]


def packed(job: Job) -> Parcel:
    """A job and its files. Raises InputError: a file that cannot be read."""
    files = {f"{_JOURNEYS}/{Path(job.journeys).name}": Path(job.journeys)}
    if job.feeds:
        files |= {f"{_FEEDS}/{path.name}": path for path in sorted(Path(job.feeds).glob("*.csv"))}
    if job.certificates:
        files[f"{_CERTIFICATES}/{Path(job.certificates).name}"] = Path(job.certificates)
    text = json.dumps({"format": jobs.FORMAT, **asdict(job)})
    return Parcel(job=text, files={name: _read(path) for name, path in files.items()})


def unpacked(parcel: Parcel, folder: Path) -> Job:
    """The job with its files in a folder of this machine. Raises InputError: no job, a foreign name."""
    for name, content in parcel.files.items():
        path = within(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / jobs.FILE).write_text(parcel.job)
    asked = jobs.read(folder / jobs.FILE)
    here = replace(
        asked,
        journeys=str(folder / _JOURNEYS / Path(asked.journeys).name),
        feeds=str(folder / _FEEDS) if asked.feeds else None,
        certificates=str(folder / _CERTIFICATES / Path(asked.certificates).name)
        if asked.certificates
        else None,
        output=str(folder / _OUTPUT),
    )
    here.write(folder / jobs.FILE)
    return here


def within(folder: Path, name: str) -> Path:
    """The path of a name below a folder. Raises InputError for one that leads out of it."""
    path = (folder / name).resolve()
    if folder.resolve() not in path.parents:
        raise InputError("a name that leads out of its folder", where=repr(name))
    return path


def pieces(path: Path) -> Iterator[tuple[int, bytes]]:
    """A file's content piece by piece, each with where it begins; one empty piece of an empty file."""
    with path.open("rb") as content:
        at, piece = 0, content.read(PIECE)
        yield at, piece
        while piece:
            at, piece = at + len(piece), content.read(PIECE)
            if piece:
                yield at, piece


def digest(path: Path) -> str:
    """SHA-256 of a file (hex)."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def modules() -> Iterator[tuple[str, Path]]:
    """The load tests' own code, all of it: each module by its path below the package."""
    root = Path(jobs.__file__).parent.parent
    for path in sorted(root.rglob("*.py")):
        yield path.relative_to(root).as_posix(), path


def code() -> str:
    """A hash of the load tests' own code: equal on machines that do the same work."""
    state = hashlib.sha256()
    for name, path in modules():
        state.update(f"{name}\n".encode() + path.read_bytes())
    return state.hexdigest()[:16]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from error
