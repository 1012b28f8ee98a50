"""`python -m loadtests.generator JOB.json`: generates a job's load, with as many processes as it says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from foundation.errors import ExitCode, PeakproofError
from loadtests.distributed.starting import Address, address, hosts
from loadtests.generator.child import follow
from loadtests.generator.control import say
from loadtests.generator.distributed import started
from loadtests.generator.distributed.master import Master
from loadtests.generator.distributed.worker import Worker
from loadtests.generator.fleet import Fleet
from loadtests.generator.process import run
from loadtests.planning.job import read
from loadtests.recording.progress import Failed

LOCAL = Address(host="127.0.0.1", port=0)


def main() -> int:
    """Returns the exit code; why nothing was sent is said as a line on stdout."""
    parser = argparse.ArgumentParser(prog="loadtests.generator", description=__doc__)
    parser.add_argument("job", type=Path, nargs="?", help="the job, a JSON file")
    parser.add_argument("--join", help="be a worker of the master at HOST:PORT, which has the job")
    parser.add_argument("--listen", help="be the master of workers that come to HOST:PORT")
    parser.add_argument("--hosts", help="start the workers on these hosts, over SSH")
    parser.add_argument("--each", type=int, default=1, help="workers on each host")
    parser.add_argument("--command", default="peakproof", help="what peakproof is called there")
    parser.add_argument(
        "--worker", type=int, help="one process of a fleet: which (it is started by the fleet)"
    )
    options = parser.parse_args()
    del sys.argv[1:]  # Locust's web UI would read them again, as its own
    try:
        return int(_generate(options))
    except PeakproofError as error:
        say(Failed(what=str(error), hint=error.hint or "", exit_code=int(error.exit_code)))
        return int(error.exit_code)


def _generate(options: argparse.Namespace) -> ExitCode:
    if options.join:
        return Worker(address(options.join, "--master")).run()
    path: Path = options.job
    job = read(path)
    if options.worker is not None:
        return run(job, options.worker, follow)
    if options.listen:
        return Master(job, address(options.listen, "--bind"), _commands(options)).run()
    if job.closed and job.processes > 1:  # Locust's users are given out by a master of Locust's
        return Master(job, LOCAL, partial(started.here, processes=job.processes)).run()
    watched = job.web is not None and not job.closed  # its own process: the web UI is not the load's burden
    return Fleet(path, job).run() if job.processes > 1 or watched else run(job)


def _commands(options: argparse.Namespace) -> Callable[[int], started.Started]:
    if not options.hosts:
        return started.nobody
    return partial(
        started.over_ssh, hosts=hosts(options.hosts), processes=options.each, command=options.command
    )


if __name__ == "__main__":
    raise SystemExit(main())
