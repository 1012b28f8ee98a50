"""`python -m loadtests.generator JOB.json`: generates a job's load, with as many processes as it says."""

from __future__ import annotations

import argparse
from pathlib import Path

from foundation.errors import ExitCode, PeakproofError
from loadtests.generator.fleet import Fleet, follow
from loadtests.generator.process import run, say
from loadtests.job import read
from loadtests.progress import Failed


def main() -> int:
    """Returns the exit code; why nothing was sent is said as a line on stdout."""
    parser = argparse.ArgumentParser(prog="loadtests.generator", description=__doc__)
    parser.add_argument("job", type=Path, help="the job, a JSON file")
    parser.add_argument(
        "--worker", type=int, help="one process of a fleet: which (it is started by the fleet)"
    )
    options = parser.parse_args()
    try:
        return int(_generate(options.job, options.worker))
    except PeakproofError as error:
        say(Failed(what=str(error), hint=error.hint or "", exit_code=int(error.exit_code)))
        return int(error.exit_code)


def _generate(path: Path, worker: int | None) -> ExitCode:
    job = read(path)
    if worker is not None:
        return run(job, worker, follow)
    watched = job.web is not None and not job.closed  # its own process: the web UI is not the load's burden
    return Fleet(path, job).run() if job.processes > 1 or watched else run(job)


if __name__ == "__main__":
    raise SystemExit(main())
