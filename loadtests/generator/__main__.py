"""`python -m loadtests.generator JOB.json [--worker N]`: a generator process, with peakproof's exit codes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from foundation.errors import PeakproofError
from loadtests.generator.process import run
from loadtests.job import read
from loadtests.progress import Failed, line


def main() -> int:
    parser = argparse.ArgumentParser(prog="loadtests.generator", description=__doc__)
    parser.add_argument("job", type=Path, help="the job, a JSON file")
    parser.add_argument("--worker", type=int, default=0, help="which of the job's processes this is")
    options = parser.parse_args()
    try:
        return int(run(read(options.job), options.worker))
    except PeakproofError as error:
        sys.stdout.write(line(Failed(what=str(error), hint=error.hint or "", exit_code=int(error.exit_code))))
        sys.stdout.flush()
        return int(error.exit_code)


if __name__ == "__main__":
    raise SystemExit(main())
