"""Runs the generator as a process of this machine and passes on what it says. Sends nothing itself."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from foundation import modules
from foundation.errors import (
    ExitCode,
    InputError,
    Interrupted,
    PeakproofError,
    Refused,
    RunInvalid,
    Unavailable,
)
from loadtests.planning.job import FILE, Job
from loadtests.recording.progress import Event, Failed, parse

LOG = "generator.log"
_PATIENCE = 30.0  # seconds a generator gets to end after it was told to
_ERRORS: dict[int, type[PeakproofError]] = {
    ExitCode.INPUT: InputError,
    ExitCode.INVALID: RunInvalid,
    ExitCode.REFUSED: Refused,
    ExitCode.UNAVAILABLE: Unavailable,
    ExitCode.INTERRUPTED: Interrupted,
}


def generate(job: Job, listen: Callable[[Event], None], options: Sequence[str] = ()) -> None:
    """Runs a job to its end; its results are in `job.output`. Ctrl-C ends it early, is raised again.

    `options` are the generator's own, such as where its workers come to.

    Raises InputError, Refused, Unavailable when it could not start, RunInvalid when it crashed.
    """
    output = Path(job.output)
    output.mkdir(parents=True, exist_ok=True)
    if any(output.iterdir()):
        raise InputError(
            "the output folder is not empty", where=str(output), hint="name a new one with --out"
        )
    job.write(output / FILE)
    with (output / LOG).open("w") as log, _process((str(output / FILE), *options), log.fileno()) as generator:
        failed = _listened(generator, listen)
    if failed is not None:
        raise _ERRORS.get(failed.exit_code, PeakproofError)(failed.what, hint=failed.hint or None)
    if generator.returncode not in (ExitCode.OK, ExitCode.INTERRUPTED):
        last = (output / LOG).read_text().splitlines()[-20:]
        raise RunInvalid(f"the generator ended with status {generator.returncode}", detail=last)


def _listened(generator: subprocess.Popen[str], listen: Callable[[Event], None]) -> Failed | None:
    assert generator.stdout is not None
    for text in generator.stdout:
        event = parse(text)
        if isinstance(event, Failed):
            return event
        if event is not None:
            listen(event)
    return None


def work(master: str, processes: int, listen: Callable[[Event], None]) -> ExitCode:
    """Runs workers of a master on this machine until it dismisses them. Ctrl-C ends them and is raised again.

    Raises what the master or the way to it says.
    """
    with ExitStack() as around:
        workers = [around.enter_context(_process(("--join", master), 2)) for _ in range(processes)]
        failed = [found for worker in workers if (found := _listened(worker, listen)) is not None]
    if failed:
        raise _ERRORS.get(failed[0].exit_code, PeakproofError)(failed[0].what, hint=failed[0].hint or None)
    return ExitCode(max((worker.returncode for worker in workers), default=0))


@contextmanager
def _process(arguments: Sequence[str], log: int) -> Iterator[subprocess.Popen[str]]:
    # A session of its own: Ctrl-C in the terminal is for us, and we tell the generator.
    with subprocess.Popen(
        modules.command("loadtests.generator", *arguments),
        # Journeys may import what stands in the current folder; ours comes first.
        env={**modules.environment(str(Path.cwd())), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    ) as generator:
        try:
            yield generator
        except BaseException:
            _end(generator)
            raise


def _end(generator: subprocess.Popen[str]) -> None:
    generator.send_signal(signal.SIGTERM)
    try:
        generator.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        generator.kill()
