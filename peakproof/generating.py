"""Runs the load generator as a container inside the environment, straight at its entry."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from environments.containers import files
from environments.containers.files import FileSpec
from environments.containers.node import NodeContainer, NodeFailed
from environments.docker_errors import mapped
from environments.environment import Environment
from environments.lookup import PACKAGE
from environments.nodes import Attachments, Hardening, Node, Process, Resources
from environments.services.kind import FRONT
from foundation.errors import ExitCode, InputError, PeakproofError, Refused, RunInvalid, Unavailable
from loadtests.distributed import parcels
from loadtests.planning.job import FORMAT, Job
from loadtests.recording import progress
from loadtests.recording.progress import Event, Failed
from peakproof.telemetry.samples import GENERATOR

HOME = "/load"
OUTPUT = "/tmp/measurements"  # noqa: S108 - inside the generator's own container
BESIDE = (  # of our packages, beside the load tests
    "foundation/__init__.py", "foundation/errors.py", "foundation/modules.py", "foundation/secrets.py",
    "peakproof/__init__.py", "peakproof/journeys.py",
)  # fmt: skip
_MEMORY = 1024**3
# Under contention the generator comes first: a starved generator would measure itself. It needs a quarter of
# a core; a weight far above the platform's ten nodes makes it wake at once, not do more.
_CPU_WEIGHT = 65_536
_ERRORS: dict[int, type[PeakproofError]] = {
    ExitCode.INPUT: InputError,
    ExitCode.REFUSED: Refused,
    ExitCode.UNAVAILABLE: Unavailable,
}


def generate(
    environment: Environment, job: Job, given: Sequence[FileSpec], listen: Callable[[Event], None], into: Path
) -> None:
    """Runs the job to its end and brings what it measured into `into`.

    Ctrl-C ends the generator, brings what there is, and is raised again. Raises InputError, Refused,
    Unavailable when the generator could not start, RunInvalid when it died.
    """
    generator = _started(environment, [*code(), *given, _job_file(job)])
    try:
        failed = _listened(generator, listen)
    except BaseException:
        with mapped("ending the load generator"):
            generator.get_wrapped_container().stop(timeout=30)
        _bring(generator, into)
        generator.discard()
        raise
    status = generator.wait()
    _bring(generator, into)
    log = files.tail(generator.get_wrapped_container(), 20).splitlines()
    generator.discard()
    if failed is not None:
        raise _error(failed)
    if status != ExitCode.OK:
        raise RunInvalid(f"the load generator ended with status {status}", detail=log)


def _started(environment: Environment, given: Sequence[FileSpec]) -> NodeContainer:
    try:
        return environment.start(_node(environment), given)
    except NodeFailed as error:
        failed = [event for line in error.detail if isinstance(event := progress.parse(line), Failed)]
        if failed:  # it said itself what is wrong, in its own words for machines
            raise _error(failed[-1]) from error
        raise


def _error(failed: Failed) -> PeakproofError:
    what = failed.what.replace(f"{HOME}/", "")  # people know the file by its name, not by where we put it
    return _ERRORS.get(failed.exit_code, RunInvalid)(what, hint=failed.hint or None)


def code() -> Iterator[FileSpec]:
    """The generator's own code: the load tests, what they stand on, and what journeys import."""
    for name, path in parcels.modules():
        yield f"{HOME}/code/loadtests/{name}", path.read_bytes(), 0o644
    for name in BESIDE:
        yield f"{HOME}/code/{name}", (PACKAGE / name).read_bytes(), 0o644


def _node(environment: Environment) -> Node:
    """Beside the nodes; where none stand at home it has this machine's network, its way to the hosts."""
    return Node(
        name=GENERATOR,
        service=GENERATOR,
        process=Process(
            image="generator",
            command=("python3", "-u", "-m", "loadtests.generator", f"{HOME}/job.json"),
            environment={"PYTHONPATH": f"{HOME}/code"},
            stop_grace=30.0,
        ),
        attachments=Attachments(networks=(FRONT,) if environment.at_home else ()),
        resources=Resources(memory=_MEMORY, cpu_weight=_CPU_WEIGHT),
        hardening=Hardening(capabilities=("SYS_NICE",)),
    )


def _job_file(job: Job) -> FileSpec:
    return f"{HOME}/job.json", json.dumps({"format": FORMAT, **asdict(job)}).encode(), 0o644


def _listened(generator: NodeContainer, listen: Callable[[Event], None]) -> Failed | None:
    for line in _lines(generator):
        event = progress.parse(line)
        if isinstance(event, Failed):
            return event
        if event is not None:
            listen(event)
    return None


def _lines(generator: NodeContainer) -> Iterator[str]:
    """What the generator prints, line by line, until it ends."""
    rest = b""
    with mapped("listening to the load generator"):
        for chunk in generator.get_wrapped_container().logs(stream=True, follow=True, stderr=False):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in whole)


def _bring(generator: NodeContainer, into: Path) -> None:
    """Copies the measurements out; a generator that never got so far has none."""
    try:
        with tempfile.TemporaryDirectory(dir=into.parent) as folder, mapped("bringing the measurements"):
            if files.fetch(generator.get_wrapped_container(), OUTPUT, Path(folder)):
                (Path(folder) / Path(OUTPUT).name).rename(into)
    except OSError as error:
        what = f"the measurements cannot be kept: {error.strerror}"
        raise Unavailable(what, where=str(into), hint="make room, then rehearse again") from error
