"""A trial by a real load test: the generator at one rate, then the reset. Decides nothing itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from foundation.errors import Unavailable
from foundation.slo import Objective
from loadtests.capacity.observing import observe
from loadtests.capacity.processors import Processors
from loadtests.capacity.trials import Observation
from loadtests.judging import measurements
from loadtests.local import generate
from loadtests.planning.job import Job
from loadtests.recording.progress import Event


@dataclass
class LoadTrial:
    """Each trial has its own run id, seed and folder under the job's output; `job.rate` is not used.

    `reset` is a command (argv) that is run after each trial, to bring the platform back to its beginning.
    """

    job: Job
    promised: Sequence[Objective]
    warm_up: int
    listen: Callable[[Event], None]
    reset: Sequence[str] = ()
    number: int = field(default=0, init=False)

    def run(self, rate: float) -> Observation:
        """Raises what `local.generate` raises, and Unavailable when the reset fails."""
        self.number += 1
        output = Path(self.job.output) / f"trial-{self.number:02d}"
        job = replace(
            self.job,
            run=f"{self.job.run}-{self.number}",
            rate=rate,
            seed=self.job.seed + self.number,
            output=str(output),
        )
        processors = Processors()

        def hear(event: Event) -> None:
            processors.hear(event)
            self.listen(event)

        generate(job, hear)
        observation = observe(measurements.read(output), self.promised, self.warm_up)
        self.reset_platform()
        return replace(observation, saturated=processors.used_up)

    def reset_platform(self) -> None:
        """Runs the reset, if there is one. Raises Unavailable when it fails."""
        if not self.reset:
            return
        try:
            done = subprocess.run(self.reset, capture_output=True, text=True, check=False)
        except OSError as error:
            raise Unavailable(f"the reset did not start: {error}", where="--reset") from error
        if done.returncode:
            raise Unavailable(
                f"the reset ended with status {done.returncode}",
                where="--reset",
                detail=(done.stdout + done.stderr).splitlines()[-20:],
            )
